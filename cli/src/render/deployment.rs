//! Deployments and their steps.

use groundplane_model::{Action, DeploymentError, DeploymentStatus, Outcome, StepStatus};

use super::{line, time};
use crate::client::{Accepted, Deployment, PlannedStep};

/// An accepted deployment and how to follow it.
pub(crate) fn accepted(accepted: &Accepted) -> String {
    format!(
        "{}: {} accepted\nfollow it with `groundplane watch {}`\n",
        accepted.instance, accepted.deployment, accepted.deployment
    )
}

/// What a deployment does, as the subject of a sentence.
pub(crate) fn deed(deployment: &Deployment) -> String {
    match deployment.action {
        Action::Apply => format!("deploying {}", deployment.instance),
        Action::Destroy => format!("destroying {}", deployment.instance),
    }
}

/// A deployment that succeeded, in one line.
pub(crate) fn success(deployment: &Deployment) -> String {
    let taken = duration(deployment).map_or_else(String::new, |time| format!(" in {time}"));
    let instance = &deployment.instance;
    match (deployment.action, deployment.outcome) {
        (Action::Destroy, _) => format!("{instance} is destroyed{taken}\n"),
        (Action::Apply, Some(Outcome::Unchanged)) => {
            format!("{instance} is as the document says, nothing was changed{taken}\n")
        }
        (Action::Apply, _) => {
            let revision = deployment
                .revision
                .map_or_else(String::new, |number| format!(" at revision {number}"));
            format!("{instance} is deployed{revision}{taken}\n")
        }
    }
}

/// How far a deployment is, in a few words.
pub(crate) fn state(deployment: &Deployment) -> String {
    let status = match deployment.status {
        DeploymentStatus::Accepted => "accepted",
        DeploymentStatus::Running => "running",
        DeploymentStatus::Waiting => "waits for an approval",
        DeploymentStatus::Compensating => "failed, taking back what was done",
        DeploymentStatus::Succeeded => match deployment.outcome {
            Some(Outcome::Unchanged) => "succeeded, nothing was changed",
            Some(Outcome::Changed) | None => "succeeded",
        },
        DeploymentStatus::Failed => "failed",
    };
    duration(deployment).map_or_else(
        || status.to_owned(),
        |taken| format!("{status} after {taken}"),
    )
}

/// Whether a deployment waits for an approval.
pub(crate) fn is_waiting(deployment: &Deployment) -> bool {
    deployment.status == DeploymentStatus::Waiting
}

/// A deployment's plan, as the subject of a sentence.
pub(crate) fn name_of(deployment: &Deployment) -> String {
    let digest = deployment.plan_digest.as_deref().unwrap_or("none");
    format!("plan {}", line(digest))
}

/// What a deployment waits for, since when, and what helps; nothing once it has ended.
pub(crate) fn waiting(deployment: &Deployment) -> String {
    let Some(waits) = &deployment.waiting_for else {
        return String::new();
    };
    let since = time::moment(waits.since);
    let until = waits
        .until
        .map(|it| format!(", until {}", time::moment(it)));
    format!(
        "  waits for {} since {since}{}\n  {}\n",
        line(&waits.what),
        until.unwrap_or_default(),
        line(&waits.unblock)
    )
}

fn duration(deployment: &Deployment) -> Option<String> {
    time::taken(
        deployment.started_at.or(Some(deployment.created_at)),
        deployment.ended_at,
    )
}

/// Every step of a deployment, one line each.
pub(crate) fn steps(deployment: &Deployment) -> String {
    let width = unit_width(deployment);
    deployment
        .steps()
        .map(|step| format!("  {}", step_line(step, width)))
        .collect()
}

/// How many characters the longest unit's name has.
pub(crate) fn unit_width(deployment: &Deployment) -> usize {
    deployment
        .steps()
        .map(|step| step.unit.as_str().len())
        .max()
        .unwrap_or(0)
}

/// One step: what is done, to which unit, how far it is, how long it took and why it failed.
pub(crate) fn step_line(step: &PlannedStep, width: usize) -> String {
    let sign = match step.action {
        Action::Apply => '+',
        Action::Destroy => '-',
    };
    let unit = step.unit.as_str();
    let status = step_status(step.status);
    let taken = time::taken(step.started_at, step.ended_at).unwrap_or_default();
    let cause = step.error.as_ref().map(|error| line(&error.cause));
    let columns = format!("{sign} {unit:<width$}  {status:<14} {taken}");
    cause.map_or_else(
        || format!("{}\n", columns.trim_end()),
        |cause| format!("{}  {cause}\n", columns.trim_end()),
    )
}

/// How far a step is, in a word or two.
pub(crate) const fn step_status(status: StepStatus) -> &'static str {
    match status {
        StepStatus::Pending => "waiting",
        StepStatus::Running => "running",
        StepStatus::Succeeded => "succeeded",
        StepStatus::Unchanged => "unchanged",
        StepStatus::Failed => "failed",
        StepStatus::Undone => "taken back",
        StepStatus::UndoFailed => "not taken back",
    }
}

/// What a failed deployment leaves the user with: the cause, what remains, what to do.
pub(crate) fn aftermath(deployment: &Deployment) -> String {
    let mut text = String::new();
    if let Some(error) = &deployment.error {
        text.push_str(&cause(error));
    }
    let left: Vec<&str> = deployment
        .steps()
        .filter(|step| step.status == StepStatus::UndoFailed)
        .map(|step| step.unit.as_str())
        .collect();
    if !left.is_empty() {
        text.push_str(&format!("  could not be taken back: {}\n", left.join(", ")));
    }
    text.push_str(&format!("  next: {}\n", next_after_failure(deployment)));
    text
}

/// Why a deployment failed, and in which unit.
pub(crate) fn cause(error: &DeploymentError) -> String {
    let cause = line(&error.cause);
    match &error.unit {
        Some(unit) => format!("  cause: {unit}: {cause}\n"),
        None => format!("  cause: {cause}\n"),
    }
}

/// What to do about a failed deployment.
pub(crate) fn next_after_failure(deployment: &Deployment) -> String {
    let instance = &deployment.instance;
    match deployment.action {
        Action::Apply => format!(
            "remove the cause and deploy again, try the same again with `groundplane retry \
             {instance}`, or remove everything with `groundplane destroy \
             {instance}`"
        ),
        Action::Destroy => {
            format!("remove the cause and run `groundplane destroy {instance}` again")
        }
    }
}
