//! The limits within which Application Auto Scaling scales services of ECS.

use aws_sdk_applicationautoscaling::types::{ScalableDimension, ServiceNamespace, SuspendedState};
use groundplane_ports::{ChangeScaling, ReadScaling, Result, ScalingLimits, ServicePlace};

use crate::Services;
use crate::error::port_error;

impl ReadScaling for Services {
    async fn limits(&self, service: &ServicePlace) -> Result<Option<ScalingLimits>> {
        let answer = self
            .scaling
            .describe_scalable_targets()
            .service_namespace(ServiceNamespace::Ecs)
            .scalable_dimension(ScalableDimension::EcsServiceDesiredCount)
            .resource_ids(resource_id(service))
            .send()
            .await
            .map_err(|error| port_error("looking for the scaling limits", &error))?;
        let target = answer.scalable_targets().first();
        Ok(target.map(|target| ScalingLimits {
            min: u32::try_from(target.min_capacity()).unwrap_or_default(),
            max: u32::try_from(target.max_capacity()).unwrap_or_default(),
        }))
    }
}

impl ChangeScaling for Services {
    async fn set_limits(&self, service: &ServicePlace, limits: ScalingLimits) -> Result<()> {
        self.scaling
            .register_scalable_target()
            .service_namespace(ServiceNamespace::Ecs)
            .scalable_dimension(ScalableDimension::EcsServiceDesiredCount)
            .resource_id(resource_id(service))
            .min_capacity(i32::try_from(limits.min).unwrap_or(i32::MAX))
            .max_capacity(i32::try_from(limits.max).unwrap_or(i32::MAX))
            .send()
            .await
            .map(|_| ())
            .map_err(|error| port_error("setting the scaling limits", &error))
    }

    async fn set_paused(&self, service: &ServicePlace, paused: bool) -> Result<()> {
        let state = SuspendedState::builder()
            .dynamic_scaling_in_suspended(paused)
            .dynamic_scaling_out_suspended(paused)
            .scheduled_scaling_suspended(paused)
            .build();
        self.scaling
            .register_scalable_target()
            .service_namespace(ServiceNamespace::Ecs)
            .scalable_dimension(ScalableDimension::EcsServiceDesiredCount)
            .resource_id(resource_id(service))
            .suspended_state(state)
            .send()
            .await
            .map(|_| ())
            .map_err(|error| port_error("pausing the scaling", &error))
    }
}

fn resource_id(service: &ServicePlace) -> String {
    format!("service/{}/{}", service.cluster, service.name)
}
