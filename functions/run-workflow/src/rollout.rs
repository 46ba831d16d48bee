//! How far the containers of a service are, from what ECS says.

use groundplane_ports::{RolloutState, ServiceHealth};

/// How far they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Progress {
    /// Some are still being started or stopped.
    Underway,
    /// All are as they should be.
    Steady,
    /// They will not be; why.
    Failed(String),
}

/// How far the service is. `own` is the rollout that the run has begun, if it has begun one: then
/// that one has to come to its end, and no other in its place.
///
/// The older containers have to be gone as well: while they run, they still answer.
pub(crate) fn progress(health: &ServiceHealth, own: Option<&str>) -> Progress {
    if !health.is_active {
        return Progress::Failed("the service is being deleted".to_owned());
    }
    let Some(primary) = health.primary() else {
        return Progress::Underway;
    };
    let awaited = match own {
        None => primary,
        Some(id) => match health.rollouts.iter().find(|rollout| rollout.id == id) {
            Some(rollout) => rollout,
            None => return Progress::Failed(replaced(primary.reason.as_deref())),
        },
    };
    if awaited.state == RolloutState::Failed {
        let reason = awaited.reason.as_deref();
        let reason = reason.unwrap_or("its containers could not be started");
        return Progress::Failed(reason.to_owned());
    }
    if !awaited.is_primary {
        return Progress::Failed(replaced(primary.reason.as_deref()));
    }
    let is_complete = matches!(
        awaited.state,
        RolloutState::Completed | RolloutState::Unknown
    );
    let others_run = health
        .rollouts
        .iter()
        .any(|rollout| !rollout.is_primary && rollout.tasks > 0);
    if is_complete && health.running == health.desired && !others_run {
        Progress::Steady
    } else {
        Progress::Underway
    }
}

fn replaced(reason: Option<&str>) -> String {
    let what = "another rollout of the service has taken the place of this one";
    match reason {
        Some(reason) => format!("{what}: {reason}"),
        None => what.to_owned(),
    }
}

#[cfg(test)]
#[path = "rollout_tests.rs"]
mod tests;
