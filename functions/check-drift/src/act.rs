//! What the policy has decided is carried out: a deployment is accepted, which is saved with the
//! report. There is one at the most; what it does not do is reported with the reason.

use groundplane_deployment::Accepted;
use groundplane_drift::{Action, Fallback};
use groundplane_model::{
    Deployment, DeploymentId, Failure, FailureKind, Instance, InstanceStatus, Life, LifecycleRef,
    Origin, Repair, Revision,
};
use groundplane_ports::{Ids, ReadTable};
use groundplane_redeploy::{Asker, Wish, accept_spec, lines, submitted};

use crate::Subject;
use crate::acceptable;

/// Who asks for what is done about drift.
const SUBJECT: &str = "drift";

/// Why a remediation has to wait.
const AFTER_ACCEPTANCE: &str =
    "it is remediated once the deployment that accepts other drift has ended";

/// What is done.
#[derive(Debug, Default)]
pub(crate) struct Acts {
    /// What is carried out.
    pub(crate) actions: Vec<Action>,
    /// About which differences less is done than the policy says, and why.
    pub(crate) fallbacks: Vec<Fallback>,
    /// The deployment that does it.
    pub(crate) accepted: Option<Accepted>,
}

impl Acts {
    /// The deployment that does it.
    pub(crate) fn remedy(&self) -> Option<&DeploymentId> {
        let accepted = self.accepted.as_ref();
        accepted.map(|accepted| &accepted.deployment.id)
    }

    fn leave_out(&mut self, action: &Action, reason: &str) {
        let (Action::Remediate { differences, .. } | Action::Accept { differences, .. }) = action
        else {
            return;
        };
        let left_out = differences.iter().map(|place| Fallback {
            difference: *place,
            reason: reason.to_owned(),
        });
        self.fallbacks.extend(left_out);
    }

    /// Notes how the acceptance of the deployment that carries `action` out went.
    fn note(&mut self, action: Action, accepted: Result<Accepted, Failure>) -> Result<(), Failure> {
        match accepted {
            Ok(accepted) => {
                self.actions.push(action);
                self.accepted = Some(accepted);
            }
            Err(failure) => self.leave_out(&action, &refusal(failure)?),
        }
        Ok(())
    }
}

/// Carries out what was `decided`, as far as it can be. What needs a deployment waits for whatever
/// else is at work on the instance: it is decided again by the next check.
///
/// What is to be accepted comes before what is to be remediated, since to deploy a unit again takes
/// back everything about it that drifted.
pub(crate) async fn act(
    table: &impl ReadTable,
    ids: &impl Ids,
    (subject, revision): (&Subject, &Revision),
    decided: Vec<Action>,
) -> Result<Acts, Failure> {
    let mut acts = Acts::default();
    let mut deploying = Vec::new();
    for action in decided {
        match &action {
            Action::Remediate { .. } | Action::Accept { .. } => deploying.push(action),
            Action::Report { fallbacks, .. } => {
                acts.fallbacks.clone_from(fallbacks);
                acts.actions.push(action);
            }
            Action::Signal { .. } | Action::Escalate { .. } => acts.actions.push(action),
        }
    }
    if !deploying.is_empty() {
        deploy(table, ids, (subject, revision), (&mut acts, deploying)).await?;
        acts.fallbacks.sort_by_key(|fallback| fallback.difference);
    }
    Ok(acts)
}

async fn deploy(
    table: &impl ReadTable,
    ids: &impl Ids,
    (subject, revision): (&Subject, &Revision),
    (acts, mut deploying): (&mut Acts, Vec<Action>),
) -> Result<(), Failure> {
    let lifecycle = match standing(table, &subject.instance).await? {
        Standing::Free(lifecycle) => lifecycle,
        Standing::Taken(reason) => {
            for action in &deploying {
                acts.leave_out(action, &reason);
            }
            return Ok(());
        }
    };
    let asker = Asker {
        subject: SUBJECT.to_owned(),
        lifecycle,
        now: subject.now,
    };
    deploying.sort_by_key(|action| matches!(action, Action::Remediate { .. }));
    for action in deploying {
        if acts.accepted.is_some() {
            acts.leave_out(&action, AFTER_ACCEPTANCE);
            continue;
        }
        let accepted = match wish(table, revision, &action).await {
            Ok(wish) => {
                let standing = (subject.instance.clone(), Some(revision));
                accept_spec(table, ids, standing, (&asker, wish)).await
            }
            Err(failure) => Err(failure),
        };
        acts.note(action, accepted)?;
    }
    Ok(())
}

