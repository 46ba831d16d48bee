//! The acceptance of a deployment that the platform itself asks for: of the spec of a revision, as it
//! was or with other values, or of nothing any more. It is accepted on the ground as it is now, and
//! only if it fits that ground and what is deployed, as if a person had asked for it.
//!
//! Nothing is saved here. The caller saves what is accepted together with its own record of it, in
//! one transaction, so that it asks once.

use groundplane_deployment::{Accepted, Demand, Submission, accept, accept_destroy, labels_of};
use groundplane_model::{
    BoundInput, DeploymentId, DeploymentSpec, Environment, EnvironmentName, Failure, FailureKind,
    Instance, KeptInput, Key, LandingZone, LandingZoneName, LifecycleRef, Origin, Partition,
    Principal, Problem, Repair, Resolver, Revision, Severity, SpecLines,
};
use groundplane_planner::{check, check_change};
use groundplane_ports::{Ids, ReadTable};
use jiff::Timestamp;
use serde_json::Value;

/// Who asks.
#[derive(Debug, Clone)]
pub struct Asker {
    /// Who stands as who asked for the deployment.
    pub subject: String,
    /// The lifecycle that the instance follows.
    pub lifecycle: Option<LifecycleRef>,
    /// The time.
    pub now: Timestamp,
}

/// What is to be deployed.
#[derive(Debug, Clone, PartialEq)]
pub struct Wish {
    /// The spec, with every default filled in.
    pub spec: Value,
    /// The lines of the document that it was written in, where they are known.
    pub lines: Option<Value>,
    /// Its inputs that resolvers give values to.
    pub bound: Vec<BoundInput>,
    /// Those of its inputs whose values resolvers gave before, and which stay as they are.
    pub kept: Vec<KeptInput>,
    /// Where it comes from.
    pub origin: Origin,
    /// What of it is repaired; with this, resolvers are not asked again.
    pub repair: Option<Repair>,
}

/// The revision that is deployed, if one is.
///
/// # Errors
/// As the table says.
pub async fn deployed(
    table: &impl ReadTable,
    instance: &Instance,
) -> Result<Option<Revision>, Failure> {
    let Some(number) = instance.revision else {
        return Ok(None);
    };
    let key = Revision::key_of(&instance.tenant, &instance.id, number);
    Ok(table.get(&key).await?)
}

/// What the deployment that made this revision was asked for.
///
/// # Errors
/// `Invalid` where it is not kept any more; otherwise as the table says.
pub async fn submitted(
    table: &impl ReadTable,
    revision: &Revision,
) -> Result<DeploymentSpec, Failure> {
    let key = DeploymentSpec::key_of(&revision.tenant, &revision.deployment);
    let found: Option<DeploymentSpec> = table.get(&key).await?;
    found.ok_or_else(|| {
        let deployment = &revision.deployment;
        let message = format!("what `{deployment}` was asked for is not kept any more");
        Failure::new(FailureKind::Invalid, message)
    })
}

/// The lines of the document that a revision was deployed from, where they were kept.
///
/// # Errors
/// As the table says.
pub async fn lines(table: &impl ReadTable, revision: &Revision) -> Result<Option<Value>, Failure> {
    let key = SpecLines::key_of(&revision.tenant, &revision.deployment);
    let kept: Option<SpecLines> = table.get(&key).await?;
    Ok(kept.map(|kept| kept.lines))
}

