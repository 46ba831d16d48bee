//! Approval: whether a plan needs one, how it is asked for, and what comes of it. The
//! decision lies with the deployment; waking its execution only makes it look.

use groundplane_model::{
    Approval, ApprovalDecision, ApprovalPolicy, ApprovalVerdict, Callback, Change, Deployment,
    DeploymentError, DeploymentStatus, Digest, Failure, FailureKind, Outbox, OutboxMessage, Step,
    TaskToken, UnitState,
};
use jiff::Timestamp;
use serde_json::json;

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
    let mut changes = match deployment.status == DeploymentStatus::Waiting {
        true => vec![Change::check(deployment)],
        false => begin_to_wait(deployment, approval, now),
    };
    let callback = Callback {
        tenant: deployment.tenant.clone(),
        deployment: deployment.id.clone(),
        token,
        version: callback.map_or(0, |callback| callback.version),
    };
    changes.push(Change::save(&callback));
    Ok(changes)
}

/// The time to answer begins, and an event tells of it.
fn begin_to_wait(deployment: &Deployment, approval: &Approval, now: Timestamp) -> Vec<Change> {
    let until = now.checked_add(approval.policy.deadline).ok();
    let waiting = Deployment {
        status: DeploymentStatus::Waiting,
        approval: Some(Approval {
            since: Some(now),
            until,
            ..approval.clone()
        }),
        ..deployment.clone()
    };
    let message = OutboxMessage::PublishEvent {
        detail_type: "Deployment Waiting".to_owned(),
        detail: json!({
            "tenant": deployment.tenant,
            "instance": deployment.instance,
            "deployment": deployment.id,
            "action": deployment.action,
            "status": waiting.status,
            "plan": deployment.plan_digest,
            "requestedBy": deployment.requested_by,
            "until": until,
        }),
    };
    let event = Outbox::new(format!("{}.waiting", deployment.id), message, now);
    vec![Change::save(&waiting), Change::save(&event)]
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
pub(crate) fn decided(
    deployment: &Deployment,
    approval: &Approval,
    decision: ApprovalDecision,
) -> Deployment {
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

pub(crate) fn plan_of(deployment: &Deployment) -> Result<Digest, Failure> {
    deployment.plan_digest.clone().ok_or_else(|| {
        let message = format!("`{}` is not planned", deployment.id);
        Failure::new(FailureKind::Internal, message)
    })
}

#[cfg(test)]
#[path = "approval_tests.rs"]
mod tests;
