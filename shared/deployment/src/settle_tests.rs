//! What is given back, and what is not.

use groundplane_model::{BoundInput, ResolvedValue};
use serde_json::json;

use super::*;
use crate::fixture::{allocation, deployment, id, revision, spec, submitted, unit};

fn compute() -> DeploymentSpec {
    submitted(spec(&json!({ "compute": { "image": "nginx:1.27" } })))
}

/// What is given back with these units there, in words.
fn released(
    status: DeploymentStatus,
    allocations: &[Allocation],
    units: &[UnitState],
    revision: Option<&Revision>,
) -> Vec<String> {
    let holdings = Holdings {
        allocations,
        units,
        revision,
    };
    let batches = releases(&deployment(status), &compute(), holdings);
    let owners = batches.into_iter().flat_map(|batch| batch.owners);
    owners
        .map(|owner| format!("{}.{}", owner.unit, owner.input))
        .collect()
}

fn half(name: &str) -> UnitState {
    UnitState {
        applied: None,
        pending: Some(deployment(DeploymentStatus::Failed).id),
        ..unit(name, "")
    }
}

/// The compute unit as the deployment of that number made it.
fn applied_by(number: u128) -> UnitState {
    let mut unit = unit("compute", "template");
    unit.applied.as_mut().unwrap().deployment = id(number);
    unit
}

#[test]
fn only_what_belongs_to_no_unit_is_released() {
    let all = [
        allocation("storage", "stack"),
        allocation("compute", "stack"),
        allocation("storage", "share"),
    ];
    let units = [unit("compute", "template")];
    let given_back = released(DeploymentStatus::Running, &all, &units, None);
    assert_eq!(given_back, ["storage.stack", "storage.share"]);
}

#[test]
fn a_unit_that_is_half_done_keeps_what_it_has() {
    let held = [
        allocation("storage", "stack"),
        allocation("storage", "share"),
    ];
    let given_back = released(
        DeploymentStatus::Compensating,
        &held,
        &[half("storage")],
        None,
    );
    assert_eq!(given_back, [""; 0]);
}

#[test]
fn what_the_new_spec_no_longer_wants_is_released_when_it_succeeds() {
    let held = [allocation("compute", "stack"), allocation("compute", "old")];
    let units = [unit("compute", "template")];
    let given_back = released(DeploymentStatus::Running, &held, &units, None);
    assert_eq!(given_back, ["compute.old"]);
}

#[test]
fn what_only_the_new_spec_wants_is_released_when_it_fails() {
    let old = allocation("compute", "old");
    let new = Allocation {
        deployment: id(2),
        ..allocation("compute", "stack")
    };
    let held = [old.clone(), new];
    let before = Revision {
        resolved: vec![ResolvedValue::from(&old)],
        ..revision(1, &compute().spec)
    };
    let units = [applied_by(1)];
    let status = DeploymentStatus::Compensating;
    let given_back = released(status, &held, &units, Some(&before));
    assert_eq!(given_back, ["compute.stack"]);
}

#[test]
fn a_unit_that_stays_as_a_failed_deployment_made_it_keeps_what_it_has() {
    let status = DeploymentStatus::Compensating;
    let held = |number| Allocation {
        deployment: id(number),
        ..allocation("compute", "stack")
    };
    // Both were allocated and applied by this deployment, which had begun to remove something else.
    assert_eq!(
        released(status, &[held(2)], &[applied_by(2)], None),
        [""; 0]
    );
    // An earlier one has left both.
    assert_eq!(
        released(status, &[held(1)], &[applied_by(1)], None),
        [""; 0]
    );
    let done = DeploymentStatus::Running;
    let another = allocation("compute", "old");
    assert_eq!(
        released(done, &[another], &[applied_by(1)], None),
        ["compute.old"]
    );
}

#[test]
fn an_input_of_the_spec_is_kept_as_long_as_it_is_bound() {
    let mut submitted = compute();
    submitted.bound = vec![BoundInput {
        pointer: "/spec/compute/image".to_owned(),
        resolver: ResolverName::image(),
        inputs: BTreeMap::new(),
        output: None,
    }];
    let bound = wants_of(&submitted)
        .into_iter()
        .find(|wanted| wanted.resolver == ResolverName::image())
        .unwrap();
    let kept = Allocation {
        resolver: ResolverName::image(),
        ..allocation("spec", &bound.input)
    };
    let unbound = Allocation {
        resolver: ResolverName::image(),
        ..allocation("spec", "/spec/compute/command#00000000")
    };
    let holdings = Holdings {
        allocations: &[kept, unbound.clone()],
        units: &[],
        revision: None,
    };
    let batches = releases(&deployment(DeploymentStatus::Running), &submitted, holdings);
    let expected = ReleaseBatch {
        resolver: ResolverName::image(),
        function: "resolve-image".to_owned(),
        owners: vec![unbound.owner],
    };
    assert_eq!(batches, [expected]);
}

#[test]
fn a_deployment_that_has_ended_releases_nothing_of_the_next_one() {
    for status in [DeploymentStatus::Succeeded, DeploymentStatus::Failed] {
        let given_back = released(status, &[allocation("storage", "stack")], &[], None);
        assert_eq!(given_back, [""; 0], "{status:?}");
    }
}

#[test]
fn many_releases_are_spread_over_batches_and_none_is_lost() {
    let all: Vec<Allocation> = (0..120)
        .map(|number| allocation(&format!("unit-{number}"), "stack"))
        .collect();
    let holdings = Holdings {
        allocations: &all,
        units: &[],
        revision: None,
    };
    let batches = releases(&deployment(DeploymentStatus::Running), &compute(), holdings);
    let sizes: Vec<usize> = batches.iter().map(|batch| batch.owners.len()).collect();
    assert_eq!(sizes, [50, 50, 20]);
    let owners: Vec<Owner> = batches.into_iter().flat_map(|batch| batch.owners).collect();
    let expected: Vec<Owner> = all.into_iter().map(|allocation| allocation.owner).collect();
    assert_eq!(owners, expected);
}

#[test]
fn what_a_rollback_keeps_is_not_given_back() {
    let held = [
        allocation(Allocation::SPEC, "/spec/network/cidr#abc"),
        allocation(Allocation::SPEC, "/spec/network/cidr#def"),
    ];
    let rollback = DeploymentSpec {
        kept: vec![groundplane_model::KeptInput {
            resolver: held[0].resolver.clone(),
            input: held[0].owner.input.clone(),
        }],
        ..compute()
    };
    let holdings = Holdings {
        allocations: &held,
        units: &[],
        revision: None,
    };
    let batches = releases(&deployment(DeploymentStatus::Running), &rollback, holdings);
    let owners: Vec<&Owner> = batches.iter().flat_map(|batch| &batch.owners).collect();
    assert_eq!(owners, [&held[1].owner]);
}
