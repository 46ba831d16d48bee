//! The section `compute`: an ECS service on Fargate.

mod container;
mod scaling;
mod service;

use std::collections::BTreeMap;

use groundplane_model::Problem;
use serde::Deserialize;
use serde_json::{Value, json};

pub(crate) use container::CONTAINER;

use crate::discovery;
use crate::foundation::{COMPUTE_GROUP, EXECUTION_ROLE_ARN, EXECUTION_ROLE_NAME, TASK_ROLE_ARN};
use crate::image::{EcrRepository, check_pull};
use crate::ingress::TARGET_GROUP_ARN;
use crate::network::check_subnets;
use crate::policy::{allow, attached};
use crate::secret::SecretReference;
use crate::storage::{ACCESS_POINT_ID, FILE_SYSTEM_ID};
use crate::subnets::subnet_keys;
use crate::text::{keys, pointer};
use crate::{
    Capability, CheckInput, Keys, Phase, References, RenderError, RenderInput, Resource, Resources,
    Sections, Use, Want,
};

/// The name of the service.
pub(crate) const SERVICE_NAME: &str = "compute.service.name";
/// Its ARN.
const SERVICE_ARN: &str = "compute.service.arn";
/// The group that the containers log to.
const LOG_GROUP: &str = "compute.log_group.name";
/// The task definition that the service runs, with its revision.
pub(crate) const TASK_DEFINITION: &str = "compute.task_definition.arn";

/// How long logs are kept.
const LOG_RETENTION_DAYS: u16 = 30;

/// The section's fields.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Compute<'a> {
    image: &'a str,
    port: u16,
    cpu: u32,
    memory: u32,
    min_capacity: u32,
    max_capacity: Option<u32>,
    health_path: &'a str,
    #[serde(borrow)]
    command: Option<Vec<&'a str>>,
    #[serde(borrow, default)]
    environment: BTreeMap<&'a str, &'a str>,
    #[serde(borrow, default)]
    secrets: BTreeMap<&'a str, &'a str>,
}

/// The path that says whether a container is well.
pub(crate) fn health_path<'a>(sections: &Sections<'a>) -> Result<&'a str, RenderError> {
    let compute: Compute<'a> = sections.read("compute")?;
    Ok(compute.health_path)
}

/// The unit `compute`.
#[derive(Debug)]
pub(crate) struct ComputeUnit;

