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

    /// Whether AWS itself says it: nobody else can put events with such a source on a bus.
    #[must_use]
    pub fn is_of_aws(&self) -> bool {
        self.source.starts_with("aws.")
    }
}

fn envelope_version() -> String {
    "0".to_owned()
}
