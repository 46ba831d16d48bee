//! What a deployment that has not ended waits for, since when, and what helps.

use groundplane_model::{Deployment, DeploymentStatus, Step, StepStatus};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::approval::refused_by;
use crate::undo::is_to_be_undone;

/// How long a start may take before it is more likely to be lost.
const START: SignedDuration = SignedDuration::from_mins(1);

/// What a deployment waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Waits {
    /// Its execution.
    Start,
    /// What resolvers give, and its plan.
    Plan,
    /// Someone who approves the plan.
    Approval,
    /// Stacks.
    Stacks,
    /// What it does now, before it can be taken back.
    Cancellation,
    /// What is being taken back.
    Compensation,
}

/// What a deployment waits for, since when, and what helps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WaitsFor {
    /// Of what kind it is.
    pub on: Waits,
    /// What it is, in words.
    pub what: String,
    /// Since when.
    pub since: Timestamp,
    /// Until when at most, where there is an end.
    pub until: Option<Timestamp>,
    /// What ends the waiting.
    pub unblock: String,
}

/// What `deployment` with these `steps` waits for at `now`; nothing once it has ended.
#[must_use]
pub fn waiting_for(deployment: &Deployment, steps: &[Step], now: Timestamp) -> Option<WaitsFor> {
    let begun = deployment.started_at.unwrap_or(deployment.created_at);
    let waits = match deployment.status {
        DeploymentStatus::Succeeded | DeploymentStatus::Failed => return None,
        DeploymentStatus::Accepted => for_start(deployment, now),
        DeploymentStatus::Waiting => for_approval(deployment, begun),
        DeploymentStatus::Compensating => for_compensation(deployment, steps, begun),
        DeploymentStatus::Running => for_work(deployment, steps, begun),
    };
    Some(waits)
}

fn for_start(deployment: &Deployment, now: Timestamp) -> WaitsFor {
    let id = &deployment.id;
    let since = deployment.recovered_at.unwrap_or(deployment.created_at);
    let is_late = now.duration_since(since) > START;
    let (what, unblock) = match is_late {
        false => ("its start".to_owned(), "it starts in a moment".to_owned()),
        true => (
            "its start, which seems to be lost".to_owned(),
            format!(
                "a sweep starts it again within five minutes, `groundplane retry {id}` at once"
            ),
        ),
    };
    WaitsFor {
        on: Waits::Start,
        what,
        since,
        until: None,
        unblock,
    }
}

fn for_approval(deployment: &Deployment, begun: Timestamp) -> WaitsFor {
    let id = &deployment.id;
    let approval = deployment.approval.as_ref();
    let own = approval.is_some_and(|approval| !approval.policy.self_approval);
    let who = match own {
        true => format!("someone other than {} ", deployment.requested_by),
        false => "someone ".to_owned(),
    };
    WaitsFor {
        on: Waits::Approval,
        what: format!("{who}who approves its plan"),
        since: approval.and_then(|it| it.since).unwrap_or(begun),
        until: approval.and_then(|it| it.until),
        unblock: format!("`groundplane approve {id}` or `groundplane reject {id}`"),
    }
}

fn for_compensation(deployment: &Deployment, steps: &[Step], begun: Timestamp) -> WaitsFor {
    let left: Vec<&Step> = steps.iter().filter(|step| is_to_be_undone(step)).collect();
    let ended = steps.iter().filter_map(|step| step.ended_at).max();
    let what = match left.as_slice() {
        [] => "what it holds to be given back".to_owned(),
        left => format!("{} to be taken back", stacks(left)),
    };
    WaitsFor {
        on: Waits::Compensation,
        what,
        since: ended.unwrap_or(begun),
        until: None,
        unblock: if_lost(deployment),
    }
}

fn for_work(deployment: &Deployment, steps: &[Step], begun: Timestamp) -> WaitsFor {
    let is_at_work = |step: &&Step| step.status == StepStatus::Running;
    let at_work: Vec<&Step> = steps.iter().filter(is_at_work).collect();
    let started = at_work.iter().filter_map(|step| step.started_at).min();
    let id = &deployment.id;
    if let Some(cancelled) = &deployment.cancelled {
        let what = match at_work.as_slice() {
            [] => "its next step, which it will not take".to_owned(),
            steps => format!("{} to stop", stacks(steps)),
        };
        return WaitsFor {
            on: Waits::Cancellation,
            what: format!("{what}; cancelled by {}", cancelled.by),
            since: cancelled.at,
            until: None,
            unblock: if_lost(deployment),
        };
    }
    let is_planned = deployment.plan_digest.is_some();
    let refused = deployment.approval.as_ref().and_then(refused_by);
    let (on, what) = match at_work.as_slice() {
        _ if refused.is_some() => (Waits::Cancellation, "its end".to_owned()),
        [] if !is_planned => (Waits::Plan, "resolvers and its plan".to_owned()),
        [] => (Waits::Stacks, "its next step".to_owned()),
        steps => (Waits::Stacks, stacks(steps)),
    };
    let last = steps.iter().filter_map(|step| step.ended_at).max();
    WaitsFor {
        on,
        what,
        since: started.or(last).unwrap_or(begun),
        until: None,
        unblock: format!("it goes on by itself; `groundplane cancel {id}` ends it"),
    }
}

/// The stacks of these steps.
fn stacks(steps: &[&Step]) -> String {
    let one = |step: &&Step| format!("the stack `{}` of `{}`", step.stack_name, step.unit);
    let all: Vec<String> = steps.iter().map(one).collect();
    all.join(", ")
}

fn if_lost(deployment: &Deployment) -> String {
    let id = &deployment.id;
    format!(
        "it goes on by itself; a sweep takes it up within five minutes if its execution is lost, \
         `groundplane retry {id}` at once"
    )
}

#[cfg(test)]
#[path = "waiting_tests.rs"]
mod tests;
