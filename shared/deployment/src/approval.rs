//! Approval: whether a plan needs one, how it is asked for, and what each answer comes to. The
//! decision lies with the deployment; waking its execution only makes it look.

use groundplane_model::{
    Approval, ApprovalDecision, ApprovalPolicy, ApprovalVerdict, Callback, Change, Deployment,
    DeploymentError, DeploymentStatus, Digest, Failure, FailureKind, Outbox, OutboxMessage, Step,
    TaskToken, UnitState,
};
use jiff::Timestamp;

use crate::cancel::stop_if_cancelled;
use crate::prepare::changes_something;

/// The approval that a plan of these `steps` needs under `policy`, if it needs one. One that
/// changes nothing does not.
#[must_use]
pub fn demanded(
    policy: Option<&ApprovalPolicy>,
    steps: &[Step],
    units: &[UnitState],
) -> Option<Approval> {
    let policy = policy.filter(|policy| policy.required)?;
    let changes = steps.iter().any(|step| changes_something(step, units));
    changes.then(|| Approval {
        policy: policy.clone(),
        since: None,
        until: None,
        decision: None,
    })
}

/// An execution that waits for the approval of its plan.
#[derive(Debug, Clone)]
pub struct Question<'a> {
    /// Its deployment.
    pub deployment: &'a Deployment,
    /// How it was woken before, if it has waited before.
    pub callback: Option<&'a Callback>,
    /// How it is woken.
    pub token: TaskToken,
    /// The time.
    pub now: Timestamp,
}

/// Lets a deployment wait. Where it need not wait any more, its execution is woken at once. The
/// time to answer begins with the first question.
///
/// # Errors
/// `Internal` where the deployment needs no approval.
pub fn ask(question: Question<'_>) -> Result<Vec<Change>, Failure> {
    let Question {
        deployment,
        callback,
        token,
        now,
    } = question;
    let waits = matches!(
        deployment.status,
        DeploymentStatus::Running | DeploymentStatus::Waiting
    );
    let approval = needed(deployment)?;
    if !waits || judge(deployment, now)? != Judgement::Wait {
        return Ok(vec![Change::save(&woken(
            deployment, "resumed", token, now,
        ))]);
    }
    let kept = match deployment.status {
        DeploymentStatus::Waiting => Change::check(deployment),
        _ => Change::save(&Deployment {
            status: DeploymentStatus::Waiting,
            approval: Some(Approval {
                since: Some(approval.since.unwrap_or(now)),
                until: approval
                    .until
                    .or_else(|| now.checked_add(approval.policy.deadline).ok()),
                ..approval.clone()
            }),
            ..deployment.clone()
        }),
    };
    let callback = Callback {
        tenant: deployment.tenant.clone(),
        deployment: deployment.id.clone(),
        token,
        version: callback.map_or(0, |callback| callback.version),
    };
    Ok(vec![kept, Change::save(&callback)])
}

/// What an execution that was woken, or has waited long enough, does.
#[derive(Debug, Clone, PartialEq)]
pub enum Judgement {
    /// The plan is carried out.
    Go,
    /// Nobody has decided.
    Wait,
    /// Nobody has decided, and now it is too late: this is the change to commit.
    Expire(Box<Change>),
    /// The deployment goes no further.
    Stop(Failure),
}

/// What became of the approval that `deployment` needs.
///
/// # Errors
/// `Internal` where it needs none.
pub fn judge(deployment: &Deployment, now: Timestamp) -> Result<Judgement, Failure> {
    let approval = needed(deployment)?;
    if let Err(stopped) = stop_if_cancelled(deployment) {
        return Ok(Judgement::Stop(stopped));
    }
    if approval.decision.is_some() {
        return Ok(Judgement::Go);
    }
    if approval.until.is_none_or(|until| now < until) {
        return Ok(Judgement::Wait);
    }
    let decision = ApprovalDecision {
        verdict: ApprovalVerdict::Expired,
        by: None,
        at: now,
        plan: plan_of(deployment)?,
        reason: None,
    };
    let expired = decided(deployment, approval, decision);
    Ok(Judgement::Expire(Box::new(Change::save(&expired))))
}

/// The message that wakes the execution of a deployment whose time to answer is over, for the
/// sweeper; none before, or without an execution that waits.
#[must_use]
pub fn too_late(
    deployment: &Deployment,
    callback: Option<&Callback>,
    now: Timestamp,
) -> Option<Outbox> {
    let until = deployment.approval.as_ref()?.until?;
    let is_late = deployment.status == DeploymentStatus::Waiting && now >= until;
    let token = callback.filter(|_| is_late)?.token.clone();
    Some(woken(deployment, "expired", token, now))
}

/// What someone says to a plan.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// Yes or no.
    pub verdict: ApprovalVerdict,
    /// Who says it.
    pub by: &'a str,
    /// The digest of the plan that they have seen.
    pub plan: &'a str,
    /// Why, in their words.
    pub reason: Option<&'a str>,
}

/// Why an answer does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApprovalRefusal {
    /// It is about another plan than the one that waits.
    OtherPlan(Digest),
    /// Anything else.
    Failure(Failure),
}

