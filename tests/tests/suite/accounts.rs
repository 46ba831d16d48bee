//! Deployments into other accounts: by the role that the landing zone names, with the external id of
//! the tenant, and nowhere else.

use std::collections::BTreeSet;

use groundplane_model::{Deployment, DeploymentStatus, InstanceId};
use groundplane_tests::accounts::OTHERS;
use groundplane_tests::asl::Schedule;
use groundplane_tests::fake_stacks::Leftover;
use groundplane_tests::faults::{Fault, Faults};

use crate::platform::{Problem, TestPlatform, example};

const REGION: &str = "eu-west-1";

/// The role of the account with that number.
fn role(number: usize) -> String {
    format!("arn:aws:iam::{}:role/groundplane-access", OTHERS[number])
}

fn id() -> InstanceId {
    InstanceId::parse("web-service.dev").unwrap()
}

fn web_service() -> String {
    example("web-service.yaml").unwrap()
}

/// A platform whose landing zone is in the first of the other accounts, and the external id of the
/// tenant `acme`.
async fn elsewhere(faults: Faults) -> (TestPlatform, String) {
    let platform = TestPlatform::start(faults, Schedule::InOrder)
        .await
        .unwrap();
    platform.reach_by(&role(0)).await.unwrap();
    let acme = platform.external_id("acme", 1).await.unwrap();
    (platform, acme)
}

async fn deployed(platform: &TestPlatform) -> Deployment {
    platform.deploy(&web_service()).await.unwrap().0
}

fn cause(deployment: &Deployment) -> (&str, &str) {
    let error = deployment.error.as_ref().unwrap();
    (&error.name, &error.cause)
}

#[tokio::test]
async fn an_instance_is_deployed_and_destroyed_in_the_account_of_its_landing_zone() {
    let (platform, acme) = elsewhere(Faults::none()).await;
    platform.accounts.trust(&role(0), &[&acme]);
    let deployment = deployed(&platform).await;
    assert_eq!(
        deployment.status,
        DeploymentStatus::Succeeded,
        "{deployment:?}"
    );
    let there = platform.accounts.other(OTHERS[0]);
    let units = platform.units(&id()).await.unwrap();
    let names: BTreeSet<String> = units.into_iter().map(|unit| unit.stack_name).collect();
    assert_eq!(there.names(), names);
    assert_eq!(names.len(), 3);
    let nothing = BTreeSet::new();
    assert_eq!(platform.stacks.names(), nothing);
    let entry = (role(0), acme, REGION.to_owned());
    assert_eq!(platform.accounts.entries(), BTreeSet::from([entry]));

    let gone = platform.destroy(&id()).await.unwrap();
    let (gone, _) = platform.settle(&gone).await.unwrap();
    assert_eq!(gone.status, DeploymentStatus::Succeeded);
    assert_eq!(there.names(), nothing);
}

#[tokio::test]
async fn a_role_that_trusts_another_tenant_fails_the_deployment_and_says_which_role() {
    let (platform, _) = elsewhere(Faults::none()).await;
    let other = platform.external_id("umbrella", 2).await.unwrap();
    platform.accounts.trust(&role(0), &[&other]);
    let deployment = deployed(&platform).await;
    assert_eq!(deployment.status, DeploymentStatus::Failed);
    let (name, cause) = cause(&deployment);
    assert_eq!(name, "Groundplane.Denied");
    assert!(
        cause.contains(&role(0)) && !cause.contains(&other),
        "{cause}"
    );
    assert!(platform.accounts.other(OTHERS[0]).log().is_empty());
    assert!(platform.stacks.log().is_empty());
}

#[tokio::test]
async fn a_tenant_without_an_external_id_is_let_in_nowhere() {
    let platform = TestPlatform::start(Faults::none(), Schedule::InOrder)
        .await
        .unwrap();
    platform.reach_by(&role(0)).await.unwrap();
    let deployment = deployed(&platform).await;
    let (name, cause) = cause(&deployment);
    assert_eq!(name, "Groundplane.Denied");
    assert!(
        cause.contains("applying its document of `kind: Tenant` makes one"),
        "{cause}"
    );
}

