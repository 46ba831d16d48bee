//! Landing zones and environments: applied whole, versioned, read by everyone.

use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{Api, ENVIRONMENT, LANDING_ZONE, WEB, apply, get, send, submit};

#[tokio::test]
async fn a_landing_zone_and_an_environment_are_applied() {
    let api = Api::start().await;
    let answer = api
        .send(apply("/v1/landing-zones/sandbox", LANDING_ZONE))
        .await;
    let expected = json!({"kind": "LandingZone", "name": "sandbox", "version": 1, "changed": true,
        "warnings": []});
    assert_eq!((answer.status, answer.body), (200, expected));

    let answer = api.send(apply("/v1/environments/dev", ENVIRONMENT)).await;
    let expected = json!({"kind": "Environment", "name": "dev", "version": 1, "changed": true,
        "warnings": []});
    assert_eq!((answer.status, answer.body), (200, expected));
    assert_eq!(api.table.kinds().await, ["environment", "landing-zone"]);
}

#[tokio::test]
async fn the_same_document_again_changes_nothing() {
    let api = Api::with_ground().await;
    let before = api.table.dump().await;
    let same_in_other_words = ENVIRONMENT.replace("spec:", "spec:\n  production: false");
    for (uri, document) in [
        ("/v1/landing-zones/sandbox", LANDING_ZONE),
        ("/v1/environments/dev", ENVIRONMENT),
        ("/v1/environments/dev", &same_in_other_words),
    ] {
        let answer = api.send(apply(uri, document)).await;
        assert_eq!(
            (&answer.body["version"], &answer.body["changed"]),
            (&json!(1), &json!(false))
        );
    }
    assert_eq!(api.table.dump().await, before);
}

#[tokio::test]
async fn a_changed_document_is_the_next_version() {
    let api = Api::with_ground().await;
    let production = ENVIRONMENT.replace("spec:", "spec:\n  production: true");
    let answer = api.send(apply("/v1/environments/dev", production)).await;
    assert_eq!(
        (&answer.body["version"], &answer.body["changed"]),
        (&json!(2), &json!(true))
    );
    let shown = api.send(get("/v1/environments/dev")).await.body;
    assert_eq!(
        (&shown["version"], &shown["spec"]["production"]),
        (&json!(2), &json!(true))
    );
}

#[tokio::test]
async fn everyone_reads_what_was_applied() {
    let api = Api::with_ground().await;
    let expected = json!({
        "kind": "Environment",
        "name": "dev",
        "spec": {"landingZone": "sandbox", "production": false},
        "version": 1,
        "updatedAt": "2026-01-01T00:00:00Z",
        "updatedBy": "ops-1",
    });
    let call = get("/v1/environments/dev").of_tenant("umbrella");
    let answer = api.send(call).await;
    assert_eq!((answer.status, &answer.body), (200, &expected));

    let answer = api.send(get("/v1/environments")).await;
    assert_eq!(
        (answer.status, answer.body),
        (200, json!({"items": [expected], "next": null}))
    );
    let answer = api.send(get("/v1/landing-zones")).await;
    assert_eq!(
        answer.body["items"][0]["spec"]["network"]["vpcId"],
        "vpc-0a1b2c3d4e5f60718"
    );
    let answer = api.send(get("/v1/landing-zones/sandbox")).await;
    assert_eq!(
        (answer.status, &answer.body["kind"]),
        (200, &json!("LandingZone"))
    );
}

#[tokio::test]
async fn a_long_list_is_read_page_by_page() {
    let api = Api::with_ground().await;
    for name in ["alpha", "beta"] {
        let document = ENVIRONMENT.replace("name: dev", &format!("name: {name}"));
        api.send(apply(&format!("/v1/environments/{name}"), document))
            .await;
    }
    let first = api.send(get("/v1/environments?limit=2")).await.body;
    let cursor = first["next"].as_str().unwrap();
    let second = api
        .send(get(&format!("/v1/environments?limit=2&cursor={cursor}")))
        .await
        .body;
    let names: Vec<&Value> = [&first, &second]
        .into_iter()
        .flat_map(|page| page["items"].as_array().unwrap())
        .map(|item| &item["name"])
        .collect();
    assert_eq!(names, ["alpha", "beta", "dev"]);
    assert_eq!(second["next"], Value::Null);
}

