//! Runs, timers and operations: what takes long, and what happens meanwhile.

use std::collections::BTreeMap;

use groundplane_fire_deadlines as fire_deadlines;
use groundplane_lifecycle::{Occurrence, Refusal, Request, RunOutcome};
use groundplane_lives::Told;
use groundplane_model::{OperationName, RunId, SignalName, Verdict};
use groundplane_ports::RunState;
use groundplane_settle_run as settle_run;
use serde_json::json;

use super::World;
use super::world::{alarm_ok, task_failed, whose};

fn restart(id: &str, input: serde_json::Value) -> Request {
    Request {
        id: id.to_owned(),
        operation: OperationName::parse("restart").unwrap(),
        input: serde_json::from_value(input).unwrap(),
        by: "ada".to_owned(),
    }
}

/// The instance is degraded, and its stay there is over: the failover runs.
async fn failing_over(world: &World) -> RunId {
    world.happen(&[task_failed("t-1", 10, 0)]).await;
    assert_eq!(world.pass(10).await.due, 1);
    world.life(0).await.run.unwrap().id
}

#[tokio::test]
async fn a_stay_that_takes_too_long_sends_its_signal_which_starts_one_run() {
    let world = World::with(1).await;
    world.happen(&[task_failed("t-1", 10, 0)]).await;
    assert_eq!(world.outbox("set_timer").await.len(), 1);
    assert_eq!(world.pass(9).await, fire_deadlines::Answer::default());
    let run = {
        assert_eq!(world.pass(1).await.due, 1);
        world.life(0).await.run.unwrap()
    };
    assert_eq!(world.sweep().await.due, 0, "once");
    assert_eq!(run.workflow.as_str(), "failover");
    assert_eq!(
        world.state(0).await,
        "degraded",
        "until the run has succeeded"
    );
    let started = world.outbox("start_run").await;
    assert_eq!(started.len(), 1);
    assert_eq!(started[0]["run"]["S"], run.id.as_str());

    let done = RunOutcome::Succeeded;
    world.settle(0, &run.id, &done).await;
    assert_eq!(world.state(0).await, "failing-over");
    let after = world.table.dump().await;
    world.settle(0, &run.id, &done).await;
    assert_eq!(world.table.dump().await, after, "a run ends once");
    assert_eq!(
        world.history(0).await,
        [
            ">healthy entered",
            "healthy>degraded entered",
            "degraded>failing-over started",
            "degraded>failing-over succeeded",
        ]
    );
}

#[tokio::test]
async fn a_run_that_fails_leads_where_the_lifecycle_says_with_the_cause() {
    let world = World::with(1).await;
    let run = failing_over(&world).await;
    let request = settle_run::Request {
        tenant: whose(0).tenant,
        instance: whose(0).instance,
        run,
        outcome: settle_run::Outcome::Failed {
            error: "Groundplane.Invalid".to_owned(),
            cause: "the instance has no database".to_owned(),
        },
    };
    settle_run::handle(&world.lives(), request).await.unwrap();
    let life = world.life(0).await;
    assert_eq!((life.state.as_str(), life.run), ("degraded", None));
    assert!(
        life.deadline.is_some(),
        "a new stay, with an end of its own"
    );
    assert_eq!(
        world.history(0).await.last().unwrap(),
        "degraded>degraded failed"
    );
}

#[tokio::test]
async fn signals_that_come_while_something_runs_wait_in_their_order() {
    let world = World::with(1).await;
    let run = failing_over(&world).await;
    world
        .happen(&[alarm_ok("a-1", 700, 0), task_failed("t-2", 710, 0)])
        .await;
    assert_eq!(world.life(0).await.waiting.len(), 2);
    world.settle(0, &run, &RunOutcome::Succeeded).await;
    // `recovered` led out of failing-over, and `failure` out of healthy.
    assert_eq!(world.state(0).await, "degraded");
    assert_eq!(
        world.history(0).await[3..],
        [
            "degraded>failing-over succeeded",
            "failing-over>healthy entered",
            "healthy>degraded entered",
        ]
    );
    let log = world.log(0).await;
    let waited = log.iter().filter(|entry| entry.verdict == Verdict::Waiting);
    assert_eq!(waited.count(), 2);
    let again: Vec<_> = log.iter().filter(|entry| entry.again).collect();
    assert_eq!(again.len(), 2, "{again:?}");
}

