//! The check of an access policy: roles that exist, actions that exist, and policies in Cedar that
//! can be used and take nothing of the isolation of tenants away.

use std::collections::BTreeSet;

use cedar_policy::{Effect, Policy, PolicyId, PolicySet, Schema, ValidationMode, Validator};
use groundplane_model::{AccessPolicySpec, AccessRule, Machine, Problem};

use crate::{Action, Tier, schema_text};

/// Everything that is wrong with an access policy beyond what its schema says, with pointers from
/// its document.
#[must_use]
pub fn check_access(spec: &AccessPolicySpec) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (number, role) in spec.roles.iter().enumerate() {
        let at = format!("/spec/roles/{number}");
        if is_tier(&role.name) {
            let message = format!("`{}` is one of the platform's own roles", role.name);
            let problem = Problem::error(format!("{at}/name"), message);
            problems.push(problem.with_hint("give yours another name"));
        }
        for (place, name) in role.actions.iter().enumerate() {
            problems.extend(check_action(name, format!("{at}/actions/{place}")));
        }
    }
    problems.extend(twice(
        spec.roles.iter().map(|role| role.name.as_str()),
        ("/spec/roles", "name", "role"),
    ));
    let known: BTreeSet<&str> = spec.roles.iter().map(|role| role.name.as_str()).collect();
    problems.extend(check_roles(&known, &spec.everyone, "/spec/everyone"));
    for (number, mapping) in spec.groups.iter().enumerate() {
        let at = format!("/spec/groups/{number}/roles");
        problems.extend(check_roles(&known, &mapping.roles, &at));
    }
    for (number, machine) in spec.machines.iter().enumerate() {
        let at = format!("/spec/machines/{number}/roles");
        problems.extend(check_roles(&known, &machine.roles, &at));
    }
    problems.extend(check_machines(&spec.machines));
    problems.extend(check_policies(&spec.policies));
    problems
}

fn is_tier(name: &str) -> bool {
    Tier::ALL.iter().any(|tier| tier.name() == name)
}

fn check_action(name: &str, pointer: String) -> Option<Problem> {
    let Some(action) = Action::named(name) else {
        let message = format!("there is no action `{name}`");
        return Some(Problem::error(pointer, message).with_hint("docs/permissions.md lists them"));
    };
    let is_own = action.tier() == Tier::System;
    is_own.then(|| Problem::error(pointer, format!("`{name}` is what only the platform does")))
}

/// Roles that are given must be those of the document, or tiers of people.
fn check_roles(known: &BTreeSet<&str>, given: &[String], pointer: &str) -> Vec<Problem> {
    let unknown = given.iter().enumerate().filter_map(|(place, name)| {
        let is_known = known.contains(name.as_str()) || Tier::named(name).is_some();
        let message = match is_tier(name) {
            true => format!("nobody can have the role `{name}`"),
            false => format!("there is no role `{name}`"),
        };
        (!is_known).then(|| Problem::error(format!("{pointer}/{place}"), message))
    });
    unknown.collect()
}

/// What is there more than once.
fn twice<'a>(
    names: impl Iterator<Item = &'a str>,
    (list, field, what): (&str, &str, &str),
) -> Vec<Problem> {
    let mut seen = BTreeSet::new();
    let again = names.enumerate().filter(|(_, name)| !seen.insert(*name));
    let problem = |(number, name): (usize, &str)| {
        let pointer = match field {
            "" => format!("{list}/{number}"),
            field => format!("{list}/{number}/{field}"),
        };
        Problem::error(pointer, format!("the {what} `{name}` is there already"))
    };
    again.map(problem).collect()
}

/// A machine is known by one thing, and no other machine is known by it.
fn check_machines(machines: &[Machine]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut names = Vec::new();
    for (number, machine) in machines.iter().enumerate() {
        let identity = machine.identity().map(|identity| identity.to_string());
        if identity.is_none() {
            let message = "a machine has either a `client` or a `roleArn`";
            problems.push(Problem::error(format!("/spec/machines/{number}"), message));
        }
        // None stands in its place all the same, so that the numbers stay those of the list.
        names.push(identity.unwrap_or_else(|| format!("{number}")));
    }
    problems.extend(twice(
        names.iter().map(String::as_str),
        ("/spec/machines", "", "machine"),
    ));
    problems
}

fn check_policies(rules: &[AccessRule]) -> Vec<Problem> {
    let mut problems = twice(
        rules.iter().map(|rule| rule.name.as_str()),
        ("/spec/policies", "name", "policy"),
    );
    if rules.is_empty() {
        return problems;
    }
    let schema = match Schema::from_cedarschema_str(&schema_text()) {
        Ok((schema, _)) => schema,
        // INVARIANT: a test reads the schema.
        Err(error) => return vec![Problem::error("/spec/policies", error.to_string())],
    };
    let validator = Validator::new(schema);
    for (number, rule) in rules.iter().enumerate() {
        let pointer = format!("/spec/policies/{number}/text");
        problems.extend(check_policy(&validator, rule, &pointer));
    }
    problems
}

fn check_policy(validator: &Validator, rule: &AccessRule, pointer: &str) -> Vec<Problem> {
    let problem = |message: String| Problem::error(pointer, one_line(&message));
    let policy = match Policy::parse(Some(PolicyId::new(&rule.name)), &rule.text) {
        Ok(policy) => policy,
        Err(error) => return vec![problem(format!("the policy cannot be read: {error}"))],
    };
    if policy.effect() == Effect::Permit {
        let message = "a policy of yours can only forbid".to_owned();
        return vec![problem(message).with_hint("give a role the action instead")];
    }
    let mut set = PolicySet::new();
    if let Err(error) = set.add(policy) {
        return vec![problem(error.to_string())];
    }
    let verdict = validator.validate(&set, ValidationMode::Strict);
    let wrong = verdict.validation_errors();
    wrong.map(|error| problem(error.to_string())).collect()
}

/// Messages of Cedar may hold what the author has written, over several lines.
fn one_line(text: &str) -> String {
    let printable = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    printable.take(500).collect()
}
