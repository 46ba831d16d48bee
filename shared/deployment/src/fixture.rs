//! What the tests build on: one tenant, one instance, and records that are as plain as possible.

use std::collections::{BTreeMap, BTreeSet};

use groundplane_model::{
    Action, Allocation, Applied, Artifact, Change, Context, ContextKey, Deployment,
    DeploymentError, DeploymentId, DeploymentSpec, DeploymentStatus, Digest, Environment,
    EnvironmentName, EnvironmentSpec, Instance, InstanceId, InstanceStatus, Key, LandingZone,
    LandingZoneName, Layer, Origin, Owner, Principal, Record, ResolverName, Revision, Step,
    StepAction, StepId, StepStatus, TenantId, UnitName, UnitState,
};
use groundplane_spec::{ValidDocument, parse, validate};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{Demand, Settings, Submission};

/// The incarnation of every instance.
pub(crate) const LIFE: &str = "life-1";

/// A moment, in seconds after the beginning.
pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + second).unwrap()
}

pub(crate) fn tenant() -> TenantId {
    TenantId::parse("acme").unwrap()
}

pub(crate) fn instance_id() -> InstanceId {
    InstanceId::parse("web-service.dev").unwrap()
}

pub(crate) fn id(number: u128) -> DeploymentId {
    DeploymentId::from_number(number)
}

pub(crate) fn unit_name(name: &str) -> UnitName {
    UnitName::parse(name).unwrap()
}

pub(crate) fn step_id(name: &str) -> StepId {
    StepId::parse(name).unwrap()
}

pub(crate) fn key(text: &str) -> ContextKey {
    ContextKey::parse(text).unwrap()
}

pub(crate) fn principal() -> Principal {
    Principal {
        subject: "kim".to_owned(),
        tenant: tenant(),
        groups: Vec::new(),
        machine: None,
    }
}

pub(crate) fn environment() -> Environment {
    Environment {
        name: EnvironmentName::parse("dev").unwrap(),
        spec: EnvironmentSpec {
            landing_zone: LandingZoneName::parse("sandbox").unwrap(),
            production: false,
            approval: None,
            resolvers: BTreeMap::new(),
            limits: Vec::new(),
            drift: None,
        },
        updated_at: at(0),
        updated_by: "ops".to_owned(),
        version: 3,
    }
}

pub(crate) fn landing_zone() -> LandingZone {
    let spec = json!({
        "account": "123456789012",
        "region": "eu-west-1",
        "network": {
            "vpcId": "vpc-0a1b2c3d",
            "privateSubnetIds": ["subnet-0a000001", "subnet-0a000002"],
        },
        "cluster": "sandbox",
    });
    LandingZone {
        name: LandingZoneName::parse("sandbox").unwrap(),
        spec: serde_json::from_value(spec).unwrap(),
        updated_at: at(0),
        updated_by: "ops".to_owned(),
        version: 7,
    }
}

/// The service with these sections, every default filled in.
pub(crate) fn spec(sections: &Value) -> Value {
    let text = json!({
        "apiVersion": "groundplane.dev/v1",
        "kind": "Service",
        "metadata": { "name": "web-service" },
        "spec": sections,
    });
    let document = parse(&text.to_string()).unwrap();
    let ValidDocument::Service(service) = validate(&document).unwrap().document else {
        panic!("{text} is no service");
    };
    service.value
}

/// A wish of `principal`, the `number`th.
pub(crate) fn demand(principal: &Principal, number: u128, now: Timestamp) -> Demand<'_> {
    Demand {
        principal,
        instance: instance_id(),
        environment: environment(),
        landing_zone: landing_zone(),
        resolvers: Vec::new(),
        deployment: id(number),
        origin: Origin::Wish,
        idempotency: None,
        now,
    }
}

/// The submission of `spec` with that wish.
pub(crate) fn submission<'a>(demand: Demand<'a>, spec: &Value) -> Submission<'a> {
    Submission {
        incarnation: format!("life-of-{}", demand.deployment),
        demand,
        spec: spec.clone(),
        lines: None,
        bound: Vec::new(),
        kept: Vec::new(),
        lifecycle: None,
        repair: None,
        labels: BTreeMap::from([("team".to_owned(), "shop".to_owned())]),
    }
}

/// An instance that deployment 1 made and that nothing happens to.
pub(crate) fn instance() -> Instance {
    Instance {
        tenant: tenant(),
        id: instance_id(),
        incarnation: LIFE.to_owned(),
        environment: environment().name,
        landing_zone: landing_zone().name,
        labels: BTreeMap::new(),
        status: InstanceStatus::Active,
        revision: Some(1),
        last_revision: 1,
        active_deployment: None,
        last_deployment: id(1),
        created_at: at(0),
        updated_at: at(0),
        version: 2,
    }
}

/// Deployment 2 of the instance, accepted at second 0.
pub(crate) fn deployment(status: DeploymentStatus) -> Deployment {
    Deployment {
        tenant: tenant(),
        id: id(2),
        instance: instance_id(),
        incarnation: LIFE.to_owned(),
        action: Action::Apply,
        status,
        outcome: None,
        waves: Vec::new(),
        plan_digest: None,
        revision: None,
        error: None,
        requested_by: "kim".to_owned(),
        created_at: at(0),
        started_at: None,
        ended_at: None,
        recoveries: 0,
        recovered_at: None,
        origin: Origin::Wish,
        approval: None,
        cancelled: None,
        version: 4,
    }
}

