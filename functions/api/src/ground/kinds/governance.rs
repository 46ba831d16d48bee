//! The kinds of documents that say what is allowed.

use std::collections::BTreeSet;

use groundplane_governance::check_tenant;
use groundplane_guardrails::{GuardrailError, Guardrails};
use groundplane_model::{
    ComplianceFramework, FrameworkName, Guardrail, GuardrailName, Index, Key, Problem, Tenant,
    TenantId,
};
use groundplane_ports::Clock;
use groundplane_spec::{ValidDocument, section_names};
use serde_json::Value;

use super::{Ground, check_inputs};
use crate::gate::Caller;

ground!(
    Guardrail,
    "Guardrail",
    GuardrailName,
    Guardrail::key_of,
    Index::guardrails,
    {
        fn check(&self) -> Vec<Problem> {
            let spec = &self.spec;
            if spec.policy.is_none() && spec.exceptions.is_empty() {
                let message = "the guardrail has no rules and grants no exceptions";
                let problem = Problem::error("/spec", message);
                return vec![problem.with_hint("give it `policy` or `exceptions`")];
            }
            let name = self.name.as_str();
            let policy = spec.policy.as_deref();
            let unusable = policy.and_then(|policy| Guardrails::own(name, policy).err());
            unusable.iter().flat_map(policy_problems).collect()
        }
    }
);

/// Every place of a policy that cannot be used.
fn policy_problems(error: &GuardrailError) -> Vec<Problem> {
    let at = |message: String| Problem::error("/spec/policy", message);
    if let GuardrailError::Policies(problems) = error {
        let problems = problems.iter();
        return problems.map(|problem| at(problem.to_string())).collect();
    }
    vec![at(error.to_string())]
}

ground!(
    Tenant,
    "Tenant",
    TenantId,
    Tenant::key_of,
    Index::tenants,
    {
        fn check(&self) -> Vec<Problem> {
            let spec = &self.spec;
            let production = &spec.production.limits;
            let mut problems: Vec<Problem> = check_inputs(&spec.limits, "/spec/limits");
            problems.extend(check_inputs(production, "/spec/production/limits"));
            problems.extend(check_tenant(spec).into_iter().map(|it| it.below("/spec")));
            if let Some(sections) = &spec.sections {
                let allowed = sections.allow.iter().flatten();
                let named = allowed.chain(&sections.deny);
                problems.extend(unknown_sections(named, "/spec/sections"));
            }
            problems
        }
    }
);

/// A misspelled section would be allowed, or denied, in vain.
fn unknown_sections<'a>(
    named: impl Iterator<Item = &'a String>,
    pointer: &'a str,
) -> impl Iterator<Item = Problem> {
    let known: BTreeSet<&str> = section_names().collect();
    named
        .filter(move |name| !known.contains(name.as_str()))
        .map(move |name| {
            let name: String = name.chars().flat_map(char::escape_default).collect();
            let known: Vec<String> = section_names().map(|it| format!("`{it}`")).collect();
            let problem = Problem::error(pointer, format!("there is no section `{name}`"));
            problem.with_hint(format!("there are {}", known.join(", ")))
        })
}

ground!(
    ComplianceFramework,
    "ComplianceFramework",
    FrameworkName,
    ComplianceFramework::key_of,
    Index::frameworks,
    {
        fn check(&self) -> Vec<Problem> {
            let controls = self.spec.controls.iter().enumerate();
            let sections = controls.flat_map(|(number, control)| {
                let pointer = format!("/spec/controls/{number}/appliesTo/sections");
                let named = control.applies_to.sections.iter();
                unknown_sections(named, &pointer).collect::<Vec<_>>()
            });
            sections.collect()
        }
    }
);
