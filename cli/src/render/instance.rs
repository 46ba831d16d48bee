//! Instances: one in full, many as a table.

use groundplane_model::{DeploymentStatus, InstanceStatus};

use super::{deployment, life, line, table, time};
use crate::client::{Deployment, Instance, InstanceSummary};

/// Instances as a table.
pub(crate) fn list(instances: &[InstanceSummary]) -> String {
    if instances.is_empty() {
        return "nothing is deployed; `groundplane deploy FILE` deploys a service\n".to_owned();
    }
    let head = ["INSTANCE", "STATUS", "REVISION", "LANDING ZONE", "UPDATED"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(instances.iter().map(|instance| {
        vec![
            instance.id.to_string(),
            status(instance.status).to_owned(),
            revision(instance),
            instance.landing_zone.to_string(),
            time::moment(instance.updated_at),
        ]
    }));
    table::aligned("", &rows)
}

/// One instance with its latest deployment and what to do next.
pub(crate) fn full(instance: &Instance, latest: Option<&Deployment>) -> String {
    let summary = &instance.summary;
    let mut text = format!("{}: {}\n", summary.id, status(summary.status));
    let mut known = facts(summary);
    let life = instance.life.iter().flat_map(life::facts);
    known.extend(life.map(|(name, value)| vec![name.to_owned(), value]));
    text.push_str(&table::aligned("  ", &known));
    if let Some(latest) = latest {
        let id = &latest.id;
        text.push_str(&format!(
            "\ndeployment {id}: {}\n",
            deployment::state(latest)
        ));
        if let Some(error) = &latest.error {
            text.push_str(&deployment::cause(error));
        }
        text.push_str(&deployment::waiting(latest));
        text.push_str(&deployment::steps(latest));
    }
    text.push_str(&outputs(instance));
    if let Some(next) = next(summary, latest) {
        text.push_str(&format!("\nnext: {next}\n"));
    }
    text
}

/// What an instance shows to its users.
pub(crate) fn outputs(instance: &Instance) -> String {
    if instance.outputs.is_empty() {
        return String::new();
    }
    let rows: Vec<Vec<String>> = instance
        .outputs
        .iter()
        .map(|(key, value)| vec![key.to_string(), line(value)])
        .collect();
    format!("\noutputs\n{}", table::aligned("  ", &rows))
}

/// What a destroy is about to remove, and how to agree.
pub(crate) fn question(instance: &Instance) -> String {
    let rows: Vec<Vec<String>> = instance
        .units
        .iter()
        .map(|unit| vec![format!("- {}", unit.unit), line(&unit.stack_name)])
        .collect();
    format!(
        "this destroys {} and everything that it holds:\n{}type its name to go on: ",
        instance.summary.id,
        table::aligned("  ", &rows)
    )
}

fn facts(instance: &InstanceSummary) -> Vec<Vec<String>> {
    let mut facts = vec![
        ("environment", instance.environment.to_string()),
        ("landing zone", instance.landing_zone.to_string()),
        ("revision", revision(instance)),
    ];
    if !instance.labels.is_empty() {
        let labels: Vec<String> = instance
            .labels
            .iter()
            .map(|(name, value)| format!("{}={}", line(name), line(value)))
            .collect();
        facts.push(("labels", labels.join(" ")));
    }
    facts.push(("created", time::moment(instance.created_at)));
    facts.push(("updated", time::moment(instance.updated_at)));
    facts
        .into_iter()
        .map(|(name, value)| vec![name.to_owned(), value])
        .collect()
}

fn revision(instance: &InstanceSummary) -> String {
    instance
        .revision
        .map_or_else(|| "none".to_owned(), |number| number.to_string())
}

const fn status(status: InstanceStatus) -> &'static str {
    match status {
        InstanceStatus::Deploying => "deploying",
        InstanceStatus::Active => "active",
        InstanceStatus::Failed => "failed",
        InstanceStatus::Destroying => "destroying",
        InstanceStatus::Destroyed => "destroyed",
    }
}

fn next(instance: &InstanceSummary, latest: Option<&Deployment>) -> Option<String> {
    match instance.status {
        InstanceStatus::Deploying | InstanceStatus::Destroying => Some(format!(
            "`groundplane watch {}` follows it",
            instance.latest_deployment()
        )),
        InstanceStatus::Failed => latest
            .filter(|latest| latest.status == DeploymentStatus::Failed)
            .map(deployment::next_after_failure),
        InstanceStatus::Active | InstanceStatus::Destroyed => None,
    }
}