impl From<Failure> for ApprovalRefusal {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

/// Takes an answer to the plan of `deployment`. The same answer of the same person again changes
/// nothing.
///
/// # Errors
/// Where the deployment does not wait, or waits for something else, or this person may not decide.
pub fn answer(
    deployment: &Deployment,
    callback: Option<&Callback>,
    answer: Answer<'_>,
    now: Timestamp,
) -> Result<Vec<Change>, ApprovalRefusal> {
    let id = &deployment.id;
    let Some(approval) = &deployment.approval else {
        return Err(not_waiting(deployment).into());
    };
    let plan = plan_of(deployment)?;
    if let Some(decision) = &approval.decision {
        let is_the_same = decision.verdict == answer.verdict
            && decision.by.as_deref() == Some(answer.by)
            && decision.plan.to_string() == answer.plan;
        return match is_the_same {
            true => Ok(Vec::new()),
            false => Err(decided_before(deployment, decision).into()),
        };
    }
    if deployment.status != DeploymentStatus::Waiting {
        return Err(not_waiting(deployment).into());
    }
    if plan.to_string() != answer.plan {
        return Err(ApprovalRefusal::OtherPlan(plan));
    }
    if approval.until.is_some_and(|until| now >= until) {
        let message = format!("the time to decide about `{id}` is over");
        return Err(Failure::new(FailureKind::Conflict, message).into());
    }
    let is_own = answer.by == deployment.requested_by;
    if is_own && !approval.policy.self_approval && answer.verdict == ApprovalVerdict::Approved {
        let message = format!("you asked for `{id}` yourself; someone else has to approve it");
        return Err(Failure::new(FailureKind::Denied, message).into());
    }
    let decision = ApprovalDecision {
        verdict: answer.verdict,
        by: Some(answer.by.to_owned()),
        at: now,
        plan,
        reason: answer.reason.map(str::to_owned),
    };
    let mut changes = vec![Change::save(&decided(deployment, approval, decision))];
    if let Some(callback) = callback {
        let token = callback.token.clone();
        let message = OutboxMessage::ResumeDeployment { token };
        changes.push(Change::save(&Outbox::new(
            format!("{id}.answered"),
            message,
            now,
        )));
        // The token that is woken is the one that counts.
        changes.push(Change::check(callback));
    }
    Ok(changes)
}

/// Why a plan is not carried out, if it was refused.
pub(crate) fn refused_by(approval: &Approval) -> Option<DeploymentError> {
    let decision = approval.decision.as_ref()?;
    let by = decision.by.as_deref().unwrap_or("nobody");
    let (name, cause) = match decision.verdict {
        ApprovalVerdict::Approved => return None,
        ApprovalVerdict::Rejected => {
            let reason = decision.reason.as_deref();
            let reason = reason.map(|it| format!(": {it}")).unwrap_or_default();
            ("Groundplane.Rejected", format!("rejected by {by}{reason}"))
        }
        ApprovalVerdict::Expired => (
            "Groundplane.ApprovalExpired",
            "nobody approved it in time".to_owned(),
        ),
    };
    Some(DeploymentError {
        unit: None,
        name: name.to_owned(),
        cause,
    })
}

/// `deployment` with a decision: it goes on, be it to its failure.
fn decided(deployment: &Deployment, approval: &Approval, decision: ApprovalDecision) -> Deployment {
    Deployment {
        status: DeploymentStatus::Running,
        approval: Some(Approval {
            decision: Some(decision),
            ..approval.clone()
        }),
        ..deployment.clone()
    }
}

fn woken(deployment: &Deployment, why: &str, token: TaskToken, now: Timestamp) -> Outbox {
    let name = format!("{}.{why}.{}", deployment.id, token.fingerprint());
    Outbox::new(name, OutboxMessage::ResumeDeployment { token }, now)
}

fn needed(deployment: &Deployment) -> Result<&Approval, Failure> {
    deployment.approval.as_ref().ok_or_else(|| {
        let message = format!("`{}` needs no approval", deployment.id);
        Failure::new(FailureKind::Internal, message)
    })
}

fn plan_of(deployment: &Deployment) -> Result<Digest, Failure> {
    deployment.plan_digest.clone().ok_or_else(|| {
        let message = format!("`{}` is not planned", deployment.id);
        Failure::new(FailureKind::Internal, message)
    })
}

fn decided_before(deployment: &Deployment, decision: &ApprovalDecision) -> Failure {
    let by = decision.by.as_deref().unwrap_or("nobody");
    let how = match decision.verdict {
        ApprovalVerdict::Approved => format!("was approved by {by} already"),
        ApprovalVerdict::Rejected => format!("was rejected by {by} already"),
        ApprovalVerdict::Expired => "was not approved in time".to_owned(),
    };
    let message = format!("`{}` {how}", deployment.id);
    Failure::new(FailureKind::Conflict, message)
}

fn not_waiting(deployment: &Deployment) -> Failure {
    let why = match deployment.status {
        DeploymentStatus::Accepted | DeploymentStatus::Running | DeploymentStatus::Waiting
            if deployment.plan_digest.is_none() =>
        {
            "is not planned yet"
        }
        DeploymentStatus::Accepted | DeploymentStatus::Running | DeploymentStatus::Waiting => {
            "does not wait for an approval"
        }
        DeploymentStatus::Compensating => "has failed and is being taken back",
        DeploymentStatus::Succeeded => "has succeeded already",
        DeploymentStatus::Failed => "has failed already",
    };
    let message = format!("`{}` {why}", deployment.id);
    Failure::new(FailureKind::Conflict, message)
}

#[cfg(test)]
#[path = "approval_tests.rs"]
mod tests;
