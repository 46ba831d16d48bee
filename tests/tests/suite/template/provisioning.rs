//! What CloudFormation may do when it provisions a unit or looks at one for drift, held against what
//! AWS says its handlers of the rendered types call: all of that but for what is never rendered, and
//! nothing besides.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::{permissions, template, texts};

/// What the handlers of each rendered type call; `cargo xtask aws-data` writes it.
const HANDLERS: &str = include_str!("handlers.json");

/// What those call that read and that the platform keeps from, by type and by what it is about:
/// secrets are nobody's business.
const NEVER_READ: &str = include_str!("never_read.json");

/// What they call for properties that no unit has, by type and by what those are about.
const NEVER_CALLED: &str = include_str!("never_called.json");

/// What CloudFormation may do though no handler says that it does, by why.
const CALLED_BESIDES: &str = include_str!("called_besides.json");

type Actions = BTreeMap<String, BTreeSet<String>>;

/// What the handlers of a type call.
#[derive(Debug, Deserialize)]
struct Handlers {
    /// When it is looked at.
    read: BTreeSet<String>,
    /// When it is made, changed or removed.
    change: BTreeSet<String>,
}

impl Handlers {
    fn of_types() -> BTreeMap<String, Self> {
        serde_json::from_str(HANDLERS).unwrap()
    }

    fn reading(&self) -> BTreeSet<&String> {
        self.read.iter().collect()
    }

    fn all(&self) -> BTreeSet<&String> {
        self.read.union(&self.change).collect()
    }
}

/// What a role or a policy of the template allows, perhaps with a `*` at the end.
fn granted(by: &str) -> BTreeSet<String> {
    let template = template();
    let mut statements = Vec::new();
    permissions(&template[by]["Properties"], &mut statements);
    statements.retain(|statement| statement["Principal"].is_null());
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

/// Of what `called` says of each type, `by` allows everything but what the list has for that type.
fn must_be_granted(by: &str, called: impl Fn(&Handlers) -> BTreeSet<&String>, list: &str) {
    let types = Handlers::of_types();
    let exceptions: BTreeMap<String, Actions> = serde_json::from_str(list).unwrap();
    let granted = granted(by);
    let is_missing = |action: &&String| !granted.iter().any(|grant| covers(grant, action));
    for (kind, handlers) in &types {
        let missing: BTreeSet<&String> = called(handlers).into_iter().filter(is_missing).collect();
        let listed = exceptions.get(kind).into_iter().flat_map(Actions::values);
        let listed: BTreeSet<&String> = listed.flatten().collect();
        assert_eq!(missing, listed, "{kind}");
    }
    let of_nothing = exceptions.keys().find(|kind| !types.contains_key(*kind));
    assert_eq!(of_nothing, None, "no unit has it");
}

#[test]
fn cloudformation_may_call_what_handlers_call_but_for_what_is_never_rendered() {
    must_be_granted("CloudFormationRole", Handlers::all, NEVER_CALLED);
}

#[test]
fn who_looks_for_drift_may_call_what_handlers_call_that_read_but_for_secrets() {
    must_be_granted("DetectDrift", Handlers::reading, NEVER_READ);
}

#[test]
fn cloudformation_may_do_nothing_that_no_handler_calls_but_what_is_listed() {
    let types = Handlers::of_types();
    let called: BTreeSet<&String> = types.values().flat_map(Handlers::all).collect();
    let mut besides = granted("CloudFormationRole");
    besides.retain(|grant| !called.iter().any(|action| covers(grant, action)));
    let listed: Actions = serde_json::from_str(CALLED_BESIDES).unwrap();
    let listed: BTreeSet<String> = listed.into_values().flatten().collect();
    assert_eq!(besides, listed);
}

/// Some types have no handlers, so what it takes to provision them is not known.
#[test]
fn cloudformation_may_touch_the_services_of_types_without_handlers() {
    let types = Handlers::of_types();
    let without = types
        .iter()
        .filter(|(_, handlers)| handlers.all().is_empty());
    let services: BTreeSet<String> = without
        .map(|(kind, _)| kind.split("::").nth(1).unwrap().to_lowercase())
        .collect();
    assert!(services.contains("route53"), "{services:?}");
    let granted = granted("CloudFormationRole");
    for service in services {
        let prefix = format!("{service}:");
        assert!(
            granted.iter().any(|it| it.starts_with(&prefix)),
            "{service}"
        );
    }
}

#[test]
fn the_handlers_of_every_rendered_type_are_known() {
    let types = Handlers::of_types();
    let rendered = super::workloads::rendered();
    for kind in rendered.iter().map(|it| it["Type"].as_str().unwrap()) {
        let is_known = types.contains_key(kind);
        assert!(is_known, "{kind} is not known; run: cargo xtask aws-data");
    }
}
