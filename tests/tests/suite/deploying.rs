//! Deployments in-process: the shipped machines and handlers, and every I/O call failing in every
//! way. The generic test is [`explore`]; a scenario is one line of it.

use std::collections::BTreeSet;

use groundplane_model::{DeploymentStatus, InstanceId, InstanceStatus, Layer, Outcome, StepStatus};
use groundplane_tests::asl::Schedule;
use groundplane_tests::faults::{Fault, Faults, explore};
use serde_json::json;

use crate::platform::{IMAGE_DIGEST, Problem, TestPlatform, example};

const UNITS: [&str; 3] = ["compute", "foundation", "storage"];

fn id() -> InstanceId {
    InstanceId::parse("web-service.dev").unwrap()
}

fn web_service() -> String {
    example("web-service.yaml").unwrap()
}

/// The same spec with another size, which changes the compute unit and nothing else.
fn larger() -> String {
    let spec = web_service();
    let changed = spec
        .replace("cpu: 256", "cpu: 512")
        .replace("memory: 512", "memory: 1024");
    assert_ne!(changed, spec, "the example states cpu and memory");
    changed
}

fn text(error: impl std::fmt::Debug) -> Problem {
    format!("{error:?}")
}

/// What must hold after a first deployment that something went wrong with: either it is there,
/// whole, or nothing is.
async fn first(faults: Faults, schedule: Schedule, may_fail: bool) -> Result<(), Problem> {
    let platform = TestPlatform::start(faults, schedule).await?;
    let (deployment, _) = platform.deploy(&web_service()).await?;
    match deployment.status {
        DeploymentStatus::Succeeded => platform.must_be_deployed(&id(), &UNITS).await,
        DeploymentStatus::Failed if may_fail => {
            platform.must_be_empty(&id(), InstanceStatus::Failed).await
        }
        DeploymentStatus::Accepted
        | DeploymentStatus::Running
        | DeploymentStatus::Waiting
        | DeploymentStatus::Compensating
        | DeploymentStatus::Failed => Err(text(deployment)),
    }
}

/// What must hold after an update: either it is there, or what was there before is.
async fn update(faults: Faults, schedule: Schedule, may_fail: bool) -> Result<(), Problem> {
    let platform = TestPlatform::start(Faults::none(), schedule).await?;
    platform.deploy(&web_service()).await?;
    let before = platform.units(&id()).await?;
    let platform = platform.with(faults);
    let (deployment, _) = platform.deploy(&larger()).await?;
    match deployment.status {
        DeploymentStatus::Succeeded => platform.must_be_deployed(&id(), &UNITS).await,
        DeploymentStatus::Failed if may_fail => {
            let after = platform.units(&id()).await?;
            let applied = |units: &[groundplane_model::UnitState]| -> Vec<_> {
                units
                    .iter()
                    .map(|unit| (unit.applied.clone(), unit.pending.clone()))
                    .collect()
            };
            if applied(&before) == applied(&after) {
                Ok(())
            } else {
                Err(text(after))
            }
        }
        DeploymentStatus::Accepted
        | DeploymentStatus::Running
        | DeploymentStatus::Waiting
        | DeploymentStatus::Compensating
        | DeploymentStatus::Failed => Err(text(deployment)),
    }
}

/// What must hold after a destroy, tried again by its user if it failed: nothing is there.
async fn destroy(faults: Faults, schedule: Schedule, may_fail: bool) -> Result<(), Problem> {
    let platform = TestPlatform::start(Faults::none(), schedule).await?;
    platform.deploy(&web_service()).await?;
    let platform = platform.with(faults);
    let deployment = platform.destroy(&id()).await?;
    let (deployment, _) = platform.settle(&deployment).await?;
    if deployment.status == DeploymentStatus::Failed && may_fail {
        let again = platform.destroy(&id()).await?;
        platform.settle(&again).await?;
    }
    platform
        .must_be_empty(&id(), InstanceStatus::Destroyed)
        .await
}

