//! Moves the drift check of one instance a step further: it begins what was not begun, and
//! otherwise looks how far it is. The state machine calls it until it is done.
//!
//! Nothing of an instance is changed or locked by a check. An instance that is being deployed is
//! left alone, and a check during which a deployment begins is worth nothing and is given up.
//! Every call may be repeated: what a check found is saved once, with all that follows from it.

mod acceptable;
mod act;
mod begin;
mod conclude;
mod detect;
mod observe;
mod orphans;
mod services;
mod skip;
mod stored;
mod tell;

use groundplane_accounts::of_instance;
use groundplane_model::{
    Change, DeploymentId, DriftCheck, DriftState, DriftStatus, Failure, FailureKind, Instance,
    InstanceId, InstanceStatus, Partition, Revision, SkipReason, TenantId, UnitCheck, UnitState,
};
use groundplane_ports::{
    Clock, Ids, Reach, ReadDrift, ReadScaling, ReadServices, ReadTable, ReadTagged, WriteTable,
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::begin::Standing;
use crate::conclude::End;

pub use stored::{Note, StoredReport};

/// The longest that CloudFormation is waited for. What it has not looked at by then is reported as
/// not checked.
const PATIENCE: SignedDuration = DriftCheck::PATIENCE;

/// Which instance is to be checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The tenant.
    pub tenant: TenantId,
    /// The instance.
    pub instance: InstanceId,
    /// When the check was asked for: one that began since then is as good.
    pub since: Timestamp,
}

/// What the state machine does next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "next", rename_all = "snake_case")]
pub enum Answer {
    /// It waits, and asks again.
    Poll {
        /// For how long, in seconds.
        seconds: u64,
    },
    /// The check has come to its end.
    Done {
        /// The instance.
        instance: InstanceId,
        /// What came of it.
        result: Outcome,
    },
}

/// What came of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The instance is as it was asked for.
    InSync,
    /// It is not.
    Drifted,
    /// Nothing of it could be checked.
    NotChecked,
    /// There was nothing to be checked: a deployment is under way, or nothing is deployed.
    Skipped,
}

impl From<DriftStatus> for Outcome {
    fn from(status: DriftStatus) -> Self {
        match status {
            DriftStatus::InSync => Self::InSync,
            DriftStatus::Drifted => Self::Drifted,
            DriftStatus::NotChecked => Self::NotChecked,
        }
    }
}

/// An instance that can be checked.
pub(crate) struct Subject {
    pub(crate) instance: Instance,
    /// The number of the revision that is deployed.
    pub(crate) revision: u64,
    pub(crate) units: Vec<UnitState>,
    pub(crate) now: Timestamp,
}

/// What is found when the check of an instance is to be moved on.
enum Found {
    /// It can be checked.
    Ready(Box<Subject>),
    /// It is being deployed.
    Busy(Box<Instance>, DeploymentId),
    /// Nothing of it is deployed yet.
    Undeployed(Box<Instance>),
    /// It is gone.
    Gone,
}

/// Who tells what is there, in all accounts or in one.
#[derive(Debug)]
pub struct Sources<'a, Stacks, Services, Tags> {
    /// CloudFormation.
    pub stacks: &'a Stacks,
    /// ECS.
    pub services: &'a Services,
    /// Whoever knows which resources carry which tags.
    pub tags: &'a Tags,
}

impl<Stacks, Services, Tags> Clone for Sources<'_, Stacks, Services, Tags> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Stacks, Services, Tags> Copy for Sources<'_, Stacks, Services, Tags> {}

