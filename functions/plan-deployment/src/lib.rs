//! Plans a deployment: renders every unit, stores the templates, and writes the steps. The plan
//! stands once the deployment's own record has it; planning again gives the plan that stands.

use std::collections::{BTreeMap, BTreeSet};

use groundplane_compliance::tags_of;
use groundplane_deployment::{
    Destination, Planned, Wave, bound_spec, demanded, plan, resolved_of, stop_if_cancelled,
    waves_of,
};
use groundplane_governance::{approval_of, limit_problems, limits_in_force, tenant_problems};
use groundplane_guarding::Guards;
use groundplane_model::{
    Action, Allocation, Artifact, Change, ComplianceFramework, Deployment, DeploymentId,
    DeploymentRef, DeploymentSpec, Digest, Failure, Instance, Partition, Revision, Ruling, Step,
    StepId, Tenant, TenantId, UnitState,
};
use groundplane_planner::{
    Earlier, Plan, PlanInput, ScheduledStep, Work, left_by, schedule, schedule_destroy,
    schedule_repair,
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
/// `Cancelled` where someone wants it to go no further; `Invalid` with every problem where a
/// section cannot be rendered, the tenant is not allowed something, or a template breaks a rule of
/// a guardrail; otherwise as table and bucket say.
pub async fn handle(
    table: &(impl ReadTable + WriteTable),
    artifacts: &impl WriteArtifacts,
    guards: &Guards,
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
    let rules: Option<Tenant> = table.get(&Tenant::key_of(&tenant)).await?;
    let policy = approval_of(&submitted.environment, rules.as_ref());
    let ground = Partition::instance(&tenant, &deployment.instance);
    let units: Vec<UnitState> = table.query(&ground, UnitState::PREFIX).await?;

    let (steps, kept) = match deployment.action {
        Action::Destroy => (schedule_destroy(&units), Vec::new()),
        Action::Apply => {
            let asked = (&deployment, submitted, rules.as_ref());
            schedule_apply(table, guards, asked, &units).await?
        }
    };
    let stored = store_templates(artifacts, &steps).await?;
    let mut planned = plan(&deployment, steps, &stored)?;
    planned.deployment.approval = demanded(policy.as_ref(), &planned.steps, &units);

    save(table, &planned, kept).await?;
    Ok(Answer::from(&planned.deployment))
}

/// The steps of an apply, and what is kept beside them: what guardrails said, and the submitted
/// spec with what resolvers gave to it, where they did.
async fn schedule_apply(
    table: &impl ReadTable,
    guards: &Guards,
    (deployment, submitted, rules): (&Deployment, DeploymentSpec, Option<&Tenant>),
    units: &[UnitState],
) -> Result<(Vec<Vec<ScheduledStep>>, Vec<Change>), Failure> {
    let Deployment {
        tenant, instance, ..
    } = deployment;
    let partition = Partition::instance(tenant, instance);
    let allocations: Vec<Allocation> = table.query(&partition, Allocation::PREFIX).await?;
    let previous = deployed(table, deployment).await?;

    let spec = final_spec(deployment, (&submitted, rules), &allocations)?;
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
    let ruling = ruled(table, guards, (deployment, &submitted, rules), &plan).await?;
    let previous = previous.as_ref().map(|revision| &revision.spec);
    let failed = failed(table, tenant, &left_by(&spec, previous, units)).await?;
    let earlier = Earlier {
        deployed: previous,
        failed: &failed,
    };
    let steps = match &submitted.repair {
        Some(repair) if !repair.units.is_empty() => schedule_repair(&plan, units, &repair.units),
        Some(_) | None => schedule(&input, &plan, units, earlier).map_err(refused)?,
    };
    let mut kept = vec![Change::save(&ruling)];
    if spec != submitted.spec {
        kept.push(Change::save(&DeploymentSpec { spec, ..submitted }));
    }
    Ok((steps, kept))
}

/// What guardrails say about every template of the plan, if they let it pass.
async fn ruled(
    table: &impl ReadTable,
    guards: &Guards,
    (deployment, submitted, rules): (&Deployment, &DeploymentSpec, Option<&Tenant>),
    plan: &Plan,
) -> Result<Ruling, Failure> {
    let (environment, landing_zone) = (&submitted.environment, &submitted.landing_zone);
    let destination = Destination {
        tenant: &deployment.tenant,
        environment: &environment.name,
    };
    let rulebook = guards.rulebook(table).await?;
    let judged = rulebook.judge(destination, plan.units());
    if !judged.refusals.is_empty() {
        let what = "guardrails refuse what would be deployed";
        return Err(Failure::invalid_document(what, judged.refusals));
    }
    let limits = limits_in_force(environment, landing_zone, rules);
    let mut ruling = judged.ruling((&deployment.tenant, &deployment.id), limits);
    let frameworks: Vec<ComplianceFramework> = table
        .query(&Partition::frameworks(), ComplianceFramework::PREFIX)
        .await?;
    for makeup in ruling.units.values_mut() {
        makeup.tags = tags_of(makeup, &frameworks);
    }
    Ok(ruling)
}

/// The spec with what resolvers gave to it, validated again where they gave anything: by its schema
/// and by the limits of its landing zone and environment. What its tenant is allowed may have
/// changed since it was submitted. A repair brings back what was allowed.
fn final_spec(
    deployment: &Deployment,
    (submitted, rules): (&DeploymentSpec, Option<&Tenant>),
    allocations: &[Allocation],
) -> Result<Value, Failure> {
    if submitted.repair.is_some() {
        return Ok(submitted.spec.clone());
    }
    let allowed = |spec: Value| {
        let rules = rules.map(|tenant| tenant_problems(&spec, &submitted.environment, tenant));
        let problems = rules.unwrap_or_default();
        if problems.is_empty() {
            return Ok(spec);
        }
        let tenant = &deployment.tenant;
        let what = format!("the tenant `{tenant}` is not allowed what would be deployed");
        Err(Failure::invalid_document(what, problems))
    };
    if submitted.bound.is_empty() {
        return allowed(submitted.spec.clone());
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
        allowed(spec)
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

/// The specs of the deployments that failed and left something behind, the latest first.
async fn failed(
    table: &impl ReadTable,
    tenant: &TenantId,
    deployments: &BTreeSet<DeploymentId>,
) -> Result<Vec<Value>, Failure> {
    let mut specs = Vec::new();
    for id in deployments.iter().rev() {
        let submitted: Option<DeploymentSpec> =
            table.get(&DeploymentSpec::key_of(tenant, id)).await?;
        specs.extend(submitted.map(|submitted| submitted.spec));
    }
    Ok(specs)
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
    kept: Vec<Change>,
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
    changes.extend(kept);
    changes.push(Change::save(&planned.deployment));
    Ok(table.commit(changes).await?)
}
