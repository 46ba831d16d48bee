//! What is wrong with a machine although every part of it is well-formed.

mod expressions;
mod scopes;

use std::collections::BTreeSet;

use super::machine::{Flow, Kind, State};

/// The longest name that Step Functions gives a state, in characters.
const LONGEST_NAME: usize = 80;
const ALL: &str = "States.ALL";
/// The errors of Step Functions that a retrier or catcher can match.
const ERRORS: [&str; 7] = [
    ALL,
    "States.DataLimitExceeded",
    "States.NoChoiceMatched",
    "States.Permissions",
    "States.QueryEvaluationError",
    "States.TaskFailed",
    "States.Timeout",
];

/// Adds everything that is wrong with a whole machine.
pub(crate) fn check(flow: &Flow, problems: &mut Vec<String>) {
    names(flow, problems);
    ways(flow, problems);
    handlers(flow, problems);
    scopes::check(flow, problems);
    expressions::check(flow, problems);
}

/// Names are unique in the whole machine, not only in their flow.
fn names(flow: &Flow, problems: &mut Vec<String>) {
    let mut seen = BTreeSet::new();
    flow.visit(&mut |name, _| {
        if !seen.insert(name.to_owned()) {
            problems.push(format!("{name}: the name stands twice in the machine"));
        }
        if name.chars().count() > LONGEST_NAME {
            problems.push(format!(
                "{name}: the name is longer than {LONGEST_NAME} characters"
            ));
        }
    });
}

/// Every way leads to a state of the same flow, and every state is on a way from the start.
fn ways(flow: &Flow, problems: &mut Vec<String>) {
    let mut reached = BTreeSet::new();
    let mut ahead = vec![flow.start.as_str()];
    while let Some(name) = ahead.pop() {
        match flow.states.get(name) {
            None => problems.push(format!("there is no state `{name}` to go to")),
            Some(state) if reached.insert(name) => ahead.extend(exits(state)),
            Some(_) => {}
        }
    }
    for (name, state) in &flow.states {
        if !reached.contains(name.as_str()) {
            problems.push(format!("{name}: no way leads here"));
        }
        for inside in Flow::inside(state) {
            ways(inside, problems);
        }
    }
}

fn exits(state: &State) -> Vec<&str> {
    let mut exits: Vec<&str> = state.next.iter().map(String::as_str).collect();
    exits.extend(state.catch.iter().map(|catcher| catcher.next.as_str()));
    if let Kind::Choice { rules, default } = &state.kind {
        exits.extend(rules.iter().map(|rule| rule.next.as_str()));
        exits.extend(default.as_deref());
    }
    exits
}

/// `States.ALL` stands alone, and in the last retrier or catcher; other names of Step Functions
/// are ones that can be matched.
fn handlers(flow: &Flow, problems: &mut Vec<String>) {
    flow.visit(&mut |name, state| {
        let retry = state.retry.iter().map(|one| one.errors.as_slice());
        let catch = state.catch.iter().map(|one| one.errors.as_slice());
        for (field, all) in [
            ("Retry", retry.collect::<Vec<_>>()),
            ("Catch", catch.collect::<Vec<_>>()),
        ] {
            let last = all.len().saturating_sub(1);
            let wild = |(index, errors): &(usize, &[String])| {
                errors.iter().any(|error| error == ALL) && (errors.len() > 1 || *index < last)
            };
            let unknown = all.iter().copied().flatten();
            let unknown = unknown.filter(|error| error.starts_with("States."));
            let unknown = unknown.filter(|error| !ERRORS.contains(&error.as_str()));
            problems
                .extend(unknown.map(|error| format!("{name}/{field}: nothing matches `{error}`")));
            problems.extend(all.into_iter().enumerate().filter(wild).map(|(index, _)| {
                format!("{name}/{field}[{index}]: `{ALL}` must stand alone, in the last one")
            }));
        }
    });
}
