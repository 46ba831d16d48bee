//! The image catalog.

use axum::http::Method;
use serde_json::{Value, json};

use super::{Api, Call, apply, call, get};

const IMAGES: &str = "/v1/images";

fn machine(release: &str, image: &str) -> Value {
    json!({
        "kind": "machine", "family": "ubuntu", "release": release, "architecture": "x86_64",
        "image": image, "state": "current", "source": "",
    })
}

fn container() -> Value {
    json!({"kind": "container", "family": "nginx", "release": "1.27", "image": "nginx:1.27"})
}

fn in_zone(mut image: Value, zone: &str) -> Value {
    image["landingZone"] = json!(zone);
    image
}

fn set(body: &Value) -> Call {
    apply(IMAGES, body.to_string())
}

/// The images that a listing shows.
async fn listed(api: &Api, query: &str) -> Vec<Value> {
    let answer = api.send(get(&format!("{IMAGES}{query}"))).await;
    assert_eq!((answer.status, &answer.body["next"]), (200, &Value::Null));
    answer.body["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn one_image_or_a_list_of_them_is_put_into_the_catalog() {
    let api = Api::with_ground().await;
    let one = api.send(set(&machine("24.04", "ami-00000024"))).await;
    let mut expected = machine("24.04", "ami-00000024");
    expected["version"] = json!(1);
    expected["changed"] = json!(true);
    assert_eq!((one.status, &one.body["items"][0]), (200, &expected));
    let own = in_zone(machine("24.04", "ami-000000aa"), "sandbox");
    let many = json!([machine("9.10", "ami-00000009"), own, container()]);
    assert_eq!(api.send(set(&many)).await.status, 200);

    let shared = listed(&api, "").await;
    let releases: Vec<&str> = shared
        .iter()
        .map(|it| it["release"].as_str().unwrap())
        .collect();
    assert_eq!(
        releases,
        ["9.10", "24.04", "1.27"],
        "versions in their order"
    );
    let of_zone = listed(&api, "?family=ubuntu&landingZone=sandbox").await;
    assert_eq!(of_zone.len(), 3);
    assert_eq!(of_zone[2]["landingZone"], "sandbox");
    assert_eq!(listed(&api, "?family=nginx").await[0]["state"], "current");
    assert_eq!(listed(&api, "?family=ubunt").await, Vec::<Value>::new());
}

#[tokio::test]
async fn the_same_again_changes_nothing_and_another_state_is_the_next_version() {
    let api = Api::start().await;
    let mut list = json!([machine("24.04", "ami-00000024"), container()]);
    api.send(set(&list)).await;
    let before = api.table.dump().await;
    let again = api.send(set(&list)).await.body;
    assert_eq!(api.table.dump().await, before);
    assert_eq!(
        (&again["items"][1]["changed"], &again["items"][1]["version"]),
        (&json!(false), &json!(1))
    );
    list[1]["state"] = json!("withdrawn");
    let changed = api.send(set(&list)).await.body;
    let of = |place: usize| {
        let item = &changed["items"][place];
        (
            item["changed"].as_bool().unwrap(),
            item["version"].as_u64().unwrap(),
        )
    };
    assert_eq!((of(0), of(1)), ((false, 1), (true, 2)));
}

#[tokio::test]
async fn everything_that_is_wrong_is_told_at_once_and_nothing_is_written() {
    let api = Api::with_ground().await;
    let list = json!([
        machine("24.04", "ami-00000024"),
        {"kind": "machine", "family": "Ubuntu", "release": "1", "image": "nginx"},
        {"kind": "machine", "family": "ubuntu", "release": "new", "image": "ami-00000024"},
        in_zone(container(), "nowhere"),
        machine("24.04", "ami-00000025"),
        {"kind": "machine", "familie": "ubuntu"},
    ]);
    let problem = api.refused(set(&list), 422).await;
    assert_eq!(problem["detail"], "there are 6 problems with the images");
    let pointers: Vec<&str> = problem["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|problem| problem["pointer"].as_str().unwrap())
        .collect();
    assert_eq!(
        pointers,
        ["/1/family", "/1/image", "/2", "/3/landingZone", "/4", "/5"]
    );
    let one = api.refused(set(&json!("ubuntu")), 422).await;
    assert_eq!(one["problems"][0]["pointer"], "");
    let many = Value::Array(vec![container(); 100]);
    let many = api.refused(set(&many), 422).await;
    assert_eq!(many["detail"], "100 images are too many; send 99 at a time");
    api.refused(apply(IMAGES, "kind: machine"), 400).await;
}

#[tokio::test]
async fn everyone_looks_and_only_the_platform_group_changes() {
    let api = Api::start().await;
    api.refused(call(Method::PUT, IMAGES, container().to_string()), 403)
        .await;
    api.send(set(&container())).await;
    let other = api.send(get(IMAGES).of_tenant("umbrella")).await;
    assert_eq!(other.body["items"].as_array().unwrap().len(), 1);
    api.refused(get("/v1/images?zone=sandbox"), 400).await;
    api.refused(get("/v1/images?landingZone=No%20Name"), 400)
        .await;
}