/// What must hold after a deployment whose compute unit cannot be provisioned: nothing is there.
async fn refused(faults: Faults, schedule: Schedule, _may_fail: bool) -> Result<(), Problem> {
    let platform = TestPlatform::start(faults, schedule).await?;
    platform.artifacts.fail("AWS::ECS::Service");
    let (deployment, _) = platform.deploy(&web_service()).await?;
    if deployment.status != DeploymentStatus::Failed {
        return Err(text(deployment));
    }
    platform.must_be_empty(&id(), InstanceStatus::Failed).await
}

/// A spec whose addresses come from a pool.
fn networked() -> String {
    "
apiVersion: groundplane.dev/v1
kind: Service
metadata: { name: web-service, environment: dev }
spec:
  network: { subnets: 2, prefixLength: 27 }
"
    .to_owned()
}

/// What must hold after a deployment with addresses and its destroy: each block was given out once
/// and all are back.
async fn addresses(faults: Faults, schedule: Schedule, may_fail: bool) -> Result<(), Problem> {
    let platform = TestPlatform::start(faults, schedule).await?;
    let (deployment, _) = platform.deploy(&networked()).await?;
    match deployment.status {
        DeploymentStatus::Succeeded => {
            platform.must_be_deployed(&id(), &["network"]).await?;
            let platform = platform.with(Faults::none());
            let gone = platform.destroy(&id()).await?;
            platform.settle(&gone).await?;
            platform
                .must_be_empty(&id(), InstanceStatus::Destroyed)
                .await
        }
        DeploymentStatus::Failed if may_fail => {
            platform.must_be_empty(&id(), InstanceStatus::Failed).await
        }
        DeploymentStatus::Accepted
        | DeploymentStatus::Running
        | DeploymentStatus::Waiting
        | DeploymentStatus::Compensating
        | DeploymentStatus::Failed => Err(text(deployment)),
    }
}

/// What must hold after a deployment whose subnets cannot be provisioned: the addresses are back.
async fn addresses_refused(
    faults: Faults,
    schedule: Schedule,
    _may_fail: bool,
) -> Result<(), Problem> {
    let platform = TestPlatform::start(faults, schedule).await?;
    platform.artifacts.fail("AWS::EC2::Subnet");
    let (deployment, _) = platform.deploy(&networked()).await?;
    if deployment.status != DeploymentStatus::Failed {
        return Err(text(deployment));
    }
    platform.must_be_empty(&id(), InstanceStatus::Failed).await
}

const ECR: &str = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/web";

/// A spec whose image a resolver chooses.
fn with_image(image: &str) -> String {
    let spec = web_service();
    let line = spec
        .lines()
        .find(|line| line.trim_start().starts_with("image:"));
    let line = line.expect("the example has an image");
    let (before, _) = line.split_once("image:").unwrap();
    spec.replace(line, &format!("{before}image: \"{image}\""))
}

async fn with_bound_image(faults: Faults, schedule: Schedule) -> Result<TestPlatform, Problem> {
    let platform = TestPlatform::start(faults, schedule).await?;
    let binding = json!({"input": "/spec/compute/image", "userValue": "resolve"});
    platform.with_resolver("image", json!({"bindings": [binding]}))
}

/// What must hold after a deployment whose image a resolver chooses, and its destroy: the revision
/// has the image by its digest and says where it comes from, and nothing is left in the end.
async fn bound(faults: Faults, schedule: Schedule, may_fail: bool) -> Result<(), Problem> {
    let platform = with_bound_image(faults, schedule).await?;
    let (deployment, _) = platform.deploy(&with_image(&format!("{ECR}:1.x"))).await?;
    if deployment.status == DeploymentStatus::Failed && may_fail {
        return platform.must_be_empty(&id(), InstanceStatus::Failed).await;
    }
    platform.must_be_deployed(&id(), &UNITS).await?;
    let revision = platform.revision(&id(), 1).await?;
    let image = revision.spec.pointer("/spec/compute/image").cloned();
    if image != Some(json!(format!("{ECR}:1.5@{IMAGE_DIGEST}"))) {
        return Err(text(image));
    }
    let resolved = revision
        .resolved
        .iter()
        .find(|value| value.resolver.as_str() == "image");
    if resolved.map(|value| value.layer) != Some(Layer::Default) {
        return Err(text(revision.resolved));
    }
    let platform = platform.with(Faults::none());
    let gone = platform.destroy(&id()).await?;
    platform.settle(&gone).await?;
    platform
        .must_be_empty(&id(), InstanceStatus::Destroyed)
        .await
}

