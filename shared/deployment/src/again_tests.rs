//! Which revision is meant, what it may keep, and how a deployment is tried again.

use super::*;
use crate::fixture::{at, deployment, id, instance, one, revision};
use groundplane_model::{InstanceStatus, Layer, Owner, ResolvedValue, UnitName};
use serde_json::json;

fn allocation(resolver: ResolverName, input: &str, value: &str) -> Allocation {
    let instance = instance();
    Allocation {
        owner: Owner {
            tenant: instance.tenant,
            instance: instance.id,
            incarnation: instance.incarnation,
            unit: UnitName::parse(Allocation::SPEC).unwrap(),
            input: input.to_owned(),
        },
        resolver,
        deployment: id(1),
        inputs: BTreeMap::new(),
        outputs: BTreeMap::from([("value".to_owned(), value.to_owned())]),
        value: value.to_owned(),
        layer: Layer::Default,
        allocated_at: at(0),
        version: 1,
    }
}

fn having(allocations: &[Allocation]) -> Revision {
    Revision {
        resolved: allocations.iter().map(ResolvedValue::from).collect(),
        ..revision(1, &json!({}))
    }
}

#[test]
fn the_revision_before_is_meant_unless_another_is_named() {
    let at = |revision| Instance {
        revision,
        last_revision: 9,
        ..instance()
    };
    assert_eq!(earlier(&at(Some(3)), None), Ok(2));
    assert_eq!(earlier(&at(Some(3)), Some(7)), Ok(7));
    for nothing in [Some(1), None] {
        let refused = earlier(&at(nothing), None).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "`web-service.dev` has no earlier revision to go back to"
        );
    }
}

#[test]
fn values_that_are_held_are_kept_and_those_given_back_are_named() {
    let block = allocation(
        ResolverName::ipam(),
        "/spec/network/cidr#abc",
        "10.0.0.0/26",
    );
    let image = allocation(ResolverName::image(), "/spec/compute/image#def", "web:1.4");
    let revision = having(&[block.clone(), image]);
    let kept = kept_inputs(&revision, &instance(), std::slice::from_ref(&block)).unwrap();
    assert_eq!(
        kept,
        [KeptInput {
            resolver: ResolverName::ipam(),
            input: "/spec/network/cidr#abc".to_owned(),
        }]
    );
    let mut of_another_life = block.clone();
    of_another_life.owner.incarnation = "life-0".to_owned();
    let other_value = allocation(
        ResolverName::ipam(),
        "/spec/network/cidr#abc",
        "10.0.9.0/26",
    );
    for held in [vec![], vec![of_another_life], vec![other_value]] {
        let problems = kept_inputs(&revision, &instance(), &held).unwrap_err();
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].pointer, "/spec/network/cidr");
        assert!(
            problems[0].message.contains("`10.0.0.0/26`"),
            "{problems:?}"
        );
    }
}

#[test]
fn labels_are_those_of_the_spec() {
    let spec = json!({"metadata": {"labels": {"team": "shop"}}});
    assert_eq!(labels_of(&spec)["team"], "shop");
    assert!(labels_of(&json!({})).is_empty());
}

fn tried(status: DeploymentStatus, is_running: bool, second: i64) -> Result<Retry, Failure> {
    let latest = Instance {
        last_deployment: id(2),
        status: InstanceStatus::Failed,
        ..instance()
    };
    retry(&deployment(status), &latest, is_running, at(second))
}

#[test]
fn a_failed_deployment_is_tried_again_unless_another_came_since() {
    assert_eq!(tried(DeploymentStatus::Failed, false, 5), Ok(Retry::Anew));
    let since = Instance {
        last_deployment: id(3),
        ..instance()
    };
    let failed = deployment(DeploymentStatus::Failed);
    let refused = retry(&failed, &since, false, at(5)).unwrap_err();
    assert!(
        refused.message.contains("was deployed since by"),
        "{refused}"
    );
    let done = tried(DeploymentStatus::Succeeded, false, 5).unwrap_err();
    assert!(done.message.contains("nothing to try again"), "{done}");
}

#[test]
fn a_lost_execution_is_started_at_once_and_one_at_work_is_left_alone() {
    for (status, mode) in [
        (DeploymentStatus::Accepted, "run"),
        (DeploymentStatus::Waiting, "run"),
        (DeploymentStatus::Running, "recover"),
        (DeploymentStatus::Compensating, "recover"),
    ] {
        let Ok(Retry::Restart(changes)) = tried(status, false, 61) else {
            panic!("{status:?} is not started");
        };
        assert_eq!(one::<Deployment>(&changes).recoveries, 1);
        let OutboxMessage::RestartDeployment {
            execution,
            mode: how,
            ..
        } = one::<Outbox>(&changes).message
        else {
            panic!("nothing is started");
        };
        assert_eq!(
            (execution, how.as_str()),
            (format!("{}-recovery-1", id(2)), mode)
        );
        let soon = tried(status, false, 30).unwrap_err();
        assert!(soon.message.contains("less than a minute ago"), "{soon}");
        let busy = tried(status, true, 61).unwrap_err();
        assert!(busy.message.contains("is at work"), "{busy}");
    }
}