#[tokio::test]
async fn a_run_that_nobody_ends_is_ended_and_stopped() {
    let world = World::with(1).await;
    let run = failing_over(&world).await;
    // It is looked after in the meantime, and left alone.
    world.pass(29).await;
    assert_eq!(world.life(0).await.run.map(|it| it.id), Some(run.clone()));
    assert_eq!(world.pass(1).await.due, 1);
    let life = world.life(0).await;
    assert_eq!((life.state.as_str(), life.run), ("degraded", None));
    let stopped = world.outbox("stop_run").await;
    assert_eq!(stopped[0]["run"]["S"], run.as_str());
    // Its end, when it comes after all, changes nothing.
    let before = world.table.dump().await;
    world.settle(0, &run, &RunOutcome::Succeeded).await;
    assert_eq!(world.table.dump().await, before);
}

#[tokio::test]
async fn a_run_whose_execution_was_never_started_is_started_after_five_minutes() {
    let world = World::with(1).await;
    let run = failing_over(&world).await;
    let missing = (run.to_string(), RunState::Missing);
    world.executions.lock().unwrap().extend([missing]);
    assert_eq!(world.pass(4).await.due, 0);
    assert_eq!(world.pass(1).await.due, 1);
    let started = world.outbox("start_run").await;
    let names: Vec<_> = started.iter().map(|it| it["run"]["S"].as_str()).collect();
    assert_eq!(names, [Some(run.as_str()); 2], "under the same name");

    world.executions.lock().unwrap().clear();
    assert_eq!(world.sweep().await.due, 0, "it has its time to start");
    assert_eq!(world.pass(5).await.due, 1, "and is looked after again");
    assert_eq!(world.outbox("start_run").await.len(), 2);
    world.settle(0, &run, &RunOutcome::Succeeded).await;
    assert_eq!(world.state(0).await, "failing-over");
    assert_eq!(world.pass(60).await.due, 0, "until it has ended");
}

#[tokio::test]
async fn a_run_whose_execution_was_stopped_by_hand_has_failed() {
    let world = World::with(1).await;
    let run = failing_over(&world).await;
    let over = (run.to_string(), RunState::Over);
    world.executions.lock().unwrap().extend([over]);
    assert_eq!(world.pass(5).await.due, 1);
    assert_eq!(world.life(0).await.run, None);
    assert_eq!(world.state(0).await, "degraded");
    assert_eq!(
        world.history(0).await.last().unwrap(),
        "degraded>degraded failed"
    );
}

#[tokio::test]
async fn a_timer_looks_at_its_instance_alone_and_may_come_twice_or_early() {
    let world = World::with(2).await;
    world
        .happen(&[task_failed("t-1", 10, 0), task_failed("t-2", 10, 1)])
        .await;
    let timer = || fire_deadlines::Request::One {
        tenant: whose(0).tenant,
        instance: whose(0).instance,
    };
    let early = world.fire(timer()).await;
    assert_eq!(early.due, 0);
    world.clock.advance(jiff::SignedDuration::from_mins(10));
    for due in [1, 0, 0] {
        let answer = world.fire(timer()).await;
        assert_eq!(answer.due, due);
    }
    assert!(world.life(0).await.run.is_some());
    assert!(world.life(1).await.run.is_none());
}

