//! What is taken of pools and spaces: listed for everyone, imported by whoever runs the platform.

use axum::http::Method;
use serde_json::{Value, json};

use super::pools::ops;
use super::{Api, Call, get};

fn import(body: &Value) -> Call {
    ops(Method::POST, "/v1/allocations", &body.to_string())
}

#[tokio::test]
async fn what_is_taken_is_listed_and_other_tenants_stay_unknown() {
    let api = Api::with_pools().await;
    api.hold("acme", "10.4.16.0/28").await;
    api.hold("umbrella", "10.4.16.16/28").await;
    let body = json!({"pool": "dev", "cidr": "10.4.32.0/24", "description": "old firewall"});
    assert_eq!(api.send(import(&body)).await.status, 201);

    let uri = "/v1/allocations?pool=dev";
    let seen = api.send(get(uri)).await.body;
    let holders: Vec<&Value> = seen["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| &item["holder"])
        .collect();
    let own = json!({
        "kind": "instance", "name": "web-service.dev", "tenant": "acme", "unit": "compute",
        "input": "subnet of 10.4.16.0/28",
    });
    let other = json!({"kind": "instance", "name": "another tenant"});
    let imported = json!({"kind": "import", "name": "old firewall"});
    assert_eq!(holders, [&own, &other, &imported]);
    let first = &seen["items"][0];
    assert_eq!(
        (&first["cidr"], &first["state"], &first["until"]),
        (&json!("10.4.16.0/28"), &json!("held"), &Value::Null)
    );
    assert!(
        !api.send(get(uri))
            .await
            .body
            .to_string()
            .contains("umbrella")
    );
    // Who runs the platform sees whom to ask.
    let all = api.send(ops(Method::GET, uri, "")).await.body;
    assert_eq!(all["items"][1]["holder"]["tenant"], "umbrella");

    let space = api.send(get("/v1/allocations?space=default")).await.body;
    let corp = json!({"kind": "pool", "name": "corp"});
    assert_eq!(space["items"][0]["holder"], corp);
}

#[tokio::test]
async fn a_long_list_of_what_is_taken_is_read_page_by_page() {
    let api = Api::with_pools().await;
    for number in 1..=5 {
        api.hold("acme", &format!("10.4.{number}.0/28")).await;
    }
    let (mut seen, mut uri) = (Vec::new(), "/v1/allocations?pool=dev&limit=2".to_owned());
    loop {
        let page = api.send(get(&uri)).await.body;
        let items = page["items"].as_array().unwrap();
        seen.extend(
            items
                .iter()
                .map(|item| item["cidr"].as_str().unwrap().to_owned()),
        );
        match page["next"].as_str() {
            Some(cursor) => uri = format!("/v1/allocations?pool=dev&limit=2&cursor={cursor}"),
            None => break,
        }
    }
    let expected: Vec<String> = (1..=5)
        .map(|number| format!("10.4.{number}.0/28"))
        .collect();
    assert_eq!(seen, expected);
    for cursor in ["forged!", "TUVUQQ"] {
        api.refused(
            get(&format!("/v1/allocations?pool=dev&cursor={cursor}")),
            400,
        )
        .await;
    }
}

#[tokio::test]
async fn a_listing_is_of_one_pool_or_one_space() {
    let api = Api::with_pools().await;
    for (query, status) in [
        ("", 400),
        ("?pool=dev&space=default", 400),
        ("?space=X", 400),
        ("?pool=none", 404),
        ("?pool=dev&holder=me", 400),
    ] {
        api.refused(get(&format!("/v1/allocations{query}")), status)
            .await;
    }
}

#[tokio::test]
async fn an_import_is_made_once_and_given_back() {
    let api = Api::with_pools().await;
    let peer = json!({"space": "default", "cidr": "172.16.0.0/12", "description": "office"});
    assert_eq!(api.send(import(&peer)).await.status, 201);
    let before = api.table.dump().await;
    assert_eq!(api.send(import(&peer)).await.status, 200);
    assert_eq!(api.table.dump().await, before);
    let other = json!({"space": "default", "cidr": "172.20.0.0/16", "description": "lab"});
    let problem = api.refused(import(&other), 409).await;
    assert_eq!(
        problem["detail"],
        "the space `default`: `172.20.0.0/16` overlaps with `172.16.0.0/12`, which `office` holds"
    );
    let uri = "/v1/allocations?space=default&cidr=172.16.0.0/12";
    let answer = api.send(ops(Method::DELETE, uri, "")).await;
    assert_eq!(
        (answer.status, answer.body),
        (200, json!({"cidr": "172.16.0.0/12"}))
    );
    api.refused(ops(Method::DELETE, uri, ""), 404).await;
    assert_eq!(api.send(import(&other)).await.status, 201);
}

#[tokio::test]
async fn only_imports_are_given_back_by_hand() {
    let api = Api::with_pools().await;
    api.hold("acme", "10.4.16.0/28").await;
    for uri in [
        "/v1/allocations?pool=dev&cidr=10.4.16.0/28",
        "/v1/allocations?pool=corp&cidr=10.4.0.0/16",
    ] {
        let problem = api.refused(ops(Method::DELETE, uri, ""), 409).await;
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains("was not imported"), "{detail}");
    }
    let wrong = "/v1/allocations?pool=dev&cidr=10.4.16.1/28";
    api.refused(ops(Method::DELETE, wrong, ""), 400).await;
}

#[tokio::test]
async fn everything_that_is_wrong_with_an_import_is_said_at_once() {
    let api = Api::with_pools().await;
    let wrong = json!({"pool": "dev", "space": "default", "cidr": "x", "description": " ", "a": 1});
    let problem = api.refused(import(&wrong), 422).await;
    assert_eq!(
        problem["problems"].as_array().unwrap().len(),
        4,
        "{problem}"
    );
    api.refused(import(&json!("x")), 400).await;
    let nowhere = json!({"pool": "none", "cidr": "10.0.0.0/8", "description": "a"});
    api.refused(import(&nowhere), 404).await;
    let outside = json!({"pool": "dev", "cidr": "11.0.0.0/16", "description": "a"});
    api.refused(import(&outside), 422).await;
}
