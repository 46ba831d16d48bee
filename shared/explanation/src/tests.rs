use groundplane_model::{
    Allocation, Applied, Artifact, BoundInput, Context, DeploymentId, Digest, Environment,
    EnvironmentSpec, InstanceId, KeptInput, LandingZone, Layer, Owner, Resolver, ResolverName,
    ResolverSpec, TenantId,
};
use groundplane_spec::{ValidDocument, parse, validate};
use jiff::Timestamp;
use serde_json::json;

use super::*;

const SPEC: &str = "\
apiVersion: groundplane.dev/v1
kind: Service
metadata:
  name: shop
spec:
  compute:
    port: 8080
    environment: { LOG: info }
    minCapacity: 2
    image: shop
  cache:
    engine: valkey
";

fn at() -> Timestamp {
    Timestamp::UNIX_EPOCH
}

fn tenant() -> TenantId {
    TenantId::parse("shop").unwrap()
}

fn instance() -> InstanceId {
    InstanceId::parse("shop.dev").unwrap()
}

fn unit(name: &str) -> UnitName {
    UnitName::parse(name).unwrap()
}

fn key(text: &str) -> ContextKey {
    ContextKey::parse(text).unwrap()
}

fn resolver(name: &str, config: Value) -> Resolver {
    Resolver {
        name: ResolverName::parse(name).unwrap(),
        spec: ResolverSpec {
            function_arn: None,
            config,
            bindings: Vec::new(),
        },
        updated_at: at(),
        updated_by: "platform".to_owned(),
        version: 1,
    }
}

fn landing_zone() -> LandingZone {
    LandingZone {
        name: "sandbox".parse().unwrap(),
        spec: serde_json::from_value(json!({
            "account": "000000000000", "region": "us-east-1", "cluster": "apps",
            "network": {"vpcId": "vpc-1", "privateSubnetIds": ["subnet-1"]},
        }))
        .unwrap(),
        updated_at: at(),
        updated_by: "platform".to_owned(),
        version: 1,
    }
}

fn environment() -> Environment {
    let spec: EnvironmentSpec = serde_json::from_value(json!({
        "landingZone": "sandbox", "production": false, "approval": false,
        "resolvers": {"naming": {"separator": "_"}},
    }))
    .unwrap();
    Environment {
        name: "dev".parse().unwrap(),
        spec,
        updated_at: at(),
        updated_by: "platform".to_owned(),
        version: 1,
    }
}

/// What an allocation for `input` of `unit` leaves in a revision.
fn resolved(
    unit_name: &str,
    input: &str,
    value: &str,
    by: &str,
) -> groundplane_model::ResolvedValue {
    let allocation = Allocation {
        owner: Owner {
            tenant: tenant(),
            instance: instance(),
            incarnation: "life".to_owned(),
            unit: unit(unit_name),
            input: input.to_owned(),
        },
        resolver: ResolverName::parse(by).unwrap(),
        deployment: DeploymentId::from_number(1),
        inputs: BTreeMap::from([("type".to_owned(), "AWS::ECS::Service".to_owned())]),
        outputs: BTreeMap::from([("name".to_owned(), value.to_owned())]),
        value: value.to_owned(),
        layer: Layer::Environment,
        allocated_at: at(),
        version: 1,
    };
    groundplane_model::ResolvedValue::from(&allocation)
}

fn state(name: &str, parameters: &[(&str, &str)], writes: &[(&str, &str)]) -> UnitState {
    let mut context = Context::default();
    for (written, value) in writes {
        context.set(key(written), *value);
    }
    let digest = Digest::of(name.as_bytes());
    UnitState {
        tenant: tenant(),
        instance: instance(),
        unit: unit(name),
        stack_name: format!("gp-{name}"),
        applied: Some(Applied {
            deployment: DeploymentId::from_number(1),
            artifact: Artifact {
                bucket: "artifacts".to_owned(),
                key: "template".to_owned(),
                digest,
            },
            parameters: parameters
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            context,
            resources: Vec::new(),
            after: std::collections::BTreeSet::new(),
        }),
        pending: None,
        version: 1,
    }
}

