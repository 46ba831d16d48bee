//! Writing: all changes of a commit in one transaction.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::builders::UpdateBuilder;
use aws_sdk_dynamodb::types::{
    AttributeValue, CancellationReason, ConditionCheck, Delete, Put, TransactWriteItem, Update,
};
use groundplane_model::{Change, Key};
use groundplane_ports::{PortError, Result, WriteTable};
use serde_json::Value;

use super::{Item, Table, key_item, text};
use crate::error::port_error;

/// `TransactWriteItems` takes at most 100 actions (Amazon DynamoDB API reference).
const MOST_CHANGES: usize = 100;

/// The reason of a transaction that met another one, which the SDK does not retry (Amazon DynamoDB
/// developer guide, "Transaction conflict handling").
const CONFLICT: &str = "TransactionConflict";

/// How often a transaction that met another one is tried.
const ATTEMPTS: u32 = 8;

/// The most that is waited after the first attempt.
const FIRST_PAUSE: Duration = Duration::from_millis(10);

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
        let mut attempt = 1;
        loop {
            let written = self
                .client
                .transact_write_items()
                .set_transact_items(Some(items.clone()))
                .send()
                .await;
            let Err(error) = written else {
                return Ok(());
            };
            if attempt == ATTEMPTS || !meets_another(&error) {
                return Err(commit_error(&keys, &error));
            }
            tokio::time::sleep(pause(attempt)).await;
            attempt += 1;
        }
    }
}

/// Whether another transaction is at work on one of the items, and nothing else is wrong. Then
/// nothing was written, and once the other one has ended the conditions decide.
fn meets_another(error: &SdkError<TransactWriteItemsError>) -> bool {
    let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) =
        error.as_service_error()
    else {
        return false;
    };
    let reasons = cancelled.cancellation_reasons();
    let codes: Vec<&str> = reasons
        .iter()
        .filter_map(CancellationReason::code)
        .collect();
    codes.contains(&CONFLICT) && codes.iter().all(|code| [CONFLICT, "None"].contains(code))
}

/// Full jitter: up to 10 ms after the first attempt, and twice as much after each further one.
fn pause(attempt: u32) -> Duration {
    let most = FIRST_PAUSE.saturating_mul(1 << attempt.saturating_sub(1).min(16));
    let random = getrandom::u32().unwrap_or(u32::MAX);
    most.mul_f64(f64::from(random) / f64::from(u32::MAX))
}

impl Table {
    /// What adds to a counter, whatever it is by then.
    fn count(&self, change: Change) -> Result<UpdateBuilder> {
        let Change::Count {
            key,
            kind,
            content,
            by,
            at_most,
            expires_at,
        } = change
        else {
            return Err(PortError::Internal("this counts nothing".to_owned()));
        };
        let mut fields = content_item(content)?;
        fields.insert("kind".to_owned(), text(kind));
        if let Some(end) = expires_at {
            let end = AttributeValue::N(end.as_second().to_string());
            fields.insert("expires_at".to_owned(), end);
        }
        let amount = AttributeValue::N(by.to_string());
        let mut update = Update::builder()
            .table_name(&self.name)
            .set_key(Some(key_item(&key)))
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":by", amount);
        let mut set = Vec::new();
        for (place, (name, value)) in fields.into_iter().enumerate() {
            // A name may be one that DynamoDB keeps for itself.
            set.push(format!("#f{place} = :f{place}"));
            update = update
                .expression_attribute_names(format!("#f{place}"), name)
                .expression_attribute_values(format!(":f{place}"), value);
        }
        let set = set.join(", ");
        update = update.update_expression(format!("ADD used :by, version :one SET {set}"));
        let Some(most) = at_most else {
            return Ok(update);
        };
        let room = i128::from(most) - i128::from(by);
        let condition = if room < 0 {
            "used <= :room"
        } else {
            "attribute_not_exists(used) OR used <= :room"
        };
        let room = AttributeValue::N(room.to_string());
        Ok(update
            .condition_expression(condition)
            .expression_attribute_values(":room", room))
    }

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
            Change::Count { .. } => self.count(change)?.build().map(|it| action.update(it)),
        };
        built
            .map(aws_sdk_dynamodb::types::builders::TransactWriteItemBuilder::build)
            .map_err(|error| PortError::Internal(error.to_string()))
    }
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
        let failed = port_error("writing the table", error);
        if matches!(&failed, PortError::Refused(why) if why.contains(OVERSIZED)) {
            return too_large();
        }
        return failed;
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
    if [CONFLICT, "ThrottlingError", "ProvisionedThroughputExceeded"]
        .iter()
        .any(|code| codes(code).next().is_some())
    {
        return PortError::Unavailable("writing the table: the items are busy".to_owned());
    }
    let why = reasons
        .iter()
        .find_map(CancellationReason::message)
        .unwrap_or("no reason given");
    if why.contains(OVERSIZED) {
        return too_large();
    }
    PortError::Internal(format!("writing the table: {why}"))
}

/// What `DynamoDB` says about an item that is larger than 400 KB ("Service, account, and table quotas",
/// developer guide).
const OVERSIZED: &str = "size has exceeded the maximum allowed size";

fn too_large() -> PortError {
    PortError::TooLarge(
        "it is too large to be kept: with everything that is kept beside it, it takes more than 400 KB"
            .to_owned(),
    )
}

fn content_item(content: Value) -> Result<Item> {
    serde_dynamo::to_item(content).map_err(|error| PortError::Internal(error.to_string()))
}

fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}
