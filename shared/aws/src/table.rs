//! The table on DynamoDB. An item is a record's fields beside `pk`, `sk`, `kind`, `version`, and
//! where they apply `gsi1pk`, `gsi1sk` and `expires_at` (seconds since 1970).

mod commit;
mod cursor;

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use groundplane_model::{Index, Key, Partition, Record};
use groundplane_ports::{Page, PortError, ReadTable, Result};

use self::cursor::{continue_after, cursor_of, start_after};
use crate::error::port_error;

const INDEX: &str = "gsi1";

type Item = HashMap<String, AttributeValue>;

/// One DynamoDB table.
#[derive(Debug, Clone)]
pub struct Table {
    client: Client,
    name: String,
}

impl Table {
    /// The table `name` that `client` reaches.
    #[must_use]
    pub const fn new(client: Client, name: String) -> Self {
        Self { client, name }
    }
}

impl ReadTable for Table {
    async fn get<R: Record>(&self, key: &Key) -> Result<Option<R>> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.name)
            .set_key(Some(key_item(key)))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| port_error("reading the table", &error))?;
        answer.item.map(record).transpose()
    }

    async fn query<R: Record>(&self, partition: &Partition, prefix: &str) -> Result<Vec<R>> {
        let mut records = Vec::new();
        let mut start = None;
        let (condition, values) = key_condition(["pk", "sk"], partition.as_str(), prefix);
        loop {
            let answer = self
                .client
                .query()
                .table_name(&self.name)
                .key_condition_expression(&condition)
                .set_expression_attribute_values(Some(values.clone()))
                .consistent_read(true)
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(|error| port_error("reading the table", &error))?;
            for item in answer.items.unwrap_or_default() {
                records.push(record(item)?);
            }
            start = answer.last_evaluated_key;
            if start.is_none() {
                return Ok(records);
            }
        }
    }

    async fn page<R: Record>(
        &self,
        partition: &Partition,
        prefix: &str,
        limit: u16,
        cursor: Option<&str>,
    ) -> Result<Page<R>> {
        let start = cursor.map(|cursor| continue_after(partition, prefix, cursor));
        let (condition, values) = key_condition(["pk", "sk"], partition.as_str(), prefix);
        let answer = self
            .client
            .query()
            .table_name(&self.name)
            .key_condition_expression(condition)
            .set_expression_attribute_values(Some(values))
            .consistent_read(true)
            .limit(i32::from(limit))
            .set_exclusive_start_key(start.transpose()?)
            .send()
            .await
            .map_err(|error| port_error("reading the table", &error))?;
        let items = answer.items.unwrap_or_default().into_iter();
        let last = answer.last_evaluated_key.as_ref();
        let last = last.and_then(|key| key.get("sk")?.as_s().ok());
        Ok(Page {
            records: items.map(record).collect::<Result<_>>()?,
            next: last.map(|sort| URL_SAFE_NO_PAD.encode(sort)),
        })
    }

    async fn list<R: Record>(
        &self,
        index: &Index,
        limit: u16,
        cursor: Option<&str>,
    ) -> Result<Page<R>> {
        let start = cursor.map(|cursor| start_after(index, cursor));
        let (condition, values) =
            key_condition(["gsi1pk", "gsi1sk"], &index.partition, &index.sort);
        let answer = self
            .client
            .query()
            .table_name(&self.name)
            .index_name(INDEX)
            .key_condition_expression(condition)
            .set_expression_attribute_values(Some(values))
            .limit(i32::from(limit))
            .set_exclusive_start_key(start.transpose()?)
            .send()
            .await
            .map_err(|error| port_error("listing the table", &error))?;
        let records = answer
            .items
            .unwrap_or_default()
            .into_iter()
            .map(record)
            .collect::<Result<_>>()?;
        Ok(Page {
            records,
            next: answer.last_evaluated_key.as_ref().and_then(cursor_of),
        })
    }
}

/// The condition for what lies in `partition` and has a sort key that starts with `prefix`.
fn key_condition(keys: [&str; 2], partition: &str, prefix: &str) -> (String, Item) {
    let [pk, sk] = keys;
    let mut values = HashMap::from([(":pk".to_owned(), text(partition))]);
    // DynamoDB refuses an empty string as a key value, so "everything" has no condition.
    if prefix.is_empty() {
        return (format!("{pk} = :pk"), values);
    }
    values.insert(":sk".to_owned(), text(prefix));
    (format!("{pk} = :pk AND begins_with({sk}, :sk)"), values)
}

fn key_item(key: &Key) -> Item {
    HashMap::from([
        ("pk".to_owned(), text(key.partition.as_str())),
        ("sk".to_owned(), text(&key.sort)),
    ])
}

fn record<R: Record>(item: Item) -> Result<R> {
    serde_dynamo::from_item(item).map_err(|error| {
        PortError::Internal(format!("a stored {} is unreadable: {error}", R::KIND))
    })
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}
