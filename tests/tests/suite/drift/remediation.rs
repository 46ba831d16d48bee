//! What a check does about drift: the units are deployed again, through the shipped machine, once.

use groundplane_check_drift::Outcome;
use groundplane_model::{
    Change, DeploymentStatus, Digest, InstanceStatus, Life, Member, StepStatus, UnitState,
};
use groundplane_ports::{ReadTable as _, WriteTable as _};
use groundplane_tests::faults::{Fault, Faults, explore};
use serde_json::{Value, json};

use super::remedied::{COMPUTE, Remedied, SERVICE, larger};
use crate::platform::Problem;
use crate::workflows::scene::{instance, life, nothing, run, tenant};

fn remediating() -> Value {
    json!({"default": "remediate"})
}

async fn remedied() -> Remedied {
    Remedied::of(Faults::none(), remediating()).await
}

/// What was asked of CloudFormation since then.
fn asked_since(remedied: &Remedied, before: usize) -> Vec<String> {
    remedied.platform.stacks.log().split_off(before)
}

#[tokio::test]
async fn a_unit_that_drifted_is_brought_back_and_no_other_is_touched() {
    let remedied = remedied().await;
    remedied.scale_by_hand(9).await;
    let (before, asked) = (remedied.units().await, remedied.platform.stacks.log().len());
    assert_eq!(remedied.check().await, Outcome::Drifted);
    assert_eq!(remedied.actions().await, ["remediate"]);
    let deployment = remedied.settle().await;
    assert_eq!(deployment.status, DeploymentStatus::Succeeded);
    assert_eq!(deployment.requested_by, "drift");
    let note = &remedied.state().await.report["actions"][0];
    assert_eq!(note["deployment"], json!(deployment.id));

    let stack = remedied.stack(COMPUTE).await;
    let expected = [format!("repair {stack}"), format!("execute {stack}")];
    assert_eq!(asked_since(&remedied, asked), expected);
    let steps = remedied.platform.steps(&deployment).await.unwrap();
    assert_eq!(steps.len(), 1, "{steps:?}");
    let others = |units: &[UnitState]| -> Vec<UnitState> {
        let others = units.iter().filter(|it| it.unit.as_str() != COMPUTE);
        others.cloned().collect()
    };
    assert_eq!(others(&before), others(&remedied.units().await));

    assert_eq!(remedied.check_after(15).await, Outcome::InSync);
    assert_eq!(remedied.told("Drift Not Remediated"), 0);
    assert_eq!(remedied.state().await.remedy, None);
}

#[tokio::test]
async fn a_resource_that_is_gone_is_made_again() {
    let remedied = remedied().await;
    remedied.change_by_hand(COMPUTE, SERVICE, None).await;
    assert_eq!(remedied.check().await, Outcome::Drifted);
    let deployment = remedied.settle().await;
    assert_eq!(deployment.status, DeploymentStatus::Succeeded);
    assert_eq!(remedied.check_after(15).await, Outcome::InSync);
}

#[tokio::test]
async fn what_reads_from_a_unit_that_is_brought_back_is_looked_at_and_left_as_it_is() {
    let remedied = remedied().await;
    let role = remedied
        .resource_of_type("foundation", "AWS::EC2::SecurityGroup")
        .await;
    let changed = Some(("GroupDescription", json!("mine")));
    remedied.change_by_hand("foundation", &role, changed).await;
    let asked = remedied.platform.stacks.log().len();
    assert_eq!(remedied.check().await, Outcome::Drifted);
    let deployment = remedied.settle().await;
    assert_eq!(deployment.status, DeploymentStatus::Succeeded);
    let stack = remedied.stack("foundation").await;
    let expected = [format!("repair {stack}"), format!("execute {stack}")];
    assert_eq!(asked_since(&remedied, asked), expected);
    let unchanged = remedied
        .platform
        .steps_that(&deployment, StepStatus::Unchanged)
        .await;
    assert_eq!(unchanged.unwrap(), ["compute", "storage"]);
}

