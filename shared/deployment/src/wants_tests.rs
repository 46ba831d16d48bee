//! What is wanted, and what becomes of the answers.

use groundplane_model::DeploymentStatus;
use serde_json::json;

use super::*;
use crate::fixture::{allocation, deployment, spec, submitted};

fn bound(pointer: &str, output: Option<&str>) -> BoundInput {
    BoundInput {
        pointer: pointer.to_owned(),
        resolver: ResolverName::image(),
        inputs: BTreeMap::from([("value".to_owned(), "web:~1".to_owned())]),
        output: output.map(str::to_owned),
    }
}

fn with(bound: Vec<BoundInput>) -> DeploymentSpec {
    DeploymentSpec {
        bound,
        ..submitted(spec(&json!({ "compute": { "image": "web", "port": 80 } })))
    }
}

fn answer(bound: &BoundInput, value: &str, outputs: &[(&str, &str)]) -> Allocation {
    let outputs = outputs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Allocation {
        resolver: bound.resolver.clone(),
        value: value.to_owned(),
        outputs: outputs.collect(),
        ..allocation(Allocation::SPEC, &owned_input(bound))
    }
}

#[test]
fn units_and_bound_inputs_want_values() {
    let wants = wants_of(&with(vec![bound("/spec/compute/image", None)]));
    let of_spec: Vec<_> = wants
        .iter()
        .filter(|wanted| wanted.unit.as_str() == Allocation::SPEC)
        .collect();
    assert_eq!(of_spec.len(), 1, "{wants:?}");
    assert_eq!(of_spec[0].resolver, ResolverName::image());
    assert!(of_spec[0].input.starts_with("/spec/compute/image#"));
    assert!(wants.iter().any(|wanted| wanted.unit.as_str() == "compute"));
}

#[test]
fn other_arguments_are_another_value() {
    let one = bound("/spec/compute/image", None);
    let other = BoundInput {
        inputs: BTreeMap::new(),
        ..one.clone()
    };
    assert_ne!(owned_input(&one), owned_input(&other));
    assert_eq!(owned_input(&one), owned_input(&one.clone()));
}

#[test]
fn what_was_resolved_takes_the_place_of_the_input() {
    let image = bound("/spec/compute/image", None);
    let port = bound("/spec/compute/port", Some("port"));
    let held = [
        answer(&image, "web@sha256:0", &[]),
        answer(&port, "ignored", &[("port", "8080")]),
    ];
    let running = deployment(DeploymentStatus::Running);
    let spec = bound_spec(&running, &with(vec![image, port]), &held).unwrap();
    assert_eq!(spec["spec"]["compute"]["image"], "web@sha256:0");
    assert_eq!(spec["spec"]["compute"]["port"], 8080, "a number stays one");
}

#[test]
fn an_input_without_a_value_is_a_problem_at_its_place() {
    let image = bound("/spec/compute/image", None);
    let elsewhere = bound("/spec/nothing/here", None);
    let no_pointer = bound("image", None);
    let mut stale = answer(&image, "web@sha256:0", &[]);
    stale.owner.incarnation = "life-0".to_owned();
    let held = [
        stale,
        answer(&elsewhere, "x", &[]),
        answer(&no_pointer, "x", &[]),
    ];
    let submitted = with(vec![image, elsewhere, no_pointer]);
    let running = deployment(DeploymentStatus::Running);
    let problems = bound_spec(&running, &submitted, &held).unwrap_err();
    let places: Vec<&str> = problems.iter().map(|it| it.pointer.as_str()).collect();
    assert_eq!(
        places,
        ["/spec/compute/image", "/spec/nothing/here", "image"]
    );
}

#[test]
fn what_an_earlier_life_held_does_not_count() {
    let mut stale = allocation("storage", "stack");
    stale.owner.incarnation = "life-0".to_owned();
    let running = deployment(DeploymentStatus::Running);
    let resolved = resolved_of(&running, &[allocation("compute", "stack"), stale]);
    assert_eq!(resolved.get("compute", "stack"), Some("gp-compute-stack"));
    assert_eq!(resolved.get("storage", "stack"), None);
}
