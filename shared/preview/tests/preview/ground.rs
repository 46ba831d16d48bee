//! Specs, planned and scheduled as a deployment would.

use std::collections::{BTreeMap, BTreeSet};

use groundplane_model::{
    Environment, EnvironmentName, EnvironmentSpec, InstanceId, LandingZone, LandingZoneName,
    TenantId,
};
use groundplane_planner::{
    Earlier, Plan, PlanInput, PlannedUnit, Resolved, ScheduledStep, Wanted, plan, schedule,
    schedule_destroy, wanted,
};
use groundplane_preview::{Allocation, AllocationAction, Preview, PreviewInput, preview};
use groundplane_spec::{ValidDocument, parse, validate};
use serde_json::{Map, Value, json};

use crate::deployed::Deployed;

/// An account with two private subnets and a load balancer with a certificate.
struct Ground {
    tenant: TenantId,
    instance: InstanceId,
    environment: Environment,
    landing_zone: LandingZone,
}

impl Ground {
    fn sandbox() -> Self {
        let landing_zone = json!({
            "account": "123456789012",
            "region": "eu-west-1",
            "network": {
                "vpcId": "vpc-0a1b2c3d",
                "privateSubnetIds": ["subnet-0a000001", "subnet-0a000002"],
            },
            "cluster": "sandbox",
            "hostedZoneId": "Z0123456789ABCDEFGHIJ",
            "loadBalancer": {
                "listenerArn":
                    "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/a/b/c",
                "securityGroupId": "sg-0a00000b",
                "https": true,
                "dnsName": "sandbox.eu-west-1.elb.amazonaws.com",
            },
        });
        let environment = EnvironmentSpec {
            landing_zone: LandingZoneName::parse("sandbox").unwrap(),
            production: false,
            approval: None,
            resolvers: BTreeMap::new(),
            limits: Vec::new(),
            drift: None,
        };
        Self {
            tenant: TenantId::parse("shop").unwrap(),
            instance: InstanceId::parse("web-service.dev").unwrap(),
            environment: Environment {
                name: EnvironmentName::parse("dev").unwrap(),
                spec: environment,
                updated_at: jiff::Timestamp::UNIX_EPOCH,
                updated_by: "test".to_owned(),
                version: 1,
            },
            landing_zone: LandingZone {
                name: LandingZoneName::parse("sandbox").unwrap(),
                spec: serde_json::from_value(landing_zone).unwrap(),
                updated_at: jiff::Timestamp::UNIX_EPOCH,
                updated_by: "test".to_owned(),
                version: 1,
            },
        }
    }

    fn input<'a>(&'a self, spec: &'a Value, resolved: &'a Resolved) -> PlanInput<'a> {
        PlanInput {
            tenant: &self.tenant,
            instance: &self.instance,
            spec,
            environment: &self.environment,
            landing_zone: &self.landing_zone,
            resolved,
        }
    }
}

/// The spec in `text`, with every default filled in.
fn spec(text: &str) -> Value {
    let document = parse(text).unwrap_or_else(|problems| panic!("{problems:?}\n{text}"));
    let validated = validate(&document).unwrap_or_else(|problems| panic!("{problems:?}\n{text}"));
    let ValidDocument::Service(service) = validated.document else {
        panic!("not a service: {text}");
    };
    service.value
}

/// What a resolver hands out, or what stands in for it.
fn value(Wanted { unit, want }: &Wanted) -> String {
    match want.input.as_str() {
        "stack" => format!("gp-web-service-dev-{unit}"),
        "priority" => "4711".to_owned(),
        input => format!("gp-web-service-dev-{unit}-{input}"),
    }
}

fn resolved(spec: &Value) -> Resolved {
    let mut resolved = Resolved::default();
    for wanted in wanted(spec) {
        resolved.insert(&wanted.unit, &wanted.want.input, value(&wanted));
    }
    resolved
}

/// What is handed out for `after` and was not for `before`, and the other way round.
fn allocations(before: Option<&Value>, after: Option<&Value>) -> Vec<Allocation> {
    let wants = |spec: Option<&Value>| spec.map(wanted).unwrap_or_default();
    let names = |wants: &[Wanted]| -> BTreeSet<_> {
        let names = wants.iter();
        names
            .map(|it| (it.unit.clone(), it.want.input.clone()))
            .collect()
    };
    let (before, after) = (wants(before), wants(after));
    let (held, needed) = (names(&before), names(&after));
    let allocation = |it: &Wanted, action| Allocation {
        action,
        resolver: it.want.resolver.clone(),
        unit: it.unit.clone(),
        input: it.want.input.clone(),
        value: (action == AllocationAction::Release).then(|| value(it)),
        stand_in: (action == AllocationAction::Take).then(|| value(it)),
    };
    let is_in = |names: &BTreeSet<_>, it: &&Wanted| {
        names.contains(&(it.unit.clone(), it.want.input.clone()))
    };
    let taken = after.iter().filter(|it| !is_in(&held, it));
    let taken = taken.map(|it| allocation(it, AllocationAction::Take));
    let released = before.iter().filter(|it| !is_in(&needed, it));
    let released = released.map(|it| allocation(it, AllocationAction::Release));
    taken.chain(released).collect()
}

/// What is deployed once a spec is, its units in the order of their waves.
fn deployed(ground: &Ground, spec: Option<&Value>) -> Deployed {
    let plan = spec.map(|spec| plan(&ground.input(spec, &resolved(spec))).unwrap());
    let units: Vec<PlannedUnit> = plan.iter().flat_map(Plan::units).cloned().collect();
    Deployed::of(&units)
}

/// What is said of deploying `after` where `before` is deployed; without an `after`, of removing
/// everything.
pub(crate) fn between_specs(before: Option<&str>, after: Option<&str>) -> Preview {
    let ground = Ground::sandbox();
    let (before, after) = (before.map(spec), after.map(spec));
    let live = deployed(&ground, before.as_ref());
    let (plan, steps): (Plan, Vec<Vec<ScheduledStep>>) = match &after {
        Some(after) => {
            let resolved = resolved(after);
            let input = ground.input(after, &resolved);
            let plan = plan(&input).unwrap();
            let earlier = Earlier {
                deployed: before.as_ref(),
                failed: &[],
            };
            let steps = schedule(&input, &plan, &live.states, earlier).unwrap();
            (plan, steps)
        }
        None => (Plan::default(), schedule_destroy(&live.states)),
    };
    preview(&PreviewInput {
        instance: &ground.instance,
        plan: &plan,
        schedule: &steps,
        live: &live.live(),
        allocations: &allocations(before.as_ref(), after.as_ref()),
    })
    .unwrap()
}

/// The templates of a spec by unit.
pub(crate) fn templates(text: &str) -> Map<String, Value> {
    let (ground, spec) = (Ground::sandbox(), spec(text));
    let plan = plan(&ground.input(&spec, &resolved(&spec))).unwrap();
    let parsed = plan.units().map(|unit| {
        let template = serde_json::from_slice(&unit.template).unwrap();
        (unit.unit.to_string(), template)
    });
    parsed.collect()
}
