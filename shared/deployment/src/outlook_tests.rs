use groundplane_model::{Artifact, BoundInput, ResolverName};
use groundplane_planner::{PlannedUnit, Resolved, wanted};
use groundplane_preview::{Operation, UnitOperation};
use serde_json::json;

use super::*;
use crate::fixture::{
    allocation, applied, environment, instance_id, landing_zone, revision, spec, tenant, unit,
};

const IMAGE: &str = "/spec/compute/image";

/// What deploying `spec` would do.
fn foreseen(spec: &Value, bound: &[BoundInput], standing: &Deployed) -> Preview {
    let (tenant, instance) = (tenant(), instance_id());
    let (environment, landing_zone) = (environment(), landing_zone());
    let intent = Intent {
        tenant: &tenant,
        instance: &instance,
        spec,
        bound,
        environment: &environment,
        landing_zone: &landing_zone,
    };
    let outlook = Outlook::of(&intent, &standing.recorded).unwrap();
    let mut templates = standing.templates.clone();
    let needed: Vec<&Digest> = (outlook.artifacts().iter()).map(|it| &it.digest).collect();
    templates.retain(|digest, _| needed.contains(&digest));
    outlook.preview(&templates).unwrap()
}

/// What is deployed, with the templates in the bucket.
#[derive(Default)]
struct Deployed {
    recorded: Standing,
    templates: BTreeMap<Digest, Vec<u8>>,
}

fn web(image: &str) -> Value {
    spec(&json!({ "compute": { "image": image }, "storage": {} }))
}

/// What is there once `spec` was deployed.
fn deployed(spec: &Value) -> Deployed {
    let allocations: Vec<Allocation> = wanted(spec)
        .iter()
        .map(|it| allocation(it.unit.as_str(), &it.want.input))
        .collect();
    let resolved: Resolved = allocations
        .iter()
        .map(|it| {
            (
                (it.owner.unit.clone(), it.owner.input.clone()),
                it.value.clone(),
            )
        })
        .collect();
    let (environment, landing_zone) = (environment(), landing_zone());
    let plan = plan(&PlanInput {
        tenant: &tenant(),
        instance: &instance_id(),
        spec,
        environment: &environment,
        landing_zone: &landing_zone,
        resolved: &resolved,
    });
    let plan = plan.unwrap();
    let contents = plan
        .units()
        .map(|unit| (unit.digest.clone(), unit.template.clone()));
    Deployed {
        templates: contents.collect(),
        recorded: Standing {
            units: plan.units().map(state).collect(),
            allocations,
            revision: Some(revision(1, spec)),
            failed: Vec::new(),
        },
    }
}

fn state(planned: &PlannedUnit) -> UnitState {
    let mut state = unit(planned.unit.as_str(), "");
    let mut record = applied("");
    record.artifact = Artifact {
        bucket: "artifacts".to_owned(),
        key: planned.digest.to_string(),
        digest: planned.digest.clone(),
    };
    // The engine's answers are not what this is about: every key has some value.
    for key in planned.outputs.keys() {
        record.context.set(key.clone(), format!("value of {key}"));
    }
    for (name, key) in &planned.parameters {
        record
            .parameters
            .insert(name.clone(), format!("value of {key}"));
    }
    record.after.clone_from(&planned.after);
    state.applied = Some(record);
    state
}

fn bound(pointer: &str) -> BoundInput {
    BoundInput {
        pointer: pointer.to_owned(),
        resolver: ResolverName::parse("image").unwrap(),
        inputs: BTreeMap::new(),
        output: None,
    }
}

fn taken(preview: &Preview) -> Vec<(String, String)> {
    let taken = preview
        .allocations
        .iter()
        .filter(|it| it.action == AllocationAction::Take);
    taken
        .map(|it| (it.unit.to_string(), it.input.clone()))
        .collect()
}

#[test]
fn a_first_deployment_creates_everything_under_names_that_are_not_known_yet() {
    let preview = foreseen(&web("nginx"), &[], &Deployed::default());
    assert!(!preview.units.is_empty());
    for unit in &preview.units {
        assert_eq!(unit.operation, UnitOperation::Create, "{}", unit.unit);
        assert_eq!(unit.stack_name, None, "{}", unit.unit);
    }
    assert!(taken(&preview).contains(&("compute".to_owned(), "log-group".to_owned())));
}

#[test]
fn nothing_that_stands_in_for_a_value_passes_for_one() {
    let everything = include_str!("../../../examples/full-service.yaml");
    let document = groundplane_spec::parse(everything).unwrap();
    let sections = document.value().pointer("/spec").unwrap().clone();
    let (tenant, instance) = (tenant(), instance_id());
    let mut zone = landing_zone();
    zone.spec.region = "us-east-1".to_owned();
    zone.spec.hosted_zone_id = Some("Z0123456789ABCDEFGHIJ".to_owned());
    zone.spec.load_balancer = serde_json::from_value(json!({
        "listenerArn": "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/a/b/c",
        "securityGroupId": "sg-0a00000b",
        "https": true,
        "dnsName": "sandbox.eu-west-1.elb.amazonaws.com",
    }))
    .unwrap();
    let intent = Intent {
        tenant: &tenant,
        instance: &instance,
        spec: &spec(&sections),
        bound: &[],
        environment: &environment(),
        landing_zone: &zone,
    };
    let nothing = Standing::default();
    let outlook = Outlook::of(&intent, &nothing).unwrap();
    let preview = outlook.preview(&BTreeMap::new()).unwrap();
    assert!(taken(&preview).contains(&("ingress".to_owned(), "priority".to_owned())));
    let changes = preview
        .units
        .iter()
        .flat_map(|unit| &unit.resources)
        .flat_map(|resource| &resource.changes);
    let values = changes.filter_map(|change| change.after.as_ref());
    let mut found = 0;
    for value in values {
        let text = value.template.to_string();
        if text.contains("unresolved-") || text.contains(NUMBER) {
            assert!(!value.unknown.is_empty(), "{text}");
            found += 1;
        }
    }
    assert!(found > 5);
}

