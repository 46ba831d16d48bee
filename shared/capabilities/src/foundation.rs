//! The ground that the other units of an instance share: security groups and roles, derived from
//! which sections are declared.
//!
//! The model is flat: one group for whatever runs code, and one per kind of data that this group
//! alone reaches. Ingress rules stand inside their group, since separate rule resources would
//! leave an open moment when a rule is replaced.

use std::ops::RangeInclusive;

use serde_json::{Value, json};

use crate::database::Database;
use crate::ingress::Ingress;
use crate::policy::{arn, only_from, role};
use crate::{
    Capability, Keys, Phase, References, RenderError, RenderInput, Resource, Resources, Sections,
    cache,
};

/// The group of whatever runs code.
pub(crate) const COMPUTE_GROUP: &str = "foundation.compute.security_group_id";
/// The group of the database and the cache.
pub(crate) const DATA_GROUP: &str = "foundation.data.security_group_id";
/// The group of the file system's mount targets.
pub(crate) const STORAGE_GROUP: &str = "foundation.storage.security_group_id";
/// The role that the team's containers work under.
pub(crate) const TASK_ROLE_ARN: &str = "foundation.task_role.arn";
/// The name of that role, to attach policies to.
pub(crate) const TASK_ROLE_NAME: &str = "foundation.task_role.name";
/// The role that ECS works under to start containers.
pub(crate) const EXECUTION_ROLE_ARN: &str = "foundation.execution_role.arn";
/// The name of that role, to attach policies to.
pub(crate) const EXECUTION_ROLE_NAME: &str = "foundation.execution_role.name";
/// The role that the team's functions work under.
pub(crate) const LAMBDA_ROLE_ARN: &str = "foundation.lambda_role.arn";
/// The name of that role, to attach policies to.
pub(crate) const LAMBDA_ROLE_NAME: &str = "foundation.lambda_role.name";

/// The sections that run code.
const COMPUTING: [&str; 2] = ["compute", "lambda"];
/// The sections whose data is reached over the network, the file system aside.
const DATA: [&str; 2] = ["cache", "database"];

/// NFS.
const NFS_PORT: u16 = 2049;

/// The names of the roles that the team's code works under.
pub(crate) fn data_roles(sections: &Sections<'_>) -> Vec<&'static str> {
    [("compute", TASK_ROLE_NAME), ("lambda", LAMBDA_ROLE_NAME)]
        .into_iter()
        .filter(|(section, _)| sections.declares(section))
        .map(|(_, role)| role)
        .collect()
}

/// The unit `foundation`.
#[derive(Debug)]
pub(crate) struct FoundationUnit;

impl Capability for FoundationUnit {
    fn unit(&self) -> &'static str {
        "foundation"
    }

    fn section(&self) -> Option<&'static str> {
        None
    }

    fn phase(&self) -> Phase {
        Phase::Foundation
    }

    fn applies(&self, sections: &Sections<'_>) -> bool {
        sections.declares("storage")
            || sections.declares_any(&COMPUTING)
            || sections.declares_any(&DATA)
    }

    fn reads<'a>(&self, _sections: &Sections<'a>) -> Keys<'a> {
        Keys::new()
    }

    fn writes<'a>(&self, sections: &Sections<'a>) -> Keys<'a> {
        let mut keys = Keys::new();
        let mut write = |condition: bool, written: &[&'static str]| {
            if condition {
                keys.extend(written.iter().map(|key| (*key).into()));
            }
        };
        write(sections.declares_any(&COMPUTING), &[COMPUTE_GROUP]);
        write(sections.declares_any(&DATA), &[DATA_GROUP]);
        write(sections.declares("storage"), &[STORAGE_GROUP]);
        for role in roles(sections) {
            write(true, &[role.arn_key, role.name_key]);
        }
        keys
    }

    fn render(
        &self,
        input: &RenderInput<'_>,
        context: &mut References<'_>,
    ) -> Result<Resources, RenderError> {
        let mut resources = Resources::of(self.unit());
        for group in groups(input)? {
            context.set(group.key, attribute(group.name, "GroupId"))?;
            resources.add(group.name, group.resource(input))?;
        }
        for role in roles(input.sections) {
            context.set(role.arn_key, attribute(role.name, "Arn"))?;
            context.set(role.name_key, json!({ "Ref": role.name }))?;
            resources.add(role.name, role.resource(input))?;
        }
        Ok(resources)
    }
}

/// A role of the foundation.
struct Role {
    name: &'static str,
    arn_key: &'static str,
    name_key: &'static str,
    principal: &'static str,
}

