//! The table on DynamoDB. An item is a record's fields beside `pk`, `sk`, `kind`, `version`, and
//! where they apply `gsi1pk`, `gsi1sk` and `expires_at` (seconds since 1970).

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    AttributeValue, CancellationReason, ConditionCheck, Delete, Put, TransactWriteItem,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use groundplane_model::{Change, Index, Key, Partition, Record};
use groundplane_ports::{Page, PortError, ReadTable, Result, WriteTable};
use serde_json::Value;

use crate::error::port_error;

const INDEX: &str = "gsi1";

/// `TransactWriteItems` takes at most 100 actions (Amazon DynamoDB API reference).
const MOST_CHANGES: usize = 100;

/// A sort key has at most 1024 bytes (Amazon DynamoDB developer guide, "Quotas").
const LONGEST_KEY: usize = 1024;

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

impl WriteTable for Table {
    async fn commit(&self, changes: Vec<Change>) -> Result<()> {
        if changes.is_empty() {
            return Ok(());
        }
        if changes.len() > MOST_CHANGES {
            let count = changes.len();
            return Err(PortError::Internal(format!(
                "{count} changes are too many for one commit"
            )));
        }
        let keys: Vec<Key> = changes.iter().map(|change| change.key().clone()).collect();
        let items = changes
            .into_iter()
            .map(|change| self.action(change))
            .collect::<Result<Vec<_>>>()?;
        self.client
            .transact_write_items()
            .set_transact_items(Some(items))
            .send()
            .await
            .map(|_| ())
            .map_err(|error| commit_error(&keys, &error))
    }
}

impl Table {
    fn action(&self, change: Change) -> Result<TransactWriteItem> {
        let action = TransactWriteItem::builder();
        let built = match change {
            Change::Save {
                key,
                kind,
                expected,
                version,
                content,
                index,
                expires_at,
            } => {
                let mut item = content_item(content)?;
                item.extend(key_item(&key));
                item.insert("kind".to_owned(), text(kind));
                item.insert("version".to_owned(), number(version));
                if let Some(index) = index {
                    item.insert("gsi1pk".to_owned(), text(&index.partition));
                    item.insert("gsi1sk".to_owned(), text(&index.sort));
                }
                if let Some(end) = expires_at {
                    item.insert(
                        "expires_at".to_owned(),
                        AttributeValue::N(end.as_second().to_string()),
                    );
                }
                let (condition, values) = condition(expected);
                let put = Put::builder()
                    .table_name(&self.name)
                    .set_item(Some(item))
                    .condition_expression(condition)
                    .set_expression_attribute_values(values);
                put.build().map(|put| action.put(put))
            }
            Change::Remove { key, expected } => {
                let (condition, values) = condition(expected);
                let delete = Delete::builder()
                    .table_name(&self.name)
                    .set_key(Some(key_item(&key)))
                    .condition_expression(condition)
                    .set_expression_attribute_values(values);
                delete.build().map(|delete| action.delete(delete))
            }
            Change::Check { key, expected } => {
                let (condition, values) = condition(expected);
                let check = ConditionCheck::builder()
                    .table_name(&self.name)
                    .set_key(Some(key_item(&key)))
                    .condition_expression(condition)
                    .set_expression_attribute_values(values);
                check.build().map(|check| action.condition_check(check))
            }
        };
        built
            .map(aws_sdk_dynamodb::types::builders::TransactWriteItemBuilder::build)
            .map_err(|error| PortError::Internal(error.to_string()))
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

/// `version` is no reserved word of DynamoDB, so it needs no placeholder.
fn condition(expected: u64) -> (&'static str, Option<Item>) {
    if expected == 0 {
        ("attribute_not_exists(pk)", None)
    } else {
        let values = HashMap::from([(":version".to_owned(), number(expected))]);
        ("version = :version", Some(values))
    }
}

fn commit_error(keys: &[Key], error: &SdkError<TransactWriteItemsError>) -> PortError {
    let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) =
        error.as_service_error()
    else {
        return port_error("writing the table", error);
    };
    let reasons = cancelled.cancellation_reasons();
    let codes = |wanted: &'static str| {
        reasons
            .iter()
            .zip(keys)
            .filter(move |(reason, _)| reason.code() == Some(wanted))
    };
    if let Some((_, key)) = codes("ConditionalCheckFailed").next() {
        return PortError::Conflict(format!("`{} {}`", key.partition.as_str(), key.sort));
    }
    if [
        "TransactionConflict",
        "ThrottlingError",
        "ProvisionedThroughputExceeded",
    ]
    .iter()
    .any(|code| codes(code).next().is_some())
    {
        return PortError::Unavailable("writing the table: the items are busy".to_owned());
    }
    let why = reasons
        .iter()
        .find_map(CancellationReason::message)
        .unwrap_or("no reason given");
    PortError::Internal(format!("writing the table: {why}"))
}

fn key_item(key: &Key) -> Item {
    HashMap::from([
        ("pk".to_owned(), text(key.partition.as_str())),
        ("sk".to_owned(), text(&key.sort)),
    ])
}

fn content_item(content: Value) -> Result<Item> {
    serde_dynamo::to_item(content).map_err(|error| PortError::Internal(error.to_string()))
}

fn record<R: Record>(item: Item) -> Result<R> {
    serde_dynamo::from_item(item).map_err(|error| {
        PortError::Internal(format!("a stored {} is unreadable: {error}", R::KIND))
    })
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// A cursor names the last record of its page: the keys that the index does not imply.
fn cursor_of(last: &Item) -> Option<String> {
    let part = |name: &str| last.get(name).and_then(|value| value.as_s().ok());
    let keys = format!("{}\n{}\n{}", part("gsi1sk")?, part("pk")?, part("sk")?);
    Some(URL_SAFE_NO_PAD.encode(keys))
}

/// A cursor within a partition is the sort key of the last record of its page.
fn continue_after(partition: &Partition, prefix: &str, cursor: &str) -> Result<Item> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok();
    let sort = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    let is_key = |sort: &String| sort.starts_with(prefix) && sort.len() <= LONGEST_KEY;
    let sort = sort.filter(is_key).filter(|sort| !sort.is_empty());
    let sort = sort.ok_or_else(forged)?;
    Ok(key_item(&Key::new(partition.clone(), sort)))
}

fn forged() -> PortError {
    PortError::Refused("the cursor is not one that a listing gave".to_owned())
}

fn start_after(index: &Index, cursor: &str) -> Result<Item> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| forged())?;
    let keys = String::from_utf8(bytes).map_err(|_| forged())?;
    let parts: Vec<&str> = keys.split('\n').collect();
    let [gsi1sk, pk, sk] = parts.as_slice() else {
        return Err(forged());
    };
    let is_key = |part: &&str| (1..=LONGEST_KEY).contains(&part.len());
    if !parts.iter().all(is_key) || !gsi1sk.starts_with(&index.sort) {
        return Err(forged());
    }
    // A forged cursor can only move within the listing: the index partition is ours.
    Ok(HashMap::from([
        ("gsi1pk".to_owned(), text(&index.partition)),
        ("gsi1sk".to_owned(), text(gsi1sk)),
        ("pk".to_owned(), text(pk)),
        ("sk".to_owned(), text(sk)),
    ]))
}