/// Accepts the deployment of a spec to an instance that has the revision `deployed`.
///
/// # Errors
/// `Invalid` with every problem where the spec does not fit; `Conflict` where the instance is being
/// deployed; otherwise as the table says.
pub async fn accept_spec(
    table: &impl ReadTable,
    ids: &impl Ids,
    (instance, deployed): (Instance, Option<&Revision>),
    (asker, wish): (&Asker, Wish),
) -> Result<Accepted, Failure> {
    let environment = environment(table, &instance.environment).await?;
    let landing_zone = landing_zone(table, &environment.spec.landing_zone).await?;
    let mut problems = check(&wish.spec, &environment, &landing_zone);
    if let Some(deployed) = deployed {
        let spec = Some(&wish.spec);
        problems.extend(check_change(
            &deployed.spec,
            spec,
            &environment,
            &landing_zone,
        ));
    }
    let what = format!(
        "the spec cannot be deployed to `{}` any more",
        environment.name
    );
    refuse_errors(&what, problems)?;
    let ground = Ground {
        environment,
        landing_zone,
        resolvers: table
            .query(&Partition::resolvers(), Resolver::PREFIX)
            .await?,
    };
    let principal = principal(asker, &instance);
    let submission = Submission {
        demand: Demand {
            origin: wish.origin,
            ..demand(&principal, ids, (asker, &instance, ground))
        },
        labels: labels_of(&wish.spec),
        spec: wish.spec,
        lines: wish.lines,
        bound: wish.bound,
        kept: wish.kept,
        lifecycle: asker.lifecycle.clone(),
        repair: wish.repair,
        incarnation: instance.incarnation.clone(),
    };
    accept(submission, Some(instance))
}

/// Accepts that nothing of an instance is deployed any more, if what is deployed may go.
///
/// # Errors
/// `Invalid` with every problem where it may not; `Conflict` where the instance is being deployed;
/// otherwise as the table says.
pub async fn accept_removal(
    table: &impl ReadTable,
    ids: &impl Ids,
    instance: Instance,
    asker: &Asker,
) -> Result<Accepted, Failure> {
    let environment = environment(table, &instance.environment).await?;
    // The environment may have moved on; the instance is still where it was deployed.
    let landing_zone = landing_zone(table, &instance.landing_zone).await?;
    if let Some(deployed) = deployed(table, &instance).await? {
        let problems = check_change(&deployed.spec, None, &environment, &landing_zone);
        refuse_errors(&format!("`{}` cannot be destroyed", instance.id), problems)?;
    }
    let ground = Ground {
        environment,
        landing_zone,
        resolvers: Vec::new(),
    };
    let principal = principal(asker, &instance);
    let demand = demand(&principal, ids, (asker, &instance, ground));
    accept_destroy(demand, instance)
}

/// What a deployment stands on.
struct Ground {
    environment: Environment,
    landing_zone: LandingZone,
    resolvers: Vec<Resolver>,
}

fn demand<'a>(
    principal: &'a Principal,
    ids: &impl Ids,
    (asker, instance, ground): (&Asker, &Instance, Ground),
) -> Demand<'a> {
    Demand {
        principal,
        instance: instance.id.clone(),
        environment: ground.environment,
        landing_zone: ground.landing_zone,
        resolvers: ground.resolvers,
        deployment: DeploymentId::from_number(ids.next().as_u128()),
        origin: Origin::Wish,
        idempotency: None,
        now: asker.now,
    }
}

fn principal(asker: &Asker, instance: &Instance) -> Principal {
    Principal {
        subject: asker.subject.clone(),
        tenant: instance.tenant.clone(),
        groups: Vec::new(),
        machine: None,
    }
}

async fn environment(
    table: &impl ReadTable,
    name: &EnvironmentName,
) -> Result<Environment, Failure> {
    let found = table.get(&Key::meta(Partition::environment(name))).await?;
    found.ok_or_else(|| gone(&format!("environment `{name}`")))
}

async fn landing_zone(
    table: &impl ReadTable,
    name: &LandingZoneName,
) -> Result<LandingZone, Failure> {
    let found = table.get(&Key::meta(Partition::landing_zone(name))).await?;
    found.ok_or_else(|| gone(&format!("landing zone `{name}`")))
}

fn gone(what: &str) -> Failure {
    let message = format!("there is no {what} any more");
    Failure::new(FailureKind::Invalid, message)
}

fn refuse_errors(what: &str, mut problems: Vec<Problem>) -> Result<(), Failure> {
    problems.retain(|problem| problem.severity == Severity::Error);
    if problems.is_empty() {
        return Ok(());
    }
    Err(Failure {
        problems,
        ..Failure::new(FailureKind::Invalid, what)
    })
}
