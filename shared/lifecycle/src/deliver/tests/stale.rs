//! Tests of events that come too late: older than another one, or than the log.

use super::*;

#[test]
fn an_event_that_is_older_than_the_log_is_stale_since_it_may_have_been_decided() {
    let before = newborn(&definition());
    let kept = EventEntry::KEPT.as_secs();
    let old = alarm("e1", 5, "ALARM");
    let just_in_time = happens(&before, &old, 5 + kept);
    assert_eq!(only(&just_in_time).verdict, Verdict::Transition);
    let too_late = happens(&before, &old, 6 + kept);
    assert_eq!(only(&too_late).verdict, Verdict::Ignored);
    assert!(only(&too_late).why.as_ref().unwrap().starts_with("stale"));
}

#[test]
fn an_event_that_is_older_than_one_that_was_decided_is_stale() {
    let life = newborn(&definition());
    let life = saved(happens(&life, &alarm("new", 10, "OK"), 11).life);
    assert_eq!(
        life.state,
        state("healthy"),
        "the newer one changed nothing, and counts all the same"
    );
    let late = happens(&life, &alarm("old", 9, "ALARM"), 12);
    assert!(only(&late).why.clone().unwrap().starts_with("stale"));
    assert_eq!(late.life, None);
    let same = happens(&life, &alarm("same", 10, "ALARM"), 12);
    assert_eq!(only(&same).verdict, Verdict::Transition);
    let mut elsewhere = alarm("other", 9, "ALARM");
    elsewhere.resources = vec!["arn:aws:y".to_owned()];
    assert_eq!(
        only(&happens(&life, &elsewhere, 12)).verdict,
        Verdict::Transition
    );
    let mut nowhere = alarm("none", 9, "ALARM");
    nowhere.resources.clear();
    assert_eq!(
        only(&happens(&life, &nowhere, 12)).verdict,
        Verdict::Transition
    );
}

#[test]
fn alerts_are_told_apart_by_their_fingerprints() {
    let alert = |id: &str, second, state: &str, fingerprint: &str| {
        let detail = json!({"state": state, "fingerprint": fingerprint});
        let mut event = event(id, second, "aws.cloudwatch", detail);
        event.resources.clear();
        event
    };
    let life = newborn(&definition());
    let life = saved(happens(&life, &alert("new", 10, "OK", "a"), 11).life);
    let verdict = |event: &Event| only(&happens(&life, event, 12)).verdict;
    assert_eq!(verdict(&alert("late", 9, "ALARM", "a")), Verdict::Ignored);
    assert_eq!(
        verdict(&alert("other", 9, "ALARM", "b")),
        Verdict::Transition
    );
}

#[test]
fn a_clock_that_is_ahead_does_not_shut_out_what_comes_later() {
    let life = newborn(&definition());
    let first = happens(&life, &alarm("ahead", 100_000, "ALARM"), 10);
    assert_eq!(
        only(&first).occurred_at,
        at(100_000),
        "the log says what the event says"
    );
    let life = saved(first.life);
    let next = happens(&life, &alarm("right", 20, "OK"), 21);
    assert_eq!(only(&next).verdict, Verdict::Transition);
}

#[test]
fn the_subjects_that_are_remembered_are_bounded_and_the_oldest_goes() {
    let mut life = newborn(&definition());
    for number in 0..80 {
        let mut event = alarm("e", number, "OK");
        event.resources = vec![format!("arn:{number}")];
        life = saved(happens(&life, &event, 100).life);
    }
    assert_eq!(life.seen.len(), Life::MOST_SEEN);
    assert!(life.seen.values().all(|time| *time >= at(16)));
}
