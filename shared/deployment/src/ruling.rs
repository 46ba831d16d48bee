//! Guardrails in the way of a deployment: every template of a plan is held against every rule that
//! is in force. What has no verdict does not pass.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use groundplane_capabilities::capabilities;
use groundplane_guardrails::{Exception, GuardrailError, Guardrails, Verdict, Violation};
use groundplane_model::{
    DeploymentId, EnvironmentName, Finding, GuardrailException, GuardrailSeverity, Leave, Problem,
    Ruling, Severity, TenantId, UnitMakeup, UnitName,
};
use groundplane_planner::PlannedUnit;
use serde_json::Value;

/// The most findings that are kept with a deployment.
const MOST_FINDINGS: usize = 200;

/// What Groundplane's own rules are called as a guardrail.
const STARTER: &str = "starter";

/// Who answers for Groundplane's own rules.
const STARTER_OWNER: &str = "groundplane";

/// Some rules, and who answers for them.
#[derive(Debug, Clone)]
struct Chapter {
    name: String,
    owner: String,
    severity: GuardrailSeverity,
    guardrails: Arc<Guardrails>,
}

/// The rules that are in force, and the leave to break some.
#[derive(Debug, Clone)]
pub struct Rulebook {
    chapters: Vec<Chapter>,
    exceptions: Vec<GuardrailException>,
}

/// Where templates are to be deployed.
#[derive(Debug, Clone, Copy)]
pub struct Destination<'a> {
    /// The tenant.
    pub tenant: &'a TenantId,
    /// The environment.
    pub environment: &'a EnvironmentName,
}

/// What the rules say about the templates of a plan.
#[derive(Debug, Clone, Default)]
pub struct Judged {
    /// What refuses the plan.
    pub refusals: Vec<Problem>,
    /// What its author is told although it may be deployed.
    pub warnings: Vec<Problem>,
    rules: BTreeSet<String>,
    findings: BTreeSet<Finding>,
    units: BTreeMap<UnitName, UnitMakeup>,
}

impl Rulebook {
    /// Groundplane's own rules.
    #[must_use]
    pub fn new(starter: Arc<Guardrails>) -> Self {
        let own = Chapter {
            name: STARTER.to_owned(),
            owner: STARTER_OWNER.to_owned(),
            severity: GuardrailSeverity::Deny,
            guardrails: starter,
        };
        Self {
            chapters: vec![own],
            exceptions: Vec::new(),
        }
    }

    /// Adds the rules of a guardrail that somebody has written.
    pub fn add(&mut self, of: (&str, &str), severity: GuardrailSeverity, rules: Arc<Guardrails>) {
        let (name, owner) = of;
        self.chapters.push(Chapter {
            name: name.to_owned(),
            owner: owner.to_owned(),
            severity,
            guardrails: rules,
        });
    }

    /// Gives leave to break some rules.
    pub fn except(&mut self, exceptions: impl IntoIterator<Item = GuardrailException>) {
        self.exceptions.extend(exceptions);
    }

    /// The names of all rules.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.chapters.iter().flat_map(|it| it.guardrails.names())
    }

    /// Holds the templates of `units` against every rule.
    #[must_use]
    pub fn judge<'p>(
        &self,
        to: Destination<'_>,
        units: impl Iterator<Item = &'p PlannedUnit>,
    ) -> Judged {
        let exceptions = self.exceptions.iter();
        let exceptions: Vec<Exception> = exceptions
            .filter(|it| it.is_about(to.tenant, to.environment))
            .map(exception)
            .collect();
        let mut judged = Judged {
            rules: self.names().map(str::to_owned).collect(),
            ..Judged::default()
        };
        for unit in units {
            // INVARIANT: a rendered template is JSON.
            let template: Value = serde_json::from_slice(&unit.template).unwrap_or_default();
            judged
                .units
                .insert(unit.unit.clone(), makeup(&unit.unit, &template));
            for chapter in &self.chapters {
                let rules = &chapter.guardrails;
                let verdict = rules.examine_but(unit.unit.as_str(), &template, &exceptions);
                judged.take(chapter, &unit.unit, verdict);
            }
        }
        judged
    }
}

