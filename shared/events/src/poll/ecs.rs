//! How a service of ECS is, from what `DescribeServices` says.

use super::{Health, Status};

/// Where a service's newest deployment is. Source: `rolloutState` in the API reference of ECS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rollout {
    /// It is done.
    Completed,
    /// It is under way.
    InProgress,
    /// It failed, and the circuit breaker ended it.
    Failed,
}

impl Rollout {
    /// The rollout state that ECS says, if it is known here.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "COMPLETED" => Some(Self::Completed),
            "IN_PROGRESS" => Some(Self::InProgress),
            "FAILED" => Some(Self::Failed),
            _ => None,
        }
    }
}

/// What ECS says of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceCounts {
    /// Whether the service is `ACTIVE`, and not being deleted.
    pub is_active: bool,
    /// How many tasks it should have.
    pub desired: u32,
    /// How many run.
    pub running: u32,
    /// How many are starting.
    pub pending: u32,
    /// Where its newest deployment is, if ECS says so.
    pub rollout: Option<Rollout>,
}

/// How a service is. While a deployment is under way fewer tasks than desired may be right, so it
/// cannot be said.
#[must_use]
pub fn ecs_health(service: &ServiceCounts) -> Health {
    let ServiceCounts {
        is_active,
        desired,
        running,
        pending,
        rollout,
    } = *service;
    let counts = format!("{running} of {desired} tasks run, {pending} are starting");
    if !is_active {
        return Health::new(Status::Stopped, "the service is being deleted, or is");
    }
    if desired == 0 && running == 0 {
        return Health::new(Status::Stopped, "the service is scaled to no tasks");
    }
    let failed = rollout == Some(Rollout::Failed);
    let under_way = rollout == Some(Rollout::InProgress);
    let status = match running {
        _ if under_way && running < desired => Status::Unknown,
        0 => Status::Stopped,
        _ if running < desired || failed => Status::Degraded,
        _ => Status::Healthy,
    };
    let reason = match rollout {
        Some(Rollout::Failed) => format!("the newest deployment failed; {counts}"),
        Some(Rollout::InProgress) => format!("a deployment is under way; {counts}"),
        Some(Rollout::Completed) | None => counts,
    };
    Health::new(status, reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(desired: u32, running: u32, rollout: &str) -> Status {
        let counts = ServiceCounts {
            is_active: true,
            desired,
            running,
            pending: 0,
            rollout: Rollout::parse(rollout),
        };
        ecs_health(&counts).status
    }

    #[test]
    fn a_service_is_as_its_tasks_and_its_deployment_are() {
        use Status::{Degraded, Healthy, Stopped, Unknown};
        for (desired, running, rollout, expected) in [
            (2, 2, "COMPLETED", Healthy),
            (2, 3, "COMPLETED", Healthy),
            (2, 2, "", Healthy),
            (2, 1, "COMPLETED", Degraded),
            (2, 0, "COMPLETED", Stopped),
            (0, 0, "COMPLETED", Stopped),
            (0, 1, "COMPLETED", Healthy),
            (2, 0, "IN_PROGRESS", Unknown),
            (2, 1, "IN_PROGRESS", Unknown),
            (2, 4, "IN_PROGRESS", Healthy),
            (2, 2, "FAILED", Degraded),
            (2, 0, "FAILED", Stopped),
            (2, 1, "PAUSED", Degraded),
        ] {
            let found = status(desired, running, rollout);
            assert_eq!(found, expected, "{running} of {desired}, {rollout}");
        }
    }

    #[test]
    fn a_service_that_is_deleted_is_stopped_whatever_still_runs() {
        let health = ecs_health(&ServiceCounts {
            is_active: false,
            desired: 2,
            running: 2,
            pending: 0,
            rollout: Some(Rollout::Completed),
        });
        assert_eq!(health.status, Status::Stopped);
    }

    #[test]
    fn the_reason_names_the_counts() {
        let health = ecs_health(&ServiceCounts {
            is_active: true,
            desired: 3,
            running: 1,
            pending: 1,
            rollout: Some(Rollout::Failed),
        });
        assert_eq!(
            health.reason,
            "the newest deployment failed; 1 of 3 tasks run, 1 are starting"
        );
    }
}
