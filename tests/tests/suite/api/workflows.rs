//! Workflows that platform engineers register, and the lifecycles that run them.

use serde_json::{Value, json};

use super::lives::{INSTANCE, LIFECYCLE, begin_to_live, document, pointers, post, spec};
use super::{Api, apply, get};

const WORKFLOW: &str = "/v1/workflows/warm-cache";

fn warm_cache(spec: &Value) -> String {
    json!({
        "apiVersion": "groundplane.dev/v1", "kind": "Workflow",
        "metadata": {"name": "warm-cache"}, "spec": spec,
    })
    .to_string()
}

fn machine() -> Value {
    json!({
        "stateMachineArn":
            "arn:aws:states:eu-west-1:123456789012:stateMachine:groundplane-workflow-warm-cache",
        "input": {
            "type": "object", "required": ["keys"], "additionalProperties": false,
            "properties": {"keys": {"type": "integer", "maximum": 9}},
        },
        "timeout": "30m",
    })
}

/// A lifecycle with an operation that runs it; `input` is what the lifecycle tells it.
fn warming(input: &Value) -> Value {
    let mut spec = spec();
    spec["operations"]["warm"] = json!({
        "requiredStates": ["healthy"],
        "run": {"workflow": "warm-cache", "input": input},
    });
    spec
}

#[tokio::test]
async fn one_is_registered_by_the_platform_team_and_read_by_all() {
    let api = Api::with_ground().await;
    let answer = api.send(apply(WORKFLOW, warm_cache(&machine()))).await;
    assert_eq!(
        (answer.status, &answer.body["version"]),
        (200, &json!(1)),
        "{}",
        answer.body
    );
    let again = api.send(apply(WORKFLOW, warm_cache(&machine()))).await;
    assert_eq!(again.body["changed"], json!(false));
    let shown = api.send(get(WORKFLOW).of_tenant("acme")).await.body;
    assert_eq!(shown["spec"], machine());
    let listed = api.send(get("/v1/workflows")).await.body;
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(1));
    let stranger = apply(WORKFLOW, warm_cache(&machine())).of_tenant("acme");
    api.refused(stranger, 403).await;
    api.refused(get("/v1/workflows/cold-cache"), 404).await;
}

#[tokio::test]
async fn what_cannot_work_is_refused_and_not_stored() {
    let api = Api::with_ground().await;
    let before = api.table.dump().await;
    for (name, change, pointer) in [
        ("restart", json!({}), "/metadata/name"),
        (
            "warm-cache",
            json!({"input": {"type": "string"}}),
            "/spec/input",
        ),
        (
            "warm-cache",
            json!({"input": {"$ref": "https://example.com"}}),
            "/spec/input",
        ),
        ("warm-cache", json!({"timeout": "366d"}), "/spec/timeout"),
        (
            "warm-cache",
            json!({"stateMachineArn": "payroll"}),
            "/spec/stateMachineArn",
        ),
    ] {
        let mut spec = machine();
        for (field, value) in change.as_object().unwrap() {
            spec[field] = value.clone();
        }
        let document = warm_cache(&spec).replace("\"warm-cache\"", &format!("\"{name}\""));
        let call = apply(&format!("/v1/workflows/{name}"), document);
        let body = api.refused(call, 422).await;
        assert_eq!(pointers(&body), [pointer], "{body}");
    }
    assert_eq!(api.table.dump().await, before);
}

#[tokio::test]
async fn a_lifecycle_tells_a_workflow_what_it_takes_or_is_refused() {
    let api = Api::with_ground().await;
    let publish = |spec: &Value| apply(LIFECYCLE, document("1.0.0", spec));
    let body = api
        .refused(publish(&warming(&json!({"keys": 5}))), 422)
        .await;
    assert_eq!(pointers(&body), ["/spec/operations/warm/run"]);

    api.send(apply(WORKFLOW, warm_cache(&machine()))).await;
    let body = api
        .refused(publish(&warming(&json!({"keys": 10}))), 422)
        .await;
    assert_eq!(pointers(&body), ["/spec/operations/warm/run/input/keys"]);
    let mut own = spec();
    own["operations"]["restart"]["run"] = json!({"workflow": "restart", "input": {"now": true}});
    let body = api.refused(publish(&own), 422).await;
    assert_eq!(pointers(&body), ["/spec/operations/restart/run/input/now"]);

    let answer = api.send(publish(&warming(&json!({"keys": 5})))).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
}

#[tokio::test]
async fn an_operation_is_told_before_it_runs_what_its_workflow_does_not_take() {
    let api = Api::with_ground().await;
    api.send(apply(WORKFLOW, warm_cache(&machine()))).await;
    let mut spec = warming(&json!({}));
    spec["operations"]["warm"]["input"] =
        json!({"type": "object", "properties": {"keys": {"type": "integer"}}});
    api.send(apply(LIFECYCLE, document("1.0.0", &spec))).await;
    begin_to_live(&api).await;

    let warm = format!("{INSTANCE}/operations/warm");
    let body = api.refused(post(&warm, &json!({"keys": 10})), 422).await;
    assert_eq!(pointers(&body), ["/keys"], "the operation would take it");
    let answer = api.send(post(&warm, &json!({"keys": 9}))).await;
    assert_eq!(answer.status, 202, "{}", answer.body);
}
