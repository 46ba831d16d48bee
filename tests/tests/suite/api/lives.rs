//! Lifecycles and lives through the API: publishing, simulating, operations, signals, logs.

use std::collections::BTreeMap;

use groundplane_lifecycle::{Beginning, start};
use groundplane_lives::{Definitions, Lives, Whose, changes_of};
use groundplane_model::{Event, InstanceId, InstanceStatus, LifecycleRef};
use groundplane_ports::{Clock, WriteTable};
use serde_json::{Value, json};

use super::{Api, Call, WEB, apply, get, submit};
use crate::lives::world::lifecycle;

pub(super) const LIFECYCLE: &str = "/v1/lifecycles/web-service";
pub(super) const INSTANCE: &str = "/v1/instances/web-service.dev";

pub(super) fn document(version: &str, spec: &Value) -> String {
    json!({
        "apiVersion": "groundplane.dev/v1", "kind": "Lifecycle",
        "metadata": {"name": "web-service", "version": version}, "spec": spec,
    })
    .to_string()
}

pub(super) fn spec() -> Value {
    serde_json::to_value(lifecycle()).unwrap()
}

pub(super) fn post(uri: &str, body: &Value) -> Call {
    let mut call = submit(body.to_string());
    call.uri = uri.to_owned();
    for (name, value) in &mut call.headers {
        if *name == "content-type" {
            "application/json".clone_into(value);
        }
    }
    call
}

/// The API with an instance that is deployed and lives by `web-service@1.0.0`.
async fn living() -> Api {
    let api = Api::with_ground().await;
    api.send(apply(LIFECYCLE, document("1.0.0", &spec()))).await;
    begin_to_live(&api).await;
    api
}

/// Has an instance deployed that lives by `web-service@1.0.0`, which is published.
pub(super) async fn begin_to_live(api: &Api) {
    let deployment = api.accepted(submit(WEB)).await;
    api.end(&deployment, InstanceStatus::Active).await;
    let instance = api.instance("web-service.dev").await;
    let lifecycle = LifecycleRef::parse("web-service@1.0.0").unwrap();
    let definitions = Definitions::default();
    let definition = definitions.get(&*api.table, &lifecycle).await.unwrap();
    let beginning = Beginning {
        tenant: instance.tenant.clone(),
        instance: instance.id.clone(),
        incarnation: instance.incarnation,
        lifecycle,
        labels: BTreeMap::new(),
        parameters: json!({}),
    };
    let now = api.system.now();
    let begun = start(&definition, beginning, None, now);
    let changes = changes_of((&instance.tenant, &instance.id), &begun, now);
    api.table.commit(changes).await.unwrap();
}

