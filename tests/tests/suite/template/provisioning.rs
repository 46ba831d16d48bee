//! What CloudFormation may do when it provisions a unit, held against what AWS says its handlers of
//! the rendered types call: all of that but for what is never rendered, and nothing besides.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{permissions, template, texts};

/// What the handlers of each rendered type call; `cargo xtask aws-data` writes it.
const HANDLERS: &str = include_str!("handlers.json");

/// What they call for properties that no unit has, by type and by what those are about.
const NEVER_CALLED: &str = include_str!("never_called.json");

/// What CloudFormation may do though no handler says that it does, by why.
const CALLED_BESIDES: &str = include_str!("called_besides.json");

type Actions = BTreeMap<String, BTreeSet<String>>;

/// What the role may do, perhaps with a `*` at the end.
fn granted() -> BTreeSet<String> {
    let template = template();
    let policies = &template["CloudFormationRole"]["Properties"]["Policies"];
    let mut statements = Vec::new();
    permissions(policies, &mut statements);
    let actions = statements
        .into_iter()
        .flat_map(|statement| texts(&statement["Action"]));
    actions.collect()
}

/// Whether `grant` allows `action`; IAM does not tell upper from lower case.
fn covers(grant: &str, action: &str) -> bool {
    let (grant, action) = (grant.to_lowercase(), action.to_lowercase());
    match grant.strip_suffix('*') {
        Some(start) => action.starts_with(start),
        None => action == grant,
    }
}

#[test]
fn cloudformation_may_call_what_handlers_call_but_for_what_is_never_rendered() {
    let handlers: Actions = serde_json::from_str(HANDLERS).unwrap();
    let exceptions: BTreeMap<String, Actions> = serde_json::from_str(NEVER_CALLED).unwrap();
    let granted = granted();
    let is_missing = |action: &&String| !granted.iter().any(|grant| covers(grant, action));
    for (kind, actions) in &handlers {
        let missing: BTreeSet<&String> = actions.iter().filter(is_missing).collect();
        let listed = exceptions.get(kind).into_iter().flat_map(Actions::values);
        let listed: BTreeSet<&String> = listed.flatten().collect();
        assert_eq!(missing, listed, "{kind}");
    }
    let of_nothing = exceptions.keys().find(|kind| !handlers.contains_key(*kind));
    assert_eq!(of_nothing, None, "no unit has it");
}

#[test]
fn cloudformation_may_do_nothing_that_no_handler_calls_but_what_is_listed() {
    let handlers: Actions = serde_json::from_str(HANDLERS).unwrap();
    let called: BTreeSet<&String> = handlers.values().flatten().collect();
    let mut besides = granted();
    besides.retain(|grant| !called.iter().any(|action| covers(grant, action)));
    let listed: Actions = serde_json::from_str(CALLED_BESIDES).unwrap();
    let listed: BTreeSet<String> = listed.into_values().flatten().collect();
    assert_eq!(besides, listed);
}

/// Some types have no handlers, so what it takes to provision them is not known.
#[test]
fn cloudformation_may_touch_the_services_of_types_without_handlers() {
    let handlers: Actions = serde_json::from_str(HANDLERS).unwrap();
    let without = handlers.iter().filter(|(_, actions)| actions.is_empty());
    let services: BTreeSet<String> = without
        .map(|(kind, _)| kind.split("::").nth(1).unwrap().to_lowercase())
        .collect();
    assert!(services.contains("route53"), "{services:?}");
    for service in services {
        let prefix = format!("{service}:");
        assert!(
            granted().iter().any(|it| it.starts_with(&prefix)),
            "{service}"
        );
    }
}

#[test]
fn the_handlers_of_every_rendered_type_are_known() {
    let handlers: BTreeMap<String, Value> = serde_json::from_str(HANDLERS).unwrap();
    let rendered = super::workloads::rendered();
    for kind in rendered.iter().map(|it| it["Type"].as_str().unwrap()) {
        let is_known = handlers.contains_key(kind);
        assert!(is_known, "{kind} is not known; run: cargo xtask aws-data");
    }
}