#[tokio::test]
async fn a_remediation_that_did_not_help_is_told_once_and_not_tried_again() {
    let remedied = remedied().await;
    remedied.platform.stacks.drift_again_and_again();
    remedied.scale_by_hand(9).await;
    remedied.check().await;
    let deployment = remedied.settle().await;
    assert_eq!(deployment.status, DeploymentStatus::Succeeded);
    let deployments = remedied.deployments();
    for told in ["escalate", "", ""] {
        assert_eq!(remedied.check_after(90).await, Outcome::Drifted);
        assert_eq!(remedied.actions().await.join(" "), told);
        assert_eq!(remedied.told("Drift Not Remediated"), 1);
    }
    assert_eq!(remedied.deployments(), deployments);
}

#[tokio::test]
async fn a_remediation_that_failed_leaves_everything_as_it_was_and_is_tried_again_later() {
    let remedied = remedied().await;
    let before = remedied.units().await;
    remedied.scale_by_hand(9).await;
    remedied.platform.artifacts.fail("AWS::ECS::Service");
    remedied.check().await;
    let deployment = remedied.settle().await;
    assert_eq!(deployment.status, DeploymentStatus::Failed);
    let stored = |units: Vec<UnitState>| -> Vec<_> {
        let units = units.into_iter();
        units.map(|unit| (unit.applied, unit.pending)).collect()
    };
    assert_eq!(stored(before), stored(remedied.units().await));
    assert_eq!(remedied.instance().await.status, InstanceStatus::Failed);
    let stack = remedied.stack(COMPUTE).await;
    let status = remedied.platform.stacks.status(&stack);
    assert_eq!(status.as_deref(), Some("UPDATE_ROLLBACK_COMPLETE"));
    assert!(!remedied.platform.stacks.drifted(&stack).is_empty());

    let deployments = remedied.deployments();
    assert_eq!(remedied.check_after(15).await, Outcome::Drifted);
    assert_eq!(remedied.deployments(), deployments, "it cools down");
    assert_eq!(remedied.check_after(60).await, Outcome::Drifted);
    assert_eq!(remedied.deployments(), deployments + 1);
}

#[tokio::test]
async fn a_deployment_that_somebody_begins_in_the_meantime_wins() {
    let remedied = remedied().await;
    remedied.scale_by_hand(9).await;
    *remedied.meanwhile.lock().unwrap() = Some(larger());
    assert_eq!(remedied.check().await, Outcome::Skipped);
    assert_eq!(remedied.platform.table.count("drift"), 0);
    let deployment = remedied.settle().await;
    assert_eq!(deployment.requested_by, "tester");
    assert_eq!(deployment.status, DeploymentStatus::Succeeded);
}

#[tokio::test]
async fn nothing_is_deployed_while_a_workflow_runs_or_after_a_deployment_that_failed() {
    let remedied = remedied().await;
    remedied.scale_by_hand(9).await;
    let found = remedied.instance().await;
    let key = Life::key_of(&tenant(), &instance());
    let stored: Life = remedied.platform.table.require(&key).await.unwrap();
    let clock = &remedied.platform.outside;
    let busy = Life {
        version: stored.version,
        ..life(
            run("restart", nothing(), &found.incarnation, clock),
            &found.incarnation,
        )
    };
    let changes = vec![Change::save(&busy)];
    remedied.platform.table.commit(changes).await.unwrap();
    assert_eq!(remedied.check().await, Outcome::Drifted);
    assert_eq!(
        remedied.reasons().await,
        ["`restart` is running for the instance"]
    );
    let idle = Life {
        run: None,
        version: stored.version + 1,
        ..busy
    };
    let changes = vec![Change::save(&idle)];
    remedied.platform.table.commit(changes).await.unwrap();

    remedied.platform.artifacts.fail("AWS::ECS::Service");
    let (failed, _) = remedied.platform.deploy(&larger()).await.unwrap();
    assert_eq!(failed.status, DeploymentStatus::Failed);
    assert_eq!(remedied.check_after(15).await, Outcome::Drifted);
    assert_eq!(
        remedied.reasons().await,
        ["the last deployment of the instance has failed; deploy it again first"]
    );
    assert_eq!(remedied.instance().await.active_deployment, None);
}

