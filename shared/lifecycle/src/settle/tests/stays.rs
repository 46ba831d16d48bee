//! Tests of ends of stays that have waited for a run.

use super::*;

#[test]
fn the_end_of_a_stay_waits_for_an_operation_and_counts_only_if_the_stay_goes_on() {
    let definition = definition();
    let life = life_in(&definition, "degraded");
    let begin = |name: &str| {
        saved(
            operate(&definition, &life, &request("r", name, &json!({})), at(1))
                .unwrap()
                .life,
        )
    };
    let due = |life: &Life| {
        saved(
            deliver(
                &definition,
                life,
                &Occurrence::deadline(life, life.stay),
                at(600),
            )
            .life,
        )
    };
    let restarted = ends(&due(&begin("restart")), &RunOutcome::Succeeded, 700);
    assert_eq!(started(&restarted), ["failover"]);
    let repaired = ends(&due(&begin("repair")), &RunOutcome::Succeeded, 700);
    assert_eq!(repaired.life.unwrap().state, state("healthy"));
    assert!(
        repaired.entries[1]
            .why
            .clone()
            .unwrap()
            .starts_with("stale")
    );
}

#[test]
fn the_end_of_a_stay_that_waited_in_vain_comes_again() {
    let definition = definition();
    let mut life = life_in(&definition, "degraded");
    life.parameters = json!({"standby": false});
    let life = saved(
        operate(
            &definition,
            &life,
            &request("r", "restart", &json!({})),
            at(1),
        )
        .unwrap()
        .life,
    );
    let life = saved(
        deliver(
            &definition,
            &life,
            &Occurrence::deadline(&life, life.stay),
            at(600),
        )
        .life,
    );
    assert_eq!(life.deadline, None);
    for outcome in [RunOutcome::Succeeded, failed()] {
        let delivery = ends(&life, &outcome, 700);
        assert_eq!(delivery.entries[0].verdict, Verdict::Ignored);
        let after = delivery.life.unwrap();
        assert_eq!(
            (after.stay, after.deadline.unwrap().at),
            (life.stay + 1, at(1_300))
        );
    }
}
