//! Transactions that meet others, which the local databases never say: a stand-in says it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::Router;
use axum::http::{StatusCode, header};
use groundplane_aws::Table;
use groundplane_model::Change;
use groundplane_ports::{PortError, WriteTable};
use serde_json::json;

use super::Note;
use crate::dynamo::adapter_at;

/// What DynamoDB answers to a transaction: this reason for its only change the first few times,
/// and success after that.
async fn database(reason: &'static str, times: u32) -> (Table, Arc<AtomicU32>) {
    let asked = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&asked);
    let answer = move || async move {
        let kind = [(header::CONTENT_TYPE, "application/x-amz-json-1.0")];
        if counter.fetch_add(1, Ordering::Relaxed) >= times {
            return (StatusCode::OK, kind, "{}".to_owned());
        }
        let cancelled = json!({
            "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
            "message": "Transaction cancelled",
            "CancellationReasons": [{ "Code": reason, "Message": "why" }],
        });
        (StatusCode::BAD_REQUEST, kind, cancelled.to_string())
    };
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0))
        .await
        .unwrap();
    let address = listener.local_addr().unwrap();
    let service = Router::new().fallback(answer);
    tokio::spawn(async move { axum::serve(listener, service).await });
    (adapter_at(address), asked)
}

#[tokio::test]
async fn a_transaction_that_meets_another_one_is_tried_again() {
    let (table, asked) = database("TransactionConflict", 3).await;
    let note = Change::save(&Note::new("a", "first"));
    assert_eq!(table.commit(vec![note]).await, Ok(()));
    assert_eq!(asked.load(Ordering::Relaxed), 4);
}

#[tokio::test]
async fn one_that_meets_others_again_and_again_gives_up() {
    let (table, asked) = database("TransactionConflict", u32::MAX).await;
    let note = Change::save(&Note::new("a", "first"));
    let outcome = table.commit(vec![note]).await;
    assert!(
        matches!(outcome, Err(PortError::Unavailable(_))),
        "{outcome:?}"
    );
    assert_eq!(asked.load(Ordering::Relaxed), 8);
}

#[tokio::test]
async fn a_condition_that_does_not_hold_is_told_at_once() {
    let (table, asked) = database("ConditionalCheckFailed", u32::MAX).await;
    let note = Change::save(&Note::new("a", "first"));
    let outcome = table.commit(vec![note]).await;
    assert!(
        matches!(outcome, Err(PortError::Conflict(_))),
        "{outcome:?}"
    );
    assert_eq!(asked.load(Ordering::Relaxed), 1);
}
