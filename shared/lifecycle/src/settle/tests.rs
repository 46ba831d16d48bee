//! Tests of the ends of runs: where they lead, and what has waited for them.

mod stays;

use groundplane_model::{PassageOutcome, Verdict};
use serde_json::json;

use super::*;
use crate::fixture::{
    alarm, at, definition, life_in, newborn, request, saved, signal, started, state,
};
use crate::{Effect, Occurrence, deliver, end, operate};

/// An instance that is failing over since second 600, with the events that came meanwhile.
fn failing_over(events: &[(&str, i64, &str)]) -> Life {
    let definition = definition();
    let life = life_in(&definition, "degraded");
    let deadline = Occurrence::deadline(&life, life.stay);
    let mut life = saved(deliver(&definition, &life, &deadline, at(600)).life);
    for (id, second, state) in events {
        let event = alarm(id, *second, state);
        life = saved(deliver(&definition, &life, &Occurrence::event(&event), at(*second)).life);
    }
    life
}

fn ends(life: &Life, outcome: &RunOutcome, second: i64) -> Delivery {
    let run = life.run.clone().unwrap().id;
    settle(&definition(), life, &run, outcome, at(second))
}

fn failed() -> RunOutcome {
    RunOutcome::Failed {
        cause: "no standby".to_owned(),
    }
}

#[test]
fn success_lands_in_the_state_that_the_transition_leads_to() {
    let life = failing_over(&[]);
    let delivery = ends(&life, &RunOutcome::Succeeded, 700);
    let after = delivery.life.clone().unwrap();
    assert_eq!(
        (after.state, after.run, after.entered_at),
        (state("failing-over"), None, at(700))
    );
    assert_eq!(after.deadline.unwrap().at, at(700 + 3_600));
    let passage = &delivery.passages[0];
    assert_eq!(passage.outcome, PassageOutcome::Succeeded);
    assert_eq!(
        (passage.from.clone(), passage.to.clone()),
        (Some(state("degraded")), state("failing-over"))
    );
    assert_eq!(passage.event.as_deref(), Some("deadline-first-2"));
}

#[test]
fn who_gave_a_signal_is_still_known_once_it_has_waited() {
    let definition = definition();
    let life = failing_over(&[]);
    let given = Occurrence::signal("s-1", signal("retire"), "ada");
    let life = saved(deliver(&definition, &life, &given, at(650)).life);
    assert_eq!(life.waiting[0].by.as_deref(), Some("ada"));
    let life = life_in(&definition, "degraded");
    let begun = operate(
        &definition,
        &life,
        &request("r", "repair", &json!({})),
        at(5),
    );
    let life = saved(begun.unwrap().life);
    let life = saved(deliver(&definition, &life, &given, at(6)).life);
    let after = saved(ends(&life, &failed(), 7).life);
    let by = after.run.map(|run| run.cause.by);
    assert_eq!(by, Some(Some("ada".to_owned())), "what it begins is hers");
}

#[test]
fn failure_lands_where_the_transition_says_in_a_new_stay_with_its_cause() {
    let life = failing_over(&[]);
    let delivery = ends(&life, &failed(), 700);
    let after = delivery.life.clone().unwrap();
    assert_eq!(
        (after.state, after.stay),
        (state("degraded"), life.stay + 1)
    );
    assert_eq!(
        after.deadline.unwrap().at,
        at(1_300),
        "there is a way out again"
    );
    let passage = &delivery.passages[0];
    assert_eq!(
        (passage.outcome, passage.cause.as_deref()),
        (PassageOutcome::Failed, Some("no standby"))
    );
}

#[test]
fn failure_leads_back_where_nothing_else_is_said() {
    let definition = definition();
    let sent = Occurrence::signal("r", signal("retire"), "ada");
    let life = saved(deliver(&definition, &newborn(&definition), &sent, at(1)).life);
    assert_eq!(
        life.state,
        state("healthy"),
        "it is not retired before that has succeeded"
    );
    let after = ends(&life, &failed(), 2).life.unwrap();
    assert_eq!(after.state, state("healthy"));
}

#[test]
fn a_run_that_takes_too_long_is_stopped_and_has_failed() {
    let delivery = ends(&failing_over(&[]), &RunOutcome::TimedOut, 9_000);
    assert!(
        delivery
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::StopRun { .. }))
    );
    assert_eq!(delivery.passages[0].outcome, PassageOutcome::TimedOut);
    assert_eq!(delivery.life.unwrap().state, state("degraded"));
}