/// The same, whose plan stands and consists of `steps`.
pub(crate) fn planned(status: DeploymentStatus, steps: &[Step]) -> Deployment {
    let waves = 0..=steps.iter().map(|step| step.wave).max().unwrap_or(0);
    let members = |wave| steps.iter().filter(move |step| step.wave == wave);
    Deployment {
        waves: waves
            .map(|wave| members(wave).map(|step| step.id.clone()).collect())
            .collect(),
        plan_digest: Some(Digest::of(b"plan")),
        ..deployment(status)
    }
}

pub(crate) fn submitted(spec: Value) -> DeploymentSpec {
    DeploymentSpec {
        tenant: tenant(),
        deployment: id(2),
        spec,
        environment: environment(),
        landing_zone: landing_zone(),
        resolvers: Vec::new(),
        bound: Vec::new(),
        kept: Vec::new(),
        lifecycle: None,
        repair: None,
        version: 1,
    }
}

/// What deployment 1 recorded as revision `number`.
pub(crate) fn revision(number: u64, spec: &Value) -> Revision {
    Revision {
        tenant: tenant(),
        instance: instance_id(),
        number,
        deployment: id(1),
        spec: spec.clone(),
        ground: BTreeMap::new(),
        resolved: Vec::new(),
        artifacts: BTreeMap::new(),
        outputs: BTreeMap::new(),
        created_at: at(0),
        version: 1,
    }
}

pub(crate) fn artifact(content: &str) -> Artifact {
    let digest = Digest::of(content.as_bytes());
    Artifact {
        bucket: "artifacts".to_owned(),
        key: digest.to_string(),
        digest,
    }
}

/// A step of deployment 2 that applies the template `content` to `unit`, in wave 0.
pub(crate) fn apply(unit: &str, content: &str) -> Step {
    Step {
        tenant: tenant(),
        deployment: id(2),
        id: step_id(unit),
        unit: unit_name(unit),
        wave: 0,
        stack_name: format!("gp-{unit}"),
        action: StepAction::Apply {
            artifact: artifact(content),
            parameters: BTreeMap::new(),
            outputs: BTreeMap::new(),
            exports: BTreeSet::new(),
            after: BTreeSet::new(),
        },
        repair: false,
        status: StepStatus::Pending,
        before: None,
        outputs: BTreeMap::new(),
        error: None,
        started_at: None,
        ended_at: None,
        version: 1,
    }
}

/// A step of deployment 2 that removes `unit`, in wave 0.
pub(crate) fn destroy(unit: &str) -> Step {
    Step {
        id: StepId::suffixed(&unit_name(unit), "destroy"),
        action: StepAction::Destroy,
        ..apply(unit, "")
    }
}

/// `step`, as far as `status` with an engine that began in second 1.
pub(crate) fn begun(status: StepStatus, step: Step) -> Step {
    Step {
        status,
        started_at: Some(at(1)),
        ..step
    }
}

/// `step`, whose engine failed in that second.
pub(crate) fn failing(step: Step, cause: &str, second: i64) -> Step {
    Step {
        error: Some(error(cause)),
        ended_at: Some(at(second)),
        ..begun(StepStatus::Failed, step)
    }
}

/// What deployment 1 applied: the template `content`, without parameters and outputs.
pub(crate) fn applied(content: &str) -> Applied {
    Applied {
        deployment: id(1),
        artifact: artifact(content),
        parameters: BTreeMap::new(),
        context: Context::default(),
        resources: Vec::new(),
        after: BTreeSet::new(),
    }
}

/// A unit at rest, to which deployment 1 applied the template `content`.
pub(crate) fn unit(name: &str, content: &str) -> UnitState {
    UnitState {
        tenant: tenant(),
        instance: instance_id(),
        unit: unit_name(name),
        stack_name: format!("gp-{name}"),
        applied: Some(applied(content)),
        pending: None,
        version: 5,
    }
}

pub(crate) fn allocation(unit: &str, input: &str) -> Allocation {
    let name = format!("gp-{unit}-{input}");
    Allocation {
        owner: Owner {
            tenant: tenant(),
            instance: instance_id(),
            incarnation: LIFE.to_owned(),
            unit: unit_name(unit),
            input: input.to_owned(),
        },
        resolver: ResolverName::naming(),
        deployment: id(1),
        inputs: BTreeMap::new(),
        outputs: BTreeMap::from([("name".to_owned(), name.clone())]),
        value: name,
        layer: Layer::Default,
        allocated_at: at(0),
        version: 1,
    }
}

pub(crate) fn settings() -> Settings {
    Settings {
        installation: "gp-test".to_owned(),
        role_arn: None,
        account: None,
        tags: BTreeMap::new(),
    }
}

pub(crate) fn error(cause: &str) -> DeploymentError {
    DeploymentError {
        unit: None,
        name: "Groundplane.ProvisionFailed".to_owned(),
        cause: cause.to_owned(),
    }
}

/// The records of one kind that `changes` save.
pub(crate) fn saved<R: Record>(changes: &[Change]) -> Vec<R> {
    let records = changes.iter().filter_map(|change| match change {
        Change::Save { kind, content, .. } if *kind == R::KIND => Some(content.clone()),
        Change::Save { .. }
        | Change::Remove { .. }
        | Change::Check { .. }
        | Change::Count { .. } => None,
    });
    records
        .map(|content| serde_json::from_value(content).unwrap())
        .collect()
}

/// The one record of its kind that `changes` save.
pub(crate) fn one<R: Record>(changes: &[Change]) -> R {
    let mut records = saved(changes);
    assert_eq!(records.len(), 1, "{changes:?}");
    records.remove(0)
}

/// What `changes` remove.
pub(crate) fn removed(changes: &[Change]) -> Vec<Key> {
    let removals = changes.iter().filter_map(|change| match change {
        Change::Remove { key, .. } => Some(key.clone()),
        Change::Save { .. } | Change::Check { .. } | Change::Count { .. } => None,
    });
    removals.collect()
}