fn exception(of: &GuardrailException) -> Exception {
    Exception {
        rule: of.rule.clone(),
        unit: of.unit.clone(),
        resource: of.resource.clone(),
        actions: of.actions.clone(),
        reason: of.reason.clone(),
    }
}

fn makeup(unit: &UnitName, template: &Value) -> UnitMakeup {
    let resources = template.get("Resources").and_then(Value::as_object);
    let types = resources.into_iter().flatten();
    let types = types.filter_map(|(_, resource)| resource.get("Type")?.as_str());
    UnitMakeup {
        section: section_of(unit).map(str::to_owned),
        resource_types: types.map(str::to_owned).collect(),
        tags: BTreeMap::new(),
    }
}

fn section_of(unit: &UnitName) -> Option<&'static str> {
    let mut all = capabilities().iter();
    all.find(|it| it.unit() == unit.as_str())?.section()
}

impl Judged {
    fn take(
        &mut self,
        chapter: &Chapter,
        unit: &UnitName,
        verdict: Result<Verdict, GuardrailError>,
    ) {
        let verdict = match verdict {
            Ok(verdict) => verdict,
            Err(error) => return self.note(no_verdict(chapter, unit, &error)),
        };
        for violation in verdict.violations {
            self.note(problem(chapter, unit, &violation));
            if chapter.severity == GuardrailSeverity::Warn {
                self.keep(chapter, unit, violation, Leave::Warned);
            }
        }
        for excepted in verdict.excepted {
            let reason = excepted.reason;
            self.keep(
                chapter,
                unit,
                excepted.violation,
                Leave::Excepted { reason },
            );
        }
    }

    fn note(&mut self, problem: Problem) {
        match problem.severity {
            Severity::Error => self.refusals.push(problem),
            Severity::Warning => self.warnings.push(problem),
        }
    }

    fn keep(&mut self, chapter: &Chapter, unit: &UnitName, violation: Violation, leave: Leave) {
        self.findings.insert(Finding {
            unit: unit.clone(),
            resource: violation.resource,
            rule: violation.rule,
            pointer: violation.pointer,
            message: violation.message,
            owner: chapter.owner.clone(),
            leave,
        });
    }

    /// What is kept of it with the deployment, which was also held against `limits`.
    #[must_use]
    pub fn ruling(
        self,
        (tenant, deployment): (&TenantId, &DeploymentId),
        limits: BTreeSet<String>,
    ) -> Ruling {
        Ruling {
            tenant: tenant.clone(),
            deployment: deployment.clone(),
            rules: self.rules,
            limits,
            more: self.findings.len().saturating_sub(MOST_FINDINGS),
            findings: self.findings.into_iter().take(MOST_FINDINGS).collect(),
            units: self.units,
            version: 0,
        }
    }
}

/// A problem at the section that the unit provisions.
fn at(severity: GuardrailSeverity, unit: &UnitName, message: String) -> Problem {
    let section = section_of(unit).map(|section| format!("/spec/{section}"));
    let pointer = section.unwrap_or_else(|| "/spec".to_owned());
    match severity {
        GuardrailSeverity::Deny => Problem::error(pointer, message),
        GuardrailSeverity::Warn => Problem::warning(pointer, message),
    }
}

fn problem(chapter: &Chapter, unit: &UnitName, violation: &Violation) -> Problem {
    let Chapter { name, owner, .. } = chapter;
    let Violation {
        resource,
        pointer,
        rule,
        message,
        ..
    } = violation;
    let whose = match resource.is_empty() {
        true => format!("the template of the unit `{unit}`"),
        false => format!("`{resource}` of the unit `{unit}`"),
    };
    let message =
        format!("{whose}: {message} (`{pointer}`): the rule `{rule}` of the guardrail `{name}`");
    at(chapter.severity, unit, message).with_hint(format!("`{owner}` can say more about it"))
}

fn no_verdict(chapter: &Chapter, unit: &UnitName, error: &GuardrailError) -> Problem {
    let Chapter { name, owner, .. } = chapter;
    let message = format!("the unit `{unit}` cannot be judged by the guardrail `{name}`: {error}");
    at(chapter.severity, unit, message).with_hint(format!("`{owner}` can say more about it"))
}

#[cfg(test)]
#[path = "ruling_tests.rs"]
mod tests;
