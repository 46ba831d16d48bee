//! Progress of a deployment: on a terminal a board that is drawn anew, otherwise plain lines, where
//! each answer of the platform gives those for what is new in it.

mod board;

use std::collections::BTreeMap;
use std::time::Duration;

use groundplane_model::{DeploymentStatus, StepId, StepStatus};

use crate::client::{Deployment, PlannedStep};
use crate::render::deployment;
use board::Board;

/// How progress is shown.
#[derive(Debug)]
pub(crate) enum Progress {
    /// To a program or a file: line by line.
    Lines(Lines),
    /// On a screen.
    Screen(Screen),
}

/// A board and the width of the screen that it is on.
#[derive(Debug)]
pub(crate) struct Screen {
    board: Board,
    width: usize,
}

impl Progress {
    /// Progress on a screen of that width, or as lines where there is no screen.
    pub(crate) fn on(width: Option<usize>) -> Self {
        match width {
            Some(width) => Self::Screen(Screen {
                board: Board::default(),
                width,
            }),
            None => Self::Lines(Lines::default()),
        }
    }

    /// What to write for an answer of the platform; `elapsed` is the time by the command's clock.
    pub(crate) fn show(&mut self, now: &Deployment, elapsed: Duration) -> String {
        match self {
            Self::Lines(lines) => lines.news(now),
            Self::Screen(Screen { board, width }) => board.draw(now, elapsed, *width),
        }
    }

    /// What to write for something that is not progress.
    pub(crate) fn interject(&mut self, text: &str) -> String {
        match self {
            Self::Lines(_) => text.to_owned(),
            Self::Screen(Screen { board, .. }) => format!("{}{text}", board.erase()),
        }
    }
}

/// What has been shown so far.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    status: Option<DeploymentStatus>,
    steps: BTreeMap<StepId, StepStatus>,
}

impl Lines {
    /// The lines for what has happened since the last call.
    pub(crate) fn news(&mut self, now: &Deployment) -> String {
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