#[tokio::test]
async fn what_was_never_applied_is_not_found() {
    let api = Api::with_ground().await;
    for (uri, noun) in [
        ("/v1/environments/prod", "environment"),
        ("/v1/environments/UPPER", "environment"),
        ("/v1/environments/sandbox", "environment"),
        ("/v1/landing-zones/dev", "landing-zone"),
    ] {
        let problem = api.refused(get(uri), 404).await;
        assert_eq!(problem["detail"], format!("there is no such {noun}"));
    }
}

#[tokio::test]
async fn an_environment_needs_its_landing_zone() {
    let api = Api::start().await;
    let problem = api
        .refused(apply("/v1/environments/dev", ENVIRONMENT), 422)
        .await;
    assert_eq!(problem["detail"], "there is no landing zone `sandbox`");
}

#[tokio::test]
async fn a_document_goes_to_its_own_name_and_kind() {
    let api = Api::with_ground().await;
    let other = "kind: Environment";
    for (uri, document, detail) in [
        (
            "/v1/environments/prod",
            ENVIRONMENT,
            "the document is about `dev`",
        ),
        (
            "/v1/landing-zones/dev",
            ENVIRONMENT,
            "takes a document of `kind: LandingZone`",
        ),
        (
            "/v1/environments/sandbox",
            LANDING_ZONE,
            "takes a document of `kind: Environment`",
        ),
        ("/v1/environments/web-service", super::WEB, other),
    ] {
        let problem = api.refused(apply(uri, document), 422).await;
        assert!(
            problem["detail"].as_str().unwrap().contains(detail),
            "{problem}"
        );
    }
}

#[tokio::test]
async fn of_applications_at_the_same_time_none_is_lost_unnoticed() {
    let api = Api::with_ground().await;
    let mut callers = JoinSet::new();
    for number in 0..8 {
        let document = LANDING_ZONE.replace("cluster: sandbox", &format!("cluster: c{number}"));
        callers.spawn(send(
            api.router.clone(),
            apply("/v1/landing-zones/sandbox", document),
        ));
    }
    let mut versions = Vec::new();
    for answer in callers.join_all().await {
        if answer.status == 200 {
            versions.push(answer.body["version"].as_u64().unwrap());
        } else {
            let problem = answer.problem(409);
            assert!(
                problem["detail"]
                    .as_str()
                    .unwrap()
                    .contains("by someone else"),
                "{problem}"
            );
        }
    }
    versions.sort_unstable();
    let stored = api.send(get("/v1/landing-zones/sandbox")).await.body["version"].as_u64();
    let expected: Vec<u64> = (2..=stored.unwrap()).collect();
    assert_eq!(versions, expected);
}

/// The environment of the example with this `limits`.
fn limited(limits: &Value) -> String {
    ENVIRONMENT.replace("spec:", &format!("spec:\n  limits: {limits}"))
}

#[tokio::test]
async fn limits_that_cannot_work_are_refused_when_they_are_applied() {
    let api = Api::with_ground().await;
    let limits = json!([
        {"name": "one", "owner": "ops", "input": "/spec/compute/cpuu", "maximum": 512},
        {"name": "one", "owner": "ops", "input": "/spec/compute/image", "pattern": "("},
    ]);
    let refused = api.refused(apply("/v1/environments/dev", limited(&limits)), 422);
    let body = refused.await;
    let pointers: Vec<&str> = body["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|problem| problem["pointer"].as_str().unwrap())
        .collect();
    assert_eq!(
        pointers,
        [
            "/spec/limits/0/input",
            "/spec/limits/1/name",
            "/spec/limits/1/pattern",
        ]
    );
}

#[tokio::test]
async fn a_spec_beyond_a_limit_is_refused_with_who_to_ask() {
    let api = Api::with_ground().await;
    let limits = json!([
        {"name": "small", "owner": "finops", "input": "/spec/compute/cpu", "maximum": 256},
    ]);
    let answer = api.send(apply("/v1/environments/dev", limited(&limits)));
    assert_eq!(answer.await.status, 200);
    let spec = WEB.replace("cpu: 256", "cpu: 512");
    let spec = spec.replace("memory: 512", "memory: 1024");
    let body = api.refused(submit(spec), 422).await;
    let problem = &body["problems"][0];
    assert_eq!(problem["pointer"], "/spec/compute/cpu");
    assert_eq!(
        problem["message"],
        "`512` is more than 256: the limit `small` of the environment `dev`"
    );
    assert_eq!(problem["hint"], "`finops` can say more about it");
    assert!(problem["line"].is_number());
    assert_eq!(api.send(submit(WEB)).await.status, 202);
}
