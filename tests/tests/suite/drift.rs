//! Checks of drift: one step after another, whatever fails, beside deployments, and for a whole
//! environment.

mod acceptance;
pub(crate) mod cloud;
mod machine;
mod orphans;
mod remediation;
mod remedied;
pub(crate) mod scene;
mod turns;

use groundplane_check_drift::{Answer, Outcome};
use groundplane_model::{
    DeploymentId, DriftSeverity, DriftStatus, InstanceStatus, SeverityCounts, SkipReason, UnitCheck,
};
use groundplane_ports::{Clock as _, Found};
use groundplane_tests::faults::{Fault, Faults, explore};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::platform::Problem;
use scene::{ROLE, Scene, words};

fn reporting() -> Value {
    json!({})
}

fn signalling() -> Value {
    json!({"default": "signal"})
}

async fn scene(drift: Value) -> Scene {
    Scene::of(Faults::none(), drift).await
}

#[tokio::test]
async fn an_instance_that_nobody_touched_is_in_sync_and_what_was_not_looked_at_is_named() {
    let scene = scene(reporting()).await;
    assert_eq!(scene.check().await, Ok(Outcome::InSync));
    let state = scene.state().await;
    assert_eq!(state.status, DriftStatus::InSync);
    let unchecked = state.report["not_checked"].as_array().unwrap();
    let names: Vec<&str> = unchecked
        .iter()
        .map(|it| it["resource"].as_str().unwrap())
        .collect();
    // CloudFormation tells neither of the service nor of its task definition; ECS tells of the
    // service.
    assert_eq!(names, ["Service", "Task"]);
    assert_eq!(state.report["checked"], 3);
    let drift = scene.member().await.drift.unwrap();
    assert_eq!((drift.status, drift.differences), (DriftStatus::InSync, 0));
    assert_eq!((drift.severity, drift.not_checked), (None, 2));
    assert_eq!(drift.severities, SeverityCounts::default());
    assert_eq!(drift.checked_at, state.checked_at);
    assert!(scene.events().is_empty());
}

#[tokio::test]
async fn every_change_behind_the_platforms_back_is_found_with_its_property() {
    let scene = scene(reporting()).await;
    scene.change_logs(1);
    scene.stacks.set("gp-foundation", ROLE, Found::Gone);
    scene.cloud.change("web", |service| service.desired = 5);
    assert_eq!(scene.check().await, Ok(Outcome::Drifted));
    let state = scene.state().await;
    let mut found = words(&state.report);
    found.sort();
    let expected = [
        "Logs /RetentionInDays changed",
        "Role  deleted",
        "Service /DesiredCount changed",
    ];
    assert_eq!(found, expected);
    let drift = scene.member().await.drift.unwrap();
    assert_eq!(drift.differences, 3);
    let SeverityCounts {
        critical,
        high,
        medium,
        low,
    } = drift.severities;
    assert_eq!(critical + high + medium + low, 3);
    assert!(critical + high >= 2, "a role is gone: {drift:?}");
    assert!(drift.severity >= Some(DriftSeverity::High), "{drift:?}");
}

#[tokio::test]
async fn a_stack_that_is_gone_is_told_resource_by_resource() {
    let scene = scene(reporting()).await;
    scene.stacks.lock().stacks.remove("gp-foundation");
    assert_eq!(scene.check().await, Ok(Outcome::Drifted));
    assert_eq!(words(&scene.state().await.report), ["Role  deleted"]);
    let unit = "foundation".parse().unwrap();
    assert_eq!(scene.newest().await.units[&unit], UnitCheck::Gone);
}

