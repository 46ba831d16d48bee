//! The contract of the table, on a real DynamoDB implementation.

mod commit;
mod conflict;
mod read;

use groundplane_model::{Index, Key, Partition, Record};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::dynamo::{KEYS, TestTable};

/// A record that needs nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Note {
    shelf: String,
    name: String,
    text: String,
    listed: bool,
    forgotten_at: Option<Timestamp>,
    #[serde(default)]
    version: u64,
}

impl Note {
    fn new(name: &str, text: &str) -> Self {
        Self {
            shelf: "one".to_owned(),
            name: name.to_owned(),
            text: text.to_owned(),
            listed: true,
            forgotten_at: None,
            version: 0,
        }
    }

    fn shelf(name: &str) -> Partition {
        Partition::outbox(name)
    }
}

impl Record for Note {
    const KIND: &'static str = "note";

    fn key(&self) -> Key {
        Key::new(Self::shelf(&self.shelf), format!("NOTE#{}", self.name))
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn index(&self) -> Option<Index> {
        self.listed.then(|| Index::environments(&self.name))
    }

    fn expires_at(&self) -> Option<Timestamp> {
        self.forgotten_at
    }
}

#[test]
fn the_table_of_the_tests_is_the_table_of_the_template() {
    let template = include_str!("../../../infra/template.yaml");
    let table = template.split("AWS::DynamoDB::Table").nth(1).unwrap();
    let table = table.split("\n\n").next().unwrap();
    for (name, kind) in KEYS {
        for line in [
            format!("- {{ AttributeName: {name}, AttributeType: S }}\n"),
            format!(
                "- {{ AttributeName: {name}, KeyType: {} }}\n",
                kind.as_str()
            ),
        ] {
            assert_eq!(table.matches(&line).count(), 1, "{line}");
        }
    }
    for line in [
        "- IndexName: gsi1\n",
        "Projection: { ProjectionType: ALL }\n",
        "StreamSpecification: { StreamViewType: NEW_IMAGE }\n",
        "TimeToLiveSpecification: { AttributeName: expires_at, Enabled: true }",
    ] {
        assert_eq!(table.matches(line).count(), 1, "{line}");
    }
}

/// A table with these notes in it.
async fn table_with(notes: &[Note]) -> TestTable {
    use groundplane_model::Change;
    use groundplane_ports::WriteTable;

    let table = TestTable::start().await;
    for some in notes.chunks(100) {
        table
            .commit(some.iter().map(Change::save).collect())
            .await
            .unwrap();
    }
    table
}
