//! Stacks of any number of units, each of which reads what earlier ones write, as they are deployed
//! and as they would be.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, anyhow};
use groundplane_model::{
    Applied, Artifact, Context, ContextKey, DeploymentId, Digest, InstanceId, Resource, StepId,
    TenantId, UnitName, UnitState,
};
use groundplane_planner::{Plan, PlannedUnit, ScheduledStep, Work};
use groundplane_preview::{LiveUnit, Preview, PreviewInput, preview};
use serde_json::{Value, json};

/// How many units of each wave of the generated graph there are.
const WIDTH: usize = 20;

/// What happens to a generated stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    /// It is deployed for the first time.
    Create,
    /// Every unit has another template, and in every tenth one a resource is replaced, so that what
    /// reads from it may change.
    Update,
}

/// A stack, what is there of it, and the steps towards what is wanted.
pub(crate) struct Stack {
    instance: InstanceId,
    states: Vec<UnitState>,
    templates: Vec<Vec<u8>>,
    plan: Plan,
    schedule: Vec<Vec<ScheduledStep>>,
}

impl Stack {
    /// A stack of so many units; the same number is the same stack.
    pub(crate) fn of(units: usize, change: Change) -> Result<Self> {
        let planned = |version| (0..units).map(move |unit| planned(unit, version));
        let (mut states, mut templates) = (Vec::new(), Vec::new());
        if change == Change::Update {
            for unit in planned(1) {
                let unit = unit?;
                states.push(state(&unit)?);
                templates.push(unit.template);
            }
        }
        let mut waves: Vec<Vec<PlannedUnit>> = Vec::new();
        for (number, unit) in planned(2).enumerate() {
            if number % WIDTH == 0 {
                waves.push(Vec::new());
            }
            if let Some(wave) = waves.last_mut() {
                wave.push(unit?);
            }
        }
        let plan = Plan { waves };
        let schedule = plan
            .waves
            .iter()
            .map(|wave| wave.iter().map(step).collect());
        Ok(Self {
            instance: InstanceId::parse("full-service.dev")?,
            schedule: schedule.collect(),
            states,
            templates,
            plan,
        })
    }

    pub(crate) fn preview(&self) -> Result<Preview> {
        let both = self.states.iter().zip(&self.templates);
        let live: Vec<LiveUnit<'_>> = both
            .map(|(state, template)| LiveUnit { state, template })
            .collect();
        preview(&PreviewInput {
            instance: &self.instance,
            plan: &self.plan,
            schedule: &self.schedule,
            live: &live,
            allocations: &[],
        })
        .map_err(|error| anyhow!("{error}"))
    }
}

/// The units that one reads from: two of the wave before its own.
fn reads(number: usize) -> Vec<usize> {
    let Some(wave) = (number / WIDTH).checked_sub(1) else {
        return Vec::new();
    };
    vec![
        wave * WIDTH + (number * 3) % WIDTH,
        wave * WIDTH + (number * 7 + 1) % WIDTH,
    ]
}

fn key(unit: usize) -> Result<ContextKey> {
    Ok(ContextKey::parse(&format!("unit_{unit}.group_id"))?)
}

/// A unit of about the size of those that a spec has.
fn planned(number: usize, version: u32) -> Result<PlannedUnit> {
    let mut parameters = BTreeMap::new();
    let mut after = BTreeSet::new();
    for read in reads(number) {
        parameters.insert(key(read)?.logical_name(), key(read)?);
        after.insert(UnitName::parse(&format!("unit-{read}"))?);
    }
    let written = key(number)?.logical_name();
    let template = template(number, version, parameters.keys(), &written);
    let template = format!("{template:#}").into_bytes();
    let name = format!("unit-{number}");
    Ok(PlannedUnit {
        unit: UnitName::parse(&name)?,
        stack_name: format!("gp-generated-{name}"),
        digest: Digest::of(&template),
        template,
        parameters,
        outputs: BTreeMap::from([(key(number)?, written)]),
        exports: BTreeSet::new(),
        after,
    })
}

fn template<'a>(
    number: usize,
    version: u32,
    parameters: impl Iterator<Item = &'a String>,
    output: &str,
) -> Value {
    let parameters: Vec<&String> = parameters.collect();
    let declared = parameters
        .iter()
        .map(|name| ((*name).clone(), json!({ "Type": "String" })));
    let groups: Vec<Value> = parameters
        .iter()
        .map(|name| json!({ "Ref": name }))
        .collect();
    // A description cannot be changed without another group.
    let replaced = if number.is_multiple_of(10) {
        version
    } else {
        0
    };
    json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": format!("unit-{number} of full-service.dev"),
        "Parameters": declared.collect::<serde_json::Map<_, _>>(),
        "Outputs": { output: { "Value": { "Fn::GetAtt": ["Group", "GroupId"] } } },
        "Resources": {
            "Group": { "Type": "AWS::EC2::SecurityGroup", "Properties": {
                "GroupDescription": format!("unit {number}, {replaced}"),
                "VpcId": "vpc-0a1b2c3d",
                "SecurityGroupIngress": [{
                    "IpProtocol": "tcp", "FromPort": 6379, "ToPort": 6379, "CidrIp": "10.0.0.0/8",
                }],
            } },
            "LogGroup": { "Type": "AWS::Logs::LogGroup", "DeletionPolicy": "Retain", "Properties": {
                "RetentionInDays": 30 * version,
            } },
            "Queue": { "Type": "AWS::SQS::Queue", "Properties": {
                "SqsManagedSseEnabled": true, "MessageRetentionPeriod": 1_209_600,
            } },
            "Function": { "Type": "AWS::Lambda::Function", "Properties": {
                "Code": { "ImageUri": format!("example/function:{version}") },
                "LoggingConfig": { "LogGroup": { "Ref": "LogGroup" } },
                "VpcConfig": { "SecurityGroupIds": groups },
                "Environment": { "Variables": { "QUEUE": { "Ref": "Queue" }, "LEVEL": "info" } },
            } },
        },
    })
}

fn state(unit: &PlannedUnit) -> Result<UnitState> {
    let value = |key: &ContextKey| format!("sg-of-{key}");
    let mut context = Context::default();
    for key in unit.outputs.keys() {
        context.set(key.clone(), value(key));
    }
    let bound = unit.parameters.iter();
    let resources = ["Function", "Group", "LogGroup", "Queue"].map(|name| Resource {
        logical_id: name.to_owned(),
        resource_type: String::new(),
        physical_id: format!("{}-{name}", unit.stack_name),
    });
    Ok(UnitState {
        tenant: TenantId::parse("shop")?,
        instance: InstanceId::parse("full-service.dev")?,
        unit: unit.unit.clone(),
        stack_name: unit.stack_name.clone(),
        applied: Some(Applied {
            deployment: DeploymentId::from_number(1),
            artifact: Artifact {
                bucket: "artifacts".to_owned(),
                key: unit.digest.to_string(),
                digest: unit.digest.clone(),
            },
            parameters: bound
                .map(|(name, key)| (name.clone(), value(key)))
                .collect(),
            context,
            resources: resources.into(),
            after: unit.after.clone(),
        }),
        pending: None,
        version: 1,
    })
}

fn step(unit: &PlannedUnit) -> ScheduledStep {
    ScheduledStep {
        id: StepId::apply(&unit.unit),
        unit: unit.unit.clone(),
        stack_name: unit.stack_name.clone(),
        work: Work::Apply(Box::new(unit.clone())),
        repair: false,
    }
}
