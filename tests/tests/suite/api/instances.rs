//! Instances as they are listed and shown.

use std::collections::{BTreeMap, BTreeSet};

use groundplane_model::{
    Applied, Artifact, Change, Context, ContextKey, DeploymentId, Digest, Instance, InstanceStatus,
    UnitName, UnitState,
};
use groundplane_ports::WriteTable;
use serde_json::{Value, json};

use super::{Api, ENVIRONMENT, WEB, apply, get, named, submit};

/// The ids on one page, and its cursor.
fn page(body: &Value) -> (Vec<&str>, Option<&str>) {
    let items = body["items"].as_array().unwrap();
    (
        items
            .iter()
            .map(|item| item["id"].as_str().unwrap())
            .collect(),
        body["next"].as_str(),
    )
}

fn unit(instance: &Instance, name: &str, applied: Option<Context>) -> UnitState {
    let applied = applied.map(|context| Applied {
        deployment: instance.last_deployment.clone(),
        artifact: Artifact {
            bucket: "b".to_owned(),
            key: "k".to_owned(),
            digest: Digest::of(b"template"),
        },
        parameters: BTreeMap::new(),
        context,
        resources: Vec::new(),
        after: BTreeSet::new(),
    });
    UnitState {
        tenant: instance.tenant.clone(),
        instance: instance.id.clone(),
        unit: UnitName::parse(name).unwrap(),
        stack_name: format!("gp-{name}"),
        pending: applied.is_none().then(|| DeploymentId::from_number(7)),
        applied,
        version: 0,
    }
}

#[tokio::test]
async fn an_instance_is_listed_with_what_is_done_with_it() {
    let api = Api::with_ground().await;
    let id = api.accepted(submit(WEB)).await;
    let answer = api.send(get("/v1/instances")).await;
    let expected = json!({
        "id": "web-service.dev",
        "name": "web-service",
        "environment": "dev",
        "landingZone": "sandbox",
        "labels": {"team": "shop"},
        "status": "deploying",
        "revision": null,
        "activeDeployment": id.as_str(),
        "lastDeployment": id.as_str(),
        "createdAt": "2026-01-01T00:00:00Z",
        "updatedAt": "2026-01-01T00:00:00Z",
        "etag": "\"1\"",
    });
    assert_eq!(
        (answer.status, answer.body),
        (200, json!({"items": [expected], "next": null}))
    );
}

#[tokio::test]
async fn an_instance_is_shown_with_exported_outputs_and_its_units() {
    let api = Api::with_ground().await;
    let id = api.accepted(submit(WEB)).await;
    let instance = api.instance("web-service.dev").await;
    let key = |text| ContextKey::parse(text).unwrap();
    let mut context = Context::default();
    context.export(key("storage.efs.id"), "fs-1");
    context.set(key("storage.efs.hidden"), "x");
    let units = [
        unit(&instance, "storage", Some(context)),
        unit(&instance, "compute", None),
    ];
    api.table
        .commit(units.iter().map(Change::save).collect())
        .await
        .unwrap();

    let answer = api.send(get("/v1/instances/web-service.dev")).await;
    assert_eq!(
        (answer.status, &answer.body["name"]),
        (200, &json!("web-service"))
    );
    assert_eq!(answer.body["outputs"], json!({"storage.efs.id": "fs-1"}));
    let pending = DeploymentId::from_number(7);
    let expected = json!([
        {"unit": "compute", "stackName": "gp-compute", "deployment": null, "pending": pending},
        {"unit": "storage", "stackName": "gp-storage", "deployment": id, "pending": null},
    ]);
    assert_eq!(answer.body["units"], expected);
}

#[tokio::test]
async fn a_list_is_narrowed_by_name_and_environment() {
    let api = Api::with_ground().await;
    let prod = ENVIRONMENT.replace("name: dev", "name: prod");
    api.send(apply("/v1/environments/prod", prod)).await;
    for (name, environment) in [
        ("web", "dev"),
        ("web", "prod"),
        ("web-2", "dev"),
        ("api", "prod"),
    ] {
        let document =
            named(name).replace("environment: dev", &format!("environment: {environment}"));
        api.accepted(submit(document)).await;
    }
    for (query, expected) in [
        ("", &["api.prod", "web-2.dev", "web.dev", "web.prod"][..]),
        ("?name=web", &["web.dev", "web.prod"]),
        ("?environment=dev", &["web-2.dev", "web.dev"]),
        ("?name=web&environment=prod", &["web.prod"]),
        ("?name=nobody", &[]),
    ] {
        let body = api.send(get(&format!("/v1/instances{query}"))).await.body;
        assert_eq!(page(&body), (expected.to_vec(), None), "{query}");
    }
}

#[tokio::test]
async fn a_list_is_read_page_by_page() {
    let api = Api::with_ground().await;
    for number in 0..5 {
        api.accepted(submit(named(&format!("web-{number}")))).await;
    }
    let mut seen = Vec::new();
    let mut uri = "/v1/instances?limit=2".to_owned();
    for expected in [2, 2, 1] {
        let body = api.send(get(&uri)).await.body;
        let (ids, next) = page(&body);
        assert_eq!(ids.len(), expected);
        seen.extend(ids.into_iter().map(str::to_owned));
        uri = format!("/v1/instances?limit=2&cursor={}", next.unwrap_or_default());
    }
    assert_eq!(
        seen,
        [
            "web-0.dev",
            "web-1.dev",
            "web-2.dev",
            "web-3.dev",
            "web-4.dev"
        ]
    );
    assert!(uri.ends_with('='), "the last page names no next one");
}

#[tokio::test]
async fn a_forged_cursor_is_refused() {
    let api = Api::with_ground().await;
    for name in ["web-1", "web-2"] {
        api.accepted(submit(named(name))).await;
    }
    for forged in ["", "x", "Cgo", "%00", "AAAAAAAAAAAA"] {
        let problem = api
            .refused(get(&format!("/v1/instances?cursor={forged}")), 400)
            .await;
        assert_eq!(
            problem["detail"],
            "the cursor is not one that a listing gave"
        );
    }
}

#[tokio::test]
async fn a_destroyed_instance_leaves_the_list_and_keeps_its_history() {
    let api = Api::with_ground().await;
    let id = api.accepted(submit(WEB)).await;
    api.end(&id, InstanceStatus::Destroyed).await;
    let body = api.send(get("/v1/instances")).await.body;
    assert_eq!(body, json!({"items": [], "next": null}));
    let answer = api.send(get("/v1/instances/web-service.dev")).await;
    assert_eq!(
        (answer.status, &answer.body["status"]),
        (200, &json!("destroyed"))
    );
    assert_eq!(answer.body["lastDeployment"], id.as_str());
}

#[tokio::test]
async fn an_instance_that_is_not_there_is_not_found() {
    let api = Api::with_ground().await;
    let problem = api.refused(get("/v1/instances/web-service.dev"), 404).await;
    assert_eq!(problem["detail"], "there is no instance `web-service.dev`");
}