#[test]
fn what_is_deployed_and_does_not_change_is_nothing_to_do() {
    let standing = deployed(&web("nginx"));
    let preview = foreseen(&web("nginx"), &[], &standing);
    assert!(preview.is_empty(), "{preview:#?}");
}

#[test]
fn a_change_is_told_by_the_template_that_was_applied() {
    let standing = deployed(&web("nginx:1"));
    let preview = foreseen(&web("nginx:2"), &[], &standing);
    assert_eq!(preview.counts.replace, 1);
    let resources = preview.units.iter().flat_map(|unit| &unit.resources);
    let replaced = resources
        .filter(|it| it.operation == Operation::Replace)
        .map(|it| it.because.clone());
    assert_eq!(
        replaced.collect::<Vec<_>>(),
        [["/Properties/ContainerDefinitions/0/Image"]]
    );
    assert_eq!(preview.allocations, []);
}

#[test]
fn what_a_removed_section_held_is_given_back() {
    let standing = deployed(&web("nginx"));
    let without = spec(&json!({ "compute": { "image": "nginx" } }));
    let preview = foreseen(&without, &[], &standing);
    let released: Vec<_> = preview
        .allocations
        .iter()
        .map(|it| (it.action, it.unit.as_str(), it.value.as_deref()))
        .collect();
    let given_back = (
        AllocationAction::Release,
        "storage",
        Some("gp-storage-stack"),
    );
    assert!(released.contains(&given_back), "{released:?}");
}

#[test]
fn an_input_that_no_resolver_was_asked_for_is_unknown() {
    let standing = deployed(&web("nginx"));
    let preview = foreseen(&web("nginx"), &[bound(IMAGE)], &standing);
    assert_eq!(taken(&preview), [("spec".to_owned(), IMAGE.to_owned())]);
    let changes = preview
        .units
        .iter()
        .flat_map(|unit| &unit.resources)
        .flat_map(|resource| &resource.changes);
    let image = changes
        .filter(|change| change.pointer == "/Properties/ContainerDefinitions/0/Image")
        .filter_map(|change| change.after.as_ref());
    let reasons: Vec<_> = image.map(|after| after.unknown.clone()).collect();
    assert_eq!(
        reasons,
        [["`/spec/compute/image` of `spec` is handed out by the resolver `image`"]]
    );
}

#[test]
fn an_input_that_was_resolved_has_its_value() {
    let bound = bound(IMAGE);
    let mut standing = deployed(&web("nginx@resolved"));
    let mut held = allocation(Allocation::SPEC, &owned_input(&bound));
    held.resolver = bound.resolver.clone();
    held.value = "nginx@resolved".to_owned();
    standing.recorded.allocations.push(held);
    let preview = foreseen(&web("nginx"), &[bound], &standing);
    assert!(preview.is_empty(), "{preview:#?}");
}

#[test]
fn a_number_that_is_not_known_stays_a_number() {
    let preview = foreseen(
        &web("nginx"),
        &[bound("/spec/compute/cpu")],
        &Deployed::default(),
    );
    let text = groundplane_preview::text(&preview, groundplane_preview::Colour::Never);
    assert!(
        text.contains("`/spec/compute/cpu` of `spec` is handed out"),
        "{text}"
    );
}

#[test]
fn only_the_templates_that_change_are_read() {
    let standing = deployed(&web("nginx:1"));
    let (tenant, instance) = (tenant(), instance_id());
    let (environment, landing_zone) = (environment(), landing_zone());
    let spec = web("nginx:2");
    let intent = Intent {
        tenant: &tenant,
        instance: &instance,
        spec: &spec,
        bound: &[],
        environment: &environment,
        landing_zone: &landing_zone,
    };
    let outlook = Outlook::of(&intent, &standing.recorded).unwrap();
    let read: Vec<&Digest> = (outlook.artifacts().iter()).map(|it| &it.digest).collect();
    let compute = (standing.recorded.units.iter())
        .filter(|unit| unit.unit.as_str() == "compute")
        .filter_map(|unit| unit.applied.as_ref());
    let changed: Vec<&Digest> = compute.map(|applied| &applied.artifact.digest).collect();
    assert_eq!(read, changed);
    // Without them, it is said which is missing.
    let missing = outlook.preview(&BTreeMap::new()).unwrap_err();
    assert_eq!(
        missing.to_string(),
        "the template of `compute` cannot be read"
    );
}
