//! Names before they are handed out.

use axum::http::Method;
use groundplane_model::Change;
use groundplane_ports::WriteTable;
use groundplane_resolvers::Counter;
use serde_json::{Value, json};

use super::{Api, Call, ENVIRONMENT, apply, call};

fn ask(body: &Value) -> Call {
    call(Method::POST, "/v1/names:preview", body.to_string())
}

fn wanted(resource_type: &str) -> Value {
    json!({"instance": "web-service.dev", "unit": "compute", "resourceType": resource_type})
}

/// The API where the environment configures names like this.
async fn configured(naming: &Value) -> Api {
    let api = Api::with_ground().await;
    let resolvers = json!({ "naming": naming });
    let document = ENVIRONMENT.replace("spec:", &format!("spec:\n  resolvers: {resolvers}"));
    let answer = api.send(apply("/v1/environments/dev", document)).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    api
}

#[tokio::test]
async fn a_name_is_previewed_with_the_defaults_and_nothing_is_handed_out() {
    let api = Api::with_ground().await;
    let before = api.table.dump().await;
    let answer = api.send(ask(&wanted("AWS::CloudFormation::Stack"))).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let name = answer.body["name"].as_str().unwrap();
    assert!(
        name.starts_with("gp-acme-dev-web-service-compute-"),
        "{name}"
    );
    assert_eq!(
        answer.body["pattern"],
        "gp-{tenant}-{env}-{service}-{unit}-{hash:8}"
    );
    assert_eq!(
        (&answer.body["layer"], &answer.body["limits"]["longest"]),
        (&json!("default"), &json!(128))
    );
    assert_eq!(answer.body.get("fqdn"), None);
    assert_eq!(api.table.dump().await, before);
    assert_eq!(
        api.send(ask(&wanted("AWS::CloudFormation::Stack")))
            .await
            .body,
        answer.body
    );
}

#[tokio::test]
async fn the_environment_has_the_last_word() {
    let naming = json!({
        "patterns": {"AWS::RDS::DBInstance": "{env}-{service|short:8}-{type}-{seq:03d}"},
        "zone": "dev.example.com",
    });
    let api = configured(&naming).await;
    let answer = api.send(ask(&wanted("AWS::RDS::DBInstance"))).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.body["name"], "dev-web-serv-db-001");
    assert_eq!(answer.body["fqdn"], "dev-web-serv-db-001.dev.example.com");
    assert_eq!(answer.body["layer"], "environment");
    // The next number, once some are taken.
    let counter = Counter {
        next: 7,
        ..Counter::new("AWS::RDS::DBInstance dev-web-serv-db-{seq}".to_owned())
    };
    api.table
        .commit(vec![Change::save(&counter)])
        .await
        .unwrap();
    let answer = api.send(ask(&wanted("AWS::RDS::DBInstance"))).await;
    assert_eq!(answer.body["name"], "dev-web-serv-db-007");
}

#[tokio::test]
async fn what_cannot_be_a_name_is_refused_with_the_reason() {
    let api = Api::with_ground().await;
    let unknown = api.refused(ask(&wanted("AWS::RDS::DBInstanc")), 422).await;
    assert_eq!(
        unknown["detail"],
        "no names can be made for `AWS::RDS::DBInstanc`"
    );
    assert_eq!(
        unknown["problems"][0]["hint"],
        "did you mean `AWS::RDS::DBInstance`?"
    );
    let mut elsewhere = wanted("AWS::SNS::Topic");
    elsewhere["environment"] = json!("prod");
    let elsewhere = api.refused(ask(&elsewhere), 422).await;
    assert_eq!(elsewhere["problems"][0]["pointer"], "/environment");
    let mut nowhere = wanted("AWS::SNS::Topic");
    nowhere["instance"] = json!("web-service.nowhere");
    let nowhere = api.refused(ask(&nowhere), 422).await;
    assert!(
        nowhere["detail"]
            .as_str()
            .unwrap()
            .contains("no environment `nowhere`")
    );
    for body in [json!({}), json!({"instance": "x"}), json!([])] {
        api.refused(ask(&body), 422).await;
    }
    api.refused(call(Method::POST, "/v1/names:preview", "{"), 400)
        .await;
    api.refused(call(Method::GET, "/v1/names:preview", ""), 405)
        .await;
}
