//! The acceptance of a deployment that a run asks for: on the ground as it is now, and only if it
//! fits what is deployed. Where someone else was faster, the run's next look decides again.

use groundplane_deployment::{
    Accepted, Demand, Submission, accept, accept_destroy, earlier, kept_inputs, labels_of,
};
use groundplane_model::{
    Allocation, Begun, BoundInput, Change, DeploymentId, DeploymentSpec, Environment,
    EnvironmentName, Failure, FailureKind, Instance, KeptInput, Key, LandingZone, LandingZoneName,
    Origin, Partition, Principal, Problem, Resolver, Revision, Severity,
};
use groundplane_planner::{check, check_change};
use groundplane_ports::{Clock, Ids, ReadTable, WriteTable};
use serde_json::Value;

use crate::work::{Work, impossible};

/// Who asks for what a lifecycle runs.
const SUBJECT: &str = "lifecycle";

/// What is to be deployed.
struct Wish {
    spec: Value,
    bound: Vec<BoundInput>,
    kept: Vec<KeptInput>,
    origin: Origin,
}

/// What a deployment stands on.
struct Ground {
    environment: Environment,
    landing_zone: LandingZone,
    resolvers: Vec<Resolver>,
}

/// The spec of the revision that is deployed, and its inputs that resolvers give values to.
pub(super) async fn redeploy(
    table: &(impl ReadTable + WriteTable),
    system: &(impl Clock + Ids),
    (work, instance): (&Work<'_>, Instance),
) -> Result<(), Failure> {
    let deployed = deployed(table, &instance).await?;
    let Some(deployed) = deployed else {
        let message = format!("`{}` has no revision to deploy again", instance.id);
        return Err(impossible(message));
    };
    let key = DeploymentSpec::key_of(&instance.tenant, &deployed.deployment);
    let submitted: DeploymentSpec = table.require(&key).await?;
    let wish = Wish {
        spec: submitted.spec,
        bound: submitted.bound,
        kept: submitted.kept,
        origin: Origin::Wish,
    };
    apply(table, system, (work, instance, wish, Some(&deployed))).await
}

/// The spec of an earlier revision as it was applied: nothing in it is resolved again.
pub(super) async fn rollback(
    table: &(impl ReadTable + WriteTable),
    system: &(impl Clock + Ids),
    (work, instance, asked): (&Work<'_>, Instance, Option<u64>),
) -> Result<(), Failure> {
    let deployed = deployed(table, &instance).await?;
    let number = earlier(&instance, asked).map_err(|error| impossible(error.to_string()))?;
    let key = Revision::key_of(&instance.tenant, &instance.id, number);
    let Some(revision) = table.get::<Revision>(&key).await? else {
        let message = format!(
            "`{}` has no revision {number}; its newest one is {}",
            instance.id, instance.last_revision
        );
        return Err(impossible(message));
    };
    let partition = Partition::instance(&instance.tenant, &instance.id);
    let held: Vec<Allocation> = table.query(&partition, Allocation::PREFIX).await?;
    let what = format!(
        "revision {number} of `{}` cannot be deployed any more",
        instance.id
    );
    let kept = kept_inputs(&revision, &instance, &held).map_err(|problems| Failure {
        kind: FailureKind::Invalid,
        problems,
        ..impossible(what)
    })?;
    let wish = Wish {
        spec: revision.spec,
        bound: Vec::new(),
        kept,
        origin: Origin::Revision(number),
    };
    apply(table, system, (work, instance, wish, deployed.as_ref())).await
}

/// Nothing any more, if what is deployed may go.
pub(super) async fn destroy(
    table: &(impl ReadTable + WriteTable),
    system: &(impl Clock + Ids),
    (work, instance): (&Work<'_>, Instance),
) -> Result<(), Failure> {
    let environment = environment(table, &instance.environment).await?;
    // The environment may have moved on; the instance is still where it was deployed.
    let landing_zone = landing_zone(table, &instance.landing_zone).await?;
    if let Some(deployed) = deployed(table, &instance).await? {
        let problems = check_change(&deployed.spec, None, &environment, &landing_zone);
        refuse_errors(&format!("`{}` cannot be destroyed", instance.id), problems)?;
    }
    let principal = principal(work);
    let ground = Ground {
        environment,
        landing_zone,
        resolvers: Vec::new(),
    };
    let demand = demand(&principal, system, (work, &instance, ground));
    commit(table, work, accept_destroy(demand, instance)?).await
}

async fn apply(
    table: &(impl ReadTable + WriteTable),
    system: &(impl Clock + Ids),
    (work, instance, wish, deployed): (&Work<'_>, Instance, Wish, Option<&Revision>),
) -> Result<(), Failure> {
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
    let principal = principal(work);
    let submission = Submission {
        demand: Demand {
            origin: wish.origin,
            ..demand(&principal, system, (work, &instance, ground))
        },
        labels: labels_of(&wish.spec),
        spec: wish.spec,
        bound: wish.bound,
        kept: wish.kept,
        lifecycle: Some(work.life.lifecycle.clone()),
        incarnation: instance.incarnation.clone(),
    };
    commit(table, work, accept(submission, Some(instance))?).await
}

/// Writes the acceptance and the run's record of it together, so that a run accepts once.
async fn commit(
    table: &impl WriteTable,
    work: &Work<'_>,
    accepted: Accepted,
) -> Result<(), Failure> {
    let begun = Begun::Deployment {
        deployment: accepted.deployment.id,
    };
    let mut changes = accepted.changes;
    changes.push(Change::save(&work.record(None, begun)));
    Ok(table.commit(changes).await?)
}

fn demand<'a>(
    principal: &'a Principal,
    system: &(impl Clock + Ids),
    (work, instance, ground): (&Work<'_>, &Instance, Ground),
) -> Demand<'a> {
    Demand {
        principal,
        instance: instance.id.clone(),
        environment: ground.environment,
        landing_zone: ground.landing_zone,
        resolvers: ground.resolvers,
        deployment: DeploymentId::from_number(system.next().as_u128()),
        origin: Origin::Wish,
        idempotency: None,
        now: work.now,
    }
}

fn principal(work: &Work<'_>) -> Principal {
    Principal {
        subject: SUBJECT.to_owned(),
        tenant: work.life.tenant.clone(),
        groups: Vec::new(),
    }
}

/// The revision that is deployed, if one is.
async fn deployed(
    table: &impl ReadTable,
    instance: &Instance,
) -> Result<Option<Revision>, Failure> {
    let Some(number) = instance.revision else {
        return Ok(None);
    };
    let key = Revision::key_of(&instance.tenant, &instance.id, number);
    Ok(table.get(&key).await?)
}

async fn environment(
    table: &impl ReadTable,
    name: &EnvironmentName,
) -> Result<Environment, Failure> {
    let found = table.get(&Key::meta(Partition::environment(name))).await?;
    found.ok_or_else(|| impossible(format!("there is no environment `{name}` any more")))
}

async fn landing_zone(
    table: &impl ReadTable,
    name: &LandingZoneName,
) -> Result<LandingZone, Failure> {
    let found = table.get(&Key::meta(Partition::landing_zone(name))).await?;
    found.ok_or_else(|| impossible(format!("there is no landing zone `{name}` any more")))
}

fn refuse_errors(what: &str, mut problems: Vec<Problem>) -> Result<(), Failure> {
    problems.retain(|problem| problem.severity == Severity::Error);
    if problems.is_empty() {
        return Ok(());
    }
    Err(Failure {
        kind: FailureKind::Invalid,
        problems,
        ..impossible(what)
    })
}