#[tokio::test]
async fn an_operation_runs_once_for_each_request_and_its_success_is_a_signal() {
    let world = World::with(1).await;
    world.happen(&[task_failed("t-1", 10, 0)]).await;
    let request = restart("request-1", json!({}));
    let lives = world.lives();
    let run = lives.operate(&whose(0), &request).await.unwrap().unwrap();
    let again = lives.operate(&whose(0), &request).await.unwrap().unwrap();
    assert_eq!(run, again);
    let other = restart("request-2", json!({}));
    let refused = lives.operate(&whose(0), &other).await.unwrap().unwrap_err();
    assert!(matches!(refused, Refusal::Busy { .. }), "{refused}");
    assert_eq!(world.outbox("start_run").await.len(), 1);

    world.settle(0, &run, &RunOutcome::Succeeded).await;
    assert_eq!(world.state(0).await, "healthy");
    // The request is remembered also when its run is over, and its key belongs to it.
    let again = lives.operate(&whose(0), &request).await.unwrap().unwrap();
    assert_eq!(run, again);
    let other = restart("request-1", json!({"why": "again"}));
    let refused = lives.operate(&whose(0), &other).await.unwrap();
    assert_eq!(refused, Err(Refusal::Reused));
}

#[tokio::test]
async fn an_operation_that_state_or_input_forbid_changes_nothing() {
    let world = World::with(1).await;
    let lives = world.lives();
    let before = world.table.dump().await;
    let wrong = restart("request-1", json!({"why": 3, "who": "me"}));
    let refused = lives.operate(&whose(0), &wrong).await.unwrap().unwrap_err();
    let Refusal::Invalid { problems } = refused else {
        panic!("{refused}")
    };
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert_eq!(world.table.dump().await, before);

    let signal = SignalName::parse("retire").unwrap();
    let retire = Occurrence::signal("s-1", signal, "ada");
    lives.tell(&whose(0), &retire).await.unwrap();
    let refused = lives
        .operate(&whose(0), &restart("request-2", json!({})))
        .await;
    let refused = refused.unwrap().unwrap_err().to_string();
    assert_eq!(
        refused,
        "`restart` is not allowed in `retired`; it is in `degraded` or `healthy`"
    );
}

#[tokio::test]
async fn a_signal_that_a_person_sends_says_who_it_was() {
    let world = World::with(1).await;
    let signal = SignalName::parse("retire").unwrap();
    let retire = Occurrence::signal("s-1", signal, "ada");
    let lives = world.lives();
    let Told::Decided(entry) = lives.tell(&whose(0), &retire).await.unwrap() else {
        panic!("it is decided")
    };
    assert_eq!(entry.by.as_deref(), Some("ada"));
    assert_eq!(world.state(0).await, "retired");
    let Told::Before(before) = lives.tell(&whose(0), &retire).await.unwrap() else {
        panic!("it was decided before")
    };
    assert_eq!(
        (&before.event, before.verdict),
        (&entry.event, entry.verdict)
    );
    assert_eq!(lives.tell(&whose(7), &retire).await.unwrap(), Told::Unknown);
}

#[tokio::test]
async fn an_instance_moves_to_another_lifecycle_only_with_a_word_about_its_states() {
    let world = World::with(1).await;
    world.happen(&[task_failed("t-1", 10, 0)]).await;
    let (built_in, _, _) = groundplane_lifecycle::built_in();
    let lives = world.lives();
    let asked = ("request-1", "ada");
    let (first, states) = (whose(0), BTreeMap::new());
    let silent = lives.adopt(&first, built_in, &states, asked).await;
    let Refusal::Invalid { problems } = silent.unwrap().unwrap_err() else {
        panic!("the states are not mapped")
    };
    assert_eq!(problems.len(), 2, "{problems:?}");
    let named = |from: &str, to: &str| (from.parse().unwrap(), to.parse().unwrap());
    let states = BTreeMap::from([
        named("failing-over", "degraded"),
        named("retired", "stopped"),
    ]);
    for _ in 0..2 {
        let moved = lives.adopt(&whose(0), built_in, &states, asked).await;
        assert_eq!(moved.unwrap().unwrap().as_str(), "degraded");
    }
    assert_eq!(world.life(0).await.lifecycle, *built_in);
    assert_eq!(
        world.history(0).await.last().unwrap(),
        "degraded>degraded adopted"
    );
    let log = world.log(0).await;
    let entry = log.last().unwrap();
    assert_eq!(
        (entry.detail_type.as_str(), entry.by.as_deref()),
        ("Move", Some("ada"))
    );
    assert_eq!(log.len(), 2, "a move that is repeated is not one");
}
