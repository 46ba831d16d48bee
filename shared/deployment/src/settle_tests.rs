//! What is given back, and what is not.

use groundplane_model::DeploymentStatus;

use super::*;
use crate::fixture::{allocation, deployment, unit};

#[test]
fn only_what_belongs_to_no_unit_is_released() {
    let held = allocation("compute", "stack");
    let idle = [
        allocation("storage", "stack"),
        allocation("storage", "share"),
    ];
    let all = [idle[0].clone(), held, idle[1].clone()];
    let running = deployment(DeploymentStatus::Running);
    let batches = releases(&running, &all, &[unit("compute", "template")]);
    let expected = ReleaseBatch {
        resolver: ResolverName::Naming,
        owners: idle.map(|allocation| allocation.owner).into(),
    };
    assert_eq!(batches, [expected]);
}

#[test]
fn a_unit_that_is_half_done_keeps_its_names() {
    let half = UnitState {
        applied: None,
        pending: Some(deployment(DeploymentStatus::Failed).id),
        ..unit("storage", "")
    };
    let compensating = deployment(DeploymentStatus::Compensating);
    let batches = releases(&compensating, &[allocation("storage", "stack")], &[half]);
    assert_eq!(batches, []);
}

#[test]
fn a_deployment_that_has_ended_releases_nothing_of_the_next_one() {
    for status in [DeploymentStatus::Succeeded, DeploymentStatus::Failed] {
        let batches = releases(&deployment(status), &[allocation("storage", "stack")], &[]);
        assert_eq!(batches, [], "{status:?}");
    }
}

#[test]
fn many_releases_are_spread_over_batches_and_none_is_lost() {
    let all: Vec<Allocation> = (0..120)
        .map(|number| allocation(&format!("unit-{number}"), "stack"))
        .collect();
    let batches = releases(&deployment(DeploymentStatus::Running), &all, &[]);
    let sizes: Vec<usize> = batches.iter().map(|batch| batch.owners.len()).collect();
    assert_eq!(sizes, [50, 50, 20]);
    let owners: Vec<Owner> = batches.into_iter().flat_map(|batch| batch.owners).collect();
    let expected: Vec<Owner> = all.into_iter().map(|allocation| allocation.owner).collect();
    assert_eq!(owners, expected);
}
