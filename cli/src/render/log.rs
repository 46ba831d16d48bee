//! A deployment as a log: what happened, in the order of time.

use groundplane_model::{Action, DeploymentStatus, StepStatus};

use super::{deployment, line, table, time};
use crate::client::{Deployment, PlannedStep};
use crate::commands::LogLine;

/// What stands in the column of steps for the deployment itself.
const ITSELF: &str = "-";

/// What happened, the first first.
pub(crate) fn lines(deployment: &Deployment) -> Vec<LogLine> {
    let mut lines = vec![LogLine {
        at: deployment.created_at,
        step: None,
        message: format!("accepted, asked for by {}", line(&deployment.requested_by)),
    }];
    lines.extend(deployment.started_at.map(|at| LogLine {
        at,
        step: None,
        message: "began".to_owned(),
    }));
    for step in deployment.steps() {
        lines.extend(step.started_at.map(|at| of_step(step, at, begun(step))));
        lines.extend(step.ended_at.map(|at| of_step(step, at, ended(step))));
    }
    // Steps of one wave run side by side.
    lines.sort_by_key(|line| line.at);
    lines.extend(deployment.ended_at.map(|at| LogLine {
        at,
        step: None,
        message: end(deployment),
    }));
    lines
}

/// The log as a table.
pub(crate) fn text(deployment: &Deployment, lines: &[LogLine]) -> String {
    let rows: Vec<Vec<String>> = lines
        .iter()
        .map(|line| {
            vec![
                time::moment(line.at),
                line.step.clone().unwrap_or_else(|| ITSELF.to_owned()),
                line.message.clone(),
            ]
        })
        .collect();
    let head = format!("{} ({})\n\n", deployment.id, deployment.instance);
    let waiting: Vec<&str> = deployment
        .steps()
        .filter(|step| step.status == StepStatus::Pending)
        .map(|step| step.unit.as_str())
        .collect();
    let tail = match waiting.is_empty() || deployment.status.has_ended() {
        true => String::new(),
        false => format!("\nstill to come: {}\n", waiting.join(", ")),
    };
    format!("{head}{}{tail}", table::aligned("", &rows))
}

fn of_step(step: &PlannedStep, at: jiff::Timestamp, message: String) -> LogLine {
    LogLine {
        at,
        step: Some(step.step.to_string()),
        message,
    }
}

fn begun(step: &PlannedStep) -> String {
    let stack = line(&step.stack_name);
    match step.action {
        Action::Apply => format!("provisioning stack {stack}"),
        Action::Destroy => format!("removing stack {stack}"),
    }
}

fn ended(step: &PlannedStep) -> String {
    let status = deployment::step_status(step.status);
    let taken = time::taken(step.started_at, step.ended_at);
    let taken = taken.map_or_else(String::new, |taken| format!(" after {taken}"));
    let cause = step.error.as_ref();
    let cause = cause.map_or_else(String::new, |error| format!(": {}", line(&error.cause)));
    format!("{status}{taken}{cause}")
}

fn end(found: &Deployment) -> String {
    let state = deployment::state(found);
    let cause = found.error.as_ref();
    match cause.filter(|_| found.status == DeploymentStatus::Failed) {
        Some(error) => format!("{state}: {}", line(&error.cause)),
        None => state,
    }
}
