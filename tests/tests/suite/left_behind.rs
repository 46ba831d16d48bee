//! What a deployment that failed has left behind is removed by the next one, once nobody uses it any
//! more.

use groundplane_model::{Deployment, DeploymentStatus, InstanceId, StepStatus};
use groundplane_tests::asl::Schedule;
use groundplane_tests::faults::{Fault, Faults, explore};

use crate::platform::{Problem, TestPlatform, example};

/// As often as the engine asks for a deletion before it gives up.
const DELETIONS: u8 = 2;

fn id() -> InstanceId {
    InstanceId::parse("web-service.dev").unwrap()
}

fn web_service() -> String {
    example("web-service.yaml").unwrap()
}

/// The example without its file system.
fn without_storage() -> String {
    let spec = web_service();
    let (before, _) = spec.split_once("  storage:\n").unwrap();
    before.to_owned()
}

/// With a cache in its place, which the tasks know the address of.
fn with_cache() -> String {
    let spec = without_storage();
    let reads = spec.replace("LOG_LEVEL: info", "CACHE: ${cache.endpoint}");
    assert_ne!(reads, spec, "the example has a variable");
    format!("{reads}  cache:\n    engine: valkey\n")
}

/// An instance whose last deployment removed the file system in vain, after it had made a cache and the
/// tasks use it.
async fn with_a_cache_left_behind(schedule: Schedule) -> Result<TestPlatform, Problem> {
    let platform = TestPlatform::start(Faults::none(), schedule).await?;
    platform.deploy(&web_service()).await?;
    platform.stacks.fail_deletions(DELETIONS);
    let (failed, _) = platform.deploy(&with_cache()).await?;
    must_be(&failed, DeploymentStatus::Failed)?;
    let done = platform.steps_that(&failed, StepStatus::Succeeded).await?;
    if done != ["cache", "compute", "foundation"] {
        return Err(format!("{done:?} succeeded"));
    }
    Ok(platform)
}

fn must_be(deployment: &Deployment, status: DeploymentStatus) -> Result<(), Problem> {
    match deployment.status == status {
        true => Ok(()),
        false => Err(format!("{deployment:?}")),
    }
}

/// Where the first call is in the log that the cloud keeps of what is asked of a unit's stack.
fn place(log: &[String], call: &str, unit: &str) -> Option<usize> {
    let is_it = |line: &String| line.starts_with(call) && line.contains(&format!("-{unit}-"));
    log.iter().position(is_it)
}

/// What must hold once the cache is given up again: it goes after the tasks know it no longer.
async fn given_up(faults: Faults, schedule: Schedule) -> Result<(), Problem> {
    let platform = with_a_cache_left_behind(schedule).await?.with(faults);
    let begun = platform.stacks.log().len();
    let (deployment, _) = platform.deploy(&without_storage()).await?;
    if deployment.status == DeploymentStatus::Failed {
        platform.deploy(&without_storage()).await?;
    }
    let log = platform.stacks.log().split_off(begun);
    let (changed, gone) = (
        place(&log, "execute", "compute"),
        place(&log, "delete", "cache"),
    );
    if changed.is_none() || gone.is_none() || gone < changed {
        return Err(format!("the cache goes too early: {log:#?}"));
    }
    let units = ["compute", "foundation"];
    platform.must_be_deployed(&id(), &units).await
}

/// A call that fails before it does anything, and one that is carried out by someone who is then gone.
/// The other faults are for the deployments of `deploying`.
const FAULTS: [Fault; 2] = [Fault::Before, Fault::CrashAfter];

#[tokio::test]
async fn what_is_still_used_goes_last_whatever_call_fails() {
    let schedule = Schedule::InOrder;
    let explored = explore(&FAULTS, |faults| given_up(faults, schedule)).await;
    assert!(explored.findings.is_empty(), "{explored}");
    assert!(explored.points.len() > 20, "{explored}");
}

#[tokio::test]
async fn what_may_be_used_goes_last_where_taking_back_has_failed() {
    let platform = TestPlatform::start(Faults::none(), Schedule::InOrder)
        .await
        .unwrap();
    platform.artifacts.fail("AWS::ECS::Service");
    platform.stacks.fail_deletions(u8::MAX);
    let (failed, _) = platform.deploy(&web_service()).await.unwrap();
    let stuck = platform
        .steps_that(&failed, StepStatus::UndoFailed)
        .await
        .unwrap();
    let asked = platform.stacks.log();
    assert_eq!(stuck, ["compute", "foundation", "storage"], "{asked:#?}");

    platform.stacks.fail_deletions(0);
    platform.artifacts.fail_no_more();
    let begun = platform.stacks.log().len();
    let (next, _) = platform.deploy(&without_storage()).await.unwrap();
    must_be(&next, DeploymentStatus::Succeeded).unwrap();
    let log = platform.stacks.log().split_off(begun);
    let made = place(&log, "execute", "compute").unwrap();
    assert!(made < place(&log, "delete", "storage").unwrap(), "{log:#?}");
    let units = ["compute", "foundation"];
    platform.must_be_deployed(&id(), &units).await.unwrap();
}
