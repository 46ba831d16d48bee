//! What was there before, held against the ground as it is now: nothing is deployed once more that
//! would not be accepted today.

use groundplane_deployment::{
    Accepted, Demand, IdempotencyClaim, Intent, Submission, accept, earlier, kept_inputs, labels_of,
};
use groundplane_model::{
    Allocation, BoundInput, Deployment, DeploymentId, DeploymentSpec, Environment, Failure,
    FailureKind, Instance, InstanceId, InstanceStatus, KeptInput, LandingZone, Life, LifecycleRef,
    Origin, Partition, Problem, Repair, Resolver, Revision, SpecLines, TenantId,
};
use groundplane_ports::ReadTable;
use serde_json::Value;

use crate::fitness::{self, Ground};
use crate::gate::Caller;
use crate::instances::{absent, current};
use crate::precondition::Precondition;
use crate::preview::{Foreseen, foresee_intent};
use crate::problem::Refused;
use crate::{Platform, System, Table, ground};

/// What was there before, on the ground as it is now.
pub(super) struct Again {
    instance: Instance,
    spec: Value,
    lines: Option<Value>,
    repair: Option<Repair>,
    bound: Vec<BoundInput>,
    kept: Vec<KeptInput>,
    lifecycle: Option<LifecycleRef>,
    origin: Origin,
    environment: Environment,
    landing_zone: LandingZone,
    resolvers: Vec<Resolver>,
    pub(super) remarks: Vec<Problem>,
}

/// What is deployed again, before it is held against the ground.
struct Before {
    spec: Value,
    /// The lines of the document that it was written in.
    lines: Option<Value>,
    /// What a check of drift had it do.
    repair: Option<Repair>,
    bound: Vec<BoundInput>,
    kept: Vec<KeptInput>,
    lifecycle: Option<LifecycleRef>,
    origin: Origin,
}

impl Again {
    /// Refused where the caller means another state of the instance.
    pub(super) fn must_be_meant(
        &self,
        precondition: &Precondition,
        names_a_plan: bool,
    ) -> Result<(), Refused> {
        let (instance, environment) = (&self.instance, &self.environment);
        precondition.must_hold(&instance.id, Some(instance), (environment, names_a_plan))
    }

    /// An earlier revision as it was applied: nothing in it is resolved again.
    pub(super) async fn of_revision<T: Table, S: System>(
        platform: &Platform<T, S>,
        caller: &Caller,
        (id, asked): (&InstanceId, Option<u64>),
    ) -> Result<Self, Refused> {
        let tenant = &caller.principal.tenant;
        let instance = current(platform, tenant, id).await?;
        let alive = instance.filter(|it| it.status != InstanceStatus::Destroyed);
        let instance = alive.ok_or_else(|| absent(id))?;
        let invalid = |message: String| Failure::new(FailureKind::Invalid, message);
        let number = earlier(&instance, asked).map_err(|error| invalid(error.to_string()))?;
        let key = Revision::key_of(tenant, id, number);
        let revision: Option<Revision> = platform.table.get(&key).await?;
        let revision = revision.ok_or_else(|| {
            let newest = instance.last_revision;
            let message = format!("`{id}` has no revision {number}; its newest one is {newest}");
            Failure::new(FailureKind::NotFound, message)
        })?;
        let partition = Partition::instance(tenant, id);
        let held: Vec<Allocation> = platform.table.query(&partition, Allocation::PREFIX).await?;
        let what = format!("revision {number} of `{id}` cannot be deployed any more");
        let kept = kept_inputs(&revision, &instance, &held)
            .map_err(|problems| Failure::invalid_document(what, problems))?;
        let life: Option<Life> = platform.table.get(&Life::key_of(tenant, id)).await?;
        let life = life.filter(|life| life.incarnation == instance.incarnation);
        let before = Before {
            lines: lines(&platform.table, tenant, &revision.deployment).await?,
            repair: None,
            spec: revision.spec,
            bound: Vec::new(),
            kept,
            lifecycle: life.map(|life| life.lifecycle),
            origin: Origin::Revision(number),
        };
        Self::on_the_ground(platform, instance, before).await
    }