/// What is to be deployed so that this is carried out.
async fn wish(
    table: &impl ReadTable,
    revision: &Revision,
    action: &Action,
) -> Result<Wish, Failure> {
    // The spec of the revision has what resolvers gave; what they gave it for stays known.
    let submitted = submitted(table, revision).await?;
    match action {
        Action::Accept { changes, .. } => acceptable::wish(revision, changes, submitted),
        Action::Remediate { units, .. } => Ok(Wish {
            spec: revision.spec.clone(),
            lines: lines(table, revision).await?,
            bound: submitted.bound,
            kept: submitted.kept,
            origin: Origin::Wish,
            repair: Some(Repair {
                units: units.clone(),
            }),
        }),
        Action::Report { .. } | Action::Signal { .. } | Action::Escalate { .. } => {
            let message = "no deployment carries this out".to_owned();
            Err(Failure::new(FailureKind::Internal, message))
        }
    }
}

/// Whether an instance can be deployed now.
enum Standing {
    /// It can; it follows this lifecycle.
    Free(Option<LifecycleRef>),
    /// It cannot, for this reason.
    Taken(String),
}

async fn standing(table: &impl ReadTable, instance: &Instance) -> Result<Standing, Failure> {
    if !is_sound(table, instance).await? {
        let reason = "the last deployment of the instance has failed; deploy it again first";
        return Ok(Standing::Taken(reason.to_owned()));
    }
    let key = Life::key_of(&instance.tenant, &instance.id);
    let life: Option<Life> = table.get(&key).await?;
    let own = life.filter(|life| life.incarnation == instance.incarnation && !life.ended);
    let run = own.as_ref().and_then(|life| life.run.as_ref());
    if let Some(run) = run {
        let reason = format!("`{}` is running for the instance", run.workflow);
        return Ok(Standing::Taken(reason));
    }
    Ok(Standing::Free(own.map(|life| life.lifecycle)))
}

/// Whether the instance is as its revision says but for its drift. After a deployment that failed,
/// someone has to look at it, unless that was to remedy drift itself.
async fn is_sound(table: &impl ReadTable, instance: &Instance) -> Result<bool, Failure> {
    match instance.status {
        InstanceStatus::Active => Ok(true),
        InstanceStatus::Failed => {
            let key = Deployment::key_of(&instance.tenant, &instance.last_deployment);
            let last: Option<Deployment> = table.get(&key).await?;
            Ok(last.is_some_and(|last| last.requested_by == SUBJECT))
        }
        InstanceStatus::Deploying | InstanceStatus::Destroying | InstanceStatus::Destroyed => {
            Ok(false)
        }
    }
}

/// The reason for which a deployment is refused. Everything else that fails is tried again.
fn refusal(failure: Failure) -> Result<String, Failure> {
    match failure.kind {
        FailureKind::Invalid | FailureKind::NotFound => {
            let problems = failure.problems.iter();
            let problems =
                problems.map(|problem| format!("`{}` {}", problem.pointer, problem.message));
            let problems: Vec<String> = problems.take(SHOWN).collect();
            Ok(if problems.is_empty() {
                failure.message
            } else {
                format!("{}: {}", failure.message, problems.join("; "))
            })
        }
        FailureKind::Unauthenticated
        | FailureKind::Denied
        | FailureKind::Conflict
        | FailureKind::Unavailable
        | FailureKind::Cancelled
        | FailureKind::QuotaExceeded
        | FailureKind::ProvisionFailed
        | FailureKind::Internal => Err(failure),
    }
}

/// How many problems a reason tells of.
const SHOWN: usize = 3;
