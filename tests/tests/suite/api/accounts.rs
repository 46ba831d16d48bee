//! Landing zones in other accounts, and by what those know the tenants.

use serde_json::{Value, json};

use groundplane_model::InstanceStatus;

use super::{Api, Call, LANDING_ZONE, WEB, apply, get, submit};

const ZONE: &str = "/v1/landing-zones/sandbox";

/// The landing zone with these fields besides.
fn zone(more: &str) -> Call {
    apply(ZONE, format!("{}\n{more}", LANDING_ZONE.trim_end()))
}

/// The fields of a landing zone that is reached by a role.
fn reached_by(role: &str) -> String {
    let arn = |what: &str| format!("arn:aws:iam::123456789012:{what}");
    format!(
        "  assumeRoleArn: {}\n  serviceRoleArn: {}\n  permissionsBoundaryArn: {}\n",
        arn(&format!("role/{role}")),
        arn("role/groundplane-cloudformation"),
        arn("policy/groundplane-boundary"),
    )
}

async fn status(api: &Api, call: Call) -> u16 {
    api.send(call).await.status
}

/// A call of someone who runs the platform and is of another tenant.
fn of_the_platform(call: Call) -> Call {
    call.claiming(json!({"sub": "ops-2", "custom:tenant": "ops", "cognito:groups": "[platform]"}))
}

async fn with_tenant() -> Api {
    let api = Api::with_ground().await;
    let document = json!({
        "apiVersion": "groundplane.dev/v1", "kind": "Tenant",
        "metadata": {"name": "acme"}, "spec": {"owner": "platform-team"},
    });
    assert_eq!(
        status(&api, apply("/v1/tenants/acme", document.to_string())).await,
        200
    );
    api
}

#[tokio::test]
async fn a_tenant_gets_one_external_id_for_good() {
    let api = with_tenant().await;
    let seen = async || {
        let call = of_the_platform(get("/v1/tenants/acme"));
        api.send(call).await.body["externalId"].clone()
    };
    let first = seen().await;
    let id = first.as_str().unwrap();
    assert!(id.starts_with("gp-") && id.len() == 3 + 64, "{id}");
    assert_eq!(seen().await, first);
    let made = get("/v1/audit?object=tenants/acme");
    let made = api.send(made.by_the_platform()).await;
    let made = made.body["items"].clone();
    let records: Vec<&Value> = made.as_array().unwrap().iter().collect();
    let records = records.iter().map(|entry| &entry["changes"][0]["record"]);
    assert!(
        records.eq(["tenant", "external-id"].map(Value::from).iter()),
        "what was made is in the audit log: {made}"
    );
}

#[tokio::test]
async fn only_those_who_answer_for_a_tenant_see_its_external_id() {
    let api = with_tenant().await;
    let asked = |claims: Value| get("/v1/tenants/acme").claiming(claims);
    let developer = asked(json!({"sub": "dev-1", "custom:tenant": "acme"}));
    let seen = api.send(developer).await;
    assert_eq!((seen.status, &seen.body["externalId"]), (200, &Value::Null));
    let seen = api.send(of_the_platform(get("/v1/tenants/acme"))).await;
    assert!(seen.body["externalId"].is_string(), "{seen:?}");
    api.refused(
        asked(json!({"sub": "dev-2", "custom:tenant": "umbrella"})),
        404,
    )
    .await;
    api.refused(get("/v1/tenants/umbrella"), 404).await;
}

#[tokio::test]
async fn a_landing_zone_of_another_account_needs_its_roles_and_boundary() {
    let api = Api::with_ground().await;
    let role = "  assumeRoleArn: arn:aws:iam::123456789012:role/groundplane-access\n";
    let problem = api.refused(zone(role), 422).await;
    assert_eq!(
        problem["problems"].as_array().unwrap().len(),
        2,
        "{problem}"
    );
    assert_eq!(
        status(&api, zone(&reached_by("groundplane-access"))).await,
        200
    );
}

#[tokio::test]
async fn a_boundary_is_never_taken_away() {
    let api = Api::with_ground().await;
    let boundary = "  permissionsBoundaryArn: arn:aws:iam::123456789012:policy/bound";
    assert_eq!(status(&api, zone(boundary)).await, 200);
    let problem = api.refused(zone(""), 422).await;
    let said = problem["problems"][0]["message"].as_str().unwrap();
    assert!(said.contains("boundary cannot be taken away"), "{said}");
    assert_eq!(status(&api, zone(&format!("{boundary}-2"))).await, 200);
}

#[tokio::test]
async fn a_landing_zone_stays_in_its_account_while_an_instance_stands_on_it() {
    let api = Api::with_ground().await;
    assert_eq!(
        status(&api, zone(&reached_by("groundplane-one"))).await,
        200
    );
    let deployment = api.accepted(submit(WEB)).await;
    api.end(&deployment, InstanceStatus::Active).await;
    let other_region = LANDING_ZONE.replace("region: eu-west-1", "region: eu-west-2");
    assert_ne!(other_region, LANDING_ZONE);
    let moved = format!(
        "{}\n{}",
        other_region.trim_end(),
        reached_by("groundplane-one")
    );
    let problem = api.refused(apply(ZONE, moved.clone()), 409).await;
    assert!(
        problem["detail"]
            .as_str()
            .unwrap()
            .contains("`web-service.dev`"),
        "{problem}"
    );
    // Another role of the same account is fine.
    assert_eq!(
        status(&api, zone(&reached_by("groundplane-two"))).await,
        200
    );

    let gone = api
        .accepted(super::delete("/v1/instances/web-service.dev"))
        .await;
    api.end(&gone, InstanceStatus::Destroyed).await;
    assert_eq!(status(&api, apply(ZONE, moved)).await, 200);
}
