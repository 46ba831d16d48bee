//! Revisions, how they differ, and where the values of the newest one come from.

use serde_json::{Value, json};

use super::preview::World;
use super::{Api, WEB, get, submit};

/// A world in which the example was deployed twice, the second time with another image.
async fn deployed_twice() -> World {
    let world = World::start().await;
    world.deploy(submit(WEB)).await;
    world
        .deploy(submit(WEB.replace("nginx:1.27", "nginx:1.28")))
        .await;
    world
}

async fn read(world: &World, uri: &str) -> Value {
    let answer = world.send(get(uri)).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body
}

#[tokio::test]
async fn every_successful_deployment_left_a_revision() {
    let world = deployed_twice().await;
    let listed = read(&world, "/v1/instances/web-service.dev/revisions").await;
    let numbers = listed["items"].as_array().unwrap().iter();
    let numbers: Vec<_> = numbers.map(|item| item["number"].clone()).collect();
    assert_eq!(numbers, [json!(1), json!(2)]);
    let first = read(&world, "/v1/instances/web-service.dev/revisions/1").await;
    assert_eq!(first["deployment"], listed["items"][0]["deployment"]);
    assert_eq!(
        first["spec"]["spec"]["compute"]["image"],
        "public.ecr.aws/nginx/nginx:1.27"
    );
    assert!(first["templates"]["compute"].is_string());
    let paged = read(&world, "/v1/instances/web-service.dev/revisions?limit=1").await;
    assert!(paged["next"].is_string());
}

#[tokio::test]
async fn two_revisions_differ_in_the_spec_and_in_what_was_rendered_from_it() {
    let world = deployed_twice().await;
    let uri = "/v1/instances/web-service.dev/difference?from=1&to=2";
    let found = read(&world, uri).await;
    assert_eq!(
        found["spec"],
        json!([{
            "pointer": "/spec/compute/image", "effect": "update",
            "before": {"template": "public.ecr.aws/nginx/nginx:1.27"},
            "after": {"template": "public.ecr.aws/nginx/nginx:1.28"},
        }])
    );
    let units: Vec<_> = found["units"].as_array().unwrap().iter().collect();
    let [compute] = units.as_slice() else {
        panic!("only compute differs: {units:?}");
    };
    assert_eq!(
        (&compute["unit"], &compute["operation"]),
        (&json!("compute"), &json!("update"))
    );
    let back = read(
        &world,
        "/v1/instances/web-service.dev/difference?from=2&to=1",
    )
    .await;
    assert_eq!(back["spec"][0]["after"], found["spec"][0]["before"]);
    let same = read(
        &world,
        "/v1/instances/web-service.dev/difference?from=2&to=2",
    )
    .await;
    assert_eq!((&same["spec"], &same["units"]), (&json!([]), &json!([])));
}

#[tokio::test]
async fn each_value_says_where_it_comes_from() {
    let world = deployed_twice().await;
    let uri = "/v1/instances/web-service.dev/explanation";
    let all = read(&world, uri).await;
    assert_eq!(all["revision"], 2);
    let at = |pointer: &str| {
        let items = all["items"].as_array().unwrap().iter();
        let mut found = items.filter(|item| item["pointer"] == pointer);
        found
            .next()
            .unwrap_or_else(|| panic!("nothing at {pointer}: {all:#}"))["origin"]
            .clone()
    };
    let line = WEB
        .lines()
        .position(|line| line.contains("image:"))
        .unwrap()
        + 1;
    assert_eq!(
        at("/spec/compute/image"),
        json!({"from": "spec", "line": line})
    );
    assert_eq!(
        at("/spec/compute/maxCapacity"),
        json!({"from": "default", "decidedBy": "/spec/compute/minCapacity"})
    );
    let items = all["items"].as_array().unwrap();
    let from = |from: &str, below: &str| {
        let starts = |item: &&Value| item["pointer"].as_str().unwrap().starts_with(below);
        let mut found = items.iter().filter(starts);
        found.any(|item| item["origin"]["from"] == from)
    };
    assert!(from("resolver", "/resolved/"));
    assert!(from("output", "/units/compute/parameters/"));
    assert!(from("output", "/outputs/"));
    let compute = read(&world, &format!("{uri}?pointer=/spec/compute")).await;
    let items = compute["items"].as_array().unwrap();
    assert!(!items.is_empty());
    let is_below = |item: &Value| {
        item["pointer"]
            .as_str()
            .unwrap()
            .starts_with("/spec/compute")
    };
    assert!(items.iter().all(is_below));
}

#[tokio::test]
async fn what_is_not_there_is_said_so_to_strangers_too() {
    let world = deployed_twice().await;
    for (uri, status) in [
        ("/v1/instances/web-service.dev/revisions/3", 404),
        ("/v1/instances/web-service.dev/revisions/one", 404),
        ("/v1/instances/web-service.dev/difference?from=1&to=9", 404),
        ("/v1/instances/web-service.dev/difference?from=1", 400),
        ("/v1/instances/other.dev/revisions", 404),
        ("/v1/instances/other.dev/explanation", 404),
        (
            "/v1/instances/web-service.dev/explanation?pointer=spec",
            400,
        ),
    ] {
        let answer = world.send(get(uri)).await;
        assert_eq!(answer.status, status, "{uri}: {answer:?}");
        let answer = world.send(get(uri).of_tenant("other")).await;
        assert!(matches!(answer.status, 400 | 404), "{uri}: {answer:?}");
    }
    for uri in [
        "/v1/instances/web-service.dev/revisions",
        "/v1/instances/web-service.dev/revisions/1",
        "/v1/instances/web-service.dev/difference?from=1&to=2",
        "/v1/instances/web-service.dev/explanation",
    ] {
        let answer = world.send(get(uri).of_tenant("other")).await;
        assert_eq!(answer.status, 404, "{uri}: {answer:?}");
    }
}

#[tokio::test]
async fn an_instance_that_was_never_deployed_has_nothing_to_explain() {
    let api = Api::with_ground().await;
    api.accepted(submit(WEB)).await;
    let problem = api
        .refused(get("/v1/instances/web-service.dev/explanation"), 404)
        .await;
    assert!(
        problem["detail"]
            .as_str()
            .unwrap()
            .contains("has no revision")
    );
}
