//! The platform's event bus.

use std::time::Duration;

use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::primitives::DateTime;
use aws_sdk_eventbridge::types::{PutEventsRequestEntry, PutEventsResultEntry};
use groundplane_model::Event;
use groundplane_ports::{PortError, PublishEvents, Result};

use crate::error::port_error;

/// The source of the events that Groundplane tells of itself.
const SOURCE: &str = "groundplane";
/// The most entries of one call (`PutEvents`, API reference of Amazon EventBridge).
const MOST_ENTRIES: usize = 10;
/// The most bytes of one call.
const MOST_BYTES: usize = 256 * 1024;
/// How long is waited before each attempt to put what was refused.
const PAUSES: [Duration; 3] = [
    Duration::ZERO,
    Duration::from_millis(50),
    Duration::from_millis(250),
];

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
            .source(SOURCE)
            .detail_type(detail_type)
            .detail(detail);
        self.put(vec![entry.build()]).await
    }

    async fn relay(&self, event: &Event) -> Result<()> {
        self.put(vec![external(event)]).await
    }

    async fn relay_all(&self, events: &[Event]) -> Result<()> {
        for batch in batches(events) {
            self.put(batch).await?;
        }
        Ok(())
    }
}

impl EventBus {
    /// Puts entries of one call. `PutEvents` answers 200 even where it refused some of them; those
    /// are put again.
    async fn put(&self, mut entries: Vec<PutEventsRequestEntry>) -> Result<()> {
        for entry in &mut entries {
            entry.event_bus_name = Some(self.name.clone());
        }
        let mut refused = String::new();
        for pause in PAUSES {
            tokio::time::sleep(pause).await;
            let put = self.client.put_events();
            let answer = put.set_entries(Some(entries.clone())).send().await;
            let answer = answer.map_err(|error| port_error("publishing an event", &error))?;
            let results = answer.entries().iter();
            let code = |result: &PutEventsResultEntry| result.error_code().map(str::to_owned);
            let codes: Vec<Option<String>> = results.map(code).collect();
            if let Some(code) = codes.iter().flatten().next() {
                refused.clone_from(code);
            }
            let each = entries.into_iter().zip(codes);
            entries = each
                .filter_map(|(entry, code)| code.and(Some(entry)))
                .collect();
            if entries.is_empty() {
                return Ok(());
            }
        }
        let message = format!("publishing an event: {refused}");
        Err(PortError::Unavailable(message))
    }
}

/// An event with its own source, time and resources.
fn external(event: &Event) -> PutEventsRequestEntry {
    PutEventsRequestEntry::builder()
        .source(&event.source)
        .detail_type(&event.detail_type)
        .time(DateTime::from_secs(event.time.as_second()))
        .set_resources(Some(event.resources.clone()))
        .detail(event.detail_for_bus().to_string())
        .build()
}

/// The events in their order, in as few calls as their number and sizes allow.
fn batches(events: &[Event]) -> Vec<Vec<PutEventsRequestEntry>> {
    let mut batches = Vec::new();
    let mut batch: Vec<PutEventsRequestEntry> = Vec::new();
    let mut bytes = 0;
    for event in events {
        let entry = external(event);
        let more = size(&entry);
        if batch.len() == MOST_ENTRIES || (bytes + more > MOST_BYTES && !batch.is_empty()) {
            batches.push(std::mem::take(&mut batch));
            bytes = 0;
        }
        bytes += more;
        batch.push(entry);
    }
    if !batch.is_empty() {
        batches.push(batch);
    }
    batches
}

/// How many bytes of a call an entry counts as ("Calculating event sizes", user guide of Amazon
/// EventBridge).
fn size(entry: &PutEventsRequestEntry) -> usize {
    let texts = [entry.source(), entry.detail_type(), entry.detail()];
    let texts = texts.into_iter().flatten();
    let resources = entry.resources().iter().map(String::as_str);
    let time = entry.time().map_or(0, |_| 14);
    time + texts.chain(resources).map(str::len).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(bytes: usize) -> Event {
        let event = json!({
            "id": "e-1", "source": "webhook.disks", "detail-type": "Webhook",
            "time": "2026-01-01T00:00:00Z", "resources": ["arn:a"],
            "detail": {"data": "x".repeat(bytes)},
        });
        serde_json::from_value(event).unwrap()
    }

    fn lengths(events: &[Event]) -> Vec<usize> {
        batches(events).iter().map(Vec::len).collect()
    }

    #[test]
    fn a_call_takes_ten_events() {
        assert_eq!(lengths(&[]), Vec::<usize>::new());
        assert_eq!(lengths(&vec![event(10); 10]), [10]);
        assert_eq!(lengths(&vec![event(10); 21]), [10, 10, 1]);
    }

    #[test]
    fn a_call_takes_so_many_bytes_and_a_larger_event_goes_alone() {
        let third = MOST_BYTES / 3;
        assert_eq!(lengths(&vec![event(third); 3]), [2, 1]);
        assert_eq!(
            lengths(&[event(10), event(MOST_BYTES), event(10)]),
            [1, 1, 1]
        );
    }

    #[test]
    fn what_counts_of_an_event_is_its_time_and_its_texts() {
        let entry = external(&event(0));
        let texts = "webhook.disks".len() + "Webhook".len() + "arn:a".len();
        let detail = r#"{"data":"","groundplane.dev/event-id":"e-1"}"#;
        assert_eq!(entry.detail(), Some(detail));
        assert_eq!(size(&entry), 14 + texts + detail.len());
    }
}