#[tokio::test]
async fn an_instance_that_stands_in_no_list_is_listed_by_its_check() {
    let remedied = remedied().await;
    let key = Member::key_of(&"dev".parse().unwrap(), &tenant(), &instance());
    let member: Member = remedied.platform.table.require(&key).await.unwrap();
    let changes = vec![Change::remove(&member)];
    remedied.platform.table.commit(changes).await.unwrap();
    assert_eq!(remedied.check().await, Outcome::InSync);
    let member: Member = remedied.platform.table.require(&key).await.unwrap();
    assert!(member.drift.is_some());
}

/// What must hold after a check with a fault in any of its calls: the drift is remedied once.
async fn remedied_once(faults: Faults) -> Result<(), Problem> {
    let remedied = Remedied::of(faults, remediating()).await;
    remedied.scale_by_hand(9).await;
    let before = remedied.deployments();
    let outcome = remedied.check().await;
    if outcome != Outcome::Drifted {
        return Err(format!("{outcome:?}"));
    }
    let begun = remedied.deployments() - before;
    if begun != 1 {
        return Err(format!("{begun} deployments"));
    }
    let ended = remedied.settle().await;
    if ended.status != DeploymentStatus::Succeeded {
        return Err(format!("{ended:?}"));
    }
    match remedied.check_after(15).await {
        Outcome::InSync => Ok(()),
        Outcome::Drifted => Err("it has drifted still".to_owned()),
        Outcome::NotChecked | Outcome::Skipped => Err("it was not checked".to_owned()),
    }
}

#[tokio::test]
async fn a_drift_is_remedied_once_whatever_call_fails() {
    let faults = [Fault::Before, Fault::After, Fault::Twice];
    let report = explore(&faults, remedied_once).await;
    assert!(report.findings.is_empty(), "{report}");
    assert!(report.points.len() > 20, "{report}");
}

/// The units with the template that each has.
fn templates(units: &[UnitState]) -> Vec<(String, Option<Digest>)> {
    let template = |unit: &UnitState| {
        let applied = unit.applied.as_ref().filter(|_| unit.pending.is_none());
        let digest = applied.map(|applied| applied.artifact.digest.clone());
        (unit.unit.to_string(), digest)
    };
    units.iter().map(template).collect()
}

/// What must hold after a repair with a fault in any call of the deployment: what drifted is back, or
/// it is as it was; no unit is half done, and nothing was removed.
async fn repaired(faults: Faults, may_fail: bool) -> Result<(), Problem> {
    let remedied = remedied().await;
    remedied.scale_by_hand(9).await;
    let before = templates(&remedied.units().await);
    remedied.check().await;
    let remedied = Remedied {
        platform: remedied.platform.with(faults),
        ..remedied
    };
    let ended = remedied.settle().await;
    let log = remedied.platform.stacks.log();
    if let Some(removal) = log.iter().find(|line| line.starts_with("delete ")) {
        return Err(removal.clone());
    }
    let after = templates(&remedied.units().await);
    if after != before {
        return Err(format!("{after:?}"));
    }
    let stack = remedied.stack(COMPUTE).await;
    let has_drifted = !remedied.platform.stacks.drifted(&stack).is_empty();
    match ended.status {
        DeploymentStatus::Succeeded if !has_drifted => Ok(()),
        DeploymentStatus::Failed if may_fail => Ok(()),
        DeploymentStatus::Accepted
        | DeploymentStatus::Running
        | DeploymentStatus::Waiting
        | DeploymentStatus::Compensating
        | DeploymentStatus::Succeeded
        | DeploymentStatus::Failed => Err(format!("{ended:?}")),
    }
}

#[tokio::test]
async fn a_repair_brings_back_or_leaves_as_it_was_whatever_call_fails() {
    let passing = [Fault::After, Fault::CrashAfter];
    let passing = explore(&passing, |faults| repaired(faults, false)).await;
    assert!(passing.findings.is_empty(), "{passing}");
    assert!(passing.points.len() > 20, "{passing}");
    let denied = explore(&[Fault::Denied], |faults| repaired(faults, true)).await;
    assert!(denied.findings.is_empty(), "{denied}");
}
