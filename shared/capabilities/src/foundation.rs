//! The ground that the other units of an instance share: security groups and roles, derived from
//! which sections are declared.
//!
//! The model is flat: one group for whatever runs code, and one per kind of data that this group
//! alone reaches. Ingress rules stand inside their group, since separate rule resources would
//! leave an open moment when a rule is replaced.

use serde_json::{Value, json};

use crate::policy::{arn, only_from, role};
use crate::{
    Capability, Keys, Phase, References, RenderError, RenderInput, Resource, Resources, Sections,
};

/// The group of whatever runs code.
pub(crate) const COMPUTE_GROUP: &str = "foundation.compute.security_group_id";
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

/// NFS.
const NFS_PORT: u16 = 2049;

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
        sections.declares_any(&["compute", "storage"])
    }

    fn reads<'a>(&self, _sections: &Sections<'a>) -> Keys<'a> {
        Keys::new()
    }

    fn writes<'a>(&self, sections: &Sections<'a>) -> Keys<'a> {
        let mut keys = Vec::new();
        if sections.declares("compute") {
            keys.extend([COMPUTE_GROUP, TASK_ROLE_ARN, TASK_ROLE_NAME]);
            keys.extend([EXECUTION_ROLE_ARN, EXECUTION_ROLE_NAME]);
        }
        if sections.declares("storage") {
            keys.push(STORAGE_GROUP);
        }
        keys.into_iter().map(Into::into).collect()
    }

    fn render(
        &self,
        input: &RenderInput<'_>,
        context: &mut References<'_>,
    ) -> Result<Resources, RenderError> {
        let mut resources = Resources::of(self.unit());
        let computes = input.sections.declares("compute");
        if computes {
            let group = group(input, "What runs code", &[]);
            resources.add("ComputeGroup", group)?;
            context.set(COMPUTE_GROUP, attribute("ComputeGroup", "GroupId"))?;
            for (name, arn_key, name_key) in [
                ("TaskRole", TASK_ROLE_ARN, TASK_ROLE_NAME),
                ("ExecutionRole", EXECUTION_ROLE_ARN, EXECUTION_ROLE_NAME),
            ] {
                let conditions = only_from(&arn("ecs", "*"));
                let principal = "ecs-tasks.amazonaws.com";
                resources.add(name, role(principal, Some(conditions), input.landing_zone))?;
                context.set(arn_key, attribute(name, "Arn"))?;
                context.set(name_key, json!({ "Ref": name }))?;
            }
        }
        if input.sections.declares("storage") {
            let rules: Vec<Value> = computes
                .then(|| from_compute(NFS_PORT))
                .into_iter()
                .collect();
            resources.add("StorageGroup", group(input, "The file system", &rules))?;
            context.set(STORAGE_GROUP, attribute("StorageGroup", "GroupId"))?;
        }
        Ok(resources)
    }
}

/// An attribute of a resource of the same template.
fn attribute(resource: &str, attribute: &str) -> Value {
    json!({ "Fn::GetAtt": [resource, attribute] })
}

/// A security group. Its description must never change: that would replace it, while everything
/// in it is running.
fn group(input: &RenderInput<'_>, description: &str, rules: &[Value]) -> Resource {
    let properties = json!({
        "GroupDescription": description,
        "VpcId": input.landing_zone.spec.network.vpc_id,
    });
    let group = Resource::new("AWS::EC2::SecurityGroup", properties);
    if rules.is_empty() {
        return group;
    }
    group.property("SecurityGroupIngress", rules.into())
}

/// A rule that admits the compute group on `port`.
fn from_compute(port: u16) -> Value {
    json!({
        "Description": "From what runs code",
        "IpProtocol": "tcp",
        "FromPort": port,
        "ToPort": port,
        "SourceSecurityGroupId": attribute("ComputeGroup", "GroupId"),
    })
}
