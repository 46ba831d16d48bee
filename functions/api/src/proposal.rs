//! A spec that someone wants deployed, and what it would stand on: everything that is found out
//! before it is accepted, or before it is said what deploying it would do.

use groundplane_deployment::{Demand, IdempotencyClaim, Submission, bound_inputs};
use groundplane_model::{
    BoundInput, DeploymentId, Digest, Environment, EnvironmentName, Failure, FailureKind, Instance,
    InstanceId, LandingZone, LifecycleRef, Origin, Problem, Resolver, kept_size,
};
use groundplane_spec::{Document, Service, ValidDocument};

use crate::fitness::{self, Ground};
use crate::gate::Caller;
use crate::problem::Refused;
use crate::submission::Submitted;
use crate::{Platform, System, Table, ground, instances, lives};

/// A spec and where it is to go.
#[derive(Debug)]
pub(crate) struct Wish {
    pub(crate) service: Service,
    pub(crate) environment: EnvironmentName,
    pub(crate) instance: InstanceId,
    /// What its author should know about the document.
    pub(crate) warnings: Vec<Problem>,
    /// The digest of the text that it was read from.
    pub(crate) digest: Digest,
    source: Document,
}

impl Wish {
    /// The service that was submitted, for the environment that the query or the document names.
    pub(crate) fn of(
        submitted: Submitted,
        environment: Option<&EnvironmentName>,
    ) -> Result<Self, Refused> {
        let Submitted {
            document,
            source,
            warnings,
            digest,
        } = submitted;
        let ValidDocument::Service(service) = document else {
            let kind = document.kind();
            let message = format!("instances are made from `kind: Service`, not `{kind}`");
            return Err(Failure::new(FailureKind::Invalid, message).into());
        };
        let environment = environment.or(service.environment.as_ref());
        let environment = environment.cloned().ok_or_else(homeless)?;
        Ok(Self {
            instance: InstanceId::new(&service.name, &environment),
            service,
            environment,
            warnings,
            digest,
            source,
        })
    }

    /// Refused with these problems, each at its place in the document.
    pub(crate) fn refused(&self, what: &str, problems: Vec<Problem>) -> Refused {
        let problems = problems.into_iter();
        let problems = problems.map(|problem| self.source.locate(problem));
        Failure::invalid_document(what, problems.collect()).into()
    }
}

fn homeless() -> Failure {
    let problem = Problem::error("/metadata", "the document names no environment")
        .with_hint("add `environment` to `metadata`, or submit with ?environment=");
    Failure::invalid_document("the document has a problem", vec![problem])
}

/// How much of an item of the table a spec may take up: an item ends at 400 KB ("Service, account, and
/// table quotas", `DynamoDB` developer guide), and has other fields.
const MOST_KEPT: usize = 300 * 1024;

/// Refused where the spec, packed, is too large to be kept.
fn must_fit(wish: &Wish) -> Result<(), Refused> {
    let lines = wish.source.lines();
    for size in [kept_size(&wish.service.value), kept_size(&lines)] {
        let size = size.unwrap_or(usize::MAX);
        if size > MOST_KEPT {
            let message = format!(
                "the spec takes {} KiB when it is packed, and at most {} KiB are kept",
                size / 1024,
                MOST_KEPT / 1024
            );
            return Err(Failure::new(FailureKind::Invalid, message).into());
        }
    }
    Ok(())
}

/// A wish that fits the ground as it is now, and what is deployed on it.
#[derive(Debug)]
pub(crate) struct Proposal {
    pub(crate) environment: Environment,
    pub(crate) landing_zone: LandingZone,
    pub(crate) current: Option<Instance>,
    /// The inputs of the spec that resolvers give values to.
    pub(crate) bound: Vec<BoundInput>,
    /// What its author should know although it fits.
    pub(crate) remarks: Vec<Problem>,
    resolvers: Vec<Resolver>,
    lifecycle: LifecycleRef,
}

impl Proposal {
    /// Loads what the wish would stand on, and checks that it can.
    pub(crate) async fn of<T: Table, S: System>(
        platform: &Platform<T, S>,
        caller: &Caller,
        wish: &Wish,
    ) -> Result<Self, Refused> {
        let table = &platform.table;
        let (environment, landing_zone) = ground::load(table, &wish.environment).await?;
        let tenant = &caller.principal.tenant;
        let current = instances::current(platform, tenant, &wish.instance).await?;
        let ground = Ground {
            tenant,
            environment: &environment,
            landing_zone: &landing_zone,
            current: current.as_ref(),
        };
        let (service, source) = (&wish.service, &wish.source);
        let resolvers = ground::resolvers(table).await?;
        let bound = bound_inputs(&resolvers, &service.value, source.value())
            .map_err(|problems| wish.refused("the spec gives what resolvers give", problems))?;
        must_fit(wish)?;
        let remarks = fitness::of_spec(table, &ground, service, source).await?;
        let lifecycle = lives::chosen(table, service, current.as_ref(), source).await?;
        Ok(Self {
            environment,
            landing_zone,
            current,
            bound,
            remarks,
            resolvers,
            lifecycle,
        })
    }

    /// What is submitted where the caller means it.
    pub(crate) fn submission<'a, S: System>(
        &self,
        system: &S,
        caller: &'a Caller,
        wish: &Wish,
        idempotency: Option<IdempotencyClaim>,
    ) -> Submission<'a> {
        let demand = Demand {
            principal: &caller.principal,
            instance: wish.instance.clone(),
            environment: self.environment.clone(),
            landing_zone: self.landing_zone.clone(),
            resolvers: self.resolvers.clone(),
            deployment: DeploymentId::from_number(system.next().as_u128()),
            origin: Origin::Wish,
            idempotency,
            now: system.now(),
        };
        Submission {
            demand,
            spec: wish.service.value.clone(),
            lines: Some(wish.source.lines()),
            bound: self.bound.clone(),
            kept: Vec::new(),
            lifecycle: Some(self.lifecycle.clone()),
            repair: None,
            labels: wish.service.labels.clone(),
            incarnation: system.next().simple().to_string(),
        }
    }
}
