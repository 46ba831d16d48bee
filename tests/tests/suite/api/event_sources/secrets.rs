//! The making of secrets: which one counts, for how long, and where none is.

use groundplane_model::{Change, EventSource};
use groundplane_ports::{Clock as _, WriteTable as _};
use jiff::SignedDuration;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::super::{Api, delete, get, send};
use super::{put, rotate, secret};

#[tokio::test]
async fn no_secret_is_in_the_table() {
    let api = Api::start().await;
    let mut secrets = Vec::new();
    for auth in ["signature", "bearer", "basic"] {
        secrets.push(api.register("disks", "json", auth).await);
        let rotated = api.send(rotate("disks", "")).await;
        secrets.push(secret(&rotated).to_owned());
        let table = format!("{:?}", api.table.dump().await);
        assert!(table.contains("SOURCES"));
        for value in &secrets {
            let bare = value
                .trim_start_matches("whsec_")
                .trim_start_matches("gpw_");
            assert!(!table.contains(bare), "{value} is in the table");
        }
        api.send(delete("/v1/event-sources/disks")).await;
    }
    assert_eq!(secrets.len(), 6);
}

#[tokio::test]
async fn a_rotation_leaves_the_secret_before_valid_for_as_long_as_is_said() {
    let api = Api::start().await;
    api.register("disks", "json", "signature").await;
    api.register("alerts", "grafana", "bearer").await;
    for name in ["disks", "alerts"] {
        for (query, until) in [
            ("", json!("2026-01-02T00:00:00Z")),
            ("?previousValidHours=2", json!("2026-01-01T02:00:00Z")),
            ("?previousValidHours=0", Value::Null),
            ("?previousValidHours=168", json!("2026-01-08T00:00:00Z")),
        ] {
            let answer = api.send(rotate(name, query)).await;
            assert_eq!(answer.status, 201, "{answer:?}");
            assert_eq!(answer.body["previousValidUntil"], until, "{query}");
            secret(&answer);
        }
    }
    for query in [
        "?previousValidHours=169",
        "?previousValidHours=-1",
        "?hours=1",
    ] {
        api.refused(rotate("disks", query), 400).await;
    }
    // Once its time is over, nothing more is said of it.
    api.system.advance(SignedDuration::from_hours(169));
    let shown = api.send(get("/v1/event-sources/disks")).await;
    assert_eq!(shown.body["previousValidUntil"], Value::Null);
}

#[tokio::test]
async fn of_those_who_register_a_source_at_once_one_is_shown_the_secret_that_counts() {
    let api = Api::start().await;
    let mut callers = JoinSet::new();
    for _ in 0..8 {
        callers.spawn(send(api.router.clone(), put("disks", "json", "signature")));
    }
    let answers = callers.join_all().await;
    let shown: Vec<&str> = answers
        .iter()
        .filter(|one| one.status == 201)
        .map(secret)
        .collect();
    let [shown] = shown.as_slice() else {
        panic!("{answers:?}");
    };
    assert!(
        answers
            .iter()
            .all(|one| [200, 201, 409].contains(&one.status)),
        "{answers:?}"
    );
    let kept = &api.system.vault.dump()["event-source/acme/disks"];
    let current = api.source("disks").await.current.unwrap();
    assert_eq!(
        (current.0.as_str(), *shown),
        (kept.current.0.as_str(), kept.current.1.as_str())
    );
}

#[tokio::test]
async fn while_a_secret_is_made_nobody_else_changes_the_source() {
    let api = Api::start().await;
    api.register("disks", "json", "signature").await;
    let busy = EventSource {
        changing_since: Some(api.system.now()),
        ..api.source("disks").await
    };
    let save = vec![Change::save(&busy)];
    api.table.commit(save).await.unwrap();
    for refused in [
        put("disks", "cloudevents", "signature"),
        rotate("disks", ""),
        delete("/v1/event-sources/disks"),
    ] {
        let problem = api.refused(refused, 409).await;
        assert_eq!(
            problem["detail"],
            "a secret of the event source `disks` is being made; try again in a minute"
        );
    }
    // Whoever it was is dead.
    api.system.advance(EventSource::PATIENCE);
    assert_eq!(api.send(rotate("disks", "")).await.status, 201);
}
