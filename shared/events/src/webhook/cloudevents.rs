//! `CloudEvents` 1.0 over HTTP: structured and batched JSON, and binary mode with `ce-` headers.
//! Source: the specification, its JSON format and its HTTP binding, version 1.0.2.

mod attributes;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use groundplane_model::Problem;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use self::attributes::Attributes;
use super::{Delivery, Draft, instance};
use crate::body;
use crate::fields::{Fields, must_be};
use crate::refused::{Refused, quoted};

const STRUCTURED: &str = "application/cloudevents+json";
const BATCH: &str = "application/cloudevents-batch+json";
/// The most events in one batch, as many as alerts.
const MOST_EVENTS: usize = super::MOST_ALERTS;
/// The extension attribute that names the instance; names have letters and digits only.
const INSTANCE_ATTRIBUTE: &str = "groundplaneinstance";

pub(super) fn read(delivery: &Delivery<'_>) -> Result<Vec<Draft>, Refused> {
    let mut problems = Vec::new();
    let drafts = match delivery.headers.media_type().as_str() {
        STRUCTURED => {
            let value = body::json(delivery.body)?;
            structured(&value, "", &mut problems).into_iter().collect()
        }
        BATCH => batch(&body::json(delivery.body)?, &mut problems),
        _ if delivery.headers.get("ce-specversion").is_some() => {
            vec![binary(delivery, &mut problems)?]
        }
        other => {
            let shown = quoted(other);
            let problem = Problem::error("", format!("has the content type {shown}"));
            let hint = format!("send {STRUCTURED}, {BATCH}, or headers such as ce-specversion");
            return Err(Refused::of(vec![problem.with_hint(hint)]));
        }
    };
    if problems.is_empty() {
        Ok(drafts)
    } else {
        Err(Refused::of(problems))
    }
}

fn batch(value: &Value, problems: &mut Vec<Problem>) -> Vec<Draft> {
    let Value::Array(events) = value else {
        problems.push(Problem::error("", must_be("a list", value)));
        return Vec::new();
    };
    if events.len() > MOST_EVENTS {
        let count = events.len();
        let message = format!("has {count} events; at most {MOST_EVENTS} are taken at once");
        problems.push(Problem::error("", message));
        return Vec::new();
    }
    let events = events.iter().enumerate();
    events
        .filter_map(|(index, event)| structured(event, &format!("/{index}"), problems))
        .collect()
}

fn structured(value: &Value, at: &str, problems: &mut Vec<Problem>) -> Option<Draft> {
    let mut fields = Fields::of(value, at, problems)?;
    let attributes = Attributes::read(&mut fields);
    let (data, encoded) = (fields.value("data"), fields.text("data_base64"));
    let mut detail = Map::new();
    if let (Some(_), Some(_)) = (data, encoded) {
        fields.problem("data_base64", "excludes `data`");
    } else if let Some(encoded) = encoded {
        if STANDARD.decode(encoded).is_err() {
            fields.problem("data_base64", "is not base64");
        }
        detail.insert("data_base64".to_owned(), Value::from(encoded));
    } else if let Some(data) = data {
        detail.insert("data".to_owned(), data.clone());
    }
    Some(draft(at, attributes, detail))
}

/// In binary mode the attributes are headers and the body is the data.
fn binary(delivery: &Delivery<'_>, problems: &mut Vec<Problem>) -> Result<Draft, Refused> {
    let headers = delivery.headers.with_prefix("ce-");
    let mut named: Map<String, Value> = headers
        .map(|(name, value)| (name.to_owned(), Value::from(decoded(value))))
        .collect();
    if let Some(kind) = delivery.headers.get("content-type") {
        named.insert("datacontenttype".to_owned(), Value::from(kind));
    }
    let named = Value::Object(named);
    let attributes = match Fields::of(&named, "", problems) {
        Some(mut fields) => Attributes::read(&mut fields),
        None => Attributes::default(),
    };
    let kind = delivery.headers.media_type();
    let mut detail = Map::new();
    if !delivery.body.is_empty() {
        let (name, data) = binary_data(&kind, delivery.body)?;
        detail.insert(name.to_owned(), data);
    }
    Ok(draft("", attributes, detail))
}

fn binary_data(kind: &str, bytes: &[u8]) -> Result<(&'static str, Value), Refused> {
    let is_json = kind.ends_with("/json") || kind.ends_with("+json");
    if is_json {
        return Ok(("data", body::json(bytes)?));
    }
    match body::text(bytes) {
        Ok(text) if kind.starts_with("text/") => Ok(("data", Value::from(text))),
        Err(refused) if bytes.len() > body::MOST_BYTES => Err(refused),
        _ => Ok(("data_base64", Value::from(STANDARD.encode(bytes)))),
    }
}

/// Header values hold what is not plain ASCII, blanks and quotes as percent-encoded UTF-8.
fn decoded(value: &str) -> String {
    let value = value
        .strip_prefix('"')
        .and_then(|value| value.strip_suffix('"'))
        .unwrap_or(value);
    percent_decode_str(value).decode_utf8_lossy().into_owned()
}

fn draft(at: &str, attributes: Attributes, data: Map<String, Value>) -> Draft {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let own = |name: &str| text(attributes.own.get(name));
    let subject = own("subject");
    let extension = text(attributes.extensions.get(INSTANCE_ATTRIBUTE));
    let is_arn = |subject: &String| subject.starts_with("arn:");
    let identity = ["source", "id"].map(|name| own(name).unwrap_or_default());
    let mut detail = attributes.own.clone();
    if !attributes.extensions.is_empty() {
        let extensions = Value::Object(attributes.extensions);
        detail.insert("extensions".to_owned(), extensions);
    }
    detail.extend(data);
    Draft {
        at: at.to_owned(),
        identity: [vec!["cloudevent".to_owned()], identity.to_vec()].concat(),
        detail_type: own("type").unwrap_or_default(),
        time: attributes.time,
        resources: subject.clone().filter(is_arn).into_iter().collect(),
        instance: instance(extension.as_deref()).or_else(|| instance(subject.as_deref())),
        detail,
    }
}

#[cfg(test)]
#[path = "cloudevents_tests.rs"]
mod tests;
