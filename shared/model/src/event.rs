//! Events as they arrive, in the envelope of EventBridge.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One event. Source: "Events" in the user guide of Amazon EventBridge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The version of the envelope, `0`.
    #[serde(default = "envelope_version")]
    pub version: String,
    /// Tells it from every other event; the same for each delivery.
    pub id: String,
    /// Who says it, for example `aws.ecs`.
    pub source: String,
    /// What kind it is, for example `ECS Task State Change`.
    #[serde(rename = "detail-type")]
    pub detail_type: String,
    /// The account that it is about.
    #[serde(default)]
    pub account: String,
    /// When it happened.
    pub time: Timestamp,
    /// The region that it is about.
    #[serde(default)]
    pub region: String,
    /// The ARNs of what it is about.
    #[serde(default)]
    pub resources: Vec<String>,
    /// What happened; a JSON object.
    #[serde(default)]
    pub detail: Value,
}

impl Event {
    /// The field of `detail` that names the instance which an event is meant for.
    pub const INSTANCE: &'static str = "groundplane.dev/instance";
    /// The field of `detail` that names the tenant whose instances an event may reach. The
    /// platform sets it on what comes in from outside, whatever the sender wrote.
    pub const TENANT: &'static str = "groundplane.dev/tenant";
    /// The field of `detail` that holds the id of an event which the platform put on a bus. The bus
    /// gives each delivery of it another `id`.
    pub const ID: &'static str = "groundplane.dev/event-id";
    /// The most bytes of an id.
    const LONGEST_ID: usize = 256;

    /// What tells it from every other event, however often a bus delivers it under another `id`.
    /// AWS gives its own events one id for all deliveries, and nobody else writes in their detail.
    #[must_use]
    pub fn own_id(&self) -> &str {
        let kept = self.detail.get(Self::ID).and_then(Value::as_str);
        let kept = kept.filter(|id| (1..=Self::LONGEST_ID).contains(&id.len()));
        kept.filter(|_| !self.is_of_aws()).unwrap_or(&self.id)
    }

    /// Its detail as it is put on a bus: with its own id, by which it is known again.
    #[must_use]
    pub fn detail_for_bus(&self) -> Value {
        let mut detail = self.detail.clone();
        if let Value::Object(fields) = &mut detail {
            fields.insert(Self::ID.to_owned(), Value::from(self.id.as_str()));
        }
        detail
    }

    /// Whether AWS itself says it: nobody else can put events with such a source on a bus.
    #[must_use]
    pub fn is_of_aws(&self) -> bool {
        self.source.starts_with("aws.")
    }
}

fn envelope_version() -> String {
    "0".to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(source: &str, detail: &Value) -> Event {
        let event = json!({
            "id": "e-1", "source": source, "detail-type": "Alert",
            "time": "2026-01-01T00:00:00Z", "detail": detail,
        });
        serde_json::from_value(event).unwrap()
    }

    #[test]
    fn an_event_keeps_its_id_on_its_way_over_a_bus() {
        let sent = event("webhook.disks", &json!({"status": "firing"}));
        let detail = sent.detail_for_bus();
        assert_eq!(detail[Event::ID], "e-1");
        let arrived = Event {
            id: "another".to_owned(),
            detail,
            ..sent.clone()
        };
        assert_eq!((arrived.own_id(), sent.own_id()), ("e-1", "e-1"));
    }

    #[test]
    fn an_id_in_the_detail_of_an_event_of_aws_or_that_is_none_does_not_count() {
        let forged = json!({Event::ID: "e-2"});
        assert_eq!(event("aws.ecs", &forged).own_id(), "e-1");
        for none in [json!(""), json!(7), json!("x".repeat(257))] {
            let detail = json!({Event::ID: none});
            assert_eq!(event("webhook.disks", &detail).own_id(), "e-1");
        }
        assert_eq!(
            event("webhook.disks", &json!("text")).detail_for_bus(),
            "text"
        );
    }
}
