//! Stacks of any number of units, each of which reads what some earlier ones write.

use std::collections::BTreeMap;

use anyhow::{Result, anyhow};
use groundplane_capabilities::{
    Capability, Keys, Phase, References, RenderError, RenderInput, Resource, Resources, Sections,
};
use groundplane_model::{
    Environment, EnvironmentName, EnvironmentSpec, InstanceId, LandingZone, LandingZoneName,
    TenantId, UnitName,
};
use groundplane_planner::{Earlier, Plan, Resolved, ScheduledStep, plan_units, schedule};
use serde_json::{Value, json};

/// How many units of each wave of the generated graph there are, about.
const WIDTH: usize = 20;

/// How many keys each unit writes.
const WRITES: usize = 3;

/// A unit of about the size of those that a spec has.
struct Unit {
    name: &'static str,
    reads: Vec<&'static str>,
    writes: Vec<&'static str>,
}

/// A stack of units.
pub(crate) struct Stack {
    units: Vec<Unit>,
    resolved: Resolved,
    spec: Value,
}

impl Stack {
    /// A stack of so many units; the same number is the same stack.
    pub(crate) fn of(units: usize) -> Self {
        let mut resolved = Resolved::default();
        let units: Vec<Unit> = (0..units).map(Unit::numbered).collect();
        for unit in &units {
            if let Ok(name) = UnitName::parse(unit.name) {
                resolved.insert(&name, "stack", format!("gp-generated-{}", unit.name));
            }
        }
        let spec = json!({ "spec": {} });
        Self {
            units,
            resolved,
            spec,
        }
    }

    pub(crate) fn plan(&self, ground: &Ground) -> Result<Plan> {
        let input = ground.input(&self.spec, &self.resolved);
        let units = self.units.iter().map(|unit| unit as &dyn Capability);
        plan_units(&input, units).map_err(|problems| anyhow!("{problems:?}"))
    }

    pub(crate) fn schedule(&self, ground: &Ground, plan: &Plan) -> Result<Vec<Vec<ScheduledStep>>> {
        let input = ground.input(&self.spec, &self.resolved);
        schedule(&input, plan, &[], Earlier::default()).map_err(|problems| anyhow!("{problems:?}"))
    }
}

/// Text that lives as long as the process, which ends after one stack.
fn leaked(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

fn key(unit: usize, number: usize) -> &'static str {
    leaked(format!("unit_{unit}.key_{number}"))
}

impl Unit {
    /// The unit reads from two of the wave before its own.
    fn numbered(number: usize) -> Self {
        let wave = number / WIDTH;
        let before = |step: usize| (wave - 1) * WIDTH + (number * step) % WIDTH;
        let reads = if wave == 0 {
            Vec::new()
        } else {
            vec![key(before(3), 0), key(before(7), 1)]
        };
        Self {
            name: leaked(format!("unit-{number}")),
            reads,
            writes: (0..WRITES).map(|written| key(number, written)).collect(),
        }
    }
}

impl Capability for Unit {
    fn unit(&self) -> &'static str {
        self.name
    }

    fn section(&self) -> Option<&'static str> {
        None
    }

    fn phase(&self) -> Phase {
        Phase::Infrastructure
    }

    fn applies(&self, _sections: &Sections<'_>) -> bool {
        true
    }

    fn reads<'a>(&self, _sections: &Sections<'a>) -> Keys<'a> {
        self.reads.iter().map(|key| (*key).into()).collect()
    }

    fn writes<'a>(&self, _sections: &Sections<'a>) -> Keys<'a> {
        self.writes.iter().map(|key| (*key).into()).collect()
    }

    fn render(
        &self,
        input: &RenderInput<'_>,
        context: &mut References<'_>,
    ) -> Result<Resources, RenderError> {
        let mut resources = Resources::of(self.name);
        let mut read = Vec::new();
        for key in &self.reads {
            read.push(context.require(key)?);
        }
        let group = json!({
            "GroupDescription": format!("{} of {}", self.name, input.instance),
            "VpcId": input.landing_zone.spec.network.vpc_id,
            "SecurityGroupIngress": [{
                "IpProtocol": "tcp", "FromPort": 6379, "ToPort": 6379, "CidrIp": "10.0.0.0/8",
            }],
        });
        resources.add("Group", Resource::new("AWS::EC2::SecurityGroup", group))?;
        let log = json!({ "RetentionInDays": 30 });
        resources.add("LogGroup", Resource::new("AWS::Logs::LogGroup", log))?;
        let queue = json!({ "SqsManagedSseEnabled": true, "MessageRetentionPeriod": 1_209_600 });
        resources.add("Queue", Resource::new("AWS::SQS::Queue", queue))?;
        let parameter = json!({ "Type": "String", "Value": { "Fn::Join": [",", read] } });
        resources.add("Read", Resource::new("AWS::SSM::Parameter", parameter))?;
        for (key, resource) in self.writes.iter().zip(["Group", "LogGroup", "Queue"]) {
            context.export(key, json!({ "Ref": resource }))?;
        }
        Ok(resources)
    }
}

/// Everything but the spec that a plan is made from.
pub(crate) struct Ground {
    pub(crate) tenant: TenantId,
    pub(crate) instance: InstanceId,
    pub(crate) environment: Environment,
    pub(crate) landing_zone: LandingZone,
}

impl Ground {
    /// An account with two private subnets and a load balancer with a certificate.
    pub(crate) fn parse() -> Result<Self> {
        let landing_zone = json!({
            "account": "123456789012",
            "region": "us-east-1",
            "network": {
                "vpcId": "vpc-0a1b2c3d",
                "privateSubnetIds": ["subnet-0a000001", "subnet-0a000002"],
            },
            "cluster": "sandbox",
            "hostedZoneId": "Z0123456789ABCDEFGHIJ",
            "loadBalancer": {
                "listenerArn":
                    "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/a/b/c",
                "securityGroupId": "sg-0a00000b",
                "https": true,
                "dnsName": "sandbox.us-east-1.elb.amazonaws.com",
            },
        });
        Ok(Self {
            tenant: TenantId::parse("shop")?,
            instance: InstanceId::parse("full-service.dev")?,
            environment: Environment {
                name: EnvironmentName::parse("dev")?,
                spec: EnvironmentSpec {
                    landing_zone: LandingZoneName::parse("sandbox")?,
                    production: false,
                    approval: None,
                    resolvers: BTreeMap::new(),
                    limits: Vec::new(),
                    drift: None,
                },
                updated_at: jiff::Timestamp::UNIX_EPOCH,
                updated_by: "bench".to_owned(),
                version: 1,
            },
            landing_zone: LandingZone {
                name: LandingZoneName::parse("sandbox")?,
                spec: serde_json::from_value(landing_zone)?,
                updated_at: jiff::Timestamp::UNIX_EPOCH,
                updated_by: "bench".to_owned(),
                version: 1,
            },
        })
    }
}