pub(super) fn pointers(body: &Value) -> Vec<&str> {
    let problems = body["problems"].as_array().unwrap();
    problems
        .iter()
        .map(|problem| problem["pointer"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_version_is_published_once_and_never_changes() {
    let api = Api::with_ground().await;
    let publish = |spec: &Value| apply(LIFECYCLE, document("1.0.0", spec));
    let answer = api.send(publish(&spec())).await;
    assert_eq!(
        (answer.status, &answer.body["changed"]),
        (201, &json!(true))
    );
    let answer = api.send(publish(&spec())).await;
    assert_eq!(
        (answer.status, &answer.body["changed"]),
        (200, &json!(false))
    );
    let mut other = spec();
    other["states"]["healthy"] = json!({"timeout": {"after": "1h", "signal": "failure"}});
    let body = api.refused(publish(&other), 409).await;
    assert!(
        body["detail"].as_str().unwrap().contains("never changes"),
        "{body}"
    );
    api.send(apply(LIFECYCLE, document("1.1.0", &other))).await;

    let listed = api.send(get("/v1/lifecycles")).await.body;
    let versions: Vec<&Value> = listed["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["version"])
        .collect();
    assert_eq!(versions, ["1.0.0", "1.1.0"]);
    let newest = api.send(get(LIFECYCLE)).await.body;
    assert_eq!(newest["version"], "1.1.0");
    assert!(
        newest["diagram"]
            .as_str()
            .unwrap()
            .starts_with("stateDiagram-v2")
    );
    let first = api.send(get("/v1/lifecycles/web-service/1.0.0")).await.body;
    assert_eq!(first["spec"], spec());
    let own = api.send(get("/v1/lifecycles/default")).await.body;
    assert_eq!(own["publishedBy"], "groundplane");
    api.refused(get("/v1/lifecycles/web-service/9.0.0"), 404)
        .await;
}

#[tokio::test]
async fn a_lifecycle_that_cannot_work_is_refused_with_every_place() {
    let api = Api::with_ground().await;
    let mut wrong = spec();
    wrong["transitions"][0]["to"] = json!("degradd");
    wrong["routes"][0]["filter"] = json!("event.detail.(");
    wrong["operations"]["restart"]["run"] = json!("no-such-workflow");
    let body = api
        .refused(apply(LIFECYCLE, document("1.0.0", &wrong)), 422)
        .await;
    let found = pointers(&body);
    for pointer in [
        "/spec/transitions/0/to",
        "/spec/routes/0/filter",
        "/spec/operations/restart/run",
    ] {
        assert!(
            found.iter().any(|it| it.starts_with(pointer)),
            "{pointer}: {body}"
        );
    }
    assert_eq!(api.count("lifecycle").await, 0);
}

#[tokio::test]
async fn a_spec_asks_for_a_lifecycle_and_gets_its_newest_version() {
    let api = Api::with_ground().await;
    let asking = |range: &str| WEB.replace("spec:", &format!("spec:\n  lifecycle: {range}"));
    let body = api.refused(submit(asking("web-service@^1")), 422).await;
    assert_eq!(pointers(&body), ["/spec/lifecycle"]);
    assert!(body["problems"][0]["line"].is_number(), "{body}");
    api.send(apply(LIFECYCLE, document("1.0.0", &spec()))).await;
    let body = api.refused(submit(asking("web-service@^2")), 422).await;
    assert!(
        body["problems"][0]["message"]
            .as_str()
            .unwrap()
            .contains("`web-service@1.0.0`")
    );
    api.accepted(submit(asking("web-service@^1"))).await;
}

#[tokio::test]
async fn an_instance_that_lives_keeps_its_lifecycle_until_it_is_moved() {
    let api = living().await;
    let mut next = spec();
    next["states"]["lost"] = json!({"terminal": true});
    next["transitions"]
        .as_array_mut()
        .unwrap()
        .push(json!({"from": "degraded", "on": "lose", "to": "lost", "timeout": "1h"}));
    api.send(apply(LIFECYCLE, document("2.0.0", &next))).await;
    let asking = WEB.replace("spec:", "spec:\n  lifecycle: web-service@^2");
    let body = api.refused(submit(asking.clone()), 422).await;
    assert!(
        body["problems"][0]["hint"]
            .as_str()
            .unwrap()
            .contains("lifecycle move"),
        "{body}"
    );

    let wish = json!({"lifecycle": "web-service@^2"});
    let call = || Call {
        method: axum::http::Method::PUT,
        ..post(&format!("{INSTANCE}/lifecycle"), &wish)
    };
    let moved = api.send(call()).await;
    assert_eq!(
        (moved.status, &moved.body["lifecycle"]),
        (200, &json!("web-service@2.0.0"))
    );
    assert_eq!(
        api.send(call()).await.body,
        moved.body,
        "again changes nothing"
    );
    api.accepted(submit(asking)).await;
}

#[tokio::test]
async fn an_operation_is_accepted_once_for_each_key_and_refused_where_it_does_not_fit() {
    let api = living().await;
    let restart = format!("{INSTANCE}/operations/restart");
    let mut call = post(&restart, &json!({}));
    call.headers.push(("idempotency-key", "k-1".to_owned()));
    let first = api.send(call.clone()).await;
    assert_eq!(first.status, 202, "{first:?}");
    assert_eq!(api.send(call).await.body, first.body);
    let busy = api.refused(post(&restart, &json!({})), 409).await;
    assert_eq!(busy["detail"], "`restart` is running");
    let shown = api.send(get(INSTANCE)).await.body;
    assert_eq!(shown["life"]["run"]["id"], first.body["run"]);
    assert_eq!(shown["life"]["state"], "healthy");

    let unknown = format!("{INSTANCE}/operations/restrat");
    let body = api.refused(post(&unknown, &json!({})), 404).await;
    assert!(
        body["detail"].as_str().unwrap().contains("`restart`"),
        "{body}"
    );
    api.refused(
        post("/v1/instances/other.dev/operations/restart", &json!({})),
        404,
    )
    .await;
}

#[tokio::test]
async fn what_an_operation_is_told_is_checked_and_its_state_is_named() {
    let api = living().await;
    let restart = format!("{INSTANCE}/operations/restart");
    let body = api
        .refused(post(&restart, &json!({"why": 1, "who": 2})), 422)
        .await;
    assert_eq!(body["problems"].as_array().unwrap().len(), 2, "{body}");
    api.refused(post(&restart, &json!([1])), 422).await;
    let retired = api
        .send(post(&format!("{INSTANCE}/signals/retire"), &json!({})))
        .await;
    assert_eq!(
        (retired.status, &retired.body["to"]),
        (200, &json!("retired"))
    );
    let body = api.refused(post(&restart, &json!({})), 409).await;
    assert_eq!(
        body["detail"],
        "`restart` is not allowed in `retired`; it is in `degraded` or `healthy`"
    );
}

#[tokio::test]
async fn history_and_log_are_paged_and_belong_to_the_tenant() {
    let api = living().await;
    for signal in ["failure", "recovered", "failure"] {
        api.send(post(&format!("{INSTANCE}/signals/{signal}"), &json!({})))
            .await;
    }
    let history = api
        .send(get(&format!("{INSTANCE}/history?limit=2")))
        .await
        .body;
    assert_eq!(history["items"].as_array().unwrap().len(), 2);
    let cursor = history["next"].as_str().unwrap();
    let rest = api
        .send(get(&format!("{INSTANCE}/history?limit=2&cursor={cursor}")))
        .await
        .body;
    assert_eq!(rest["items"][1]["to"], "degraded");
    let events = api.send(get(&format!("{INSTANCE}/events"))).await.body;
    assert_eq!(events["items"].as_array().unwrap().len(), 3);
    assert_eq!(events["items"][0]["decision"], "transition");
    for path in ["events", "history"] {
        api.refused(get(&format!("/v1/instances/other.dev/{path}")), 404)
            .await;
    }
}

#[tokio::test]
async fn a_simulation_walks_through_the_states_and_touches_nothing() {
    let api = Api::with_ground().await;
    let before = api.table.dump().await;
    let event: Event =
        serde_json::from_value(crate::lives::world::task_failed("t-1", 0, 0)).unwrap();
    let late: Event =
        serde_json::from_value(crate::lives::world::alarm_ok("a-1", 3600, 0)).unwrap();
    let wish = json!({
        "lifecycle": spec(), "events": [event, late], "outcomes": {"failover": "failed"},
    });
    let answer = api.send(post("/v1/lifecycles:simulate", &wish)).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let steps = answer.body["steps"].as_array().unwrap();
    assert_eq!(steps[0]["state"], "degraded");
    // Ten minutes later the stay is over; the failover fails, and again, until the alarm is over.
    assert!(
        steps.iter().any(|step| step["workflow"] == "failover"),
        "{steps:?}"
    );
    assert_eq!(steps.last().unwrap()["state"], "healthy");
    assert_eq!(api.table.dump().await, before);
    let wrong = json!({"lifecycle": {"initial": "nowhere", "states": {"a": {}}}, "events": []});
    let body = api
        .refused(post("/v1/lifecycles:simulate", &wrong), 422)
        .await;
    assert!(
        pointers(&body)
            .iter()
            .all(|it| it.starts_with("/lifecycle")),
        "{body}"
    );
}

#[tokio::test]
async fn the_api_and_the_queue_tell_the_same_life() {
    let api = living().await;
    let whose = Whose {
        tenant: api.instance("web-service.dev").await.tenant,
        instance: InstanceId::parse("web-service.dev").unwrap(),
    };
    api.send(post(&format!("{INSTANCE}/signals/failure"), &json!({})))
        .await;
    let lives = Lives {
        table: &*api.table,
        clock: &api.system,
        definitions: &Definitions::default(),
    };
    let (life, _) = lives.load(&whose).await.unwrap().unwrap();
    assert_eq!(life.state.as_str(), "degraded");
    let shown = api.send(get(INSTANCE)).await.body;
    assert_eq!(shown["life"]["state"], "degraded");
    assert_eq!(shown["life"]["deadline"]["signal"], "escalate");
}
