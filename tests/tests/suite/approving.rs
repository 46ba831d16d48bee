//! Deployments that wait for an approval, and deployments that someone cancels: every I/O call
//! failing in every way. What people do, they do in between.

use std::sync::Arc;

use groundplane_deployment::{Answer, answer, cancel};
use groundplane_model::{
    ApprovalPolicy, ApprovalVerdict, Callback, Deployment, DeploymentStatus, InstanceId,
    InstanceStatus, Partition, Step,
};
use groundplane_ports::{Clock as _, ReadTable as _, WriteTable as _};
use groundplane_tests::asl::Schedule;
use groundplane_tests::faults::{Fault, Faults, explore};
use jiff::{SignedDuration, Timestamp};

use crate::memory::MemoryTable;
use crate::platform::{AN_ANSWER, Problem, TestPlatform, example};

const UNITS: [&str; 3] = ["compute", "foundation", "storage"];

fn id() -> InstanceId {
    InstanceId::parse("web-service.dev").unwrap()
}

fn web_service() -> String {
    example("web-service.yaml").unwrap()
}

/// A small spec that holds addresses, which must come back.
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

fn text(error: impl std::fmt::Debug) -> Problem {
    format!("{error:?}")
}

/// A platform whose environment demands approvals.
async fn demanding(faults: Faults, hours: i64) -> Result<TestPlatform, Problem> {
    let platform = TestPlatform::start(faults, Schedule::InOrder).await?;
    let policy = ApprovalPolicy {
        deadline: SignedDuration::from_hours(hours),
        ..ApprovalPolicy::default()
    };
    platform.demand_approval(policy).await?;
    Ok(platform)
}

/// What someone else than who asked for it says to the plan that waits.
fn someone_says(platform: &TestPlatform, deployment: &Deployment, verdict: ApprovalVerdict) {
    let (table, key) = (Arc::clone(&platform.table), place(deployment));
    let now = platform.outside.now();
    platform.people.will(AN_ANSWER, 0, move || async move {
        let waiting: Deployment = table.get(&key).await.unwrap().unwrap();
        let callback: Option<Callback> = table.get(&callback_of(&waiting)).await.unwrap();
        let plan = waiting.plan_digest.as_ref().unwrap().to_string();
        let said = Answer {
            verdict,
            by: "someone-else",
            plan: &plan,
            reason: Some("it is Friday"),
        };
        let changes = answer(&waiting, callback.as_ref(), said, now).unwrap();
        table.commit(changes).await.unwrap();
    });
}

/// Someone cancels the deployment just before a function is invoked for the `nth` time.
fn someone_cancels(platform: &TestPlatform, deployment: &Deployment, before: &str, nth: usize) {
    let (table, key) = (Arc::clone(&platform.table), place(deployment));
    let now = platform.outside.now();
    platform.people.will(before, nth, move || async move {
        cancelled(&table, &key, now).await;
    });
}

async fn cancelled(table: &MemoryTable, key: &groundplane_model::Key, now: Timestamp) {
    let found: Deployment = table.get(key).await.unwrap().unwrap();
    let partition = Partition::deployment(&found.tenant, &found.id);
    let steps: Vec<Step> = table.query(&partition, Step::PREFIX).await.unwrap();
    let callback: Option<Callback> = table.get(&callback_of(&found)).await.unwrap();
    // Where a fault has ended it before, it cannot be cancelled any more.
    if let Ok(changes) = cancel(&found, &steps, callback.as_ref(), ("someone-else", now)) {
        table.commit(changes).await.unwrap();
    }
}

fn place(deployment: &Deployment) -> groundplane_model::Key {
    Deployment::key_of(&deployment.tenant, &deployment.id)
}

fn callback_of(deployment: &Deployment) -> groundplane_model::Key {
    Callback::key_of(&deployment.tenant, &deployment.id)
}

/// It is there, whole; or, where that may be, nothing is.
async fn whole_or_gone(
    platform: &TestPlatform,
    ended: &Deployment,
    may_fail: bool,
) -> Result<(), Problem> {
    match ended.status {
        DeploymentStatus::Succeeded => platform.must_be_deployed(&id(), &["network"]).await,
        DeploymentStatus::Failed if may_fail => {
            platform.must_be_empty(&id(), InstanceStatus::Failed).await
        }
        DeploymentStatus::Accepted
        | DeploymentStatus::Running
        | DeploymentStatus::Waiting
        | DeploymentStatus::Compensating
        | DeploymentStatus::Failed => Err(text(ended)),
    }
}

