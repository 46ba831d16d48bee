//! What is there becomes what is asked for, in a new revision, where a spec can say it.

use groundplane_check_drift::Outcome;
use groundplane_model::DeploymentStatus;
use groundplane_tests::faults::{Fault, Faults, explore};
use serde_json::{Value, json};

use super::remedied::{COMPUTE, Remedied, SERVICE};
use crate::platform::Problem;

/// The number of tasks is accepted, everything else is brought back.
fn accepting() -> Value {
    json!({
        "default": "remediate",
        "rules": [{ "property": "/DesiredCount", "action": "accept" }],
    })
}

async fn accepted() -> Remedied {
    Remedied::of(Faults::none(), accepting()).await
}

#[tokio::test]
async fn a_value_that_is_accepted_stands_in_a_new_revision() {
    let scene = accepted().await;
    scene.scale_by_hand(3).await;
    let before = scene.revision().await;
    assert_eq!(scene.check().await, Outcome::Drifted);
    assert_eq!(scene.actions().await, ["accept"]);
    let deployment = scene.settle().await;
    assert_eq!(deployment.status, DeploymentStatus::Succeeded);
    assert_eq!(deployment.requested_by, "drift");
    let after = scene.revision().await;
    assert_eq!(after.number, before.number + 1);
    let compute = |spec: &Value| spec["spec"]["compute"].clone();
    let mut expected = compute(&before.spec);
    expected["minCapacity"] = json!(3);
    expected["maxCapacity"] = json!(3);
    assert_eq!(compute(&after.spec), expected);
    assert_eq!(scene.check_after(15).await, Outcome::InSync);
    let stack = scene.stack(COMPUTE).await;
    let log = scene.platform.stacks.log();
    assert!(!log.contains(&format!("repair {stack}")), "{log:?}");
}

#[tokio::test]
async fn what_the_environment_does_not_allow_is_reported_with_the_reason() {
    let scene = accepted().await;
    let limit = json!({
        "name": "small", "owner": "platform", "input": "/spec/compute/maxCapacity", "maximum": 2,
    });
    let limit = serde_json::from_value(limit).unwrap();
    scene.platform.limit(limit).await.unwrap();
    scene.scale_by_hand(3).await;
    let deployments = scene.deployments();
    assert_eq!(scene.check().await, Outcome::Drifted);
    assert_eq!(scene.deployments(), deployments);
    assert_eq!(scene.actions().await, Vec::<String>::new());
    let reasons = scene.reasons().await;
    assert_eq!(reasons.len(), 1);
    assert!(
        reasons[0].contains("`/spec/compute/maxCapacity`"),
        "{reasons:?}"
    );
}

#[tokio::test]
async fn what_no_spec_may_say_is_reported_with_the_reason() {
    let scene = accepted().await;
    scene.scale_by_hand(50_000).await;
    let deployments = scene.deployments();
    assert_eq!(scene.check().await, Outcome::Drifted);
    assert_eq!(scene.deployments(), deployments);
    let reasons = scene.reasons().await;
    assert!(
        reasons[0].starts_with("no spec may ask for it: `/spec/compute/"),
        "{reasons:?}"
    );
}

#[tokio::test]
async fn what_is_accepted_comes_before_what_is_brought_back() {
    let scene = accepted().await;
    scene.scale_by_hand(3).await;
    let changed = Some(("EnableECSManagedTags", json!(false)));
    scene.change_by_hand(COMPUTE, SERVICE, changed).await;
    assert_eq!(scene.check().await, Outcome::Drifted);
    assert_eq!(scene.actions().await, ["accept"]);
    let reasons = scene.reasons().await;
    assert_eq!(
        reasons,
        ["it is remediated once the deployment that accepts other drift has ended"]
    );
    scene.settle().await;
    assert_eq!(scene.check_after(15).await, Outcome::Drifted);
    assert_eq!(scene.actions().await, ["remediate"]);
    scene.settle().await;
    assert_eq!(scene.check_after(15).await, Outcome::InSync);
    let compute = &scene.revision().await.spec["spec"]["compute"];
    assert_eq!(compute["minCapacity"], 3, "it stays accepted");
}

/// What must hold after a check with a fault in any of its calls: the value is accepted once.
async fn accepted_once(faults: Faults) -> Result<(), Problem> {
    let scene = Remedied::of(faults, accepting()).await;
    scene.scale_by_hand(3).await;
    let before = scene.deployments();
    let outcome = scene.check().await;
    let begun = scene.deployments() - before;
    if (outcome, begun) != (Outcome::Drifted, 1) {
        return Err(format!("{outcome:?}, {begun} deployments"));
    }
    scene.settle().await;
    match scene.revision().await.spec["spec"]["compute"]["minCapacity"].as_u64() {
        Some(3) => Ok(()),
        other => Err(format!("{other:?}")),
    }
}

#[tokio::test]
async fn a_value_is_accepted_once_whatever_call_fails() {
    let faults = [Fault::After, Fault::Twice];
    let report = explore(&faults, accepted_once).await;
    assert!(report.findings.is_empty(), "{report}");
    assert!(report.points.len() > 20, "{report}");
}