/// What the deployment was asked for.
fn submitted(deployment: &DeploymentId, spec: &Value) -> DeploymentSpec {
    DeploymentSpec {
        tenant: tenant(),
        deployment: deployment.clone(),
        spec: spec.clone(),
        environment: environment(),
        landing_zone: landing_zone(),
        resolvers: vec![resolver(
            "naming",
            json!({"separator": "-", "maxLength": 40}),
        )],
        bound: vec![BoundInput {
            pointer: "/spec/compute/image".to_owned(),
            resolver: ResolverName::parse("image").unwrap(),
            inputs: BTreeMap::new(),
            output: None,
        }],
        kept: Vec::new(),
        lifecycle: None,
        repair: None,
        version: 1,
    }
}

struct World {
    revision: Revision,
    submitted: DeploymentSpec,
    lines: SpecLines,
    units: Vec<UnitState>,
    bindings: BTreeMap<UnitName, BTreeMap<String, ContextKey>>,
}

impl World {
    fn new() -> Self {
        let document = parse(SPEC).unwrap();
        let ValidDocument::Service(service) = validate(&document).unwrap().document else {
            panic!("it is a service");
        };
        let mut spec = service.value;
        spec["spec"]["compute"]["image"] = json!("registry/shop@sha256:1");
        let deployment = DeploymentId::from_number(1);
        let submitted = submitted(&deployment, &spec);
        Self {
            revision: Revision {
                tenant: tenant(),
                instance: instance(),
                number: 1,
                deployment: deployment.clone(),
                spec,
                ground: BTreeMap::new(),
                resolved: vec![
                    resolved(
                        "spec",
                        "/spec/compute/image",
                        "registry/shop@sha256:1",
                        "image",
                    ),
                    resolved("compute", "stack", "gp-shop", "naming"),
                ],
                artifacts: BTreeMap::new(),
                outputs: BTreeMap::from([(key("compute.service"), "svc".to_owned())]),
                created_at: at(),
                version: 1,
            },
            submitted,
            lines: SpecLines {
                tenant: tenant(),
                deployment,
                lines: document.lines(),
                version: 1,
            },
            units: vec![
                state("foundation", &[], &[("foundation.role", "arn:role")]),
                state(
                    "compute",
                    &[("FoundationRole", "arn:role"), ("Forgotten", "x")],
                    &[("compute.service", "svc")],
                ),
            ],
            bindings: BTreeMap::from([(
                unit("compute"),
                BTreeMap::from([("FoundationRole".to_owned(), key("foundation.role"))]),
            )]),
        }
    }

    fn explained(&self, with_lines: bool) -> Vec<Explained> {
        explain(&Evidence {
            revision: &self.revision,
            submitted: &self.submitted,
            lines: with_lines.then_some(&self.lines),
            units: &self.units,
            bindings: &self.bindings,
        })
    }

    fn at(&self, pointer: &str) -> Explained {
        let found = self.explained(true);
        let wanted = |value: &Explained| value.pointer == pointer;
        let found = found.into_iter().find(wanted);
        found.unwrap_or_else(|| panic!("nothing at {pointer}"))
    }
}

#[test]
fn what_the_user_wrote_has_its_line() {
    let world = World::new();
    for (pointer, line) in [
        ("/metadata/name", 4),
        ("/spec/compute/port", 7),
        ("/spec/compute/environment/LOG", 8),
        ("/spec/cache/engine", 12),
    ] {
        assert_eq!(world.at(pointer).origin, Origin::Spec { line }, "{pointer}");
    }
}

#[test]
fn a_default_names_the_field_that_decides_it() {
    let world = World::new();
    let decided_by = |pointer: &str| {
        let Origin::Default { decided_by } = world.at(pointer).origin else {
            panic!("{pointer} is no default");
        };
        decided_by
    };
    assert_eq!(
        decided_by("/spec/compute/maxCapacity"),
        Some("/spec/compute/minCapacity".to_owned())
    );
    assert_eq!(
        decided_by("/spec/cache/engineVersion"),
        Some("/spec/cache/engine".to_owned())
    );
    assert_eq!(decided_by("/spec/compute/cpu"), None);
}

