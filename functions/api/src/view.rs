//! What the API shows of records.

use std::borrow::Cow;
use std::collections::BTreeMap;

use groundplane_deployment::WaitsFor;
use groundplane_model::{
    Action, Approval, ApprovalDecision, Cancellation, ContextKey, Deployment, DeploymentError,
    DeploymentId, DeploymentStatus, Digest, EnvironmentName, Instance, InstanceId, InstanceStatus,
    LandingZoneName, Life, Origin, Outcome, Problem, Step, StepAction, StepId, StepStatus,
    UnitName, UnitState,
};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::life_view::LifeView;
use crate::precondition;

/// A page of a listing.
#[derive(Debug, Serialize)]
pub(crate) struct Listing<V> {
    pub(crate) items: Vec<V>,
    pub(crate) next: Option<String>,
}

impl<V: ToSchema> PartialSchema for Listing<V> {
    fn schema() -> RefOr<Schema> {
        let items = ArrayBuilder::new().items(Ref::from_schema_name(V::name()));
        let text = SchemaType::from_iter([Type::String, Type::Null]);
        let next = ObjectBuilder::new()
            .schema_type(text)
            .description(Some("The `cursor` of the next page; null on the last one."));
        ObjectBuilder::new()
            .description(Some("A page of a listing."))
            .property("items", items)
            .required("items")
            .property("next", next)
            .required("next")
            .build()
            .into()
    }
}

impl<V: ToSchema> ToSchema for Listing<V> {
    /// Each listing has a name of its own.
    fn name() -> Cow<'static, str> {
        Cow::Owned(format!("{}Page", V::name()))
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((V::name().into_owned(), V::schema()));
        V::schemas(schemas);
    }
}

/// The answer to a submission or a destroy.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Accepted)]
pub(crate) struct AcceptedView {
    pub(crate) instance: InstanceId,
    pub(crate) deployment: DeploymentId,
    pub(crate) status: DeploymentStatus,
    pub(crate) warnings: Vec<Problem>,
}

/// The answer to an applied document.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Applied)]
pub(crate) struct AppliedView {
    pub(crate) kind: &'static str,
    pub(crate) name: String,
    pub(crate) version: u64,
    pub(crate) changed: bool,
    pub(crate) warnings: Vec<Problem>,
}

/// An instance in a listing.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Instance)]
pub(crate) struct InstanceView {
    id: InstanceId,
    name: String,
    environment: EnvironmentName,
    landing_zone: LandingZoneName,
    labels: BTreeMap<String, String>,
    status: InstanceStatus,
    revision: Option<u64>,
    active_deployment: Option<DeploymentId>,
    last_deployment: DeploymentId,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// What `If-Match` takes: which state of the instance this is.
    pub(crate) etag: String,
}

/// An instance by itself.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InstanceDetail {
    #[serde(flatten)]
    pub(crate) instance: InstanceView,
    outputs: BTreeMap<ContextKey, String>,
    units: Vec<UnitView>,
    life: Option<LifeView>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Unit)]
struct UnitView {
    unit: UnitName,
    stack_name: String,
    /// The deployment that applied it last.
    deployment: Option<DeploymentId>,
    /// The deployment that is changing it, or has left it half done.
    pending: Option<DeploymentId>,
}

/// A deployment.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Deployment)]
pub(crate) struct DeploymentView {
    id: DeploymentId,
    instance: InstanceId,
    action: Action,
    status: DeploymentStatus,
    outcome: Option<Outcome>,
    revision: Option<u64>,
    plan_digest: Option<Digest>,
    error: Option<DeploymentError>,
    requested_by: String,
    created_at: Timestamp,
    started_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rollback_to: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_of: Option<DeploymentId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    approval: Option<ApprovalView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancelled: Option<Cancellation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waiting_for: Option<WaitsFor>,
    waves: Vec<WaveView>,
}

/// The approval that a deployment waits or has waited for.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Approval)]
struct ApprovalView {
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    self_approval: bool,
    decision: Option<ApprovalDecision>,
}

impl From<Approval> for ApprovalView {
    fn from(approval: Approval) -> Self {
        Self {
            since: approval.since,
            until: approval.until,
            self_approval: approval.policy.self_approval,
            decision: approval.decision,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Wave)]
struct WaveView {
    units: Vec<StepView>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Step)]
struct StepView {
    step: StepId,
    unit: UnitName,
    action: &'static str,
    status: StepStatus,
    stack_name: String,
    outputs: BTreeMap<ContextKey, String>,
    error: Option<DeploymentError>,
    started_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
}

impl From<Instance> for InstanceView {
    fn from(instance: Instance) -> Self {
        Self {
            etag: precondition::tag(instance.version),
            name: instance.id.service().to_owned(),
            id: instance.id,
            environment: instance.environment,
            landing_zone: instance.landing_zone,
            labels: instance.labels,
            status: instance.status,
            revision: instance.revision,
            active_deployment: instance.active_deployment,
            last_deployment: instance.last_deployment,
            created_at: instance.created_at,
            updated_at: instance.updated_at,
        }
    }
}

impl InstanceDetail {
    pub(crate) fn new(instance: Instance, units: Vec<UnitState>, life: Option<Life>) -> Self {
        let outputs = units
            .iter()
            .filter_map(|unit| unit.applied.as_ref())
            .flat_map(|applied| applied.context.exported())
            .map(|(key, value)| (key.clone(), value.to_owned()))
            .collect();
        let units = units
            .into_iter()
            .map(|unit| UnitView {
                unit: unit.unit,
                stack_name: unit.stack_name,
                deployment: unit.applied.map(|applied| applied.deployment),
                pending: unit.pending,
            })
            .collect();
        Self {
            instance: instance.into(),
            outputs,
            units,
            life: life.map(LifeView::from),
        }
    }
}

impl DeploymentView {
    pub(crate) fn new(
        deployment: Deployment,
        steps: Vec<Step>,
        waiting_for: Option<WaitsFor>,
    ) -> Self {
        let mut waves: Vec<WaveView> = deployment
            .waves
            .iter()
            .map(|_| WaveView { units: Vec::new() })
            .collect();
        for step in steps {
            // Steps of a plan that does not stand yet have no wave to be shown in.
            if let Some(wave) = waves.get_mut(step.wave) {
                wave.units.push(step.into());
            }
        }
        let (rollback_to, retry_of) = match deployment.origin {
            Origin::Wish => (None, None),
            Origin::Revision(number) => (Some(number), None),
            Origin::Retry(of) => (None, Some(of)),
        };
        Self {
            id: deployment.id,
            instance: deployment.instance,
            action: deployment.action,
            status: deployment.status,
            outcome: deployment.outcome,
            revision: deployment.revision,
            plan_digest: deployment.plan_digest,
            error: deployment.error,
            requested_by: deployment.requested_by,
            created_at: deployment.created_at,
            started_at: deployment.started_at,
            ended_at: deployment.ended_at,
            rollback_to,
            retry_of,
            approval: deployment.approval.map(ApprovalView::from),
            cancelled: deployment.cancelled,
            waiting_for,
            waves,
        }
    }
}

impl From<Step> for StepView {
    fn from(step: Step) -> Self {
        let action = match step.action {
            StepAction::Apply { .. } => "apply",
            StepAction::Destroy => "destroy",
        };
        Self {
            step: step.id,
            unit: step.unit,
            action,
            status: step.status,
            stack_name: step.stack_name,
            outputs: step.outputs,
            error: step.error,
            started_at: step.started_at,
            ended_at: step.ended_at,
        }
    }
}
