//! The service that keeps the containers running.

use serde_json::{Map, Value, json};

use super::{CONTAINER, Compute};
use crate::discovery;
use crate::foundation::COMPUTE_GROUP;
use crate::ingress::TARGET_GROUP_ARN;
use crate::subnets::code_subnets;
use crate::{References, RenderError, RenderInput, Resource};

/// For how many seconds after its start a container may fail the load balancer's health check.
const GRACE_SECONDS: u16 = 60;

impl Compute<'_> {
    pub(super) fn service(
        &self,
        input: &RenderInput<'_>,
        context: &mut References<'_>,
    ) -> Result<Resource, RenderError> {
        let zone = &input.landing_zone.spec;
        let mut properties = Map::new();
        let mut set = |property: &str, value| properties.insert(property.to_owned(), value);
        set(
            "ServiceName",
            input.resolved.require("compute", "service")?.into(),
        );
        set("Cluster", zone.cluster.as_str().into());
        set("LaunchType", "FARGATE".into());
        set("TaskDefinition", json!({ "Ref": "TaskDefinition" }));
        set("DeploymentConfiguration", deployment());
        set("EnableECSManagedTags", true.into());
        set("PropagateTags", "SERVICE".into());
        let network = json!({
            "AssignPublicIp": "DISABLED",
            "SecurityGroups": [context.require(COMPUTE_GROUP)?],
            "Subnets": code_subnets(input, context)?,
        });
        set(
            "NetworkConfiguration",
            json!({ "AwsvpcConfiguration": network }),
        );
        if input.sections.declares("ingress") {
            let target = json!({
                "ContainerName": CONTAINER,
                "ContainerPort": self.port,
                "TargetGroupArn": context.require(TARGET_GROUP_ARN)?,
            });
            set("LoadBalancers", json!([target]));
            set("HealthCheckGracePeriodSeconds", GRACE_SECONDS.into());
        }
        if input.sections.declares("serviceDiscovery") {
            let registry = context.require(discovery::SERVICE_ARN)?;
            set("ServiceRegistries", json!([{ "RegistryArn": registry }]));
        }
        // Where scaling decides the count, every update would set it back.
        if !self.scales() {
            set("DesiredCount", self.min_capacity.into());
        }
        // Without the policy the first containers cannot be started.
        Ok(Resource::new("AWS::ECS::Service", properties.into()).after(&["Execution"]))
    }
}

/// Old containers stay until new ones run; if those do not, ECS goes back to the old ones. Without
/// the circuit breaker a bad image holds the stack for three hours.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html>
fn deployment() -> Value {
    json!({
        "MinimumHealthyPercent": 100,
        "MaximumPercent": 200,
        "DeploymentCircuitBreaker": { "Enable": true, "Rollback": true },
    })
}