#[test]
fn without_its_lines_a_spec_is_not_told_from_its_defaults() {
    let world = World::new();
    let explained = world.explained(false);
    let origins: Vec<_> = explained
        .iter()
        .filter(|value| value.pointer.starts_with("/spec/") && !value.pointer.ends_with("image"))
        .map(|value| &value.origin)
        .collect();
    assert!(!origins.is_empty());
    assert!(
        origins
            .into_iter()
            .all(|origin| *origin == Origin::Document)
    );
}

#[test]
fn what_a_resolver_gave_says_what_was_configured_and_by_whom() {
    let world = World::new();
    let Origin::Resolver(name) = world.at("/resolved/compute/stack/name").origin else {
        panic!("a name comes from a resolver");
    };
    assert_eq!(name.layer, Some(Layer::Environment));
    let configured: Vec<_> = name
        .configuration
        .iter()
        .map(|entry| (entry.pointer.as_str(), entry.from.layer))
        .collect();
    assert_eq!(
        configured,
        [
            ("/maxLength", Layer::Provider),
            ("/separator", Layer::Environment)
        ]
    );
    let Origin::Resolver(image) = world.at("/spec/compute/image").origin else {
        panic!("the image is bound");
    };
    assert_eq!((image.resolver.as_str(), image.at), ("image", Some(at())));
}

#[test]
fn a_binding_whose_answer_was_not_kept_still_names_its_resolver() {
    let mut world = World::new();
    world.revision.resolved.clear();
    let Origin::Resolver(image) = world.at("/spec/compute/image").origin else {
        panic!("the image is bound");
    };
    assert_eq!((image.resolver.as_str(), image.layer), ("image", None));
}

#[test]
fn what_a_template_was_given_names_the_unit_that_wrote_it() {
    let world = World::new();
    let from = |name: &str, written: &str| Origin::Output {
        unit: Some(unit(name)),
        key: key(written),
    };
    let parameter = world.at("/units/compute/parameters/FoundationRole");
    assert_eq!(parameter.origin, from("foundation", "foundation.role"));
    assert_eq!(parameter.value, json!("arn:role"));
    assert_eq!(
        world.at("/outputs/compute.service").origin,
        from("compute", "compute.service")
    );
    // A parameter that is bound to nothing known is left out rather than guessed at.
    let all = world.explained(true);
    assert!(
        all.iter()
            .all(|value| !value.pointer.ends_with("Forgotten"))
    );
}

#[test]
fn every_value_of_the_spec_is_explained_once() {
    let world = World::new();
    let explained = world.explained(true);
    for value in explained
        .iter()
        .filter(|value| value.pointer.starts_with("/spec"))
    {
        assert_eq!(
            world.revision.spec.pointer(&value.pointer),
            Some(&value.value)
        );
    }
    let mut pointers: Vec<_> = explained
        .iter()
        .map(|value| value.pointer.clone())
        .collect();
    let count = pointers.len();
    pointers.sort();
    pointers.dedup();
    assert_eq!(pointers.len(), count);
}

#[test]
fn a_pointer_chooses_a_value_or_all_below_it() {
    let world = World::new();
    let chosen = |pointer: &str| {
        let chosen = at_or_below(world.explained(true), pointer).into_iter();
        chosen.map(|value| value.pointer).collect::<Vec<_>>()
    };
    assert_eq!(chosen("/spec/compute/port"), ["/spec/compute/port"]);
    assert_eq!(chosen("/spec/compute/por"), Vec::<String>::new());
    assert!(chosen("/spec/cache/").len() > 1);
    assert_eq!(chosen("").len(), world.explained(true).len());
}

#[test]
fn a_value_that_was_kept_through_a_rollback_still_names_its_resolver() {
    let mut world = World::new();
    let bound = world.submitted.bound.remove(0);
    world.submitted.kept.push(KeptInput {
        resolver: bound.resolver,
        input: bound.pointer,
    });
    let Origin::Resolver(image) = world.at("/spec/compute/image").origin else {
        panic!("the image was resolved");
    };
    assert_eq!((image.resolver.as_str(), image.at), ("image", Some(at())));
}