/// It failed with one of these errors, and nothing is there.
async fn gone(platform: &TestPlatform, ended: &Deployment, names: &[&str]) -> Result<(), Problem> {
    let name = ended.error.as_ref().map(|error| error.name.as_str());
    let is_expected = name.is_some_and(|name| names.contains(&name));
    if ended.status != DeploymentStatus::Failed || !is_expected {
        return Err(text(ended));
    }
    platform.must_be_empty(&id(), InstanceStatus::Failed).await
}

async fn approved(faults: Faults, may_fail: bool) -> Result<(), Problem> {
    let platform = demanding(faults, 24).await?;
    let deployment = platform.submit(&networked()).await?;
    someone_says(&platform, &deployment, ApprovalVerdict::Approved);
    let (ended, _) = platform.settle(&deployment).await?;
    whole_or_gone(&platform, &ended, may_fail).await
}

async fn rejected(faults: Faults, may_fail: bool) -> Result<(), Problem> {
    let platform = demanding(faults, 24).await?;
    let deployment = platform.submit(&networked()).await?;
    someone_says(&platform, &deployment, ApprovalVerdict::Rejected);
    let (ended, _) = platform.settle(&deployment).await?;
    let expected: &[&str] = match may_fail {
        false => &["Groundplane.Rejected"],
        true => &[
            "Groundplane.Rejected",
            "Groundplane.Denied",
            "Groundplane.Interrupted",
        ],
    };
    gone(&platform, &ended, expected).await
}

async fn expired(faults: Faults, may_fail: bool) -> Result<(), Problem> {
    let platform = demanding(faults, 2).await?;
    let deployment = platform.submit(&networked()).await?;
    let (ended, _) = platform.settle(&deployment).await?;
    let expected: &[&str] = match may_fail {
        false => &["Groundplane.ApprovalExpired"],
        true => &[
            "Groundplane.ApprovalExpired",
            "Groundplane.Denied",
            "Groundplane.Interrupted",
        ],
    };
    gone(&platform, &ended, expected).await
}

async fn cancelled_waiting(faults: Faults, may_fail: bool) -> Result<(), Problem> {
    let platform = demanding(faults, 24).await?;
    let deployment = platform.submit(&networked()).await?;
    someone_cancels(&platform, &deployment, AN_ANSWER, 0);
    let (ended, _) = platform.settle(&deployment).await?;
    gone(&platform, &ended, expected_of_cancelled(may_fail)).await
}

async fn cancelled_half_way(faults: Faults, may_fail: bool) -> Result<(), Problem> {
    let platform = TestPlatform::start(faults, Schedule::InOrder).await?;
    let deployment = platform.submit(&networked()).await?;
    someone_cancels(&platform, &deployment, "ProvisionStackFunctionArn", 2);
    let (ended, _) = platform.settle(&deployment).await?;
    gone(&platform, &ended, expected_of_cancelled(may_fail)).await
}

const fn expected_of_cancelled(may_fail: bool) -> &'static [&'static str] {
    match may_fail {
        false => &["Groundplane.Cancelled"],
        true => &[
            "Groundplane.Cancelled",
            "Groundplane.Denied",
            "Groundplane.Interrupted",
        ],
    }
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
    ($($name:ident: $scenario:ident;)*) => {$(
        #[tokio::test]
        async fn $name() {
            let passing = explore(&PASSING, |faults| $scenario(faults, false)).await;
            assert!(passing.findings.is_empty(), "{passing}");
            assert!(passing.points.len() > 20, "{passing}");
            let denied = explore(&[Fault::Denied], |faults| $scenario(faults, true)).await;
            assert!(denied.findings.is_empty(), "{denied}");
        }
    )*};
}

survives_every_fault! {
    an_approved_plan_is_carried_out_whatever_call_fails: approved;
    a_rejected_plan_leaves_nothing_whatever_call_fails: rejected;
    a_plan_that_nobody_approves_leaves_nothing_whatever_call_fails: expired;
    a_waiting_deployment_that_is_cancelled_leaves_nothing_whatever_call_fails: cancelled_waiting;
    a_deployment_that_is_cancelled_half_way_leaves_nothing_whatever_call_fails: cancelled_half_way;
}

