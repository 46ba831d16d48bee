//! Which plans need an approval, who may give it, and what it comes to.

use super::*;
use crate::answer::{Answer, ApprovalRefusal, answer};
use crate::fixture::{apply, at, deployment, destroy, one, planned, unit};
use groundplane_model::{Cancellation, Step};
use jiff::SignedDuration;

fn policy() -> ApprovalPolicy {
    ApprovalPolicy {
        deadline: SignedDuration::from_secs(100),
        ..ApprovalPolicy::default()
    }
}

fn approval() -> Approval {
    Approval {
        policy: policy(),
        since: None,
        until: None,
        decision: None,
    }
}

/// A planned deployment that kim asked for, and which needs an approval.
fn planned_one() -> Deployment {
    Deployment {
        approval: Some(approval()),
        ..planned(DeploymentStatus::Running, &[apply("compute", "new")])
    }
}

/// The same, waiting from second 10 to second 110.
fn waiting() -> Deployment {
    Deployment {
        status: DeploymentStatus::Waiting,
        approval: Some(Approval {
            since: Some(at(10)),
            until: Some(at(110)),
            ..approval()
        }),
        ..planned_one()
    }
}

fn token(text: &str) -> TaskToken {
    TaskToken::from(text.to_owned())
}

fn callback() -> Callback {
    let waiting = waiting();
    Callback {
        tenant: waiting.tenant,
        deployment: waiting.id,
        token: token("first"),
        version: 3,
    }
}

fn question<'a>(
    deployment: &'a Deployment,
    callback: Option<&'a Callback>,
    second: i64,
) -> Question<'a> {
    Question {
        deployment,
        callback,
        token: token("second"),
        now: at(second),
    }
}

fn digest(deployment: &Deployment) -> String {
    deployment.plan_digest.as_ref().unwrap().to_string()
}

fn yes(by: &str) -> Result<Vec<Change>, ApprovalRefusal> {
    say(&waiting(), ApprovalVerdict::Approved, by, 20)
}

fn say(
    deployment: &Deployment,
    verdict: ApprovalVerdict,
    by: &str,
    second: i64,
) -> Result<Vec<Change>, ApprovalRefusal> {
    let plan = digest(deployment);
    let said = Answer {
        verdict,
        by,
        plan: &plan,
        reason: None,
    };
    answer(deployment, Some(&callback()), said, at(second))
}

fn refusal(result: Result<Vec<Change>, ApprovalRefusal>) -> Failure {
    match result.unwrap_err() {
        ApprovalRefusal::Failure(failure) => failure,
        other @ ApprovalRefusal::OtherPlan(_) => panic!("{other:?}"),
    }
}

#[test]
fn only_a_plan_that_changes_something_needs_an_approval_and_only_where_it_is_demanded() {
    let steps = [apply("compute", "new")];
    let not_required = ApprovalPolicy {
        required: false,
        ..policy()
    };
    assert_eq!(demanded(None, &steps, &[]), None);
    assert_eq!(demanded(Some(&not_required), &steps, &[]), None);
    assert_eq!(demanded(Some(&policy()), &steps, &[]), Some(approval()));
    assert_eq!(demanded(Some(&policy()), &[], &[]), None);
    let there = [unit("compute", "new")];
    assert_eq!(demanded(Some(&policy()), &steps, &there), None);
    let other = [unit("compute", "old")];
    assert!(demanded(Some(&policy()), &steps, &other).is_some());
    let removal: [Step; 1] = [destroy("compute")];
    assert!(demanded(Some(&policy()), &removal, &there).is_some());
    assert_eq!(demanded(Some(&policy()), &removal, &[]), None);
}

#[test]
fn the_first_question_lets_it_wait_and_later_ones_change_the_token_alone() {
    let first = ask(question(&planned_one(), None, 10)).unwrap();
    assert_eq!(one::<Deployment>(&first), waiting());
    assert_eq!(one::<Callback>(&first).token, token("second"));
    let again = ask(question(&waiting(), Some(&callback()), 60)).unwrap();
    let renewed = Callback {
        token: token("second"),
        ..callback()
    };
    assert_eq!(
        again,
        [Change::check(&waiting()), Change::save(&renewed)],
        "the time goes on"
    );
}

#[test]
fn a_question_that_is_answered_already_wakes_at_once() {
    let approved: Deployment = one(&yes("ada").unwrap());
    let late = waiting();
    let cancelled = Deployment {
        status: DeploymentStatus::Running,
        cancelled: Some(Cancellation {
            by: "ada".to_owned(),
            at: at(20),
        }),
        ..waiting()
    };
    for (case, second) in [(&approved, 30), (&late, 110), (&cancelled, 30)] {
        let changes = ask(question(case, Some(&callback()), second)).unwrap();
        assert_eq!(changes.len(), 1);
        let woken: Outbox = one(&changes);
        let token = token("second");
        assert_eq!(woken.message, OutboxMessage::ResumeDeployment { token });
    }
}

