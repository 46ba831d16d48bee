//! The states as a graph: each can be reached, and each has a way out or is the end.

use std::collections::{BTreeMap, BTreeSet};

use groundplane_model::StateName;

use super::Check;
use super::transitions::Ways;

pub(super) fn check(check: &mut Check<'_>, ways: &Ways) {
    let spec = check.spec;
    if !spec.states.contains_key(&spec.initial) {
        // Everything would be out of reach, which says no more than that.
        return;
    }
    let reached = reached(&spec.initial, ways);
    for (name, state) in &spec.states {
        let pointer = format!("/spec/states/{name}");
        if !reached.contains(name) {
            let message = format!("`{name}` cannot be reached from `{}`", spec.initial);
            let hint = "add a transition to it, or leave it out".to_owned();
            check.problem(&pointer, message, Some(hint));
        }
        if !state.terminal && targets(name, ways).all(|target| target == name) {
            let message = format!("nothing leads out of `{name}`");
            let hint = "add a transition from it, or make it `terminal: true`".to_owned();
            check.problem(&pointer, message, Some(hint));
        }
    }
}

fn reached<'a>(initial: &'a StateName, ways: &'a Ways) -> BTreeSet<&'a StateName> {
    let mut reached = BTreeSet::from([initial]);
    let mut next = vec![initial];
    while let Some(state) = next.pop() {
        next.extend(targets(state, ways).filter(|target| reached.insert(target)));
    }
    reached
}

fn targets<'a>(state: &StateName, ways: &'a Ways) -> impl Iterator<Item = &'a StateName> {
    let on = ways.get(state).into_iter().flat_map(BTreeMap::values);
    on.flatten()
        .flat_map(|way| std::iter::once(&way.to).chain(&way.on_failure))
}
