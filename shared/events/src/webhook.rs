//! What monitoring and other systems send, to events. A body that is not what its source sends is
//! refused as a whole, with everything that is wrong with it. Whose instances an event may reach
//! follows from the source alone; nothing in a body can change it.

mod alerts;
mod cloudevents;
mod json;

use std::collections::BTreeSet;

use groundplane_model::{Digest, Event, EventSourceName, InstanceId, Problem, TenantId};
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::body;
use crate::headers::Headers;
use crate::refused::Refused;

pub use alerts::MOST_ALERTS;
pub use groundplane_model::WebhookFormat as Format;

/// The most bytes of an event that a webhook becomes. The bus takes 256 KiB, and so does
/// [`crate::envelope::parse`] behind it; in between the event gets an account, a region, a longer
/// `id` and its own id in `detail`, some 130 bytes. So what is taken here arrives there.
pub const MOST_EVENT_BYTES: usize = body::MOST_BYTES - 1024;
/// The deepest that `detail` may be nested: the envelope is one level more.
const MOST_DEPTH: usize = body::MOST_DEPTH - 1;

/// A registered source of webhooks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Its name; its events have the source `webhook.<name>`.
    pub name: EventSourceName,
    /// What it sends.
    pub format: Format,
    /// The tenant that owns it, whose instances its events may reach.
    pub tenant: TenantId,
}

/// One request from a source, already authenticated.
#[derive(Debug, Clone, Copy)]
pub struct Delivery<'a> {
    /// Its headers.
    pub headers: &'a Headers,
    /// Its body, as it came.
    pub body: &'a [u8],
    /// When it came in. Nothing happened later than this, whatever the sender's clock says.
    pub received_at: Timestamp,
}

/// The events in a request, in its order, each once. Every one of them is an event that
/// [`crate::envelope::parse`] takes when it comes from the bus. The same thing sent again is the same event, with the same id.
///
/// # Errors
/// Where the body is not what the source sends, or holds too much: more alerts or events than are
/// taken at once, or one that is too large or too deep as an event.
pub fn read(source: &Source, delivery: &Delivery<'_>) -> Result<Vec<Event>, Refused> {
    let drafts = match source.format {
        Format::Alertmanager => alerts::read(&alerts::ALERTMANAGER, delivery),
        Format::Grafana => alerts::read(&alerts::GRAFANA, delivery),
        Format::Json => json::read(delivery),
        Format::CloudEvents => cloudevents::read(delivery),
    }?;
    let mut seen = BTreeSet::new();
    let mut problems = Vec::new();
    let mut events = Vec::new();
    for draft in drafts {
        let at = draft.at.clone();
        let event = draft.finish(source, delivery.received_at);
        if let Some(message) = unfit(&event) {
            problems.push(Problem::error(at, message));
        } else if seen.insert(event.id.clone()) {
            events.push(event);
        }
    }
    if problems.is_empty() {
        Ok(events)
    } else {
        Err(Refused::of(problems))
    }
}

/// Why the bus, or what is behind it, would not take an event.
fn unfit(event: &Event) -> Option<String> {
    let (bytes, most) = (event_bytes(event), MOST_EVENT_BYTES);
    if bytes > most {
        return Some(format!(
            "is {bytes} bytes long as an event; at most {most} are taken"
        ));
    }
    let most = body::MOST_DEPTH;
    let is_deep = body::depth(&event.detail) > MOST_DEPTH;
    is_deep.then(|| format!("is nested deeper than {most} levels as an event"))
}

fn event_bytes(event: &Event) -> usize {
    // INVARIANT: text, times and JSON always serialise; if not, the event is too large to send.
    serde_json::to_vec(event).map_or(usize::MAX, |bytes| bytes.len())
}

/// What a format makes of one thing that it was sent.
#[derive(Debug)]
struct Draft {
    /// Where it lies in the body.
    at: String,
    /// What tells it from everything else that the source sends.
    identity: Vec<String>,
    detail_type: String,
    /// When it happened, if it says so.
    time: Option<Timestamp>,
    resources: Vec<String>,
    /// The instance that it is meant for, if it names one.
    instance: Option<InstanceId>,
    detail: Map<String, Value>,
}

impl Draft {
    fn finish(mut self, source: &Source, received_at: Timestamp) -> Event {
        let mut detail = Map::new();
        let tenant = Value::from(source.tenant.as_str());
        detail.insert(Event::TENANT.to_owned(), tenant);
        if let Some(instance) = self.instance {
            detail.insert(Event::INSTANCE.to_owned(), Value::from(instance.as_str()));
        }
        for name in [Event::TENANT, Event::INSTANCE, Event::ID] {
            self.detail.remove(name);
        }
        detail.extend(self.detail);
        Event {
            version: "0".to_owned(),
            id: id(source, &self.identity),
            source: format!("webhook.{}", source.name),
            detail_type: self.detail_type,
            account: String::new(),
            time: self.time.map_or(received_at, |time| time.min(received_at)),
            region: String::new(),
            resources: self.resources,
            detail: Value::Object(detail),
        }
    }
}

/// A digest of what tells an event from all others. Each part goes in with its length, so that no
/// two lists of parts read alike.
fn id(source: &Source, identity: &[String]) -> String {
    let mut text = String::new();
    let own = [source.tenant.as_str(), source.name.as_str()];
    for part in own.into_iter().chain(identity.iter().map(String::as_str)) {
        text.push_str(&format!("{}:{part}", part.len()));
    }
    Digest::of(text.as_bytes()).short(32).to_owned()
}

/// The digest of JSON, whatever the order of its fields.
fn digest(value: &Value) -> String {
    let mut sorted = value.clone();
    sorted.sort_all_objects();
    Digest::of(sorted.to_string().as_bytes())
        .as_str()
        .to_owned()
}

/// The instance that a text names, if it is one.
fn instance(text: Option<&str>) -> Option<InstanceId> {
    text.and_then(|text| InstanceId::parse(text).ok())
}

#[cfg(test)]
#[path = "webhook_tests.rs"]
mod tests;