#[tokio::test]
async fn nothing_is_provisioned_before_the_plan_is_approved() {
    let platform = demanding(Faults::none(), 24).await.unwrap();
    let deployment = platform.submit(&web_service()).await.unwrap();
    let stacks = Arc::clone(&platform.stacks);
    platform.people.will(AN_ANSWER, 0, move || async move {
        assert_eq!(stacks.log(), Vec::<String>::new());
    });
    someone_says(&platform, &deployment, ApprovalVerdict::Approved);
    let (ended, _) = platform.settle(&deployment).await.unwrap();
    assert_eq!(ended.status, DeploymentStatus::Succeeded, "{ended:?}");
    assert!(!platform.stacks.log().is_empty());
}

#[tokio::test]
async fn an_execution_that_is_lost_while_it_waits_asks_anew() {
    let platform = demanding(Faults::none(), 24 * 7).await.unwrap();
    let deployment = platform.submit(&web_service()).await.unwrap();
    platform.lose_the_execution_half_way().await.unwrap();
    let key = place(&deployment);
    let lost: Deployment = platform.table.get(&key).await.unwrap().unwrap();
    assert_eq!(lost.status, DeploymentStatus::Waiting);
    someone_says(&platform, &deployment, ApprovalVerdict::Approved);
    let (ended, _) = platform.settle(&deployment).await.unwrap();
    assert_eq!(ended.recoveries, 1);
    assert_eq!(ended.status, DeploymentStatus::Succeeded, "{ended:?}");
    platform.must_be_deployed(&id(), &UNITS).await.unwrap();
}

#[tokio::test]
async fn a_deployment_is_cancelled_at_each_of_its_boundaries() {
    for before in [
        "ValidateDeploymentFunctionArn",
        "ResolveNameFunctionArn",
        "PlanDeploymentFunctionArn",
        "PrepareUnitFunctionArn",
        "ProvisionStackFunctionArn",
        "RecordDeploymentFunctionArn",
    ] {
        let platform = TestPlatform::start(Faults::none(), Schedule::InOrder)
            .await
            .unwrap();
        let deployment = platform.submit(&web_service()).await.unwrap();
        someone_cancels(&platform, &deployment, before, 0);
        let (ended, _) = platform.settle(&deployment).await.unwrap();
        gone(&platform, &ended, &["Groundplane.Cancelled"])
            .await
            .unwrap_or_else(|problem| panic!("{before}: {problem}"));
        let cause = ended.error.unwrap().cause;
        assert_eq!(cause, "cancelled by someone-else", "{before}");
    }
}

#[tokio::test]
async fn an_update_that_is_cancelled_half_way_restores_what_was_there() {
    let platform = TestPlatform::start(Faults::none(), Schedule::InOrder)
        .await
        .unwrap();
    platform.deploy(&web_service()).await.unwrap();
    let before = platform.units(&id()).await.unwrap();
    let larger = web_service()
        .replace("cpu: 256", "cpu: 512")
        .replace("memory: 512", "memory: 1024");
    let mut stopped = 0;
    for nth in 0..5 {
        let deployment = platform.submit(&larger).await.unwrap();
        platform.stacks.dawdle(9);
        someone_cancels(&platform, &deployment, "ProvisionStackFunctionArn", nth);
        let (ended, _) = platform.settle(&deployment).await.unwrap();
        platform.stacks.dawdle(0);
        assert_eq!(ended.status, DeploymentStatus::Failed, "{nth}: {ended:?}");
        let after = platform.units(&id()).await.unwrap();
        let applied = |unit: &groundplane_model::UnitState| unit.applied.clone();
        assert_eq!(
            before.iter().map(applied).collect::<Vec<_>>(),
            after.iter().map(applied).collect::<Vec<_>>(),
            "{nth}"
        );
        stopped = platform
            .stacks
            .log()
            .iter()
            .filter(|line| line.starts_with("cancel "))
            .count();
    }
    assert!(
        stopped > 0,
        "no update was cancelled: {:?}",
        platform.stacks.log()
    );
}
