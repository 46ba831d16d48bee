//! Progress on a terminal: one line per step with a bar above them, drawn anew in place.

use std::collections::BTreeMap;
use std::time::Duration;

use groundplane_model::{Action, StepId, StepStatus};

use crate::client::{Deployment, PlannedStep};
use crate::render::{deployment, time};

/// How many characters the bar has.
const BAR: usize = 20;

/// What is drawn, and how to draw over it.
#[derive(Debug, Default)]
pub(super) struct Board {
    /// How many lines are on the screen.
    drawn: usize,
    /// Since when each running step has been seen to run.
    since: BTreeMap<StepId, Duration>,
}

impl Board {
    /// What to write so that the screen shows `now`; `elapsed` is the time by the command's clock,
    /// `width` that of the screen.
    pub(super) fn draw(&mut self, now: &Deployment, elapsed: Duration, width: usize) -> String {
        let mut lines = vec![headline(now)];
        let unit_width = deployment::unit_width(now);
        for step in now.steps() {
            lines.push(self.step(step, unit_width, elapsed));
        }
        let mut text = self.erase();
        self.drawn = lines.len();
        for line in lines {
            // A line that the screen would break is two, and the next drawing would miss one.
            text.extend(line.chars().take(width.saturating_sub(1)));
            text.push('\n');
        }
        text
    }

    /// What to write so that the screen is as before the first drawing.
    pub(super) fn erase(&mut self) -> String {
        match std::mem::take(&mut self.drawn) {
            0 => String::new(),
            // ECMA-48: cursor up, and erase from there to the end of the screen.
            lines => format!("\u{1b}[{lines}A\u{1b}[J"),
        }
    }

    fn step(&mut self, step: &PlannedStep, unit_width: usize, elapsed: Duration) -> String {
        if step.status != StepStatus::Running {
            self.since.remove(&step.step);
            let line = deployment::step_line(step, unit_width);
            return format!("  {}", line.trim_end());
        }
        let since = *self.since.entry(step.step.clone()).or_insert(elapsed);
        let sign = match step.action {
            Action::Apply => '+',
            Action::Destroy => '-',
        };
        let running = time::waited(elapsed.saturating_sub(since));
        format!(
            "  {sign} {:<unit_width$}  running        {running}",
            step.unit.as_str()
        )
    }
}

fn headline(now: &Deployment) -> String {
    let all = now.steps().count();
    let is_over =
        |step: &&PlannedStep| !matches!(step.status, StepStatus::Pending | StepStatus::Running);
    let done = now.steps().filter(is_over).count();
    let state = deployment::state(now);
    if all == 0 {
        return format!("{}: {state}", now.instance);
    }
    let filled = BAR * done / all;
    let bar: String = (0..BAR)
        .map(|place| if place < filled { '#' } else { '.' })
        .collect();
    format!("{}: {state}  [{bar}] {done} of {all}", now.instance)
}