    /// What a deployment was asked for.
    pub(super) async fn of_deployment<T: Table, S: System>(
        platform: &Platform<T, S>,
        (deployment, instance): (&Deployment, Instance),
    ) -> Result<Self, Refused> {
        let key = DeploymentSpec::key_of(&deployment.tenant, &deployment.id);
        let submitted: DeploymentSpec = platform.table.require(&key).await?;
        let before = Before {
            lines: lines(&platform.table, &deployment.tenant, &deployment.id).await?,
            repair: submitted.repair,
            spec: submitted.spec,
            bound: submitted.bound,
            kept: submitted.kept,
            lifecycle: submitted.lifecycle,
            origin: Origin::Retry(deployment.id.clone()),
        };
        Self::on_the_ground(platform, instance, before).await
    }

    async fn on_the_ground<T: Table, S: System>(
        platform: &Platform<T, S>,
        instance: Instance,
        before: Before,
    ) -> Result<Self, Refused> {
        let table = &platform.table;
        let (environment, landing_zone) = ground::load(table, &instance.environment).await?;
        let ground = Ground {
            tenant: &instance.tenant,
            environment: &environment,
            landing_zone: &landing_zone,
            current: Some(&instance),
        };
        let mut remarks = fitness::of_value(table, &ground, &before.spec).await?;
        // Nobody has the text at hand that these would be places in.
        for remark in &mut remarks {
            remark.position = None;
        }
        Ok(Self {
            instance,
            spec: before.spec,
            lines: before.lines,
            repair: before.repair,
            bound: before.bound,
            kept: before.kept,
            lifecycle: before.lifecycle,
            origin: before.origin,
            environment,
            landing_zone,
            resolvers: ground::resolvers(table).await?,
            remarks,
        })
    }

    pub(super) fn acceptance<T: Table, S: System>(
        &self,
        platform: &Platform<T, S>,
        caller: &Caller,
        idempotency: Option<IdempotencyClaim>,
    ) -> Result<Accepted, Refused> {
        let demand = Demand {
            principal: &caller.principal,
            instance: self.instance.id.clone(),
            environment: self.environment.clone(),
            landing_zone: self.landing_zone.clone(),
            resolvers: self.resolvers.clone(),
            deployment: DeploymentId::from_number(platform.system.next().as_u128()),
            origin: self.origin.clone(),
            idempotency,
            now: platform.system.now(),
        };
        let submission = Submission {
            demand,
            spec: self.spec.clone(),
            lines: self.lines.clone(),
            repair: self.repair.clone(),
            bound: self.bound.clone(),
            kept: self.kept.clone(),
            lifecycle: self.lifecycle.clone(),
            labels: labels_of(&self.spec),
            incarnation: platform.system.next().simple().to_string(),
        };
        Ok(accept(submission, Some(self.instance.clone()))?)
    }

    pub(super) async fn foresee<T: Table, S: System>(
        &self,
        platform: &Platform<T, S>,
    ) -> Result<Foreseen, Refused> {
        let intent = Intent {
            tenant: &self.instance.tenant,
            instance: &self.instance.id,
            spec: &self.spec,
            bound: &self.bound,
            environment: &self.environment,
            landing_zone: &self.landing_zone,
        };
        let foreseen = foresee_intent(platform, &intent, Some(&self.instance)).await?;
        let what = "the spec cannot be deployed";
        Ok(foreseen.map_err(|problems| Failure::invalid_document(what, problems))?)
    }
}

/// The lines of the document that a deployment was asked for with, where they were kept.
async fn lines(
    table: &impl ReadTable,
    tenant: &TenantId,
    deployment: &DeploymentId,
) -> Result<Option<Value>, Refused> {
    let kept: Option<SpecLines> = table.get(&SpecLines::key_of(tenant, deployment)).await?;
    Ok(kept.map(|kept| kept.lines))
}
