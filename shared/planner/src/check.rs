//! What can be wrong with a spec beyond its schema: found before anything starts, all at once.

use groundplane_capabilities::{
    Capability, CheckInput, Keys, Sections, capabilities, resolves_dynamically,
};
use groundplane_governance::limit_problems;
use groundplane_model::{Environment, LandingZone, Problem};
use serde_json::Value;

use crate::plan::applicable;

/// Every problem of a spec on this ground, in the order of the document's pointers.
#[must_use]
pub fn check(spec: &Value, environment: &Environment, landing_zone: &LandingZone) -> Vec<Problem> {
    let sections = Sections::of(spec);
    let input = CheckInput {
        sections: &sections,
        environment,
        landing_zone,
    };
    let mut problems = Vec::new();
    for capability in declared(&sections) {
        problems.extend(check_requirements(capability, &sections));
        problems.extend(check_references(capability, &sections));
        problems.extend(capability.check(&input));
    }
    if declared(&sections).next().is_none() {
        problems.push(nothing_to_provision());
    }
    let known = |name: &str| capabilities().iter().any(|c| c.section() == Some(name));
    for (name, section) in sections.iter().filter(|(name, _)| known(name)) {
        check_text(&format!("/spec/{name}"), section, &mut problems);
    }
    problems.extend(limit_problems(spec, environment, landing_zone));
    problems.sort_by(|a, b| (&a.pointer, &a.message).cmp(&(&b.pointer, &b.message)));
    problems.dedup();
    problems
}

/// Every problem with turning what was deployed from `previous` into `spec`, or with removing it
/// where there is no spec any more: for example a database that is protected against deletion.
#[must_use]
pub fn check_change(
    previous: &Value,
    spec: Option<&Value>,
    environment: &Environment,
    landing_zone: &LandingZone,
) -> Vec<Problem> {
    let before = Sections::of(previous);
    let sections = spec.map(Sections::of).unwrap_or_default();
    let input = CheckInput {
        sections: &sections,
        environment,
        landing_zone,
    };
    declared(&before)
        .flat_map(|capability| capability.check_change(&before, &input))
        .collect()
}

/// The capabilities whose section is declared or which a declared one needs.
fn declared(sections: &Sections<'_>) -> impl Iterator<Item = &'static dyn Capability> {
    capabilities().iter().copied().filter(|capability| {
        let own = capability.section();
        own.is_some_and(|section| sections.declares(section)) || capability.applies(sections)
    })
}

fn nothing_to_provision() -> Problem {
    let mut known: Vec<_> = capabilities().iter().filter_map(|c| c.section()).collect();
    known.sort_unstable();
    known.dedup();
    let known: Vec<_> = known.iter().map(|name| format!("`{name}`")).collect();
    Problem::error("/spec", "the spec declares no section that is provisioned")
        .with_hint(format!("declare one of {}", known.join(", ")))
}

fn check_requirements(capability: &dyn Capability, sections: &Sections<'_>) -> Vec<Problem> {
    let section = capability.section().unwrap_or_default();
    let missing = capability.requires().iter();
    missing
        .filter(|other| !sections.declares(other))
        .map(|other| {
            let message = format!("`{section}` requires the section `{other}`");
            Problem::error(format!("/spec/{section}"), message)
        })
        .collect()
}

/// Text may refer to what units of earlier phases write: those are provisioned before.
fn check_references(capability: &dyn Capability, sections: &Sections<'_>) -> Vec<Problem> {
    let uses = capability.uses(sections);
    if uses.is_empty() {
        return Vec::new();
    }
    let earlier: Keys<'_> = applicable(sections)
        .filter(|(_, other)| other.phase() < capability.phase())
        .flat_map(|(_, other)| other.writes(sections))
        .collect();
    let listed: Vec<_> = earlier.iter().map(|key| format!("`{key}`")).collect();
    uses.into_iter()
        .filter(|found| !earlier.contains(found.key))
        .map(|found| {
            let message = format!("`${{{}}}` refers to nothing", found.key);
            let hint = format!("the keys are {}", listed.join(", "));
            Problem::error(found.pointer, message).with_hint(hint)
        })
        .collect()
}

/// Refuses text that CloudFormation would replace by a secret or parameter of the account.
fn check_text(pointer: &str, value: &Value, problems: &mut Vec<Problem>) {
    match value {
        Value::String(text) => problems.extend(refused(pointer, text)),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                check_text(&format!("{pointer}/{index}"), item, problems);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                let escaped = name.replace('~', "~0").replace('/', "~1");
                let pointer = format!("{pointer}/{escaped}");
                problems.extend(refused(&pointer, name));
                check_text(&pointer, field, problems);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn refused(pointer: &str, text: &str) -> Option<Problem> {
    resolves_dynamically(text).then(|| {
        let message = "`{{resolve:` is refused: it would read secrets of the account";
        Problem::error(pointer, message)
            .with_hint("name secrets in `secrets` and what other units write as `${key}`")
    })
}
