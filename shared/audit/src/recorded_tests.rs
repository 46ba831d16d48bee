//! What the platform's functions leave in the audit log.

use std::sync::Mutex;

use groundplane_model::{DeploymentId, RunId};
use serde_json::json;

use super::*;

/// A table that remembers what was committed.
#[derive(Default)]
struct Committed(Mutex<Vec<Change>>);

impl WriteTable for &Committed {
    async fn commit(&self, changes: Vec<Change>) -> Result<()> {
        self.0.lock().unwrap().extend(changes);
        Ok(())
    }
}

#[derive(Clone)]
struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        "2026-01-01T12:00:00Z".parse().unwrap()
    }
}

fn tenant() -> TenantId {
    TenantId::parse("acme").unwrap()
}

fn instance() -> InstanceId {
    InstanceId::parse("web.dev").unwrap()
}

fn message(message: OutboxMessage) -> Change {
    Change::save(&Outbox::new("m-1", message, Noon.now()))
}

fn start() -> Change {
    message(OutboxMessage::StartDeployment {
        tenant: tenant(),
        instance: instance(),
        deployment: DeploymentId::from_number(1),
    })
}

fn deployment(status: &str) -> Change {
    let deployment: Deployment = serde_json::from_value(json!({
        "tenant": "acme", "id": DeploymentId::from_number(7), "instance": "web.dev", "incarnation": "i",
        "action": "apply", "status": status, "outcome": null, "waves": [], "plan_digest": null,
        "revision": null, "error": null, "requested_by": "kim", "created_at": Noon.now(),
        "started_at": null, "ended_at": null
    }))
    .unwrap();
    Change::save(&deployment)
}

/// The entries that a function leaves which commits these changes.
async fn entries(function: &'static str, changes: Vec<Change>) -> Vec<AuditEntry> {
    let committed = Committed::default();
    let count = changes.len();
    let table = Recorded::new(&committed, Noon, function, Retention::default());
    table.commit(changes).await.unwrap();
    let all = committed.0.into_inner().unwrap();
    let entries = all.into_iter().skip(count).map(|change| match change {
        Change::Save { content, .. } => serde_json::from_value(content).unwrap(),
        other @ (Change::Remove { .. } | Change::Check { .. } | Change::Count { .. }) => {
            panic!("{other:?}")
        }
    });
    entries.collect()
}

#[tokio::test]
async fn how_a_deployment_ends_is_remembered_with_it() {
    for status in ["succeeded", "failed"] {
        let found = entries("record-deployment", vec![deployment(status)]).await;
        let [entry] = found.as_slice() else {
            panic!("{found:?}");
        };
        assert_eq!(entry.actor.subject, "system:record-deployment");
        assert_eq!(entry.actor.tenant, Some(tenant()));
        assert_eq!(entry.action.as_deref(), Some("deployment:record"));
        assert_eq!(entry.object, "instances/web.dev");
        assert!(entry.allowed && entry.policies == ["system"]);
        assert_eq!(entry.changes.len(), 1);
    }
    for status in ["accepted", "running", "waiting", "compensating"] {
        let found = entries("record-deployment", vec![deployment(status)]).await;
        assert_eq!(found, Vec::new(), "{status}");
    }
}

#[tokio::test]
async fn a_deployment_against_drift_is_told_from_one_that_a_lifecycle_runs() {
    for (function, action) in [
        ("check-drift", "drift:remediate"),
        ("run-workflow", "lifecycle:advance"),
    ] {
        let found = entries(function, vec![start()]).await;
        assert_eq!(found[0].action.as_deref(), Some(action));
    }
}

#[tokio::test]
async fn a_run_that_an_event_begins_is_remembered_and_an_event_that_begins_nothing_is_not() {
    let run = RunId::of(&tenant(), &instance(), "i", 1);
    let begun = message(OutboxMessage::StartRun {
        tenant: tenant(),
        instance: instance(),
        run: run.clone(),
    });
    let found = entries("route-event", vec![begun]).await;
    assert_eq!(found[0].correlation, run.to_string());
    assert_eq!(found[0].action.as_deref(), Some("lifecycle:advance"));
    let told = message(OutboxMessage::PublishEvent {
        detail_type: "x".to_owned(),
        detail: json!({}),
    });
    assert_eq!(entries("route-event", vec![told]).await, Vec::new());
    assert_eq!(entries("route-event", Vec::new()).await, Vec::new());
}