/// Moves a check on.
///
/// # Errors
/// `Conflict` where someone else was faster, and the same again may succeed; otherwise as the
/// ports say.
pub async fn handle(
    table: &(impl ReadTable + WriteTable),
    sources: Sources<
        '_,
        impl Reach<Port: ReadDrift>,
        impl Reach<Port: ReadServices + ReadScaling>,
        impl Reach<Port: ReadTagged>,
    >,
    system: &(impl Clock + Ids),
    Request {
        tenant,
        instance: id,
        since,
    }: Request,
) -> Result<Answer, Failure> {
    let done = |result| Answer::Done {
        instance: id.clone(),
        result,
    };
    let now = system.now();
    let subject = match find(table, (&tenant, &id), now).await? {
        Found::Ready(subject) => subject,
        Found::Busy(instance, deployment) => {
            let told = told_before(table, (&tenant, &id), &deployment, since).await?;
            if told == Outcome::Skipped {
                skip::note(table, &instance, SkipReason::DeploymentInProgress, now).await?;
            }
            return Ok(done(told));
        }
        Found::Undeployed(instance) => {
            skip::note(table, &instance, SkipReason::NotDeployed, now).await?;
            return Ok(done(Outcome::Skipped));
        }
        Found::Gone => return Ok(done(Outcome::Skipped)),
    };
    let stored: Option<DriftCheck> = table.get(&DriftCheck::key_of(&tenant, &id)).await?;
    let check = match begin::standing(stored, &subject.instance, since, now) {
        Standing::Ended => return ended(table, &subject).await,
        Standing::Open(check) => check,
        Standing::New { over } => begin::new(table, &subject, over).await?,
    };
    let account = of_instance(table, &subject.instance).await?;
    let account = account.as_ref();
    let stacks = &*sources.stacks.reach(account).await?;
    let before = check.clone();
    let check = detect::advance(stacks, check, &subject.units).await?;
    let is_over = check.units.values().all(UnitCheck::has_ended);
    if is_over || now.duration_since(check.begun_at) >= PATIENCE {
        let key = Revision::key_of(&tenant, &id, subject.revision);
        let revision: Revision = table.require(&key).await?;
        let there = Sources {
            stacks,
            services: &*sources.services.reach(account).await?,
            tags: &*sources.tags.reach(account).await?,
        };
        let sight = Box::pin(observe::observe(there, &subject, (&check, &revision.spec))).await?;
        let end = End {
            check,
            revision: &revision,
            sight: &sight,
        };
        let status = conclude::conclude(table, system, &subject, end).await?;
        return Ok(done(status.into()));
    }
    if check != before {
        table.commit(vec![Change::save(&check)]).await?;
    }
    Ok(Answer::Poll {
        seconds: detect::pace(check.begun_at, now),
    })
}

/// The instance, if there is something to check and nothing in the way.
async fn find(
    table: &impl ReadTable,
    (tenant, id): (&TenantId, &InstanceId),
    now: Timestamp,
) -> Result<Found, Failure> {
    let found: Option<Instance> = table.get(&Instance::key_of(tenant, id)).await?;
    let Some(instance) = found.filter(|it| it.status != InstanceStatus::Destroyed) else {
        tracing::info!(%tenant, instance = %id, "not checked: it is gone");
        return Ok(Found::Gone);
    };
    if let Some(deployment) = instance.active_deployment.clone() {
        tracing::info!(%tenant, instance = %id, %deployment, "not checked: it is being deployed");
        return Ok(Found::Busy(Box::new(instance), deployment));
    }
    let Some(revision) = instance.revision else {
        tracing::info!(%tenant, instance = %id, "not checked: nothing is deployed");
        return Ok(Found::Undeployed(Box::new(instance)));
    };
    let partition = Partition::instance(tenant, id);
    Ok(Found::Ready(Box::new(Subject {
        units: table.query(&partition, UnitState::PREFIX).await?,
        instance,
        revision,
        now,
    })))
}

/// What comes of a check while this deployment is under way. If the check that is asked for has begun
/// it, its answer was lost: it must not seem to have been left out on account of what it did itself.
async fn told_before(
    table: &impl ReadTable,
    (tenant, id): (&TenantId, &InstanceId),
    deployment: &DeploymentId,
    since: Timestamp,
) -> Result<Outcome, Failure> {
    let state: Option<DriftState> = table.get(&DriftState::key_of(tenant, id)).await?;
    let own = state
        .filter(|state| state.remedy.as_ref() == Some(deployment) && state.checked_at >= since);
    Ok(own.map_or(Outcome::Skipped, |state| state.status.into()))
}

/// What came of a check that has ended.
async fn ended(table: &impl ReadTable, subject: &Subject) -> Result<Answer, Failure> {
    let Instance { tenant, id, .. } = &subject.instance;
    let state: Option<DriftState> = table.get(&DriftState::key_of(tenant, id)).await?;
    let state = state.ok_or_else(|| {
        let message = format!("a check of `{id}` has ended without a report");
        Failure::new(FailureKind::Internal, message)
    })?;
    Ok(Answer::Done {
        instance: id.clone(),
        result: state.status.into(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{json, to_value};

    use super::*;

    #[test]
    fn answers_read_as_the_state_machine_expects_them() {
        let poll = to_value(Answer::Poll { seconds: 5 }).unwrap();
        assert_eq!(poll, json!({"next": "poll", "seconds": 5}));
        let done = Answer::Done {
            instance: "web-service.dev".parse().unwrap(),
            result: Outcome::InSync,
        };
        let expected = json!({"next": "done", "instance": "web-service.dev", "result": "in_sync"});
        assert_eq!(to_value(done).unwrap(), expected);
    }
}
