//! How the controls of frameworks stand for an instance.

use groundplane_model::{
    ComplianceFramework, Control, EnvironmentName, Finding, FrameworkName, InstanceId, Leave,
    Ruling, UnitName,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How a control stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = ComplianceStatus)]
pub enum Status {
    /// All that proves it was in force, and nothing breaks it.
    Satisfied,
    /// Something breaks it, and an exception allows that.
    Excepted,
    /// Something that proves it was not in force, or nothing would prove it.
    NotEvaluated,
    /// Something breaks it.
    Violated,
}

impl Status {
    /// The status as text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Satisfied => "satisfied",
            Self::Excepted => "excepted",
            Self::NotEvaluated => "not-evaluated",
            Self::Violated => "violated",
        }
    }
}

/// How one control stands for one instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ComplianceRow)]
pub struct Row {
    /// The instance.
    pub instance: InstanceId,
    /// Its environment.
    pub environment: EnvironmentName,
    /// The revision that is deployed.
    pub revision: u64,
    /// The framework.
    pub framework: FrameworkName,
    /// Its edition.
    pub edition: String,
    /// The control.
    pub control: String,
    /// What it is, in a few words.
    pub title: String,
    /// The units that it is about.
    pub units: Vec<UnitName>,
    /// How it stands.
    pub status: Status,
    /// Why, a clause each.
    pub because: Vec<String>,
}

/// An instance, and the revision that is deployed.
#[derive(Debug, Clone, Copy)]
pub struct Deployed<'a> {
    /// The instance.
    pub instance: &'a InstanceId,
    /// Its environment.
    pub environment: &'a EnvironmentName,
    /// The revision.
    pub revision: u64,
    /// What was said when it was planned; nothing for one from before anything was said.
    pub ruling: Option<&'a Ruling>,
}

/// How every control stands that is about the instance.
#[must_use]
pub fn rows(of: Deployed<'_>, frameworks: &[ComplianceFramework]) -> Vec<Row> {
    let mut rows = Vec::new();
    for framework in frameworks {
        for control in &framework.spec.controls {
            rows.extend(row(of, framework, control));
        }
    }
    rows
}

fn row(of: Deployed<'_>, framework: &ComplianceFramework, control: &Control) -> Option<Row> {
    let (units, verdicts) = match of.ruling {
        None => (Vec::new(), vec![unjudged(of.revision)]),
        Some(ruling) => {
            let units = about(ruling, control);
            let verdicts = verdicts(ruling, control, &units);
            if units.is_empty() {
                return None;
            }
            (units, verdicts)
        }
    };
    let worst = verdicts.iter().map(|(status, _)| *status).max();
    let status = worst.unwrap_or(Status::Satisfied);
    Some(Row {
        instance: of.instance.clone(),
        environment: of.environment.clone(),
        revision: of.revision,
        framework: framework.name.clone(),
        edition: framework.spec.version.clone(),
        control: control.id.clone(),
        title: control.title.clone(),
        units,
        status,
        because: verdicts.into_iter().map(|(_, because)| because).collect(),
    })
}

fn unjudged(revision: u64) -> (Status, String) {
    let because = format!("nothing was kept of what was said about revision {revision}");
    (Status::NotEvaluated, because)
}

fn about(ruling: &Ruling, control: &Control) -> Vec<UnitName> {
    let units = ruling.units.iter();
    let units = units.filter(|(_, makeup)| control.applies_to.covers(makeup));
    units.map(|(unit, _)| unit.clone()).collect()
}

/// What speaks against the control, and what only says that it is kept.
fn verdicts(ruling: &Ruling, control: &Control, units: &[UnitName]) -> Vec<(Status, String)> {
    let evidence = &control.evidence;
    if evidence.rules.is_empty() && evidence.limits.is_empty() {
        let because = "the control names nothing that proves it".to_owned();
        return vec![(Status::NotEvaluated, because)];
    }
    let mut verdicts = Vec::new();
    for rule in &evidence.rules {
        let findings = ruling.findings.iter();
        let findings = findings.filter(|it| it.rule == *rule && units.contains(&it.unit));
        let before = verdicts.len();
        verdicts.extend(findings.map(broken));
        if verdicts.len() == before {
            verdicts.push(kept("rule", rule, ruling.rules.contains(rule)));
        }
    }
    for limit in &evidence.limits {
        verdicts.push(kept("limit", limit, ruling.limits.contains(limit)));
    }
    if ruling.more > 0 {
        let because = format!("{} further findings were not kept", ruling.more);
        verdicts.push((Status::NotEvaluated, because));
    }
    verdicts
}

fn broken(finding: &Finding) -> (Status, String) {
    let Finding {
        unit,
        resource,
        rule,
        message,
        ..
    } = finding;
    let what = format!("`{resource}` of `{unit}` breaks `{rule}`: {message}");
    match &finding.leave {
        Leave::Warned => (Status::Violated, what),
        Leave::Excepted { reason } => (Status::Excepted, format!("{what}; excepted: {reason}")),
    }
}

fn kept(what: &str, name: &str, was_in_force: bool) -> (Status, String) {
    if was_in_force {
        (Status::Satisfied, format!("the {what} `{name}` is kept"))
    } else {
        let because = format!("the {what} `{name}` was not in force");
        (Status::NotEvaluated, because)
    }
}

#[cfg(test)]
#[path = "report_tests.rs"]
mod tests;
