//! Services of ECS, and the limits of their scaling.

use std::future::Future;

use crate::Result;

/// Where a service is: its name within its cluster.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ServicePlace {
    /// The name of the cluster.
    pub cluster: String,
    /// The name of the service.
    pub name: String,
}

impl ServicePlace {
    /// Where the service with this ARN is; none where the ARN does not tell the cluster, as those
    /// from before 2018 do not.
    #[must_use]
    pub fn of_arn(arn: &str) -> Option<Self> {
        let (_, place) = arn.split_once(":service/")?;
        let (cluster, name) = place.split_once('/')?;
        let is_name = |text: &str| !text.is_empty() && !text.contains('/');
        (arn.starts_with("arn:") && is_name(cluster) && is_name(name)).then(|| Self {
            cluster: cluster.to_owned(),
            name: name.to_owned(),
        })
    }
}

/// How far a rollout is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RolloutState {
    /// Containers are being replaced.
    InProgress,
    /// All containers are as they should be.
    Completed,
    /// They could not be started.
    Failed,
    /// ECS does not say.
    Unknown,
}

/// One rollout of a service; what ECS calls a deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rollout {
    /// Its id, for example `ecs-svc/1234567890123456789`.
    pub id: String,
    /// Whether it is the newest one.
    pub is_primary: bool,
    /// How far it is.
    pub state: RolloutState,
    /// The reason that ECS gives for the state.
    pub reason: Option<String>,
    /// How many of its containers run or are being started.
    pub tasks: u32,
}

/// A service as ECS describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceHealth {
    /// Its ARN.
    pub arn: String,
    /// Whether it is there to be used: neither deleted nor on its way out.
    pub is_active: bool,
    /// How many tasks it should have.
    pub desired: u32,
    /// How many run.
    pub running: u32,
    /// How many are being started.
    pub pending: u32,
    /// The ARN of the task definition that its tasks are made from, if ECS tells.
    pub task_definition: Option<String>,
    /// Its rollouts, the newest first.
    pub rollouts: Vec<Rollout>,
}

impl ServiceHealth {
    /// The newest rollout.
    #[must_use]
    pub fn primary(&self) -> Option<&Rollout> {
        self.rollouts.iter().find(|rollout| rollout.is_primary)
    }
}

/// The limits within which a service is scaled by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScalingLimits {
    /// The fewest tasks.
    pub min: u32,
    /// The most tasks.
    pub max: u32,
}

/// Permission to look at services.
pub trait ReadServices: Send + Sync {
    /// The services of `cluster` with these names, in no order. One that does not exist is left
    /// out, and so are all where there is no such cluster. As many names as wanted.
    ///
    /// # Errors
    /// As [`crate::PortError`] says.
    fn services(
        &self,
        cluster: &str,
        names: &[&str],
    ) -> impl Future<Output = Result<Vec<ServiceHealth>>> + Send;
}

/// Permission to change services.
pub trait ChangeServices: Send + Sync {
    /// Begins to replace every container, and gives the service as it is then. Doing it again
    /// replaces them again.
    ///
    /// # Errors
    /// As [`crate::PortError`] says.
    fn restart(&self, service: &ServicePlace)
    -> impl Future<Output = Result<ServiceHealth>> + Send;

    /// Sets how many tasks the service should have.
    ///
    /// # Errors
    /// As [`crate::PortError`] says.
    fn set_count(
        &self,
        service: &ServicePlace,
        desired: u32,
    ) -> impl Future<Output = Result<()>> + Send;
}

/// Permission to see within which limits services are scaled.
pub trait ReadScaling: Send + Sync {
    /// The limits of the service; none where it is not scaled by itself.
    ///
    /// # Errors
    /// As [`crate::PortError`] says.
    fn limits(
        &self,
        service: &ServicePlace,
    ) -> impl Future<Output = Result<Option<ScalingLimits>>> + Send;
}

/// Permission to set the limits within which services are scaled.
pub trait ChangeScaling: Send + Sync {
    /// Sets the limits. One that is not scaled by itself is from now on.
    ///
    /// # Errors
    /// As [`crate::PortError`] says.
    fn set_limits(
        &self,
        service: &ServicePlace,
        limits: ScalingLimits,
    ) -> impl Future<Output = Result<()>> + Send;

    /// Says whether scaling pauses: until it goes on, the number of tasks is only changed by hand.
    /// The limits stay. Only for a service that is scaled by itself.
    ///
    /// # Errors
    /// As [`crate::PortError`] says.
    fn set_paused(
        &self,
        service: &ServicePlace,
        paused: bool,
    ) -> impl Future<Output = Result<()>> + Send;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_tells_where_a_service_is() {
        let place = ServicePlace::of_arn("arn:aws:ecs:eu-west-1:123456789012:service/main/web");
        let place = place.unwrap();
        assert_eq!(
            (place.cluster.as_str(), place.name.as_str()),
            ("main", "web")
        );
        for bad in [
            "",
            "web",
            "arn:aws:ecs:eu-west-1:123456789012:service/web",
            "arn:aws:ecs:eu-west-1:123456789012:service//web",
            "arn:aws:ecs:eu-west-1:123456789012:service/main/",
            "arn:aws:ecs:eu-west-1:123456789012:service/a/b/c",
            "arn:aws:ecs:eu-west-1:123456789012:task/main/web",
        ] {
            assert_eq!(ServicePlace::of_arn(bad), None, "{bad}");
        }
    }
}
