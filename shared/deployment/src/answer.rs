//! What people say to a plan that waits, and when it counts.

use groundplane_model::{
    Approval, ApprovalDecision, ApprovalVerdict, Callback, Change, Deployment, DeploymentStatus,
    Digest, Failure, FailureKind, Outbox, OutboxMessage,
};
use jiff::Timestamp;

use crate::approval::{decided, plan_of};

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
    let plan = plan_of(deployment)?;
    if plan.to_string() != answer.plan {
        return Err(ApprovalRefusal::OtherPlan(plan));
    }
    may_decide(deployment, approval, answer, now)?;
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

/// Whether there is time left, and whether this person may say that.
fn may_decide(
    deployment: &Deployment,
    approval: &Approval,
    answer: Answer<'_>,
    now: Timestamp,
) -> Result<(), Failure> {
    let id = &deployment.id;
    if approval.until.is_some_and(|until| now >= until) {
        let message = format!("the time to decide about `{id}` is over");
        return Err(Failure::new(FailureKind::Conflict, message));
    }
    let is_own = answer.by == deployment.requested_by;
    if is_own && !approval.policy.self_approval && answer.verdict == ApprovalVerdict::Approved {
        let message = format!("you asked for `{id}` yourself; someone else has to approve it");
        return Err(Failure::new(FailureKind::Denied, message));
    }
    Ok(())
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
