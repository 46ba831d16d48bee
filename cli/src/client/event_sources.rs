//! Sources of webhooks.

use std::fmt;

use groundplane_model::{EventSourceName, SourceAuth, WebhookFormat};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::transport::{Call, Method};
use super::{CallError, Client};
use crate::submission::json_body;

/// A source as the platform shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EventSource {
    /// Its name.
    pub(crate) name: EventSourceName,
    /// What it sends.
    pub(crate) format: WebhookFormat,
    /// How it proves who it is.
    pub(crate) auth: SourceAuth,
    /// Where its webhooks go.
    pub(crate) path: String,
    /// The user name of one that sends a password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) user_name: Option<String>,
    /// When its secret was made.
    pub(crate) rotated_at: Option<Timestamp>,
    /// Until when the secret before is valid as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) previous_valid_until: Option<Timestamp>,
    /// When it was registered.
    pub(crate) created_at: Timestamp,
    /// Who registered it.
    pub(crate) created_by: String,
    /// When it was last changed.
    pub(crate) updated_at: Timestamp,
    /// Who changed it last.
    pub(crate) updated_by: String,
    /// Its secret, in the answer to the request that made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) secret: Option<Secret>,
}

/// A secret on its way to the terminal. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Secret(String);

impl Secret {
    /// The secret as text.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// A source that was deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DeletedSource {
    /// Its name.
    pub(crate) name: EventSourceName,
}

impl Client {
    /// Every source of the tenant.
    pub(crate) fn event_sources(&self) -> Result<Vec<EventSource>, CallError> {
        self.every("/v1/event-sources", &[], "event sources")
    }

    /// One source.
    pub(crate) fn event_source(&self, name: &EventSourceName) -> Result<EventSource, CallError> {
        self.send(&Call::new(Method::Get, &path(name)))
    }

    /// Registers a source, or changes it. Doing it again changes nothing.
    pub(crate) fn put_event_source(
        &self,
        name: &EventSourceName,
        format: WebhookFormat,
        auth: SourceAuth,
    ) -> Result<EventSource, CallError> {
        let body = json_body(&json!({"format": format, "auth": auth}));
        self.send(&Call::new(Method::Put(&body), &path(name)))
    }

    /// Makes a new secret.
    pub(crate) fn rotate_event_source(
        &self,
        name: &EventSourceName,
        previous_valid_hours: Option<u16>,
    ) -> Result<EventSource, CallError> {
        let body = json_body(&json!({}));
        let mut call = Call::new(Method::Post(&body), &format!("{}/rotations", path(name)));
        let hours = previous_valid_hours.map(|hours| hours.to_string());
        call.ask("previousValidHours", hours.as_deref());
        self.send(&call)
    }

    /// Deletes a source.
    pub(crate) fn delete_event_source(
        &self,
        name: &EventSourceName,
    ) -> Result<DeletedSource, CallError> {
        self.send(&Call::new(Method::Delete, &path(name)))
    }

    /// Where a path of the platform is.
    pub(crate) fn address(&self, path: &str) -> String {
        format!("{}{path}", self.transport.endpoint())
    }
}

fn path(name: &EventSourceName) -> String {
    format!("/v1/event-sources/{name}")
}