#[test]
fn a_run_that_says_so_before_its_deadline_has_failed_by_a_limit_of_its_own() {
    let life = failing_over(&[]);
    let deadline = life.run.clone().unwrap().deadline;
    assert_eq!(deadline, at(600 + 1_800));
    for (second, outcome, cause) in [
        (
            2_399,
            PassageOutcome::Failed,
            "it took longer than it may".to_owned(),
        ),
        (
            2_400,
            PassageOutcome::TimedOut,
            format!("it did not end before {deadline:.0}"),
        ),
    ] {
        let delivery = ends(&life, &RunOutcome::TimedOut, second);
        let passage = &delivery.passages[0];
        assert_eq!((passage.outcome, &passage.cause), (outcome, &Some(cause)));
        assert!(
            delivery
                .effects
                .iter()
                .any(|effect| matches!(effect, Effect::StopRun { .. })),
            "nothing of it goes on beside the next run"
        );
        assert_eq!(delivery.life.unwrap().state, state("degraded"));
    }
}

#[test]
fn the_end_of_another_run_changes_nothing() {
    let life = failing_over(&[("a", 601, "OK")]);
    let run = life.run.clone().unwrap().id;
    let after = saved(settle(&definition(), &life, &run, &RunOutcome::Succeeded, at(700)).life);
    for outcome in [RunOutcome::Succeeded, failed(), RunOutcome::TimedOut] {
        assert!(settle(&definition(), &after, &run, &outcome, at(701)).is_empty());
    }
}

#[test]
fn what_has_waited_is_decided_in_its_order() {
    let life = failing_over(&[("a", 601, "OK"), ("b", 602, "ALARM"), ("c", 603, "ALARM")]);
    let delivery = ends(&life, &RunOutcome::Succeeded, 700);
    let after = delivery.life.clone().unwrap();
    assert_eq!(
        (after.state, after.waiting),
        (state("degraded"), Vec::new())
    );
    let entries: Vec<_> = delivery
        .entries
        .iter()
        .map(|entry| (entry.event.as_str(), entry.verdict))
        .collect();
    assert_eq!(
        entries,
        [
            ("a", Verdict::Transition),
            ("b", Verdict::Transition),
            ("c", Verdict::Ignored)
        ]
    );
    assert!(delivery.entries.iter().all(|entry| entry.again));
    let numbers: Vec<_> = delivery
        .passages
        .iter()
        .map(|passage| passage.number)
        .collect();
    assert_eq!(
        numbers,
        [life.passages + 1, life.passages + 2, life.passages + 3]
    );
}

#[test]
fn what_waits_behind_a_signal_that_starts_a_run_goes_on_waiting() {
    let definition = definition();
    let mut life = failing_over(&[]);
    let sent = Occurrence::signal("r", signal("retire"), "ada");
    life = saved(deliver(&definition, &life, &sent, at(601)).life);
    let event = alarm("later", 602, "OK");
    life = saved(deliver(&definition, &life, &Occurrence::event(&event), at(602)).life);
    let delivery = ends(&life, &RunOutcome::Succeeded, 700);
    assert_eq!(started(&delivery), ["destroy"]);
    let after = saved(delivery.life);
    assert_eq!(after.waiting.len(), 1);
    let last = ends(&after, &RunOutcome::Succeeded, 800);
    assert_eq!(
        last.entries[0].why.as_deref(),
        Some("`retired` is terminal")
    );
    let after = last.life.unwrap();
    assert_eq!((after.state, after.waiting.len()), (state("retired"), 0));
}

#[test]
fn an_operation_that_succeeds_gives_its_signal() {
    let definition = definition();
    let life = life_in(&definition, "degraded");
    let begun = operate(
        &definition,
        &life,
        &request("r", "repair", &json!({})),
        at(1),
    )
    .unwrap();
    let life = saved(begun.life);
    let good = ends(&life, &RunOutcome::Succeeded, 2);
    assert_eq!(good.life.clone().unwrap().state, state("healthy"));
    assert_eq!(good.entries[0].detail_type, "Operation Succeeded");
    assert!(!good.entries[0].again);
    let bad = ends(&life, &failed(), 2);
    assert_eq!(bad.life.unwrap().state, state("degraded"));
    assert!(bad.entries.is_empty());
}

#[test]
fn the_run_that_destroys_an_instance_still_lands_after_the_end() {
    let definition = definition();
    let sent = Occurrence::signal("r", signal("retire"), "ada");
    let life = saved(deliver(&definition, &newborn(&definition), &sent, at(1)).life);
    let life = saved(end(&definition, &life, at(2)).life);
    let after = ends(&life, &RunOutcome::Succeeded, 3).life.unwrap();
    assert_eq!(
        (after.state, after.run, after.deadline),
        (state("retired"), None, None)
    );
}

#[test]
fn a_cause_is_kept_short() {
    let outcome = RunOutcome::Failed {
        cause: "é".repeat(5_000),
    };
    let delivery = ends(&failing_over(&[]), &outcome, 700);
    assert_eq!(
        delivery.passages[0].cause.clone().unwrap().chars().count(),
        1_000
    );
}
