//! What a tenant is allowed, held against specs: when they are submitted, and again when resolvers
//! have given their values. A tenant without a document is allowed everything.

use std::collections::BTreeSet;

use groundplane_model::{
    ApprovalPolicy, Choice, Environment, LandingZone, Limit, Problem, Quota, RequiredLabel, Tenant,
    TenantSpec,
};
use serde_json::Value;

use crate::limits::{check_limits, compile, excesses, shown};

/// Everything in `spec` that its tenant is not allowed in this environment.
#[must_use]
pub fn tenant_problems(spec: &Value, environment: &Environment, tenant: &Tenant) -> Vec<Problem> {
    let mut problems = section_problems(spec, tenant);
    problems.extend(engine_problems(spec, tenant));
    problems.extend(label_problems(spec, tenant));
    let scope = format!("tenant `{}`", tenant.name);
    problems.extend(excesses(spec, &tenant.spec.limits, &scope));
    if environment.spec.production {
        let scope = format!("{scope} in production");
        problems.extend(excesses(spec, &tenant.spec.production.limits, &scope));
    }
    problems
}

fn section_problems(spec: &Value, tenant: &Tenant) -> Vec<Problem> {
    let Some(choice) = &tenant.spec.sections else {
        return Vec::new();
    };
    let sections = spec.pointer("/spec").and_then(Value::as_object);
    let names = sections.into_iter().flat_map(|it| it.keys());
    names
        // The lifecycle is what a service says of itself.
        .filter(|name| *name != "lifecycle" && !choice.allows(name))
        .map(|name| {
            let message = format!("the section `{}` is not allowed", shown(name));
            let pointer = format!("/spec/{}", name.replace('~', "~0").replace('/', "~1"));
            refused(pointer, &message, ("sections", tenant), choice)
        })
        .collect()
}

fn engine_problems(spec: &Value, tenant: &Tenant) -> Vec<Problem> {
    let engines = tenant.spec.engines.iter();
    engines
        .filter_map(|(section, choice)| {
            let pointer = format!("/spec/{section}/engine");
            let engine = spec.pointer(&pointer)?.as_str()?;
            let rule = format!("engines.{section}");
            let message = format!("the engine `{}` is not allowed", shown(engine));
            let is_allowed = choice.allows(engine);
            (!is_allowed).then(|| refused(pointer, &message, (&rule, tenant), choice))
        })
        .collect()
}

fn refused(pointer: String, what: &str, (rule, tenant): (&str, &Tenant), by: &Choice) -> Problem {
    let allowed = by.allow.as_deref().map(|allowed| {
        let allowed: Vec<String> = allowed
            .iter()
            .map(|one| format!("`{}`", shown(one)))
            .collect();
        format!("; allowed are {}", allowed.join(", "))
    });
    let allowed = allowed.unwrap_or_default();
    let message = format!(
        "{what}{allowed}: the rule `{rule}` of the tenant `{}`",
        tenant.name
    );
    Problem::error(pointer, message).with_hint(asks(by.owner.as_ref(), &tenant.spec))
}

fn asks(owner: Option<&String>, spec: &TenantSpec) -> String {
    format!(
        "`{}` can say more about it",
        shown(owner.unwrap_or(&spec.owner))
    )
}

fn label_problems(spec: &Value, tenant: &Tenant) -> Vec<Problem> {
    let labels = tenant.spec.required_labels.iter();
    labels
        .filter_map(|label| {
            let pointer = format!("/metadata/labels/{}", label.name.replace('/', "~1"));
            let given = spec.pointer(&pointer).and_then(Value::as_str);
            let (pointer, what) = match given {
                None => ("/metadata".to_owned(), missing(label)),
                Some(value) => (pointer, mismatch(label, value)?),
            };
            let of = format!("the rule `requiredLabels` of the tenant `{}`", tenant.name);
            let problem = Problem::error(pointer, format!("{what}: {of}"));
            Some(problem.with_hint(asks(label.owner.as_ref(), &tenant.spec)))
        })
        .collect()
}

