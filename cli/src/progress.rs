//! Progress of a deployment as plain lines: each answer of the platform gives the lines for what
//! is new in it.

use std::collections::BTreeMap;

use groundplane_model::{DeploymentStatus, StepId, StepStatus};

use crate::client::{Deployment, PlannedStep};
use crate::render::deployment;

/// What has been shown so far.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    status: Option<DeploymentStatus>,
    steps: BTreeMap<StepId, StepStatus>,
}

impl Progress {
    /// The lines for what has happened since the last call.
    pub(crate) fn lines(&mut self, now: &Deployment) -> String {
        let mut text = String::new();
        let is_new = self.status != Some(now.status);
        self.status = Some(now.status);
        if is_new && !now.status.has_ended() && now.status != DeploymentStatus::Compensating {
            text.push_str(&beginning(now));
        }
        let width = deployment::unit_width(now);
        for step in now.steps().filter(|step| self.is_news(step)) {
            text.push_str(&deployment::step_line(step, width));
        }
        self.steps
            .extend(now.steps().map(|step| (step.step.clone(), step.status)));
        if is_new && now.status == DeploymentStatus::Compensating {
            text.push_str(&beginning(now));
        }
        text
    }

    fn is_news(&self, step: &PlannedStep) -> bool {
        step.status != StepStatus::Pending && self.steps.get(&step.step) != Some(&step.status)
    }
}

/// A phase is announced where it begins: before its steps, compensation after the step that it is
/// for.
fn beginning(now: &Deployment) -> String {
    match now.status {
        DeploymentStatus::Accepted => format!("{}: {} accepted\n", now.instance, now.id),
        DeploymentStatus::Running => format!("{}: {} running\n", now.instance, now.id),
        DeploymentStatus::Waiting => format!(
            "{}: waits for an approval, with `groundplane approve {}`\n",
            now.instance, now.id
        ),
        DeploymentStatus::Compensating => {
            format!("{}: failed, taking back what was done\n", now.instance)
        }
        DeploymentStatus::Succeeded | DeploymentStatus::Failed => String::new(),
    }
}

#[cfg(test)]
mod tests;
