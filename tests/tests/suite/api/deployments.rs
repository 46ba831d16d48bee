//! Deployments as they are shown.

use groundplane_model::{
    Change, Deployment, DeploymentError, DeploymentId, DeploymentStatus, Digest, Outcome, Step,
    StepAction, StepId, StepStatus, TenantId, UnitName,
};
use groundplane_ports::{ReadTable, WriteTable};
use serde_json::json;

use super::{Api, WEB, get, submit};

fn step(deployment: &Deployment, unit: &str, wave: usize, status: StepStatus) -> Step {
    let unit = UnitName::parse(unit).unwrap();
    Step {
        tenant: deployment.tenant.clone(),
        deployment: deployment.id.clone(),
        id: StepId::apply(&unit),
        stack_name: format!("gp-{unit}"),
        unit,
        wave,
        action: StepAction::Destroy,
        repair: false,
        status,
        before: None,
        outputs: std::collections::BTreeMap::new(),
        error: None,
        started_at: Some(deployment.created_at),
        ended_at: None,
        version: 0,
    }
}

/// The deployment as it is after its second wave has failed, with its steps.
fn failed(accepted: Deployment) -> Vec<Change> {
    let error = DeploymentError {
        unit: Some(UnitName::parse("compute").unwrap()),
        name: "Groundplane.ProvisionFailed".to_owned(),
        cause: "no capacity".to_owned(),
    };
    let failed = Deployment {
        status: DeploymentStatus::Failed,
        outcome: Some(Outcome::Changed),
        revision: Some(3),
        plan_digest: Some(Digest::of(b"plan")),
        error: Some(error.clone()),
        waves: vec![Vec::new(), Vec::new()],
        ended_at: Some(accepted.created_at),
        ..accepted
    };
    let storage = step(&failed, "storage", 0, StepStatus::Undone);
    let compute = step(&failed, "compute", 1, StepStatus::Failed);
    let compute = Step {
        error: Some(error),
        ..compute
    };
    // A wave that the plan does not have.
    let stray = step(&failed, "stray", 7, StepStatus::Pending);
    vec![
        Change::save(&failed),
        Change::save(&storage),
        Change::save(&compute),
        Change::save(&stray),
    ]
}

#[tokio::test]
async fn an_accepted_deployment_has_no_waves_yet() {
    let api = Api::with_ground().await;
    let id = api.accepted(submit(WEB)).await;
    let answer = api.send(get(&format!("/v1/deployments/{id}"))).await;
    let expected = json!({
        "id": id,
        "instance": "web-service.dev",
        "action": "apply",
        "status": "accepted",
        "outcome": null,
        "revision": null,
        "planDigest": null,
        "error": null,
        "requestedBy": "dev-1",
        "createdAt": "2026-01-01T00:00:00Z",
        "startedAt": null,
        "endedAt": null,
        "waitingFor": {
            "on": "start",
            "what": "its start",
            "since": "2026-01-01T00:00:00Z",
            "until": null,
            "unblock": "it starts in a moment",
        },
        "waves": [],
    });
    assert_eq!((answer.status, answer.body), (200, expected));
}

#[tokio::test]
async fn waves_and_steps_are_shown_with_what_became_of_them() {
    let api = Api::with_ground().await;
    let id = api.accepted(submit(WEB)).await;
    let key = Deployment::key_of(&TenantId::parse("acme").unwrap(), &id);
    let accepted: Deployment = api.table.require(&key).await.unwrap();
    api.table.commit(failed(accepted)).await.unwrap();

    let body = api.send(get(&format!("/v1/deployments/{id}"))).await.body;
    assert_eq!(
        (&body["status"], &body["outcome"]),
        (&json!("failed"), &json!("changed"))
    );
    assert_eq!(
        (&body["revision"], &body["endedAt"]),
        (&json!(3), &json!("2026-01-01T00:00:00Z"))
    );
    let error =
        json!({"unit": "compute", "name": "Groundplane.ProvisionFailed", "cause": "no capacity"});
    assert_eq!(body["error"], error);
    let unit = |unit: &str, status: &str, error| {
        json!({"units": [{
            "step": unit,
            "unit": unit,
            "action": "destroy",
            "status": status,
            "stackName": format!("gp-{unit}"),
            "outputs": {},
            "error": error,
            "startedAt": "2026-01-01T00:00:00Z",
            "endedAt": null,
        }]})
    };
    assert_eq!(
        body["waves"],
        json!([
            unit("storage", "undone", None),
            unit("compute", "failed", Some(error))
        ])
    );
}

#[tokio::test]
async fn a_deployment_that_is_not_there_is_not_found() {
    let api = Api::with_ground().await;
    let unknown = DeploymentId::from_number(99);
    for id in [unknown.as_str(), "dep-1", "web-service.dev"] {
        let problem = api
            .refused(get(&format!("/v1/deployments/{id}")), 404)
            .await;
        assert_eq!(problem["detail"], "there is no such deployment");
    }
}