/// Faults after which a retry must get there.
const PASSING: [Fault; 5] = [
    Fault::Before,
    Fault::After,
    Fault::Twice,
    Fault::CrashBefore,
    Fault::CrashAfter,
];

macro_rules! survives_every_fault {
    ($($name:ident: $scenario:ident under $schedule:expr;)*) => {$(
        #[tokio::test]
        async fn $name() {
            let passing = explore(&PASSING, |faults| $scenario(faults, $schedule, false)).await;
            assert!(passing.findings.is_empty(), "{passing}");
            assert!(passing.points.len() > 20, "{passing}");
            let denied = explore(&[Fault::Denied], |faults| $scenario(faults, $schedule, true)).await;
            assert!(denied.findings.is_empty(), "{denied}");
        }
    )*};
}

survives_every_fault! {
    a_first_deployment_is_whole_or_gone_whatever_call_fails: first under Schedule::InOrder;
    a_first_deployment_is_whole_or_gone_in_the_other_order: first under Schedule::Reversed;
    an_update_is_whole_or_taken_back_whatever_call_fails: update under Schedule::InOrder;
    a_destroy_leaves_nothing_whatever_call_fails: destroy under Schedule::InOrder;
    a_refused_deployment_leaves_nothing_whatever_call_fails: refused under Schedule::InOrder;
    addresses_are_given_out_once_and_all_come_back_whatever_call_fails: addresses under Schedule::InOrder;
    a_refused_deployment_gives_its_addresses_back_whatever_call_fails: addresses_refused under Schedule::InOrder;
    what_a_resolver_gives_to_the_spec_is_deployed_whatever_call_fails: bound under Schedule::InOrder;
    a_refused_deployment_leaves_nothing_in_turns: refused under Schedule::Interleaved;
}

#[tokio::test]
async fn what_a_resolver_gives_is_held_against_the_limits_of_the_environment() {
    let platform = with_bound_image(Faults::none(), Schedule::InOrder)
        .await
        .unwrap();
    let limit = json!({
        "name": "old-images", "owner": "security", "input": "/spec/compute/image",
        "pattern": ":1\\.(4|x)(@|$)",
    });
    platform
        .limit(serde_json::from_value(limit).unwrap())
        .await
        .unwrap();
    let (deployment, _) = platform
        .deploy(&with_image(&format!("{ECR}:1.x")))
        .await
        .unwrap();
    assert_eq!(deployment.status, DeploymentStatus::Failed);
    let cause = deployment.error.unwrap().cause;
    for part in [
        "/spec/compute/image",
        "the limit `old-images` of the environment `dev`",
        "`security`",
    ] {
        assert!(cause.contains(part), "{cause}");
    }
    platform
        .must_be_empty(&id(), InstanceStatus::Failed)
        .await
        .unwrap();
}

#[tokio::test]
async fn an_unchanged_resubmission_starts_no_engine() {
    let platform = TestPlatform::start(Faults::none(), Schedule::InOrder)
        .await
        .unwrap();
    let (first, trace) = platform.deploy(&web_service()).await.unwrap();
    assert_eq!(first.outcome, Some(Outcome::Changed));
    assert_eq!(first.revision, Some(1));
    assert_eq!(trace.executions, 1 + UNITS.len());

    let (again, trace) = platform.deploy(&web_service()).await.unwrap();
    assert_eq!(again.outcome, Some(Outcome::Unchanged));
    assert_eq!(again.revision, Some(1));
    assert_eq!(trace.executions, 1, "no engine");
    assert_eq!(trace.invoked("PrepareUnitFunctionArn"), 0);
    assert_eq!(
        trace.transitions, 13,
        "a constant, whatever the number of units"
    );
}

