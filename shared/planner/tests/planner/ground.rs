//! The ground that the tests plan on.

use std::collections::BTreeMap;

use groundplane_model::{
    Environment, EnvironmentName, EnvironmentSpec, InstanceId, LandingZone, LandingZoneName,
    TenantId,
};
use groundplane_planner::{Plan, PlanInput, Resolved, Wanted, plan, wanted};
use groundplane_spec::{ValidDocument, parse, validate};
use serde_json::{Value, json};

/// Everything but the spec that a plan is made from.
#[derive(Debug, Clone)]
pub(crate) struct Ground {
    pub(crate) tenant: TenantId,
    pub(crate) instance: InstanceId,
    pub(crate) environment: Environment,
    pub(crate) landing_zone: LandingZone,
}

impl Ground {
    /// An account with two private subnets and a load balancer with a certificate.
    pub(crate) fn sandbox() -> Self {
        Self::with(Self::landing_zone(), false)
    }

    fn landing_zone() -> Value {
        json!({
            "account": "123456789012",
            "region": "eu-west-1",
            "network": {
                "vpcId": "vpc-0a1b2c3d",
                "privateSubnetIds": ["subnet-0a000001", "subnet-0a000002"],
                "publicSubnetIds": ["subnet-0b000001", "subnet-0b000002"],
            },
            "cluster": "sandbox",
            "hostedZoneId": "Z0123456789ABCDEFGHIJ",
            "loadBalancer": {
                "listenerArn": "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/a/b/c",
                "securityGroupId": "sg-0a00000b",
                "https": true,
                "dnsName": "sandbox.eu-west-1.elb.amazonaws.com",
            },
        })
    }

    /// The sandbox with other fields in the landing zone's `spec`; null takes one away.
    pub(crate) fn like_sandbox(fields: &Value, production: bool) -> Self {
        let mut spec = Self::landing_zone();
        for (name, value) in fields.as_object().unwrap() {
            spec[name] = value.clone();
        }
        Self::with(spec, production)
    }

    fn with(spec: Value, production: bool) -> Self {
        let environment = EnvironmentSpec {
            landing_zone: LandingZoneName::parse("sandbox").unwrap(),
            production,
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
                spec: serde_json::from_value(spec).unwrap(),
                updated_at: jiff::Timestamp::UNIX_EPOCH,
                updated_by: "test".to_owned(),
                version: 1,
            },
        }
    }

    pub(crate) fn input<'a>(&'a self, spec: &'a Value, resolved: &'a Resolved) -> PlanInput<'a> {
        PlanInput {
            tenant: &self.tenant,
            instance: &self.instance,
            spec,
            environment: &self.environment,
            landing_zone: &self.landing_zone,
            resolved,
        }
    }

    /// The plan of `spec`, which must have one.
    pub(crate) fn plan(&self, spec: &Value) -> Plan {
        let resolved = resolved_for(spec);
        plan(&self.input(spec, &resolved)).unwrap()
    }
}

/// What the resolvers could hand out for the spec.
pub(crate) fn resolved_for(spec: &Value) -> Resolved {
    let mut resolved = Resolved::default();
    for (number, Wanted { unit, want }) in wanted(spec).into_iter().enumerate() {
        let value = match (want.resolver.as_str(), want.input.as_str()) {
            ("ipam", _) => format!("10.0.{number}.0/{}", want.inputs["prefixLength"]),
            (_, "stack") => format!("gp-web-service-dev-{unit}"),
            (_, "priority") => "4711".to_owned(),
            (_, input) => format!("gp-web-service-dev-{unit}-{input}"),
        };
        resolved.insert(&unit, &want.input, value);
    }
    resolved
}

/// The spec in `text`, with every default filled in.
pub(crate) fn spec(text: &str) -> Value {
    let document = parse(text).unwrap_or_else(|problems| panic!("{problems:?}\n{text}"));
    let validated = validate(&document).unwrap_or_else(|problems| panic!("{problems:?}\n{text}"));
    let ValidDocument::Service(service) = validated.document else {
        panic!("not a service: {text}");
    };
    service.value
}

/// Every section.
pub(crate) const SECTIONS: &[&str] = &[
    "access",
    "cache",
    "compute",
    "database",
    "ingress",
    "lambda",
    "network",
    "serviceDiscovery",
    "storage",
    "triggers",
];

/// A spec with these sections and little in them.
pub(crate) fn spec_with(sections: &[&str]) -> Value {
    spec_of(sections, &example_sections())
}

/// A spec with these sections, whose contents are in `contents`.
pub(crate) fn spec_of(sections: &[&str], contents: &Value) -> Value {
    let sections: serde_json::Map<String, Value> = sections
        .iter()
        .map(|section| ((*section).to_owned(), contents[*section].clone()))
        .collect();
    spec(
        &json!({
            "apiVersion": "groundplane.dev/v1",
            "kind": "Service",
            "metadata": { "name": "web-service" },
            "spec": sections,
        })
        .to_string(),
    )
}

/// Something for every section.
pub(crate) fn example_sections() -> Value {
    let image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/resize:1.4";
    let function = json!({ "name": "resize", "image": image, "memory": 512, "timeout": 30 });
    json!({
        "access": {
            "provider": "cognito",
            "cognito": {
                "userPoolArn":
                    "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_AbCdEfGhI",
                "clientId": "client",
                "domain": "shop",
            },
        },
        "cache": {
            "engine": "redis",
            "engineVersion": "7.1",
            "nodeType": "cache.t3.micro",
            "numNodes": 1,
            "transitEncryption": true,
            "atRestEncryption": true,
        },
        "compute": { "image": "nginx:1.27" },
        "database": {
            "engine": "postgres",
            "engineVersion": "16.10",
            "instanceClass": "db.t3.micro",
            "allocatedStorage": 20,
            "multiAz": false,
            "backupRetentionDays": 7,
            "dbName": "app",
            "dbUsername": "app",
            "onDelete": "snapshot",
        },
        "ingress": { "host": "shop.example.com", "path": "/*", "public": true, "dns": {} },
        "lambda": { "functions": [function] },
        "network": {},
        "serviceDiscovery": { "namespace": "shop.internal" },
        "storage": {},
        "triggers": {
            "schedules": [{ "name": "often", "expression": "rate(1 hour)", "target": "resize" }],
            "webhookGateway": true,
        },
    })
}