fn missing(label: &RequiredLabel) -> String {
    let pattern = label.pattern.as_deref();
    let like = pattern.map(|it| format!(", which matches `{}`", shown(it)));
    format!(
        "the label `{}`{} is missing",
        shown(&label.name),
        like.unwrap_or_default()
    )
}

fn mismatch(label: &RequiredLabel, value: &str) -> Option<String> {
    let pattern = label.pattern.as_deref()?;
    match compile(pattern) {
        Ok(regex) if regex.is_match(value) => None,
        Ok(_) => Some(format!(
            "`{}` does not match `{}`",
            shown(value),
            shown(pattern)
        )),
        // It was compiled when it was applied; what cannot be judged is not let through.
        Err(why) => Some(format!("`{}` cannot be judged: {why}", shown(value))),
    }
}

/// What is wrong with what a tenant is allowed; pointers lead into its `spec`. Whether specs have
/// the sections and inputs is not asked here.
#[must_use]
pub fn check_tenant(spec: &TenantSpec) -> Vec<Problem> {
    let below = |at: &'static str| move |problem: Problem| problem.below(at);
    let limits = check_limits(&spec.limits).into_iter().map(below("/limits"));
    let production = check_limits(&spec.production.limits).into_iter();
    let mut problems: Vec<Problem> = limits
        .chain(production.map(below("/production/limits")))
        .collect();
    for (number, label) in spec.required_labels.iter().enumerate() {
        if let Some(Err(why)) = label.pattern.as_deref().map(compile) {
            let pointer = format!("/requiredLabels/{number}/pattern");
            problems.push(Problem::error(pointer, why));
        }
    }
    let engines = spec.engines.iter();
    let engines = engines.map(|(section, choice)| (format!("/engines/{section}"), choice));
    let sections = spec.sections.iter();
    let sections = sections.map(|choice| ("/sections".to_owned(), choice));
    for (pointer, choice) in sections.chain(engines) {
        problems.extend(contradictions(&pointer, choice));
    }
    problems
}

fn contradictions(pointer: &str, choice: &Choice) -> Vec<Problem> {
    let denied = choice.deny.iter().enumerate();
    let allowed = choice.allow.as_deref().unwrap_or_default();
    denied
        .filter(|(_, name)| allowed.contains(name))
        .map(|(number, name)| {
            let message = format!("`{}` is both allowed and denied", shown(name));
            Problem::error(format!("{pointer}/deny/{number}"), message)
        })
        .collect()
}

/// The approval that a deployment waits for: the environment's, or one that its tenant's rules
/// demand in production.
#[must_use]
pub fn approval_of(environment: &Environment, tenant: Option<&Tenant>) -> Option<ApprovalPolicy> {
    let own = environment.spec.approval.clone();
    let demands = |tenant: &Tenant| tenant.spec.production.approval;
    if environment.spec.production && tenant.is_some_and(demands) {
        return Some(ApprovalPolicy {
            required: true,
            ..own.unwrap_or_default()
        });
    }
    own
}

/// The names of the limits that a spec is held against.
#[must_use]
pub fn limits_in_force(
    environment: &Environment,
    landing_zone: &LandingZone,
    tenant: Option<&Tenant>,
) -> BTreeSet<String> {
    let mut limits: Vec<&Limit> = Vec::new();
    limits.extend(&landing_zone.spec.limits);
    limits.extend(&environment.spec.limits);
    if let Some(Tenant { spec, .. }) = tenant {
        limits.extend(&spec.limits);
        if environment.spec.production {
            limits.extend(&spec.production.limits);
        }
    }
    limits.iter().map(|limit| limit.name.clone()).collect()
}

/// How much of it a tenant may have; nothing where it is not bounded.
#[must_use]
pub fn bound_of(tenant: Option<&Tenant>, quota: Quota) -> Option<u64> {
    let quotas = &tenant?.spec.quotas;
    match quota {
        Quota::Instances => quotas.instances,
        Quota::Allocations => quotas.allocations,
        Quota::DeploymentsPerHour => quotas.deployments_per_hour,
        Quota::RequestsPerMinute => quotas.requests_per_minute,
    }
}

#[cfg(test)]
#[path = "tenant_tests.rs"]
mod tests;
