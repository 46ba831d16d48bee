//! Waiting, with a clock that only moves when someone sleeps.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

use serde_json::json;

use super::*;
use crate::client::Refusal;

#[derive(Default)]
struct Sleeper {
    now: Cell<Duration>,
    pauses: RefCell<Vec<u128>>,
}

impl Clock for Sleeper {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::UNIX_EPOCH
    }

    fn elapsed(&self) -> Duration {
        self.now.get()
    }

    fn sleep(&self, pause: Duration) {
        self.pauses.borrow_mut().push(pause.as_millis());
        self.now.set(self.now.get() + pause);
    }
}

fn deployment(status: &str, started: bool) -> Deployment {
    serde_json::from_value(json!({
        "id": "dep-00000000000000000000000000000001",
        "instance": "web-service.dev",
        "action": "apply",
        "status": status,
        "requestedBy": "ada",
        "createdAt": "2026-11-21T08:00:00Z",
        "startedAt": started.then_some("2026-11-21T08:00:01Z"),
    }))
    .unwrap()
}

fn silence() -> CallError {
    CallError::Unreachable {
        endpoint: "http://127.0.0.1:1".to_owned(),
        reason: "connection refused".to_owned(),
    }
}

fn refusal(status: u16, retry_after: Option<u64>) -> CallError {
    CallError::Refused(Box::new(Refusal {
        status,
        message: "no".to_owned(),
        problems: Vec::new(),
        link: None,
        retry_after: retry_after.map(Duration::from_secs),
    }))
}

type Answer = Result<Deployment, CallError>;

/// Follows a deployment through these answers, of which the last is given for ever.
fn follow_through(
    limit: u64,
    answers: Vec<Answer>,
) -> (Result<Deployment, Abandoned>, Vec<u128>, Vec<String>) {
    let clock = Sleeper::default();
    let mut answers = VecDeque::from(answers);
    let mut told = Vec::new();
    let ended = follow(
        &clock,
        Duration::from_secs(limit),
        || match answers.len() {
            1 => answers[0].clone(),
            _ => answers.pop_front().unwrap(),
        },
        |event| {
            told.push(match event {
                Event::Answer(now) => format!("{:?}", now.status),
                Event::Silence(_) => "silence".to_owned(),
            });
        },
    );
    (ended, clock.pauses.into_inner(), told)
}

#[test]
fn the_platform_is_asked_ever_more_slowly_while_nothing_happens() {
    let (_, pauses, _) = follow_through(9, vec![Ok(deployment("running", true))]);
    assert_eq!(pauses, [200, 400, 800, 1600, 2000, 2000, 2000]);
}

#[test]
fn it_is_asked_quickly_again_after_something_has_happened() {
    let (ended, pauses, _) = follow_through(
        60,
        vec![
            Ok(deployment("accepted", false)),
            Ok(deployment("accepted", false)),
            Ok(deployment("accepted", false)),
            Ok(deployment("running", true)),
            Ok(deployment("running", true)),
            Ok(deployment("succeeded", true)),
        ],
    );
    assert!(ended.is_ok());
    assert_eq!(pauses, [200, 400, 800, 200, 400]);
}

#[test]
fn a_deployment_that_has_ended_is_told_of_and_not_asked_for_again() {
    for end in ["succeeded", "failed"] {
        let (ended, pauses, told) = follow_through(60, vec![Ok(deployment(end, true))]);
        assert!(ended.unwrap().status.has_ended());
        assert!(pauses.is_empty());
        assert_eq!(told.len(), 1);
    }
}

#[test]
fn the_wait_is_over_at_its_limit_and_not_later() {
    let (ended, pauses, _) = follow_through(1, vec![Ok(deployment("running", true))]);
    assert!(matches!(ended, Err(Abandoned::TimedOut)));
    assert_eq!(pauses.iter().sum::<u128>(), 1000);
}

#[test]
fn a_silence_is_told_once_and_borne() {
    let (ended, _, told) = follow_through(
        600,
        vec![
            Ok(deployment("running", true)),
            Err(silence()),
            Err(refusal(503, None)),
            Ok(deployment("running", true)),
            Err(silence()),
            Ok(deployment("succeeded", true)),
        ],
    );
    assert!(ended.is_ok());
    assert_eq!(
        told,
        ["Running", "silence", "Running", "silence", "Succeeded"]
    );
}

#[test]
fn a_silence_of_a_minute_is_too_long() {
    let (ended, pauses, _) = follow_through(600, vec![Err(silence())]);
    assert!(matches!(
        ended,
        Err(Abandoned::Call(CallError::Unreachable { .. }))
    ));
    let waited: u128 = pauses.iter().sum();
    assert!((60_000..62_001).contains(&waited), "{waited}");
}

#[test]
fn silences_that_an_answer_interrupts_do_not_add_up() {
    let mut answers = Vec::new();
    for _ in 0..4 {
        answers.extend((0..20).map(|_| Err(silence())));
        answers.push(Ok(deployment("running", true)));
    }
    answers.push(Ok(deployment("succeeded", true)));
    let (ended, pauses, _) = follow_through(3600, answers);
    assert!(ended.is_ok());
    assert!(pauses.iter().sum::<u128>() > 120_000);
}

#[test]
fn the_pause_that_the_platform_asks_for_is_kept_within_reason() {
    let (_, pauses, _) = follow_through(
        600,
        vec![
            Err(refusal(503, Some(7))),
            Err(refusal(429, Some(100_000))),
            Ok(deployment("succeeded", true)),
        ],
    );
    assert_eq!(pauses, [7_000, 60_000]);
}

#[test]
fn a_refusal_is_not_asked_again() {
    for error in [refusal(404, None), refusal(500, None), refusal(403, None)] {
        let (ended, pauses, _) = follow_through(60, vec![Err(error)]);
        assert!(matches!(ended, Err(Abandoned::Call(_))));
        assert!(pauses.is_empty());
    }
}
