//! The task definition: one container, and the file system if there is one.

use serde_json::{Map, Value, json};

use super::{Compute, named};
use crate::access;
use crate::foundation::{EXECUTION_ROLE_ARN, TASK_ROLE_ARN};
use crate::secret::container_secret;
use crate::storage::{ACCESS_POINT_ID, FILE_SYSTEM_ID, Storage};
use crate::text::expression;
use crate::{References, RenderError, RenderInput, Resource};

/// The name of the container within its task.
pub(crate) const CONTAINER: &str = "app";
/// The name of the volume within the task.
const VOLUME: &str = "storage";

impl Compute<'_> {
    pub(super) fn task_definition(
        &self,
        input: &RenderInput<'_>,
        context: &mut References<'_>,
    ) -> Result<Resource, RenderError> {
        let mut container = self.container(input, context)?;
        let mut volumes = Vec::new();
        if input.sections.declares("storage") {
            let storage: Storage<'_> = input.sections.read("storage")?;
            let mount = json!({ "SourceVolume": VOLUME, "ContainerPath": storage.mount_path() });
            container.insert("MountPoints".to_owned(), json!([mount]));
            volumes.push(volume(context)?);
        }
        let properties = json!({
            "Family": input.resolved.require("compute", "family")?,
            // CloudFormation wants these two as text.
            "Cpu": self.cpu.to_string(),
            "Memory": self.memory.to_string(),
            "NetworkMode": "awsvpc",
            "RequiresCompatibilities": ["FARGATE"],
            "ExecutionRoleArn": context.require(EXECUTION_ROLE_ARN)?,
            "TaskRoleArn": context.require(TASK_ROLE_ARN)?,
            "ContainerDefinitions": [container],
        });
        let definition = Resource::new("AWS::ECS::TaskDefinition", properties);
        if volumes.is_empty() {
            return Ok(definition);
        }
        Ok(definition.property("Volumes", volumes.into()))
    }

    fn container(
        &self,
        input: &RenderInput<'_>,
        context: &mut References<'_>,
    ) -> Result<Map<String, Value>, RenderError> {
        let mut container = Map::new();
        let mut set = |field: &str, value| container.insert(field.to_owned(), value);
        set("Name", CONTAINER.into());
        set("Image", self.image.into());
        set("Essential", true.into());
        set(
            "PortMappings",
            json!([{ "ContainerPort": self.port, "Protocol": "tcp" }]),
        );
        set("LogConfiguration", logs());
        if let Some(command) = &self.command {
            set("Command", json!(command));
        }
        let mut environment = Vec::new();
        for (name, text) in &self.environment {
            environment.push(named(name, &expression(text, context)?));
        }
        for (name, text) in access::variables(input.sections)? {
            // A team that sets the variable itself means it.
            if !self.environment.contains_key(name) {
                environment.push(named(name, &text.into()));
            }
        }
        let mut secrets = Vec::new();
        for (name, text) in &self.secrets {
            secrets.push(container_secret(name, text, context)?);
        }
        for (field, entries) in [("Environment", environment), ("Secrets", secrets)] {
            if !entries.is_empty() {
                set(field, entries.into());
            }
        }
        Ok(container)
    }
}

/// A container that logs more than CloudWatch takes loses lines and goes on.
fn logs() -> Value {
    json!({
        "LogDriver": "awslogs",
        "Options": {
            "awslogs-group": { "Ref": "LogGroup" },
            "awslogs-region": { "Ref": "AWS::Region" },
            "awslogs-stream-prefix": CONTAINER,
            "mode": "non-blocking",
        },
    })
}

fn volume(context: &mut References<'_>) -> Result<Value, RenderError> {
    Ok(json!({
        "Name": VOLUME,
        "EFSVolumeConfiguration": {
            "FilesystemId": context.require(FILE_SYSTEM_ID)?,
            "TransitEncryption": "ENABLED",
            "AuthorizationConfig": {
                "AccessPointId": context.require(ACCESS_POINT_ID)?,
                "IAM": "ENABLED",
            },
        },
    }))
}