impl Capability for ComputeUnit {
    fn unit(&self) -> &'static str {
        "compute"
    }

    fn section(&self) -> Option<&'static str> {
        Some("compute")
    }

    fn phase(&self) -> Phase {
        Phase::Compute
    }

    fn reads<'a>(&self, sections: &Sections<'a>) -> Keys<'a> {
        let mut keys = Keys::from(
            [
                COMPUTE_GROUP,
                EXECUTION_ROLE_ARN,
                EXECUTION_ROLE_NAME,
                TASK_ROLE_ARN,
            ]
            .map(Into::into),
        );
        keys.extend(subnet_keys(sections));
        if sections.declares("storage") {
            keys.extend([FILE_SYSTEM_ID, ACCESS_POINT_ID].map(Into::into));
        }
        if sections.declares("ingress") {
            keys.insert(TARGET_GROUP_ARN.into());
        }
        if sections.declares("serviceDiscovery") {
            keys.insert(discovery::SERVICE_ARN.into());
        }
        keys.extend(
            self.uses(sections)
                .into_iter()
                .map(|found| found.key.into()),
        );
        keys
    }

    fn writes<'a>(&self, _sections: &Sections<'a>) -> Keys<'a> {
        Keys::from([SERVICE_NAME, SERVICE_ARN, LOG_GROUP, TASK_DEFINITION].map(Into::into))
    }

    fn wants(&self, _sections: &Sections<'_>) -> Vec<Want> {
        vec![
            Want::stack(),
            Want::name("log-group", "AWS::Logs::LogGroup"),
            Want::name("service", "AWS::ECS::Service"),
            Want::name("family", "AWS::ECS::TaskDefinition"),
        ]
    }

    fn uses<'a>(&self, sections: &Sections<'a>) -> Vec<Use<'a>> {
        // A section that cannot be read is reported when it is rendered.
        let Ok(compute) = sections.read::<Compute<'a>>("compute") else {
            return Vec::new();
        };
        let mut uses = Vec::new();
        for (field, entries) in [
            ("environment", &compute.environment),
            ("secrets", &compute.secrets),
        ] {
            for (name, text) in entries {
                let pointer = pointer(&["compute", field, name]);
                uses.extend(keys(text).map(|key| Use {
                    pointer: pointer.clone(),
                    key,
                }));
            }
        }
        uses
    }

    fn check(&self, input: &CheckInput<'_>) -> Vec<Problem> {
        let compute: Compute<'_> = match input.sections.read("compute") {
            Ok(compute) => compute,
            Err(error) => return vec![error.into()],
        };
        let image = pointer(&["compute", "image"]);
        let mut problems = check_secrets(&compute);
        problems.extend(check_pull(compute.image, &image, input.landing_zone));
        problems.extend(check_subnets("compute", input.landing_zone));
        problems
    }

    fn render(
        &self,
        input: &RenderInput<'_>,
        context: &mut References<'_>,
    ) -> Result<Resources, RenderError> {
        let compute: Compute<'_> = input.sections.read("compute")?;
        let mut resources = Resources::of(self.unit());
        resources.add("LogGroup", log_group(input)?)?;
        resources.add("Execution", compute.execution(context)?)?;
        resources.add("TaskDefinition", compute.task_definition(input, context)?)?;
        resources.add("Service", compute.service(input, context)?)?;
        if compute.scales() {
            resources.add("ScalableTarget", compute.scalable_target(input))?;
            resources.add("ScalingPolicy", scaling::policy())?;
        }
        context.export(SERVICE_NAME, json!({ "Fn::GetAtt": ["Service", "Name"] }))?;
        context.export(SERVICE_ARN, json!({ "Ref": "Service" }))?;
        context.export(LOG_GROUP, json!({ "Ref": "LogGroup" }))?;
        context.set(TASK_DEFINITION, json!({ "Ref": "TaskDefinition" }))?;
        Ok(resources)
    }
}

impl Compute<'_> {
    /// Whether the number of containers follows the load.
    fn scales(&self) -> bool {
        self.max_capacity.is_some_and(|max| max > self.min_capacity)
    }

    /// What ECS may do to start the containers: write to this log group, pull this image, read
    /// these secrets.
    fn execution(&self, context: &mut References<'_>) -> Result<Resource, RenderError> {
        let mut statements = vec![allow(
            &["logs:CreateLogStream", "logs:PutLogEvents"],
            &json!({ "Fn::GetAtt": ["LogGroup", "Arn"] }),
        )];
        statements.extend(
            EcrRepository::of(self.image)
                .map(EcrRepository::pull)
                .into_iter()
                .flatten(),
        );
        let secrets = self.secrets.values().copied();
        let mut references = secrets.filter_map(SecretReference::parse).peekable();
        if references.peek().is_some() {
            statements.push(SecretReference::decrypt());
        }
        for reference in references {
            statements.push(reference.read(context)?);
        }
        let role = context.require(EXECUTION_ROLE_NAME)?;
        Ok(attached("compute", &[role], &statements))
    }
}

fn check_secrets(compute: &Compute<'_>) -> Vec<Problem> {
    let secrets = compute.secrets.iter();
    secrets
        .filter(|(_, text)| SecretReference::parse(text).is_none())
        .map(|(name, _)| {
            // The text is not repeated: it may be the secret itself.
            let message = format!("`{name}` is not a reference to a secret");
            Problem::error(pointer(&["compute", "secrets", name]), message)
                .with_hint(SecretReference::RULE)
        })
        .collect()
}

fn log_group(input: &RenderInput<'_>) -> Result<Resource, RenderError> {
    let properties = json!({
        "LogGroupName": input.resolved.require("compute", "log-group")?,
        "RetentionInDays": LOG_RETENTION_DAYS,
    });
    Ok(Resource::new("AWS::Logs::LogGroup", properties).on_delete("Delete"))
}

/// A setting of ECS: a name and a value.
fn named(name: &str, value: &Value) -> Value {
    json!({ "Name": name, "Value": value })
}
