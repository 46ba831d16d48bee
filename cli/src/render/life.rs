//! Lifecycles and lives: tables of events and states, and walks through a simulation.

use groundplane_lifecycle::SimulatedStep;

use super::{line, table, time};
use crate::client::{HistoryStep, Life, LoggedEvent, PublishedLifecycle};

/// What stands where there is nothing.
const NOTHING: &str = "-";

/// Lifecycles as a table.
pub(crate) fn lifecycles(lifecycles: &[PublishedLifecycle]) -> String {
    if lifecycles.is_empty() {
        return "no lifecycle is published; instances follow the built-in `default`\n".to_owned();
    }
    let head = ["LIFECYCLE", "VERSION", "PUBLISHED", "BY"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(lifecycles.iter().map(|one| {
        vec![
            one.name.to_string(),
            one.version.to_string(),
            time::moment(one.published_at),
            line(&one.published_by),
        ]
    }));
    table::aligned("", &rows)
}

/// What each event did, as a table.
pub(crate) fn events(events: &[LoggedEvent]) -> String {
    if events.is_empty() {
        return "nothing has happened to it yet\n".to_owned();
    }
    let head = [
        "WHEN", "EVENT", "ROUTE", "SIGNAL", "DECISION", "STATE", "WHY",
    ];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(events.iter().map(|event| {
        vec![
            time::moment(event.received_at),
            what(event),
            event
                .route
                .map_or_else(|| NOTHING.to_owned(), |route| route.to_string()),
            or_nothing(event.signal.as_ref()),
            line(&event.decision),
            passage(
                Some(event.from.as_str()),
                event.to.as_ref().map(|it| it.as_str()),
            ),
            line(event.why.as_deref().unwrap_or(NOTHING)),
        ]
    }));
    table::aligned("", &rows)
}

/// States over time, as a table.
pub(crate) fn history(steps: &[HistoryStep]) -> String {
    if steps.is_empty() {
        return "it has no state before it is deployed\n".to_owned();
    }
    let head = ["#", "WHEN", "STATE", "OUTCOME", "BY", "CAUSE"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(steps.iter().map(|step| {
        let operation = step.operation.as_ref().map(|it| it.as_str());
        let signal = step.signal.as_ref().map(|it| it.as_str());
        vec![
            step.number.to_string(),
            time::moment(step.at),
            passage(
                step.from.as_ref().map(|it| it.as_str()),
                Some(step.to.as_str()),
            ),
            line(&step.outcome),
            operation.or(signal).unwrap_or(NOTHING).to_owned(),
            line(step.cause.as_deref().unwrap_or(NOTHING)),
        ]
    }));
    table::aligned("", &rows)
}

/// What a signal did.
pub(crate) fn told(event: &LoggedEvent) -> String {
    let states = passage(
        Some(event.from.as_str()),
        event.to.as_ref().map(|it| it.as_str()),
    );
    let why = event.why.as_deref().map(line);
    let why = why.map(|why| format!(" ({why})")).unwrap_or_default();
    format!("{}: {states}{why}\n", line(&event.decision))
}

/// A walk through the states of a lifecycle: event, route, signal, decision, state.
pub(crate) fn walk(steps: &[SimulatedStep]) -> String {
    if steps.is_empty() {
        return "nothing happens\n".to_owned();
    }
    let head = [
        "WHEN", "EVENT", "ROUTE", "SIGNAL", "DECISION", "STATE", "RUN", "WHY",
    ];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(steps.iter().map(|step| {
        let verdict = serde_json::to_value(step.verdict).unwrap_or_default();
        vec![
            time::moment(step.at),
            line(&format!("{} {}", step.detail_type, step.event)),
            step.route
                .map_or_else(|| NOTHING.to_owned(), |route| route.to_string()),
            or_nothing(step.signal.as_ref()),
            line(verdict.as_str().unwrap_or_default()),
            passage(Some(step.from.as_str()), Some(step.state.as_str())),
            or_nothing(step.workflow.as_ref()),
            line(step.why.as_deref().unwrap_or(NOTHING)),
        ]
    }));
    table::aligned("", &rows)
}

/// Where an instance is in its lifecycle, as facts.
pub(crate) fn facts(life: &Life) -> Vec<(&'static str, String)> {
    let since = time::moment(life.state_since);
    let mut facts = vec![
        ("state", format!("{} since {since}", life.state)),
        ("lifecycle", life.lifecycle.to_string()),
    ];
    if let Some(run) = &life.run {
        let to = run.to.as_ref();
        let to = to.map(|to| format!(" to `{to}`")).unwrap_or_default();
        let until = time::moment(run.deadline);
        let waiting = match life.waiting {
            0 => String::new(),
            count => format!(", {count} signals wait"),
        };
        facts.push((
            "running",
            format!("{}{to}, at most until {until}{waiting}", run.workflow),
        ));
    }
    if let Some(deadline) = &life.deadline {
        let at = time::moment(deadline.at);
        facts.push(("next", format!("`{}` at {at}", deadline.signal)));
    }
    facts
}

fn what(event: &LoggedEvent) -> String {
    let by = event.by.as_deref().map(|by| format!(" by {by}"));
    let operation = event.operation.as_ref().map(|it| format!(" {it}"));
    line(&format!(
        "{}{}{}",
        event.detail_type,
        operation.unwrap_or_default(),
        by.unwrap_or_default()
    ))
}

fn passage(from: Option<&str>, to: Option<&str>) -> String {
    match (from, to) {
        (Some(from), Some(to)) if from != to => format!("{from} → {to}"),
        (_, Some(to)) => to.to_owned(),
        (Some(from), None) => from.to_owned(),
        (None, None) => NOTHING.to_owned(),
    }
}

fn or_nothing(name: Option<&impl ToString>) -> String {
    name.map_or_else(|| NOTHING.to_owned(), ToString::to_string)
}
