//! Drift through the API: reports, their history, checks on demand, and the summary of an
//! environment.

use groundplane_check_drift::{Answer as Step, Request, Sources, handle};
use groundplane_model::{Change, DeploymentId, DriftCheck, Instance, Outbox, OutboxMessage};
use groundplane_ports::{Clock as _, Found, ReadTable as _, WriteTable as _};
use groundplane_tests::accounts::OwnAccount;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::lives::{pointers, post};
use super::{Answer, Api, ENVIRONMENT, apply, get, header};
use crate::drift::cloud::FakeDrift;
use crate::drift::scene::{LOGS, in_sync, records};
use crate::workflows::cloud::FakeCloud;
use crate::workflows::scene::{instance, tenant};

const DRIFT: &str = "/v1/instances/web-service.dev/drift";
const SUMMARY: &str = "/v1/drift?environment=dev";

/// The API beside what a check of its instance needs.
struct World {
    api: Api,
    stacks: FakeDrift,
    cloud: FakeCloud,
}

impl World {
    async fn of(drift: Value) -> Self {
        let world = Self {
            api: Api::start().await,
            stacks: FakeDrift::default(),
            cloud: FakeCloud::default(),
        };
        let now = world.api.system.now();
        world.api.table.commit(records(drift, now)).await.unwrap();
        in_sync(&world.stacks, &world.cloud, now);
        world
    }

    fn change_logs(&self, days: u64) {
        let found = Found::There {
            expected: json!({"RetentionInDays": 30}),
            actual: json!({"RetentionInDays": days}),
        };
        self.stacks.set("gp-compute", LOGS, found);
    }

    fn pass(&self, minutes: i64) {
        self.api.system.advance(SignedDuration::from_mins(minutes));
        self.stacks.lock().now = self.api.system.now() + SignedDuration::from_hours(1);
    }

    async fn ask(&self) -> Answer {
        self.api.send(post(DRIFT, &json!({}))).await
    }

    /// Carries out what the messages of the outbox ask for, as the state machine does.
    async fn carry_out(&self) {
        for since in self.asked().await {
            while matches!(self.step(since).await, Step::Poll { .. }) {}
        }
    }

    /// One call of the function.
    async fn step(&self, since: Timestamp) -> Step {
        let request = Request {
            tenant: tenant(),
            instance: instance(),
            since,
        };
        let (table, system) = (&*self.api.table, &self.api.system);
        let sources = Sources {
            stacks: &OwnAccount(&self.stacks),
            services: &OwnAccount(&self.cloud),
            tags: &OwnAccount(&self.stacks),
        };
        let step = handle(table, sources, system, request).await;
        step.unwrap()
    }

    /// Since when checks were asked for, in their order.
    async fn asked(&self) -> Vec<Timestamp> {
        let dump = self.api.table.dump().await;
        let messages = dump.values().filter(|item| item["kind"]["S"] == "outbox");
        let mut asked: Vec<Timestamp> = messages
            .map(|image| serde_json::from_value::<serde_dynamo::Item>(image.clone()).unwrap())
            .map(|item| serde_dynamo::from_item::<_, Outbox>(item).unwrap())
            .filter_map(|outbox| {
                let OutboxMessage::CheckDrift { since, .. } = outbox.message else {
                    return None;
                };
                Some(since)
            })
            .collect();
        asked.sort_unstable();
        asked
    }

    /// A check from the question to its end.
    async fn check(&self) {
        assert_eq!(self.ask().await.status, 202);
        self.carry_out().await;
    }

