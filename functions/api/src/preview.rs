//! `/v1/instances:preview`: what a submission would do, and whether a plan still holds.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use groundplane_deployment::{Destination, Intent, Outlook, PlanId, Standing, accept};
use groundplane_model::{
    Allocation, DeploymentSpec, EnvironmentName, Failure, FailureKind, Instance, InstanceId,
    InstanceStatus, Partition, Problem, Revision, UnitState,
};
use groundplane_planner::left_by;
use groundplane_ports::ReadTable;
use groundplane_preview::Preview;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::gate::Caller;
use crate::problem::Refused;
use crate::proposal::{Proposal, Wish};
use crate::request::Asked;
use crate::submission::Submitted;
use crate::uploads::UploadId;
use crate::{Platform, System, Table};

/// The query of `POST /v1/instances:preview`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PreviewQuery {
    environment: Option<EnvironmentName>,
    /// Read with the document ([`Submitted`]).
    #[schema(ignore)]
    #[serde(rename = "upload")]
    _upload: Option<UploadId>,
}

/// What a submission would do.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PlannedPreview)]
pub(crate) struct PreviewView {
    #[schema(value_type = String)]
    plan: PlanId,
    /// The revision that it is compared with; none for a first deployment.
    revision: Option<u64>,
    #[serde(flatten)]
    preview: Preview,
    /// What its author should know about the document.
    remarks: Vec<Problem>,
}

/// `POST /v1/instances:preview`
pub(crate) async fn run<T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    caller: Caller,
    Asked(query): Asked<PreviewQuery>,
    submitted: Submitted,
) -> Result<Json<PreviewView>, Refused> {
    let mut wish = Wish::of(submitted, query.environment.as_ref())?;
    let proposal = Proposal::of(&platform, &caller, &wish).await?;
    // What would be refused is refused here as well; what would be written is not.
    let submission = proposal.submission(&platform.system, &caller, &wish, None);
    accept(submission, proposal.current.clone())?;
    let foreseen = foresee(&platform, &caller, &wish, &proposal).await?;
    let mut remarks = std::mem::take(&mut wish.warnings);
    remarks.extend(proposal.remarks);
    Ok(Json(foreseen.with(remarks)))
}

/// Refused with what has moved where deploying the wish would not do what `plan` announces.
pub(crate) async fn must_hold<T: Table, S: System>(
    platform: &Platform<T, S>,
    caller: &Caller,
    (wish, proposal): (&Wish, &Proposal),
    plan: &PlanId,
) -> Result<(), Refused> {
    let now = foresee(platform, caller, wish, proposal).await?;
    now.must_be(plan, &wish.instance)
}

/// What a preview comes to.
pub(crate) struct Foreseen {
    plan: PlanId,
    revision: Option<u64>,
    preview: Preview,
    /// What guardrails warn of.
    warnings: Vec<Problem>,
}

impl Foreseen {
    /// The same as it is shown.
    pub(crate) fn with(self, mut remarks: Vec<Problem>) -> PreviewView {
        remarks.extend(self.warnings);
        PreviewView {
            plan: self.plan,
            revision: self.revision,
            preview: self.preview,
            remarks,
        }
    }

    /// Refused with what has moved where this is not what `plan` announces.
    pub(crate) fn must_be(&self, plan: &PlanId, instance: &InstanceId) -> Result<(), Refused> {
        if plan.announces_the_same(&self.plan) {
            return Ok(());
        }
        let moved = plan.moved(&self.plan).into_iter();
        let clauses: Vec<String> = moved.map(|moved| moved.clause(instance)).collect();
        let clauses = clauses.join("; ");
        Err(Refused::moved(format!(
            "the plan no longer holds: {clauses}"
        )))
    }
}

async fn foresee<T: Table, S: System>(
    platform: &Platform<T, S>,
    caller: &Caller,
    wish: &Wish,
    proposal: &Proposal,
) -> Result<Foreseen, Refused> {
    let intent = Intent {
        tenant: &caller.principal.tenant,
        instance: &wish.instance,
        spec: &wish.service.value,
        bound: &proposal.bound,
        environment: &proposal.environment,
        landing_zone: &proposal.landing_zone,
    };
    let foreseen = foresee_intent(platform, &intent, proposal.current.as_ref()).await?;
    foreseen.map_err(|problems| wish.refused("the spec cannot be deployed", problems))
}

/// What deploying `intent` would do to what is there, or every problem for which it would be
/// refused.
pub(crate) async fn foresee_intent<T: Table, S: System>(
    platform: &Platform<T, S>,
    intent: &Intent<'_>,
    current: Option<&Instance>,
) -> Result<Result<Foreseen, Vec<Problem>>, Refused> {
    let standing = standing(&platform.table, intent, current).await?;
    let outlook = match Outlook::of(intent, &standing) {
        Ok(outlook) => outlook,
        Err(problems) => return Ok(Err(problems)),
    };
    let destination = Destination {
        tenant: intent.tenant,
        environment: &intent.environment.name,
    };
    let rulebook = platform.guards.rulebook(&platform.table).await?;
    let judged = rulebook.judge(destination, outlook.units());
    if !judged.refusals.is_empty() {
        return Ok(Err(judged.refusals));
    }
    let mut templates = BTreeMap::new();
    for artifact in outlook.artifacts() {
        let content = platform.system.read(artifact).await?;
        templates.insert(artifact.digest.clone(), content);
    }
    let preview = outlook.preview(&templates).map_err(|error| {
        tracing::error!(%error, "a preview failed");
        Failure::new(FailureKind::Internal, "the platform has a fault")
    })?;
    Ok(Ok(Foreseen {
        plan: PlanId::of(intent, &standing, &preview),
        revision: standing.revision.map(|revision| revision.number),
        preview,
        warnings: judged.warnings,
    }))
}

/// What there is of an instance.
async fn standing(
    table: &impl ReadTable,
    intent: &Intent<'_>,
    current: Option<&Instance>,
) -> Result<Standing, Refused> {
    let tenant = intent.tenant;
    let alive = current.filter(|instance| instance.status != InstanceStatus::Destroyed);
    let Some(instance) = alive else {
        return Ok(Standing::default());
    };
    let id: &InstanceId = &instance.id;
    let partition = Partition::instance(tenant, id);
    let units: Vec<UnitState> = table.query(&partition, UnitState::PREFIX).await?;
    let mut allocations: Vec<Allocation> = table.query(&partition, Allocation::PREFIX).await?;
    allocations.retain(|held| held.owner.incarnation == instance.incarnation);
    let revision: Option<Revision> = match instance.revision {
        Some(number) => table.get(&Revision::key_of(tenant, id, number)).await?,
        None => None,
    };
    let deployed = revision.as_ref().map(|revision| &revision.spec);
    let mut failed = Vec::new();
    for id in left_by(intent.spec, deployed, &units).iter().rev() {
        let submitted: Option<DeploymentSpec> =
            table.get(&DeploymentSpec::key_of(tenant, id)).await?;
        failed.extend(submitted.map(|submitted| submitted.spec));
    }
    Ok(Standing {
        units,
        allocations,
        revision,
        failed,
    })
}
