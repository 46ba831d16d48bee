//! Writes the audit log to a bucket, as lines of JSON. The table's stream delivers entries at least
//! once and in whole batches: what a batch has of one tenant and day becomes one object, which is named
//! by its content, so that a batch that comes again writes what is there already.

use std::collections::BTreeMap;

use groundplane_model::{AuditEntry, Digest, Failure};
use groundplane_ports::KeepAudit;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A batch of the stream, as far as it matters here.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Batch {
    /// The records.
    #[serde(rename = "Records", default)]
    pub records: Vec<StreamRecord>,
}

/// A record of the stream.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct StreamRecord {
    /// What changed.
    pub dynamodb: StreamChange,
}

/// What changed in the table.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct StreamChange {
    /// The place in the stream.
    #[serde(rename = "SequenceNumber")]
    pub sequence_number: String,
    /// The item as it is now, in DynamoDB's JSON; none for a removal.
    #[serde(rename = "NewImage")]
    pub new_image: Option<serde_dynamo::Item>,
}

/// What was written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// The objects.
    pub objects: Vec<String>,
    /// How many entries they have.
    pub entries: usize,
}

/// The folder of callers whose tenant is unknown; no tenant has such a name.
const NO_TENANT: &str = "_";

/// Writes a batch. An entry that cannot be read is logged and left out: it is still in the table.
///
/// # Errors
/// Where an object cannot be written; then the stream delivers the whole batch again.
pub async fn handle(log: &impl KeepAudit, batch: Batch) -> Result<Answer, Failure> {
    let mut days: BTreeMap<(String, Date), Vec<AuditEntry>> = BTreeMap::new();
    for record in batch.records {
        let StreamChange {
            sequence_number,
            new_image,
        } = record.dynamodb;
        let Some(entry) = new_image.and_then(|item| read(item, &sequence_number)) else {
            continue;
        };
        let tenant = entry.actor.tenant.as_ref();
        let tenant = tenant.map_or_else(|| NO_TENANT.to_owned(), ToString::to_string);
        let day = AuditEntry::day_of(entry.at);
        days.entry((tenant, day)).or_default().push(entry);
    }
    let mut answer = Answer::default();
    for ((tenant, day), entries) in days {
        let lines = lines(&entries);
        let name = Digest::of(lines.as_bytes());
        let day = day.strftime("%Y/%m/%d");
        let object = format!("audit/{tenant}/{day}/{name}.jsonl");
        log.keep(&object, lines.as_bytes()).await?;
        answer.entries += entries.len();
        answer.objects.push(object);
    }
    Ok(answer)
}

fn read(item: serde_dynamo::Item, sequence_number: &str) -> Option<AuditEntry> {
    match serde_dynamo::from_item(item) {
        Ok(entry) => Some(entry),
        Err(error) => {
            tracing::error!(sequence_number, %error, "an entry of the audit log is unreadable");
            None
        }
    }
}

/// One line for each entry.
fn lines(entries: &[AuditEntry]) -> String {
    let line = |entry: &AuditEntry| {
        // INVARIANT: entries are plain structs with string keys, which always serialise.
        let line = serde_json::to_string(entry).unwrap_or_default();
        line + "\n"
    };
    entries.iter().map(line).collect()
}
