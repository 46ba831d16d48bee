//! Destroying an instance.

use groundplane_model::{
    Action, Deployment, DeploymentId, DeploymentSpec, InstanceStatus, TenantId,
};
use groundplane_ports::ReadTable;
use serde_json::{Value, json};

use super::{Api, ENVIRONMENT, LANDING_ZONE, WEB, WEB_SERVICE, apply, delete, get, header, submit};

async fn demanded(api: &Api, id: &DeploymentId) -> (Deployment, DeploymentSpec) {
    let tenant = TenantId::parse("acme").unwrap();
    let deployment = api
        .table
        .require(&Deployment::key_of(&tenant, id))
        .await
        .unwrap();
    let spec = api
        .table
        .require(&DeploymentSpec::key_of(&tenant, id))
        .await
        .unwrap();
    (deployment, spec)
}

#[tokio::test]
async fn a_destroy_is_accepted_like_a_submission() {
    let api = Api::with_instance().await;
    let answer = api.send(delete(WEB_SERVICE)).await;
    let id = answer.body["deployment"].as_str().unwrap();
    assert_eq!(
        answer.header(header::LOCATION),
        format!("/v1/deployments/{id}")
    );
    let expected = json!({
        "instance": "web-service.dev", "deployment": id, "status": "accepted", "warnings": []
    });
    assert_eq!((answer.status, &answer.body), (202, &expected));

    let (deployment, spec) = demanded(&api, &DeploymentId::parse(id).unwrap()).await;
    assert_eq!(
        (deployment.action, spec.spec),
        (Action::Destroy, Value::Null)
    );
    assert_eq!(
        api.send(get(WEB_SERVICE)).await.body["status"],
        "destroying"
    );
    assert_eq!(api.count("outbox").await, 2);
}

#[tokio::test]
async fn what_is_not_there_is_not_destroyed() {
    let api = Api::with_instance().await;
    api.refused(delete("/v1/instances/nobody.dev"), 404).await;
    let id = api.accepted(delete(WEB_SERVICE)).await;
    api.end(&id, InstanceStatus::Destroyed).await;
    let problem = api.refused(delete(WEB_SERVICE), 404).await;
    assert_eq!(problem["detail"], "there is no instance `web-service.dev`");
}

#[tokio::test]
async fn a_name_that_was_destroyed_begins_a_new_life() {
    let api = Api::with_instance().await;
    let before = api.instance("web-service.dev").await;
    let id = api.accepted(delete(WEB_SERVICE)).await;
    api.end(&id, InstanceStatus::Destroyed).await;
    api.system.advance(jiff::SignedDuration::from_hours(1));
    api.accepted(submit(WEB)).await;
    let after = api.instance("web-service.dev").await;
    assert_ne!(after.incarnation, before.incarnation);
    assert!(after.created_at > before.created_at);
    assert_eq!(
        (after.status, after.revision),
        (InstanceStatus::Deploying, None)
    );
}

#[tokio::test]
async fn an_instance_is_destroyed_where_it_stands_though_its_environment_has_moved() {
    let api = Api::with_instance().await;
    let zone = LANDING_ZONE.replace("name: sandbox", "name: castle");
    api.send(apply("/v1/landing-zones/castle", zone)).await;
    let moved = ENVIRONMENT.replace("landingZone: sandbox", "landingZone: castle");
    api.send(apply("/v1/environments/dev", moved)).await;

    let id = api.accepted(delete(WEB_SERVICE)).await;
    let (_, spec) = demanded(&api, &id).await;
    assert_eq!(spec.landing_zone.name.as_str(), "sandbox");
}

#[tokio::test]
async fn a_destroy_is_repeated_by_its_key() {
    let api = Api::with_instance().await;
    let first = api.send(delete(WEB_SERVICE).keyed("k")).await;
    assert_eq!(first.status, 202);
    assert_eq!(api.send(delete(WEB_SERVICE).keyed("k")).await, first);
    assert_eq!(api.count("deployment").await, 2);
    api.refused(delete("/v1/instances/other-one.dev").keyed("k"), 422)
        .await;
    api.refused(submit(WEB).keyed("k"), 422).await;
}