    async fn shown(&self) -> Value {
        let answer = self.api.send(get(DRIFT)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body
    }

    async fn with_instance(&self, change: impl FnOnce(&mut Instance)) {
        let mut stored = self.api.instance("web-service.dev").await;
        change(&mut stored);
        self.api
            .table
            .commit(vec![Change::save(&stored)])
            .await
            .unwrap();
    }
}

async fn world() -> World {
    World::of(json!({})).await
}

#[tokio::test]
async fn an_instance_that_was_never_checked_has_no_report() {
    let shown = world().await.shown().await;
    let expected = json!({
        "instance": "web-service.dev", "revision": 1, "check": null, "report": null,
        "history": {"items": [], "next": null},
    });
    assert_eq!(shown, expected);
}

#[tokio::test]
async fn a_check_is_accepted_with_where_to_look_and_begins_once() {
    let world = world().await;
    let first = world.ask().await;
    assert_eq!(first.status, 202, "{first:?}");
    assert_eq!(first.header(header::LOCATION), DRIFT);
    assert_eq!(first.body["check"]["status"], "running");
    world.api.system.advance(SignedDuration::from_secs(20));
    let again = world.ask().await;
    assert_eq!(
        (again.status, &again.body),
        (202, &first.body),
        "the same check"
    );
    let begun: Timestamp = serde_json::from_value(first.body["check"]["begunAt"].clone()).unwrap();
    assert_eq!(world.asked().await, [begun]);
    assert_eq!(world.shown().await["check"], first.body["check"]);
}

#[tokio::test]
async fn of_two_who_ask_at_the_same_time_both_get_the_one_check() {
    let world = world().await;
    let (one, other) = tokio::join!(world.ask(), world.ask());
    assert_eq!((one.status, other.status), (202, 202));
    assert_eq!(one.body, other.body);
    assert_eq!(world.asked().await.len(), 1);
}

#[tokio::test]
async fn what_a_check_finds_is_shown_property_by_property_and_names_no_tenant() {
    let world = World::of(json!({"default": "remediate"})).await;
    world.change_logs(1);
    world.check().await;
    let shown = world.shown().await;
    assert_eq!(shown["check"]["status"], "ended");
    let report = &shown["report"];
    assert_eq!(
        (&report["status"], &report["revision"]),
        (&json!("drifted"), &json!(1))
    );
    assert_eq!(report["severities"]["medium"], 1);
    assert_eq!(
        report["counts"],
        json!({"differences": 1, "notChecked": 2, "orphans": 0})
    );
    assert_eq!(report["since"], report["checkedAt"]);
    let found = &report["differences"][0];
    for (field, value) in [
        ("unit", json!("compute")),
        ("resource", json!("Logs")),
        ("resourceType", json!("AWS::Logs::LogGroup")),
        ("property", json!("/RetentionInDays")),
        ("expected", json!(30)),
        ("actual", json!(1)),
        ("kind", json!("changed")),
        ("severity", json!("medium")),
        ("class", json!("configuration")),
        ("partial", json!(false)),
    ] {
        assert_eq!(found[field], value, "{field}: {found}");
    }
    let unchecked = &report["notChecked"][0];
    assert_eq!(unchecked["resource"], "Service");
    assert_eq!(unchecked["source"], "cloud-formation");
    assert_eq!(report["orphans"], json!([]));
    let text = shown.to_string();
    assert!(!text.contains(tenant().as_str()), "{text}");
    assert!(
        !text.contains("_at\"") && !text.contains("_type\""),
        "{text}"
    );
}

#[tokio::test]
async fn the_history_is_paged_and_each_of_its_reports_can_be_read() {
    let world = world().await;
    for days in [30, 1, 7] {
        world.change_logs(days);
        world.check().await;
        world.pass(15);
    }
    let first = world.api.send(get(&format!("{DRIFT}?limit=2"))).await.body;
    let items = first["history"]["items"].as_array().unwrap();
    let statuses: Vec<&Value> = items.iter().map(|item| &item["status"]).collect();
    assert_eq!(statuses, ["in-sync", "drifted"]);
    let cursor = first["history"]["next"].as_str().unwrap();
    let second = world
        .api
        .send(get(&format!("{DRIFT}?limit=2&cursor={cursor}")))
        .await
        .body;
    assert_eq!(second["history"]["items"].as_array().unwrap().len(), 1);
    assert_eq!(second["history"]["next"], Value::Null);
    let at = items[1]["checkedAt"].as_str().unwrap();
    let earlier = world.api.send(get(&format!("{DRIFT}/{at}"))).await;
    assert_eq!(earlier.status, 200, "{earlier:?}");
    assert_eq!(earlier.body["differences"][0]["actual"], 1);
    for wrong in ["2020-01-01T00:00:00Z", "yesterday", "%00"] {
        world
            .api
            .refused(get(&format!("{DRIFT}/{wrong}")), 404)
            .await;
    }
    world
        .api
        .refused(get(&format!("{DRIFT}?cursor=forged")), 400)
        .await;
}

#[tokio::test]
async fn who_asks_after_a_check_has_ended_gets_another_one() {
    let world = world().await;
    world.check().await;
    let first = world.shown().await["check"]["begunAt"].clone();
    world.pass(1);
    world.change_logs(1);
    world.check().await;
    let shown = world.shown().await;
    assert_ne!(shown["check"]["begunAt"], first);
    assert_eq!(shown["report"]["status"], "drifted");
}

#[tokio::test]
async fn a_check_that_was_lost_is_begun_anew() {
    let world = world().await;
    world.ask().await;
    world.pass(46);
    assert_eq!(world.shown().await["check"]["status"], "given-up");
    assert_eq!(world.ask().await.status, 202);
    assert_eq!(world.asked().await.len(), 2);
    assert_eq!(world.shown().await["check"]["status"], "running");
}

#[tokio::test]
async fn an_instance_that_is_being_deployed_is_not_checked_and_the_deployment_is_named() {
    let world = world().await;
    let running = DeploymentId::from_number(9);
    world
        .with_instance(|instance| instance.active_deployment = Some(running.clone()))
        .await;
    let refused = world.api.refused(post(DRIFT, &json!({})), 409).await;
    assert_eq!(refused["link"], format!("/v1/deployments/{running}"));
}

#[tokio::test]
async fn a_deployment_that_begins_during_a_check_ends_it() {
    let world = world().await;
    world.ask().await;
    let later = DeploymentId::from_number(9);
    world
        .with_instance(|instance| instance.last_deployment = later.clone())
        .await;
    assert_eq!(world.shown().await["check"]["status"], "given-up");
    assert_eq!(world.ask().await.status, 202);
    let key = DriftCheck::key_of(&tenant(), &instance());
    let check: DriftCheck = world.api.table.get(&key).await.unwrap().unwrap();
    assert_eq!(check.deployment, later);
}

#[tokio::test]
async fn what_was_never_deployed_or_is_gone_has_nothing_to_check() {
    let world = world().await;
    world
        .with_instance(|instance| instance.revision = None)
        .await;
    world.api.refused(post(DRIFT, &json!({})), 409).await;
    world
        .with_instance(|instance| {
            instance.status = groundplane_model::InstanceStatus::Destroyed;
        })
        .await;
    world.api.refused(post(DRIFT, &json!({})), 409).await;
}

#[tokio::test]
async fn the_drift_of_others_is_answered_like_that_of_what_does_not_exist() {
    let world = world().await;
    world.check().await;
    let at = world.shown().await["report"]["checkedAt"].clone();
    let report = format!("{DRIFT}/{}", at.as_str().unwrap());
    for (theirs, missing) in [
        (get(DRIFT), get("/v1/instances/absent.dev/drift")),
        (get(&report), get("/v1/instances/absent.dev/drift/now")),
        (
            post(DRIFT, &json!({})),
            post("/v1/instances/absent.dev/drift", &json!({})),
        ),
        (get(DRIFT), get("/v1/instances/..%2F/drift")),
    ] {
        let theirs = world.api.refused(theirs.of_tenant("other"), 404).await;
        let missing = world.api.refused(missing.of_tenant("other"), 404).await;
        assert_eq!(theirs, missing);
    }
}

#[tokio::test]
async fn the_summary_of_an_environment_has_the_callers_instances_and_nobody_elses() {
    let world = world().await;
    let never = world.api.send(get(SUMMARY)).await.body;
    let nothing = json!({"critical": 0, "high": 0, "medium": 0, "low": 0});
    let expected = json!({
        "instance": "web-service.dev", "status": null, "severity": null, "severities": nothing,
        "counts": {"differences": 0, "notChecked": 0, "orphans": 0},
        "checkedAt": null, "skipped": null,
    });
    assert_eq!(never, json!({"items": [expected], "next": null}));
    world.change_logs(1);
    world.check().await;
    let drifted = world.api.send(get(SUMMARY)).await.body["items"][0].clone();
    assert_eq!(drifted["status"], "drifted");
    assert_eq!(drifted["severities"]["medium"], 1);
    assert_eq!(drifted["counts"]["notChecked"], 2);
    let theirs = world.api.send(get(SUMMARY).of_tenant("other")).await.body;
    assert_eq!(theirs, json!({"items": [], "next": null}));
    // A tenant whose name the other one begins with.
    let near = world.api.send(get(SUMMARY).of_tenant("acm")).await.body;
    assert_eq!(near["items"], json!([]));
}

#[tokio::test]
async fn the_summary_says_why_an_instance_was_left_out() {
    let world = world().await;
    world.ask().await;
    world
        .with_instance(|instance| {
            instance.active_deployment = Some(DeploymentId::from_number(9));
        })
        .await;
    world.carry_out().await;
    let shown = world.api.send(get(SUMMARY)).await.body["items"][0].clone();
    assert_eq!(shown["skipped"]["reason"], "deployment-in-progress");
    assert_eq!(shown["skipped"]["at"], json!(world.api.system.now()));
}

#[tokio::test]
async fn a_summary_is_of_one_environment_that_is_there() {
    let world = world().await;
    world.api.refused(get("/v1/drift"), 400).await;
    world
        .api
        .refused(get("/v1/drift?environment=Not%20One"), 400)
        .await;
    let absent = world
        .api
        .refused(get("/v1/drift?environment=nowhere"), 422)
        .await;
    assert!(
        absent["detail"].as_str().unwrap().contains("`dev`"),
        "{absent}"
    );
}

#[tokio::test]
async fn what_is_unwise_in_a_policy_is_said_and_refuses_nothing() {
    let api = Api::with_ground().await;
    let mut document: Value = json!({
        "apiVersion": "groundplane.dev/v1", "kind": "Environment", "metadata": {"name": "dev"},
        "spec": {"landingZone": "sandbox", "drift": {"rules": [
            {"resourceType": "AWS::ECS::*", "action": "report"},
            {"resourceType": "AWS::ECS::Service", "action": "signal"},
        ]}},
    });
    assert!(ENVIRONMENT.contains("landingZone: sandbox"));
    let uri = "/v1/environments/dev";
    for changed in [true, false] {
        let answer = api.send(apply(uri, document.to_string())).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.body["changed"], changed);
        let warning = &answer.body["warnings"][0];
        assert_eq!(warning["pointer"], "/spec/drift/rules/1");
        assert_eq!(warning["severity"], "warning");
        assert_eq!(answer.body["warnings"].as_array().unwrap().len(), 1);
    }
    // With an error beside it, both are told.
    document["spec"]["drift"]["rules"][0]["property"] = "DesiredCount".into();
    document["spec"]["drift"]["rules"][1]["property"] = "DesiredCount".into();
    let refused = api.refused(apply(uri, document.to_string()), 422).await;
    assert!(
        pointers(&refused).contains(&"/spec/drift/rules/0/property"),
        "{refused}"
    );
}
