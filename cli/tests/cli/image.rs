//! `groundplane image` and `groundplane name`.

use serde_json::{Value, json};

use crate::answers::page;
use crate::platform::{Platform, Reply};
use crate::scene::Scene;

const LIST: &str = "GET /v1/images";
const SET: &str = "PUT /v1/images";
const PREVIEW: &str = "POST /v1/names:preview";

fn machine(release: &str, state: &str) -> Value {
    json!({
        "kind": "machine", "family": "ubuntu", "release": release, "architecture": "arm64",
        "image": "ami-0123456789abcdef0", "state": state, "source": "ops", "version": 1,
    })
}

fn container() -> Value {
    json!({
        "landingZone": "sandbox", "kind": "container", "family": "team/web", "release": "1.4",
        "image": "registry.example/team/web:1.4", "state": "current", "source": "", "version": 3,
    })
}

fn changed(mut image: Value, changed: bool) -> Value {
    image["changed"] = json!(changed);
    image
}

fn name() -> Value {
    json!({
        "name": "gp-acme-dev-web-service-compute-1a2b3c4d",
        "fqdn": "gp-acme-dev-web-service-compute-1a2b3c4d.dev.example.com",
        "pattern": "gp-{tenant}-{env}-{service}-{unit}-{hash:8}",
        "limits": {
            "resourceType": "AWS::CloudFormation::Stack", "abbreviation": "stack", "shortest": 1,
            "longest": 128, "upper": true, "others": "", "first": "letter",
            "alphanumericEnd": false, "singleHyphens": false, "reservedStarts": [],
            "reservedEnds": [], "unique": "region",
            "document": "CloudFormation API reference, CreateStack",
        },
        "layer": "landing-zone",
    })
}

#[test]
fn the_catalog_is_a_table() {
    let images = [
        machine("22.04", "deprecated"),
        machine("24.04", "current"),
        container(),
    ];
    let platform = Platform::start().on(LIST, [page(&images, None), page(&[], None)]);
    let line = [
        "image",
        "list",
        "--family",
        "ubuntu",
        "--landing-zone",
        "sandbox",
    ];
    let text = Scene::with(&platform).run(&line);
    insta::assert_snapshot!("image-list", text.transcript());
    assert_eq!(
        platform.lines(),
        ["GET /v1/images?family=ubuntu&landingZone=sandbox"]
    );
    let empty = Scene::with(&platform).run(&["image", "list"]);
    assert!(
        empty.output.contains("`groundplane image seed`"),
        "{}",
        empty.output
    );
}

#[test]
fn the_catalog_is_json_for_programs() {
    let platform = Platform::start().on(LIST, [page(&[machine("24.04", "current")], None)]);
    let json = Scene::with(&platform).run(&["image", "list", "-o", "json"]);
    insta::assert_snapshot!("image-list-json", json.transcript());
}

#[test]
fn images_are_read_from_json_and_yaml_alike() {
    let items = [
        changed(machine("24.04", "current"), true),
        changed(container(), false),
    ];
    let platform = Platform::start().on(SET, [page(&items, None)]);
    let sent = json!([{"family": "ubuntu", "release": "24.04"}, {"family": "b", "release": "2"}]);
    let scene = Scene::with(&platform)
        .file("list.json", sent.to_string())
        .file(
            "many.yaml",
            "family: ubuntu\nrelease: \"24.04\"\n---\nfamily: b\nrelease: \"2\"\n",
        )
        .file(
            "one.yaml",
            "images:\n- {family: ubuntu, release: \"24.04\"}\n- {family: b, release: \"2\"}\n",
        )
        .pipes(sent.to_string());
    for file in ["list.json", "many.yaml", "one.yaml", "-"] {
        let ended = scene.run(&["image", "set", file]);
        assert_eq!(ended.code, 0, "{file}: {}", ended.progress);
        insta::assert_snapshot!("image-set", ended.transcript());
    }
    for asked in platform.asked() {
        assert_eq!(serde_json::from_str::<Value>(&asked.body).unwrap(), sent);
    }
}

#[test]
fn every_problem_of_the_images_is_told() {
    let problems = json!({
        "title": "Unprocessable Entity", "status": 422,
        "detail": "there are 2 problems with the images",
        "problems": [
            {"severity": "error", "pointer": "/0", "message": "missing field `image`"},
            {"severity": "error", "pointer": "/3/family", "message": "`Ubuntu` is not a family"},
        ],
    });
    let platform = Platform::start().on(SET, [Reply::problem(422, &problems)]);
    let scene = Scene::with(&platform)
        .file("images.json", "[{}]")
        .file("bad.json", "[{]");
    insta::assert_snapshot!(
        "image-refused",
        scene.run(&["image", "set", "images.json"]).transcript()
    );
    for (file, reason) in [
        ("bad.json", "it is not JSON"),
        ("missing.json", "it cannot be read"),
    ] {
        let ended = scene.run(&["image", "set", file]);
        assert_eq!(ended.code, 2);
        assert!(ended.progress.contains(reason), "{}", ended.progress);
    }
    assert_eq!(platform.lines().len(), 1);
}

#[test]
fn seeds_are_images_like_any_others() {
    let items = [changed(machine("24.04", "current"), true)];
    let platform = Platform::start().on(SET, [page(&items, None)]);
    assert_eq!(Scene::with(&platform).run(&["image", "seed"]).code, 0);
    let sent: Vec<Value> = serde_json::from_str(&platform.asked()[0].body).unwrap();
    assert!(sent.len() >= 11, "{sent:?}");
    for seed in &sent {
        assert_eq!(seed["kind"], "machine");
        assert!(
            seed["image"].as_str().unwrap().starts_with("/aws/service/"),
            "{seed}"
        );
    }
}

#[test]
fn a_name_is_shown_with_the_rules_that_it_keeps_to() {
    let platform = Platform::start().on(PREVIEW, [Reply::json(200, &name())]);
    let line = [
        "name",
        "preview",
        "web-service.dev",
        "--unit",
        "compute",
        "--type",
    ];
    let line = [&line[..], &["AWS::CloudFormation::Stack"]].concat();
    let text = Scene::with(&platform).run(&line);
    insta::assert_snapshot!("name-preview", text.transcript());
    let json =
        Scene::with(&platform).run(&[&line[..], &["--input", "stack", "-o", "json"]].concat());
    insta::assert_snapshot!("name-preview-json", json.transcript());
    let sent: Value = serde_json::from_str(&platform.asked()[1].body).unwrap();
    let expected = json!({
        "instance": "web-service.dev", "unit": "compute", "input": "stack",
        "resourceType": "AWS::CloudFormation::Stack",
    });
    assert_eq!(sent, expected);
}

#[test]
fn a_name_that_cannot_be_made_says_why() {
    let problems = json!({
        "title": "Unprocessable Entity", "status": 422,
        "detail": "no names can be made for `AWS::X`",
        "problems": [{"severity": "error", "pointer": "", "message": "names for `AWS::X` are not known"}],
    });
    let platform = Platform::start().on(PREVIEW, [Reply::problem(422, &problems)]);
    let line = [
        "name",
        "preview",
        "web-service.dev",
        "--unit",
        "compute",
        "--type",
        "AWS::X",
    ];
    let ended = Scene::with(&platform).run(&line);
    assert_eq!(ended.code, 2);
    assert!(
        ended.progress.contains("names for `AWS::X` are not known"),
        "{}",
        ended.progress
    );
}