fn roles(sections: &Sections<'_>) -> Vec<Role> {
    let task = |name, arn_key, name_key| Role {
        name,
        arn_key,
        name_key,
        principal: "ecs-tasks.amazonaws.com",
    };
    let mut roles = Vec::new();
    if sections.declares("compute") {
        roles.push(task("TaskRole", TASK_ROLE_ARN, TASK_ROLE_NAME));
        let execution = task("ExecutionRole", EXECUTION_ROLE_ARN, EXECUTION_ROLE_NAME);
        roles.push(execution);
    }
    if sections.declares("lambda") {
        roles.push(Role {
            name: "LambdaRole",
            arn_key: LAMBDA_ROLE_ARN,
            name_key: LAMBDA_ROLE_NAME,
            principal: "lambda.amazonaws.com",
        });
    }
    roles
}

impl Role {
    fn resource(&self, input: &RenderInput<'_>) -> Resource {
        // Lambda does not say on whose behalf it takes a role; it only takes roles that its caller
        // may pass. ECS says so.
        // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
        let is_task = self.principal == "ecs-tasks.amazonaws.com";
        let conditions = is_task.then(|| only_from(&arn("ecs", "*")));
        role(self.principal, conditions, input.landing_zone)
    }
}

/// A security group of the foundation.
struct Group {
    name: &'static str,
    key: &'static str,
    /// It must never change: that would replace the group, while everything in it is running.
    description: &'static str,
    rules: Vec<Value>,
    /// Whether it outlives the instance: a database that is kept needs its group, and the group
    /// cannot be without the one that its rule names.
    is_kept: bool,
}

fn groups(input: &RenderInput<'_>) -> Result<Vec<Group>, RenderError> {
    let sections = input.sections;
    let computes = sections.declares_any(&COMPUTING);
    let database = match sections.declares("database") {
        true => Some(sections.read::<Database<'_>>("database")?),
        false => None,
    };
    let is_kept = database.as_ref().is_some_and(Database::is_retained);
    let mut groups = Vec::new();
    if computes {
        groups.push(Group {
            name: "ComputeGroup",
            key: COMPUTE_GROUP,
            description: "What runs code",
            rules: from_load_balancer(input)?.into_iter().collect(),
            is_kept,
        });
    }
    if sections.declares_any(&DATA) {
        let cache = sections.declares("cache").then_some(cache::PORT);
        let ports = cache
            .into_iter()
            .chain(database.as_ref().map(Database::port));
        groups.push(Group {
            name: "DataGroup",
            key: DATA_GROUP,
            description: "Database and cache",
            rules: ports.filter(|_| computes).map(from_compute).collect(),
            is_kept,
        });
    }
    if sections.declares("storage") {
        groups.push(Group {
            name: "StorageGroup",
            key: STORAGE_GROUP,
            description: "The file system",
            rules: computes
                .then(|| from_compute(NFS_PORT))
                .into_iter()
                .collect(),
            is_kept: false,
        });
    }
    Ok(groups)
}

impl Group {
    fn resource(self, input: &RenderInput<'_>) -> Resource {
        let properties = json!({
            "GroupDescription": self.description,
            "VpcId": input.landing_zone.spec.network.vpc_id,
        });
        let mut group = Resource::new("AWS::EC2::SecurityGroup", properties);
        if !self.rules.is_empty() {
            group = group.property("SecurityGroupIngress", self.rules.into());
        }
        if self.is_kept {
            group = group.on_delete("RetainExceptOnCreate");
        }
        group
    }
}

/// An attribute of a resource of the same template.
fn attribute(resource: &str, attribute: &str) -> Value {
    json!({ "Fn::GetAtt": [resource, attribute] })
}

/// A rule that admits the compute group on `port`.
fn from_compute(port: u16) -> Value {
    let group = attribute("ComputeGroup", "GroupId");
    rule("From what runs code", port..=port, &group)
}

/// A rule that admits the load balancer, where requests come through one: on every port, so that
/// the containers of a service that changes its port are reached until the last of them is gone.
fn from_load_balancer(input: &RenderInput<'_>) -> Result<Option<Value>, RenderError> {
    if !input.sections.declares("ingress") {
        return Ok(None);
    }
    let ingress: Ingress<'_> = input.sections.read("ingress")?;
    let balancer = ingress.load_balancer(input.landing_zone)?;
    let group = balancer.security_group_id.as_str().into();
    Ok(Some(rule("From the load balancer", 1..=u16::MAX, &group)))
}

fn rule(description: &str, ports: RangeInclusive<u16>, source: &Value) -> Value {
    json!({
        "Description": description,
        "IpProtocol": "tcp",
        "FromPort": ports.start(),
        "ToPort": ports.end(),
        "SourceSecurityGroupId": source,
    })
}