#[tokio::test]
async fn an_update_provisions_only_the_unit_that_changed() {
    let platform = TestPlatform::start(Faults::none(), Schedule::InOrder)
        .await
        .unwrap();
    platform.deploy(&web_service()).await.unwrap();
    let (update, trace) = platform.deploy(&larger()).await.unwrap();
    assert_eq!(update.outcome, Some(Outcome::Changed));
    assert_eq!(update.revision, Some(2));
    assert_eq!(trace.executions, 2);
    let steps = platform.steps(&update).await.unwrap();
    let shown: Vec<&str> = steps[0].outputs.keys().map(|key| key.as_str()).collect();
    assert!(shown.contains(&"compute.service.arn"), "{shown:?}");
    let changed = platform
        .steps_that(&update, StepStatus::Succeeded)
        .await
        .unwrap();
    assert_eq!(changed, ["compute"]);
}

#[tokio::test]
async fn the_cause_of_a_failure_is_recorded_in_words_to_act_on() {
    let platform = TestPlatform::start(Faults::none(), Schedule::InOrder)
        .await
        .unwrap();
    platform.artifacts.fail("AWS::ECS::Service");
    let (deployment, _) = platform.deploy(&web_service()).await.unwrap();
    let error = deployment.error.unwrap();
    assert_eq!(error.unit.unwrap().as_str(), "compute");
    assert_eq!(error.name, "Groundplane.ProvisionFailed");
    assert!(
        error.cause.contains("the cloud does not want to"),
        "{}",
        error.cause
    );
    assert!(error.cause.starts_with("`Service` "), "{}", error.cause);
}

#[tokio::test]
async fn an_execution_that_is_lost_is_taken_back_by_the_sweeper() {
    let platform = TestPlatform::start(Faults::none(), Schedule::InOrder)
        .await
        .unwrap();
    let deployment = platform.submit(&web_service()).await.unwrap();
    platform.lose_the_execution_half_way().await.unwrap();
    let (ended, _) = platform.settle(&deployment).await.unwrap();
    assert_eq!(ended.status, DeploymentStatus::Failed);
    assert_eq!(ended.error.unwrap().name, "Groundplane.Interrupted");
    platform
        .must_be_empty(&id(), InstanceStatus::Failed)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_name_may_be_used_again_after_a_destroy() {
    let platform = TestPlatform::start(Faults::none(), Schedule::InOrder)
        .await
        .unwrap();
    platform.deploy(&web_service()).await.unwrap();
    let before: Vec<String> = platform
        .units(&id())
        .await
        .unwrap()
        .into_iter()
        .map(|unit| unit.stack_name)
        .collect();
    let gone = platform.destroy(&id()).await.unwrap();
    platform.settle(&gone).await.unwrap();
    platform
        .must_be_empty(&id(), InstanceStatus::Destroyed)
        .await
        .unwrap();

    let (reborn, _) = platform.deploy(&web_service()).await.unwrap();
    assert_eq!(reborn.revision, Some(2), "revisions go on counting");
    platform.must_be_deployed(&id(), &UNITS).await.unwrap();
    let after = platform.units(&id()).await.unwrap();
    assert!(
        after.iter().all(|unit| !before.contains(&unit.stack_name)),
        "names are not reused"
    );
}

#[tokio::test]
async fn every_end_is_published_once() {
    let platform = TestPlatform::start(Faults::none(), Schedule::InOrder)
        .await
        .unwrap();
    let (deployment, _) = platform.deploy(&web_service()).await.unwrap();
    let events = platform.outside.events();
    let kinds: BTreeSet<&str> = events.iter().map(|(kind, _)| kind.as_str()).collect();
    // The life of the instance begins with its first deployment.
    let expected = ["Deployment Succeeded", "Instance State Changed"];
    assert_eq!((events.len(), kinds), (2, BTreeSet::from(expected)));
    let (_, detail) = events.iter().find(|(kind, _)| kind == expected[0]).unwrap();
    assert_eq!(detail["deployment"], deployment.id.as_str());
    assert_eq!(detail["id"], format!("{}.end", deployment.id));
}