#[tokio::test]
async fn two_tenants_come_in_by_one_role_each_with_its_own_id() {
    let (platform, acme) = elsewhere(Faults::none()).await;
    let umbrella = platform.external_id("umbrella", 2).await.unwrap();
    platform.accounts.trust(&role(0), &[&acme]);
    assert_eq!(
        deployed(&platform).await.status,
        DeploymentStatus::Succeeded
    );
    let platform = platform.for_tenant("umbrella").unwrap();
    let refused = deployed(&platform).await;
    assert_eq!(cause(&refused).0, "Groundplane.Denied");

    platform.accounts.trust(&role(0), &[&acme, &umbrella]);
    assert_eq!(
        deployed(&platform).await.status,
        DeploymentStatus::Succeeded
    );
    let entry = |id: &String| (role(0), id.clone(), REGION.to_owned());
    let entries = BTreeSet::from([entry(&acme), entry(&umbrella)]);
    assert_eq!(platform.accounts.entries(), entries);
    assert_eq!(platform.accounts.other(OTHERS[0]).names().len(), 6);
}

#[tokio::test]
async fn stacks_of_one_name_in_two_accounts_do_not_meet() {
    // One installation gives the names that every other one gives at the same point.
    let (first, acme) = elsewhere(Faults::none()).await;
    first.accounts.trust(&role(0), &[&acme]);
    deployed(&first).await;
    let names = first.accounts.other(OTHERS[0]).names();
    let name = names.first().unwrap().clone();

    let (platform, _) = elsewhere(Faults::none()).await;
    platform.accounts.trust(&role(0), &[&acme]);
    // In the platform's own account, somebody else has a stack of just this name.
    let theirs = Leftover::of_somebody_else();
    platform.stacks.leave(&name, theirs);
    assert_eq!(
        deployed(&platform).await.status,
        DeploymentStatus::Succeeded
    );
    assert_eq!(platform.accounts.other(OTHERS[0]).names(), names);
    assert!(platform.stacks.log().is_empty());
}

#[tokio::test]
async fn a_deployment_keeps_the_role_that_it_was_accepted_on() {
    let (platform, acme) = elsewhere(Faults::none()).await;
    let later = format!("{}-2", role(0));
    for role in [&role(0), &later] {
        platform.accounts.trust(role, &[&acme]);
    }
    let deployment = platform.submit(&web_service()).await.unwrap();
    platform.reach_by(&later).await.unwrap();
    platform.settle(&deployment).await.unwrap();
    let entry = |role: &String| (role.clone(), acme.clone(), REGION.to_owned());
    assert_eq!(
        platform.accounts.entries(),
        BTreeSet::from([entry(&role(0))])
    );

    let gone = platform.destroy(&id()).await.unwrap();
    platform.settle(&gone).await.unwrap();
    let both = BTreeSet::from([entry(&role(0)), entry(&later)]);
    assert_eq!(platform.accounts.entries(), both);
    assert!(platform.accounts.other(OTHERS[0]).names().is_empty());
}

#[tokio::test]
async fn whatever_goes_wrong_at_the_door_leaves_all_or_nothing() {
    let faults = Faults::none();
    let (platform, acme) = elsewhere(faults.clone()).await;
    platform.accounts.trust(&role(0), &[&acme]);
    deployed(&platform).await;
    let points = faults.points();
    let doors: Vec<usize> = (0..points.len())
        .filter(|point| points[*point] == "accounts.enter")
        .collect();
    let (first, last) = (doors[0], doors[doors.len() - 1]);
    for point in [first, last] {
        for fault in Fault::ALL {
            all_or_nothing(point, fault).await.unwrap();
        }
    }
}

async fn all_or_nothing(point: usize, fault: Fault) -> Result<(), Problem> {
    let (platform, acme) = elsewhere(Faults::at(point, fault)).await;
    platform.accounts.trust(&role(0), &[&acme]);
    let deployment = deployed(&platform).await;
    let there = platform.accounts.other(OTHERS[0]).names().len();
    match (deployment.status, there) {
        (DeploymentStatus::Succeeded, 3) | (DeploymentStatus::Failed, 0) => Ok(()),
        (status, stacks) => Err(format!("{fault:?} at {point}: {status:?}, {stacks} stacks")),
    }
}
