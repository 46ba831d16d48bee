//! The platform's event bus.

use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use groundplane_ports::{PortError, PublishEvents, Result};

use crate::error::port_error;

/// The source of every event that Groundplane puts.
const SOURCE: &str = "groundplane";

/// An EventBridge bus.
#[derive(Debug, Clone)]
pub struct EventBus {
    client: Client,
    name: String,
}

impl EventBus {
    /// The bus that `client` reaches.
    #[must_use]
    pub const fn new(client: Client, name: String) -> Self {
        Self { client, name }
    }
}

impl PublishEvents for EventBus {
    async fn publish(&self, detail_type: &str, detail: &str) -> Result<()> {
        let entry = PutEventsRequestEntry::builder()
            .event_bus_name(&self.name)
            .source(SOURCE)
            .detail_type(detail_type)
            .detail(detail)
            .build();
        let answer = self
            .client
            .put_events()
            .entries(entry)
            .send()
            .await
            .map_err(|error| port_error("publishing an event", &error))?;
        // PutEvents answers 200 even where it refused the entry.
        match answer.entries().iter().find_map(|entry| entry.error_code()) {
            None => Ok(()),
            Some(code) => Err(PortError::Unavailable(format!(
                "publishing an event: {code}"
            ))),
        }
    }
}
