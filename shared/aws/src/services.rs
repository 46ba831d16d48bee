//! The services of ECS.

use aws_sdk_ecs::Client;
use aws_sdk_ecs::operation::describe_services::DescribeServicesError;
use aws_sdk_ecs::types::{Deployment, DeploymentRolloutState, Service};
use groundplane_ports::{
    ChangeServices, PortError, ReadServices, Result, Rollout, RolloutState, ServiceHealth,
    ServicePlace,
};

use crate::error::port_error;

/// The most services that one call describes ("`DescribeServices`", ECS API reference).
const BATCH: usize = 10;

/// The services of the account and region, and what scales them.
#[derive(Debug, Clone)]
pub struct Services {
    client: Client,
    pub(crate) scaling: aws_sdk_applicationautoscaling::Client,
}

impl Services {
    /// The services that `client` reaches, and the scaling that `scaling` does.
    #[must_use]
    pub const fn new(client: Client, scaling: aws_sdk_applicationautoscaling::Client) -> Self {
        Self { client, scaling }
    }
}

impl ReadServices for Services {
    async fn services(&self, cluster: &str, names: &[&str]) -> Result<Vec<ServiceHealth>> {
        let mut found = Vec::new();
        for batch in names.chunks(BATCH) {
            let names = batch.iter().map(|name| (*name).to_owned()).collect();
            let asked = self
                .client
                .describe_services()
                .cluster(cluster)
                .set_services(Some(names))
                .send()
                .await;
            match asked {
                // What is missing is named among the failures, which are no errors here.
                Ok(answer) => found.extend(answer.services().iter().map(health)),
                Err(error)
                    if error
                        .as_service_error()
                        .is_some_and(DescribeServicesError::is_cluster_not_found_exception) => {}
                Err(error) => return Err(port_error("looking at the services", &error)),
            }
        }
        Ok(found)
    }
}

impl ChangeServices for Services {
    async fn restart(&self, service: &ServicePlace) -> Result<ServiceHealth> {
        let answer = self
            .client
            .update_service()
            .cluster(&service.cluster)
            .service(&service.name)
            .force_new_deployment(true)
            .send()
            .await
            .map_err(|error| port_error("restarting the service", &error))?;
        let service = answer.service().map(health);
        service.ok_or_else(|| PortError::Internal("a restart gave no service".to_owned()))
    }

    async fn set_count(&self, service: &ServicePlace, desired: u32) -> Result<()> {
        self.client
            .update_service()
            .cluster(&service.cluster)
            .service(&service.name)
            .desired_count(i32::try_from(desired).unwrap_or(i32::MAX))
            .send()
            .await
            .map(|_| ())
            .map_err(|error| port_error("scaling the service", &error))
    }
}

fn health(service: &Service) -> ServiceHealth {
    ServiceHealth {
        arn: service.service_arn().unwrap_or_default().to_owned(),
        is_active: service.status() == Some("ACTIVE"),
        desired: count(service.desired_count()),
        running: count(service.running_count()),
        pending: count(service.pending_count()),
        task_definition: service.task_definition().map(str::to_owned),
        rollouts: service.deployments().iter().map(rollout).collect(),
    }
}

fn rollout(deployment: &Deployment) -> Rollout {
    let tasks = count(deployment.running_count()) + count(deployment.pending_count());
    Rollout {
        id: deployment.id().unwrap_or_default().to_owned(),
        is_primary: deployment.status() == Some("PRIMARY"),
        state: match deployment.rollout_state() {
            Some(DeploymentRolloutState::InProgress) => RolloutState::InProgress,
            Some(DeploymentRolloutState::Completed) => RolloutState::Completed,
            Some(DeploymentRolloutState::Failed) => RolloutState::Failed,
            // Services whose rollouts another controller does have none.
            _ => RolloutState::Unknown,
        },
        reason: deployment
            .rollout_state_reason()
            .filter(|reason| !reason.is_empty())
            .map(str::to_owned),
        tasks,
    }
}

/// ECS counts in signed numbers and never gives a negative one.
fn count(number: i32) -> u32 {
    u32::try_from(number).unwrap_or_default()
}
