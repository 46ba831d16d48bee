//! How deployments begin, again and again.

use groundplane_model::UnitName;
use serde_json::json;

use super::*;
use crate::fixture::{at, deployment, one, spec, submitted};

fn both() -> DeploymentSpec {
    submitted(spec(
        &json!({ "compute": { "image": "nginx:1.27" }, "storage": {} }),
    ))
}

fn units_of(begun: &Begun) -> Vec<&UnitName> {
    let requests = begun.batches.iter().flat_map(|batch| &batch.requests);
    requests
        .filter(|request| request.owner.input == "stack")
        .map(|request| &request.owner.unit)
        .collect()
}

#[test]
fn an_accepted_deployment_runs_and_asks_for_the_name_of_every_stack() {
    let accepted = deployment(DeploymentStatus::Accepted);
    let begun = begin(&accepted, &both(), at(3)).unwrap();
    let running = Deployment {
        status: DeploymentStatus::Running,
        started_at: Some(at(3)),
        ..accepted.clone()
    };
    assert_eq!(begun.changes, [Change::save(&running)]);
    let mut units: Vec<_> = units_of(&begun).into_iter().map(UnitName::as_str).collect();
    units.sort_unstable();
    assert_eq!(units, ["compute", "foundation", "storage"]);
    for request in begun.batches.iter().flat_map(|batch| &batch.requests) {
        assert_eq!(request.resolver, ResolverName::naming());
        assert_eq!(request.owner.incarnation, accepted.incarnation);
        assert_eq!(request.deployment, accepted.id);
        assert!(request.inputs.contains_key("resourceType"));
    }
}

#[test]
fn a_deployment_that_runs_begins_again_without_a_trace() {
    let accepted = deployment(DeploymentStatus::Accepted);
    let first = begin(&accepted, &both(), at(3)).unwrap();
    let running: Deployment = one(&first.changes);
    let again = begin(&running, &both(), at(4)).unwrap();
    assert_eq!(again.changes, []);
    assert_eq!(again.batches, first.batches);
}

#[test]
fn a_deployment_that_is_past_its_begin_does_not_begin() {
    for status in [
        DeploymentStatus::Compensating,
        DeploymentStatus::Succeeded,
        DeploymentStatus::Failed,
    ] {
        let failure = begin(&deployment(status), &both(), at(3)).unwrap_err();
        assert_eq!(failure.kind, FailureKind::Invalid, "{status:?}");
    }
}

#[test]
fn a_spec_that_does_not_fit_its_ground_is_refused_with_every_problem() {
    let mut spec = both();
    spec.spec["spec"]["compute"]["environment"] = json!({ "A": "${no.such}", "B": "${nor.this}" });
    let failure = begin(&deployment(DeploymentStatus::Accepted), &spec, at(3)).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Invalid);
    let places: Vec<_> = failure
        .problems
        .iter()
        .map(|p| p.pointer.as_str())
        .collect();
    assert_eq!(
        places,
        ["/spec/compute/environment/A", "/spec/compute/environment/B"]
    );
}

#[test]
fn a_destroy_needs_no_names_and_no_valid_spec() {
    let destroy = Deployment {
        action: Action::Destroy,
        ..deployment(DeploymentStatus::Accepted)
    };
    let begun = begin(&destroy, &submitted(json!(null)), at(3)).unwrap();
    assert_eq!(begun.changes.len(), 1);
    assert_eq!(begun.batches, []);
}

#[test]
fn what_drift_asks_for_is_not_resolved_again() {
    let submitted = DeploymentSpec {
        repair: Some(groundplane_model::Repair::default()),
        ..both()
    };
    let accepted = deployment(DeploymentStatus::Accepted);
    let begun = begin(&accepted, &submitted, at(3)).unwrap();
    assert_eq!(begun.batches, Vec::new());
    assert_eq!(begun.changes.len(), 1, "it runs");
}