#[tokio::test]
async fn a_policy_that_signals_tells_each_drift_once() {
    let scene = scene(signalling()).await;
    scene.change_logs(1);
    assert_eq!(scene.check_after(0).await, Outcome::Drifted);
    let events = scene.events();
    assert_eq!(events.len(), 1, "{events:?}");
    let (kind, detail) = &events[0];
    assert_eq!(kind, "Drift Detected");
    assert_eq!(detail["tenant"], "acme");
    assert_eq!(detail["instance"], "web-service.dev");
    assert_eq!(
        (&detail["total"], &detail["revision"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(words(detail), ["Logs /RetentionInDays changed"]);
    assert_eq!(scene.check_after(15).await, Outcome::Drifted);
    assert_eq!(scene.events().len(), 1, "it stands");
    scene.change_logs(7);
    scene.check_after(15).await;
    assert_eq!(scene.events().len(), 2, "another value");
}

#[tokio::test]
async fn the_history_has_what_was_new_and_the_state_what_is() {
    let scene = scene(reporting()).await;
    scene.check_after(0).await;
    let first = scene.state().await;
    scene.check_after(15).await;
    let second = scene.state().await;
    assert_eq!(scene.history().await.len(), 1, "nothing new");
    assert_eq!(second.since, first.since);
    assert!(second.checked_at > first.checked_at);
    scene.change_logs(1);
    scene.check_after(15).await;
    let history = scene.history().await;
    let statuses: Vec<DriftStatus> = history.iter().map(|entry| entry.status).collect();
    assert_eq!(statuses, [DriftStatus::InSync, DriftStatus::Drifted]);
    assert_eq!(scene.state().await.since, history[1].checked_at);
}

#[tokio::test]
async fn what_cannot_be_done_is_said_in_the_report() {
    let scene = scene(json!({"default": "accept"})).await;
    scene.change_logs(1);
    scene.check().await.unwrap();
    let report = scene.state().await.report;
    assert_eq!(report["fallbacks"][0]["reason"], "no spec can ask for it");
    assert_eq!(report["actions"], json!([]), "{report}");
}

#[tokio::test]
async fn an_instance_that_is_being_deployed_is_left_alone() {
    let scene = scene(reporting()).await;
    let running = DeploymentId::from_number(9);
    scene
        .with_instance(|instance| instance.active_deployment = Some(running))
        .await;
    assert_eq!(scene.check().await, Ok(Outcome::Skipped));
    assert_eq!(scene.stacks.looks(), Vec::<u32>::new());
    assert_eq!(scene.table.count("drift"), 0);
    let skipped = scene.member().await.skipped.unwrap();
    assert_eq!(skipped.reason, SkipReason::DeploymentInProgress);
    scene
        .with_instance(|instance| instance.active_deployment = None)
        .await;
    assert_eq!(scene.check_after(1).await, Outcome::InSync);
    assert_eq!(scene.member().await.skipped, None, "it was checked since");
}

#[tokio::test]
async fn nothing_is_noted_of_what_is_being_destroyed() {
    let scene = scene(reporting()).await;
    scene
        .with_instance(|instance| {
            instance.active_deployment = Some(DeploymentId::from_number(9));
            instance.status = InstanceStatus::Destroying;
        })
        .await;
    let before = scene.member().await;
    assert_eq!(scene.check().await, Ok(Outcome::Skipped));
    assert_eq!(scene.member().await, before, "its end removes the member");
}

#[tokio::test]
async fn what_is_not_deployed_or_gone_is_skipped() {
    for change in [
        |instance: &mut groundplane_model::Instance| instance.revision = None,
        |instance: &mut groundplane_model::Instance| instance.status = InstanceStatus::Destroyed,
    ] {
        let scene = scene(reporting()).await;
        scene.with_instance(change).await;
        assert_eq!(scene.check().await, Ok(Outcome::Skipped));
    }
}

#[tokio::test]
async fn a_check_during_which_something_was_deployed_begins_anew() {
    let scene = scene(reporting()).await;
    let since = scene.system.now();
    assert!(matches!(scene.step(since).await, Ok(Answer::Poll { .. })));
    scene
        .with_instance(|instance| instance.last_deployment = DeploymentId::from_number(9))
        .await;
    assert_eq!(scene.check_after(1).await, Outcome::InSync);
    assert_eq!(scene.stacks.looks(), [2, 2]);
    let check = scene.newest().await;
    assert_eq!(check.deployment, DeploymentId::from_number(9));
}

#[tokio::test]
async fn two_who_ask_at_once_share_one_check() {
    let scene = scene(reporting()).await;
    let since = scene.system.now();
    for _ in 0..2 {
        assert!(matches!(scene.step(since).await, Ok(Answer::Poll { .. })));
    }
    assert_eq!(scene.check_after(1).await, Outcome::InSync);
    assert_eq!(scene.stacks.looks(), [1, 1]);
    // Whoever comes late is told the same.
    let told = scene.step(since).await.unwrap();
    assert!(matches!(
        told,
        Answer::Done {
            result: Outcome::InSync,
            ..
        }
    ));
    assert_eq!(scene.stacks.looks(), [1, 1]);
}

#[tokio::test]
async fn a_stack_that_another_has_cloudformation_look_at_is_asked_for_again() {
    let scene = scene(reporting()).await;
    scene.stacks.lock().busy = vec!["gp-compute".to_owned(); 3];
    assert_eq!(scene.check().await, Ok(Outcome::InSync));
    assert_eq!(scene.stacks.looks(), [1, 1]);
}

#[tokio::test]
async fn what_cloudformation_never_ends_is_reported_as_not_checked() {
    let scene = scene(reporting()).await;
    scene.change_logs(1);
    {
        let mut state = scene.stacks.lock();
        state.hangs = true;
        state.now = jiff::Timestamp::UNIX_EPOCH;
    }
    let begin = scene.system.now();
    assert_eq!(scene.check().await, Ok(Outcome::InSync), "ECS was asked");
    let minutes = scene.system.now().duration_since(begin).as_mins();
    assert!((30..=32).contains(&minutes), "{minutes}");
    let report = scene.state().await.report;
    let reason = &report["not_checked"][0]["reason"];
    let expected = "CloudFormation has not looked within 30 minutes";
    assert_eq!(reason, expected, "{report}");
}

#[tokio::test]
async fn of_a_look_that_failed_only_what_is_fresh_counts() {
    let scene = scene(reporting()).await;
    scene.change_logs(1);
    {
        let mut state = scene.stacks.lock();
        let reason = "the role could not be read".to_owned();
        state.partial.insert("gp-foundation".to_owned(), reason);
    }
    assert_eq!(scene.check().await, Ok(Outcome::Drifted));
    assert_eq!(
        words(&scene.state().await.report),
        ["Logs /RetentionInDays changed"]
    );
}

#[tokio::test]
async fn a_check_that_was_lost_is_begun_anew() {
    let scene = scene(reporting()).await;
    let since = scene.system.now();
    scene.step(since).await.unwrap();
    scene.system.advance(SignedDuration::from_hours(2));
    assert_eq!(scene.check_after(0).await, Outcome::InSync);
    assert_eq!(scene.stacks.looks(), [2, 2]);
}

#[tokio::test]
async fn another_life_of_the_name_begins_without_a_history_of_its_own_drift() {
    let scene = scene(signalling()).await;
    scene.change_logs(1);
    scene.check_after(0).await;
    scene
        .with_instance(|instance| instance.incarnation = "2".to_owned())
        .await;
    scene.check_after(15).await;
    assert_eq!(scene.events().len(), 2, "another instance has drifted");
    assert_eq!(scene.state().await.incarnation, "2");
}

/// What must hold after a check with a fault in any of its calls.
async fn told_once(faults: Faults) -> Result<(), Problem> {
    let scene = Scene::of(faults, signalling()).await;
    scene.change_logs(1);
    let outcome = scene.check().await;
    if outcome != Ok(Outcome::Drifted) {
        return Err(format!("{outcome:?}"));
    }
    let counts = ["drift", "drift-report", "drift-check", "outbox"].map(|it| scene.table.count(it));
    if counts != [1, 1, 1, 1] {
        return Err(format!("{counts:?}"));
    }
    if scene.newest().await.ended_at.is_none() {
        return Err("the check has not ended".to_owned());
    }
    let summary = scene.member().await.drift.map(|drift| drift.differences);
    if summary != Some(1) {
        return Err(format!("the summary says {summary:?}"));
    }
    Ok(())
}

#[tokio::test]
async fn a_drift_is_told_once_whatever_call_fails() {
    let faults = [
        Fault::Before,
        Fault::After,
        Fault::CrashBefore,
        Fault::CrashAfter,
        Fault::Twice,
    ];
    let report = explore(&faults, told_once).await;
    assert!(report.findings.is_empty(), "{report}");
    assert!(report.points.len() > 20, "{report}");
}
