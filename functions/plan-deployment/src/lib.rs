//! Plans a deployment: renders every unit, stores the templates, and writes the steps. The plan
//! stands once the deployment's own record has it; planning again gives the plan that stands.

use std::collections::{BTreeMap, BTreeSet};

use groundplane_deployment::{
    Planned, Wave, bound_spec, demanded, plan, resolved_of, stop_if_cancelled, waves_of,
};
use groundplane_governance::limit_problems;
use groundplane_model::{
    Action, Allocation, Artifact, Change, Deployment, DeploymentRef, DeploymentSpec, Digest,
    Failure, Instance, Partition, Revision, Step, StepId, UnitState,
};
use groundplane_planner::{
    PlanInput, ScheduledStep, Work, schedule, schedule_destroy, schedule_repair,
};
use groundplane_ports::{ReadTable, WriteArtifacts, WriteTable};
use groundplane_spec::validate_value;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How many steps are written in one transaction.
const BATCH: usize = 90;

/// The plan as the state machine follows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The waves, in order; none where there is nothing to do.
    pub waves: Vec<Wave>,
    /// Whether someone has to approve them first.
    pub approval: bool,
}

impl From<&Deployment> for Answer {
    fn from(planned: &Deployment) -> Self {
        Self {
            waves: waves_of(planned),
            approval: planned.approval.is_some(),
        }
    }
}

/// Plans a deployment.
///
/// # Errors
/// `Cancelled` where someone wants it to go no further; `Invalid` with every problem where a section cannot be rendered; otherwise as table and bucket
/// say.
pub async fn handle(
    table: &(impl ReadTable + WriteTable),
    artifacts: &impl WriteArtifacts,
    DeploymentRef {
        tenant,
        deployment: id,
    }: DeploymentRef,
) -> Result<Answer, Failure> {
    let deployment: Deployment = table.require(&Deployment::key_of(&tenant, &id)).await?;
    stop_if_cancelled(&deployment)?;
    if deployment.plan_digest.is_some() {
        return Ok(Answer::from(&deployment));
    }
    let submitted: DeploymentSpec = table.require(&DeploymentSpec::key_of(&tenant, &id)).await?;
    let policy = submitted.environment.spec.approval.clone();
    let ground = Partition::instance(&tenant, &deployment.instance);
    let units: Vec<UnitState> = table.query(&ground, UnitState::PREFIX).await?;

    let (steps, resolved) = match deployment.action {
        Action::Destroy => (schedule_destroy(&units), None),
        Action::Apply => schedule_apply(table, (&deployment, submitted), &units).await?,
    };
    let stored = store_templates(artifacts, &steps).await?;
    let mut planned = plan(&deployment, steps, &stored)?;
    planned.deployment.approval = demanded(policy.as_ref(), &planned.steps, &units);

    save(table, &planned, resolved).await?;
    Ok(Answer::from(&planned.deployment))
}

/// The steps of an apply, and the submitted spec with what resolvers gave to it, where they did.
async fn schedule_apply(
    table: &impl ReadTable,
    (deployment, submitted): (&Deployment, DeploymentSpec),
    units: &[UnitState],
) -> Result<(Vec<Vec<ScheduledStep>>, Option<DeploymentSpec>), Failure> {
    let Deployment {
        tenant, instance, ..
    } = deployment;
    let partition = Partition::instance(tenant, instance);
    let allocations: Vec<Allocation> = table.query(&partition, Allocation::PREFIX).await?;
    let previous = deployed(table, deployment).await?;

    let spec = final_spec(deployment, &submitted, &allocations)?;
    let input = PlanInput {
        tenant,
        instance,
        spec: &spec,
        environment: &submitted.environment,
        landing_zone: &submitted.landing_zone,
        resolved: &resolved_of(deployment, &allocations),
    };
    let refused = |problems| Failure::invalid_document("the spec cannot be planned", problems);
    let plan = groundplane_planner::plan(&input).map_err(refused)?;
    let previous = previous.as_ref().map(|revision| &revision.spec);
    let steps = match &submitted.repair {
        Some(repair) if !repair.units.is_empty() => schedule_repair(&plan, units, &repair.units),
        Some(_) | None => schedule(&input, &plan, units, previous).map_err(refused)?,
    };
    let is_resolved = spec != submitted.spec;
    Ok((
        steps,
        is_resolved.then_some(DeploymentSpec { spec, ..submitted }),
    ))
}

/// The spec with what resolvers gave to it, validated again where they gave anything: by its schema
/// and by the limits of its landing zone and environment.
fn final_spec(
    deployment: &Deployment,
    submitted: &DeploymentSpec,
    allocations: &[Allocation],
) -> Result<Value, Failure> {
    if submitted.bound.is_empty() || submitted.repair.is_some() {
        return Ok(submitted.spec.clone());
    }
    let refused = |problems| {
        Failure::invalid_document(
            "the spec is not valid with what the resolvers gave",
            problems,
        )
    };
    let spec = bound_spec(deployment, submitted, allocations).map_err(refused)?;
    validate_value(&spec).map_err(refused)?;
    let excess = limit_problems(&spec, &submitted.environment, &submitted.landing_zone);
    if excess.is_empty() {
        Ok(spec)
    } else {
        Err(refused(excess))
    }
}

/// The revision that is deployed, if one is.
async fn deployed(
    table: &impl ReadTable,
    deployment: &Deployment,
) -> Result<Option<Revision>, Failure> {
    let (tenant, id) = (&deployment.tenant, &deployment.instance);
    let instance: Instance = table.require(&Instance::key_of(tenant, id)).await?;
    let Some(number) = instance.revision else {
        return Ok(None);
    };
    Ok(table.get(&Revision::key_of(tenant, id, number)).await?)
}

/// Stores every template of the steps.
async fn store_templates(
    artifacts: &impl WriteArtifacts,
    waves: &[Vec<ScheduledStep>],
) -> Result<BTreeMap<Digest, Artifact>, Failure> {
    let mut stored = BTreeMap::new();
    for step in waves.iter().flatten() {
        if let Work::Apply(unit) = &step.work {
            let artifact = artifacts.store(&unit.template).await?;
            stored.insert(artifact.digest.clone(), artifact);
        }
    }
    Ok(stored)
}

/// Writes the steps and then, with the last of them, the deployment. What an attempt that was cut
/// short has written stays as it is.
async fn save(
    table: &(impl ReadTable + WriteTable),
    planned: &Planned,
    resolved: Option<DeploymentSpec>,
) -> Result<(), Failure> {
    let Deployment { tenant, id, .. } = &planned.deployment;
    let written: Vec<Step> = table
        .query(&Partition::deployment(tenant, id), Step::PREFIX)
        .await?;
    let written: BTreeSet<&StepId> = written.iter().map(|step| &step.id).collect();
    let missing: Vec<Change> = planned
        .steps
        .iter()
        .filter(|step| !written.contains(&step.id))
        .map(Change::save)
        .collect();
    let mut batches = missing.chunks(BATCH).rev();
    let last = batches.next().unwrap_or_default().to_vec();
    for batch in batches {
        table.commit(batch.to_vec()).await?;
    }
    let mut changes = last;
    changes.extend(resolved.as_ref().map(Change::save));
    changes.push(Change::save(&planned.deployment));
    Ok(table.commit(changes).await?)
}
