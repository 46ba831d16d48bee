//! The export of the audit log: lines by tenant and day, and the same objects for a batch that comes
//! again.

use std::collections::BTreeMap;
use std::sync::Mutex;

use groundplane_export_audit::{Answer, handle};
use groundplane_model::FailureKind;
use groundplane_ports::{KeepAudit, PortError, Result};
use serde_json::{Value, json};

const SAMPLE: &str = include_str!("../../events/export-audit.json");

/// A bucket.
#[derive(Default)]
struct Bucket {
    objects: Mutex<BTreeMap<String, String>>,
    is_broken: bool,
}

impl KeepAudit for Bucket {
    async fn keep(&self, name: &str, content: &[u8]) -> Result<()> {
        if self.is_broken {
            return Err(PortError::Unavailable("the bucket is away".to_owned()));
        }
        let text = String::from_utf8(content.to_vec()).unwrap();
        self.objects.lock().unwrap().insert(name.to_owned(), text);
        Ok(())
    }
}

/// An entry of somebody, at a time.
fn record(tenant: Option<&str>, at: &str) -> Value {
    let sample: Value = serde_json::from_str(SAMPLE).unwrap();
    let mut record = sample["Records"][0].clone();
    let image = &mut record["dynamodb"]["NewImage"];
    image["at"]["S"] = json!(at);
    match tenant {
        Some(tenant) => image["actor"]["M"]["tenant"]["S"] = json!(tenant),
        None => drop(
            image["actor"]["M"]
                .as_object_mut()
                .unwrap()
                .remove("tenant"),
        ),
    }
    record
}

async fn export(bucket: &Bucket, records: &[Value]) -> Answer {
    let batch = serde_json::from_value(json!({"Records": records})).unwrap();
    handle(bucket, batch).await.unwrap()
}

#[tokio::test]
async fn each_tenant_and_day_of_a_batch_becomes_an_object_of_lines() {
    let bucket = Bucket::default();
    let records = [
        record(Some("acme"), "2026-01-05T08:00:00Z"),
        record(Some("umbrella"), "2026-01-05T08:00:01Z"),
        record(Some("acme"), "2026-01-05T23:59:59.999Z"),
        record(Some("acme"), "2026-01-06T00:00:00Z"),
        record(None, "2026-01-06T00:00:00Z"),
    ];
    let answer = export(&bucket, &records).await;
    assert_eq!((answer.entries, answer.objects.len()), (5, 4));
    let objects = bucket.objects.lock().unwrap().clone();
    let lines = |folder: &str| {
        let found = objects.iter().find(|(name, _)| name.starts_with(folder));
        let (name, text) = found.unwrap_or_else(|| panic!("nothing in {folder}: {objects:?}"));
        assert!(name.ends_with(".jsonl"), "{name}");
        let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
        lines.collect::<Vec<Value>>()
    };
    let acme = lines("audit/acme/2026/01/05/");
    assert_eq!(acme.len(), 2);
    assert_eq!(acme[0]["action"], "instance:deploy");
    assert_eq!(acme[1]["at"], "2026-01-05T23:59:59.999Z");
    for folder in [
        "audit/acme/2026/01/06/",
        "audit/umbrella/2026/01/05/",
        "audit/_/2026/01/06/",
    ] {
        assert_eq!(lines(folder).len(), 1, "{folder}");
    }
}

#[tokio::test]
async fn a_batch_that_comes_again_writes_the_same_objects() {
    let bucket = Bucket::default();
    let records = [record(Some("acme"), "2026-01-05T08:00:00Z")];
    let first = export(&bucket, &records).await;
    assert_eq!(export(&bucket, &records).await, first);
    assert_eq!(bucket.objects.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn what_cannot_be_read_is_left_out_and_what_cannot_be_written_comes_again() {
    let bucket = Bucket::default();
    let mut broken = record(Some("acme"), "2026-01-05T08:00:00Z");
    broken["dynamodb"]["NewImage"]["outcome"]["S"] = json!("none of them");
    let records = [broken, record(Some("acme"), "2026-01-05T08:00:00Z")];
    assert_eq!(export(&bucket, &records).await.entries, 1);

    let away = Bucket {
        is_broken: true,
        ..Bucket::default()
    };
    let batch = serde_json::from_value(json!({"Records": records})).unwrap();
    let failure = handle(&away, batch).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Unavailable);
}
