//! What the end of a deployment means for the life of its instance: it begins with the first one
//! that succeeds, knows what the newest spec says, and ends with a destroy.

use groundplane_lifecycle::{Beginning, built_in, end, start};
use groundplane_lives::{Definitions, changes_of};
use groundplane_model::{
    Action, Change, Deployment, DeploymentSpec, Failure, Instance, Life, LifecycleRef,
};
use groundplane_ports::ReadTable;
use jiff::Timestamp;
use serde_json::Value;

/// What a deployment that has succeeded writes about the life of its instance.
pub(crate) async fn changes(
    table: &impl ReadTable,
    deployment: &Deployment,
    submitted: &DeploymentSpec,
    instance: &Instance,
    now: Timestamp,
) -> Result<Vec<Change>, Failure> {
    let whose = (&instance.tenant, &instance.id);
    let life: Option<Life> = table.get(&Life::key_of(whose.0, whose.1)).await?;
    let is_its_own = |life: &Life| life.incarnation == instance.incarnation && !life.ended;
    let present = life.as_ref().filter(|life| is_its_own(life));
    let definitions = Definitions::default();
    let delivery = match (deployment.action, present) {
        (Action::Destroy, None) => return Ok(Vec::new()),
        (Action::Destroy, Some(life)) => {
            let definition = definitions.get(table, &life.lifecycle).await?;
            end(&definition, life, now)
        }
        (Action::Apply, None) => {
            let beginning = beginning(submitted, instance);
            let definition = definitions.get(table, &beginning.lifecycle).await?;
            start(&definition, beginning, life.as_ref(), now)
        }
        (Action::Apply, Some(life)) => return Ok(renewed(life, submitted, instance)),
    };
    Ok(changes_of(whose, &delivery, now))
}

fn beginning(submitted: &DeploymentSpec, instance: &Instance) -> Beginning {
    let chosen: Option<LifecycleRef> = submitted.lifecycle.clone();
    Beginning {
        tenant: instance.tenant.clone(),
        instance: instance.id.clone(),
        incarnation: instance.incarnation.clone(),
        lifecycle: chosen.unwrap_or_else(|| built_in().0.clone()),
        labels: instance.labels.clone(),
        parameters: parameters(submitted),
    }
}

/// A life goes on; its guards and filters read the newest spec.
fn renewed(life: &Life, submitted: &DeploymentSpec, instance: &Instance) -> Vec<Change> {
    let renewed = Life {
        labels: instance.labels.clone(),
        parameters: parameters(submitted),
        ..life.clone()
    };
    let is_changed = renewed != *life;
    is_changed
        .then(|| Change::save(&renewed))
        .into_iter()
        .collect()
}

/// The sections of the spec.
fn parameters(submitted: &DeploymentSpec) -> Value {
    let sections = submitted.spec.get("spec").cloned();
    sections.unwrap_or_else(|| Value::Object(serde_json::Map::new()))
}
