//! One message from a queue to an event. The message's body is EventBridge's envelope as JSON; what
//! is too large, too deep or not such an envelope is refused with everything that is wrong.

use groundplane_model::{Event, Problem};
use jiff::Timestamp;
use serde_json::Value;

use crate::body;
use crate::fields::{Fields, must_be};
use crate::refused::{Refused, quoted, unfit};

/// The most bytes of an event: 256 KiB, what EventBridge has always taken.
pub const MOST_BYTES: usize = body::MOST_BYTES;
/// The most bytes of an event's `id`, `source`, `detail-type` and every other short field.
const MOST_SHORT: usize = 256;
/// The most bytes of one entry of `resources`; the longest ARN has 2048.
const MOST_RESOURCE: usize = 2048;

/// The event in the body of a message. Fields that the envelope does not know are passed over.
///
/// # Errors
/// Where the body is no such envelope.
pub fn parse(message: &str) -> Result<Event, Refused> {
    let envelope = body::json(message.as_bytes())?;
    let mut problems = Vec::new();
    let event = Fields::of(&envelope, "", &mut problems).and_then(|mut fields| read(&mut fields));
    match event {
        Some(event) if problems.is_empty() => Ok(event),
        _ => Err(Refused::of(problems)),
    }
}

/// Every field is read before the first missing one ends it, so that all problems are noted.
fn read(fields: &mut Fields<'_, '_>) -> Option<Event> {
    let version = optional(fields, "version");
    let id = required(fields, "id");
    let source = required(fields, "source");
    let detail_type = required(fields, "detail-type");
    let account = optional(fields, "account").unwrap_or_default();
    let time = time(fields);
    let region = optional(fields, "region").unwrap_or_default();
    let resources = resources(fields);
    let detail = detail(fields);
    Some(Event {
        version: version.unwrap_or_else(|| "0".to_owned()),
        id: id?,
        source: source?,
        detail_type: detail_type?,
        account,
        time: time?,
        region,
        resources,
        detail: detail?,
    })
}

fn required(fields: &mut Fields<'_, '_>, name: &str) -> Option<String> {
    let text = fields.required(name)?;
    if text.is_empty() {
        fields.problem(name, "is empty");
    }
    Some(checked(fields, name, text))
}

fn optional(fields: &mut Fields<'_, '_>, name: &str) -> Option<String> {
    let text = fields.text(name)?;
    Some(checked(fields, name, text))
}

/// These go into keys and logs, so they are short and in one line.
fn checked(fields: &mut Fields<'_, '_>, name: &str, text: &str) -> String {
    if let Some(message) = unfit(text, MOST_SHORT) {
        fields.problem(name, message);
    }
    text.to_owned()
}

fn time(fields: &mut Fields<'_, '_>) -> Option<Timestamp> {
    let text = fields.required("time")?;
    let time = text.parse().ok();
    if time.is_none() {
        let shown = quoted(text);
        let message = format!("must be a time such as `2026-11-21T10:00:00Z`, not {shown}");
        fields.problem("time", message);
    }
    time
}

fn resources(fields: &mut Fields<'_, '_>) -> Vec<String> {
    let mut resources = Vec::new();
    let listed = fields.list("resources").map(Vec::as_slice);
    for (index, resource) in listed.unwrap_or_default().iter().enumerate() {
        let text = resource.as_str().ok_or_else(|| must_be("text", resource));
        let fit = text.and_then(|text| unfit(text, MOST_RESOURCE).map_or(Ok(text), Err));
        match fit {
            Ok(text) => resources.push(text.to_owned()),
            Err(message) => {
                fields.note("resources", Problem::error(format!("/{index}"), message));
            }
        }
    }
    resources
}

fn detail(fields: &mut Fields<'_, '_>) -> Option<Value> {
    match fields.value("detail") {
        None => fields.problem("detail", "is missing"),
        Some(object @ Value::Object(_)) => return Some(object.clone()),
        Some(other) => fields.problem("detail", must_be("an object", other)),
    }
    None
}

#[cfg(test)]
#[path = "envelope_tests.rs"]
mod tests;