#[test]
fn an_execution_goes_on_only_when_someone_has_agreed() {
    assert_eq!(judge(&waiting(), at(109)), Ok(Judgement::Wait));
    let approved: Deployment = one(&yes("ada").unwrap());
    assert_eq!(judge(&approved, at(500)), Ok(Judgement::Go));
    let rejected: Deployment = one(&say(&waiting(), ApprovalVerdict::Rejected, "kim", 20).unwrap());
    let Ok(Judgement::Stop(failure)) = judge(&rejected, at(30)) else {
        panic!("it goes on");
    };
    assert_eq!(failure.kind, FailureKind::Cancelled);
    assert_eq!(failure.message, "rejected by kim");
    assert!(judge(&deployment(DeploymentStatus::Running), at(0)).is_err());
}

#[test]
fn nobody_answering_in_time_is_a_refusal() {
    let Ok(Judgement::Expire(change)) = judge(&waiting(), at(110)) else {
        panic!("it waits on");
    };
    let expired: Deployment = one(&[*change]);
    let Ok(Judgement::Stop(failure)) = judge(&expired, at(111)) else {
        panic!("it goes on");
    };
    assert_eq!(failure.message, "nobody approved it in time");
    let late = refusal(say(&expired, ApprovalVerdict::Approved, "ada", 112));
    assert!(late.message.contains("was not approved in time"), "{late}");
    let late = refusal(say(&waiting(), ApprovalVerdict::Approved, "ada", 110));
    assert!(late.message.contains("is over"), "{late}");
}

#[test]
fn an_answer_is_kept_with_who_gave_it_when_and_about_which_plan() {
    let changes = yes("ada").unwrap();
    let approved: Deployment = one(&changes);
    let decision = approved.approval.unwrap().decision.unwrap();
    assert_eq!(approved.status, DeploymentStatus::Running);
    assert_eq!(decision.by.as_deref(), Some("ada"));
    assert_eq!(decision.at, at(20));
    assert_eq!(Some(decision.plan), waiting().plan_digest);
    let woken: Outbox = one(&changes);
    let token = token("first");
    assert_eq!(woken.message, OutboxMessage::ResumeDeployment { token });
    assert!(changes.contains(&Change::check(&callback())));
}

#[test]
fn who_asked_for_a_deployment_may_reject_it_but_not_approve_it() {
    let own = refusal(yes("kim"));
    assert_eq!(own.kind, FailureKind::Denied);
    assert!(say(&waiting(), ApprovalVerdict::Rejected, "kim", 20).is_ok());
    let mut lenient = waiting();
    lenient.approval.as_mut().unwrap().policy.self_approval = true;
    assert!(say(&lenient, ApprovalVerdict::Approved, "kim", 20).is_ok());
}

#[test]
fn the_same_answer_again_changes_nothing_and_another_is_refused() {
    let approved: Deployment = one(&yes("ada").unwrap());
    let again = say(&approved, ApprovalVerdict::Approved, "ada", 30);
    assert_eq!(again, Ok(Vec::new()));
    for (verdict, by) in [
        (ApprovalVerdict::Approved, "bob"),
        (ApprovalVerdict::Rejected, "ada"),
    ] {
        let refused = refusal(say(&approved, verdict, by, 30));
        assert_eq!(refused.kind, FailureKind::Conflict);
        assert!(refused.message.contains("was approved by ada already"));
    }
}

#[test]
fn an_answer_to_another_plan_does_not_count() {
    let said = Answer {
        verdict: ApprovalVerdict::Approved,
        by: "ada",
        plan: "sha256:another",
        reason: None,
    };
    let refused = answer(&waiting(), Some(&callback()), said, at(20));
    let plan = waiting().plan_digest.unwrap();
    assert_eq!(refused, Err(ApprovalRefusal::OtherPlan(plan)));
}

#[test]
fn what_does_not_wait_cannot_be_answered() {
    for status in [
        DeploymentStatus::Accepted,
        DeploymentStatus::Running,
        DeploymentStatus::Compensating,
        DeploymentStatus::Succeeded,
        DeploymentStatus::Failed,
    ] {
        let other = Deployment {
            status,
            ..waiting()
        };
        let refused = refusal(say(&other, ApprovalVerdict::Approved, "ada", 20));
        assert_eq!(refused.kind, FailureKind::Conflict, "{status:?}");
        let free = Deployment {
            approval: None,
            ..other
        };
        let refused = refusal(say(&free, ApprovalVerdict::Approved, "ada", 20));
        assert_eq!(refused.kind, FailureKind::Conflict, "{status:?}");
    }
}

#[test]
fn the_sweeper_wakes_what_waited_too_long_and_nothing_else() {
    let callback = callback();
    let woken = too_late(&waiting(), Some(&callback), at(110)).unwrap();
    let token = token("first");
    assert_eq!(woken.message, OutboxMessage::ResumeDeployment { token });
    assert_eq!(too_late(&waiting(), Some(&callback), at(109)), None);
    assert_eq!(too_late(&waiting(), None, at(110)), None);
    let approved: Deployment = one(&yes("ada").unwrap());
    assert_eq!(too_late(&approved, Some(&callback), at(110)), None);
}
