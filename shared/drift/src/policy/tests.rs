//! What policies do, check after check.

use groundplane_model::{DriftPolicy, PropertyClass};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, from_value, json};

use super::*;
use crate::{Kind, Outcome};

fn at(minutes: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes)
}

fn policy(value: Value) -> DriftPolicy {
    from_value(value).unwrap()
}

fn remediating() -> DriftPolicy {
    policy(json!({"rules": [{"class": "security", "action": "remediate"}]}))
}

fn found(unit: &str, resource_type: &str, property: &str, actual: Value) -> Difference {
    Difference {
        unit: UnitName::parse(unit).unwrap(),
        resource: "Thing".to_owned(),
        resource_type: resource_type.to_owned(),
        physical_id: None,
        property: property.to_owned(),
        expected: Some(json!(2)),
        actual: Some(actual),
        kind: Kind::Changed,
        severity: Severity::High,
        class: PropertyClass::Security,
        partial: false,
    }
}

fn secured(unit: &str, property: &str) -> Difference {
    found(unit, "AWS::IAM::Role", property, json!(1))
}

fn count(actual: u64) -> Difference {
    Difference {
        class: PropertyClass::Availability,
        ..found(
            "compute",
            "AWS::ECS::Service",
            "/DesiredCount",
            json!(actual),
        )
    }
}

fn report(differences: &[Difference]) -> Report {
    let lines: Vec<String> = differences.iter().map(digest::line).collect();
    Report {
        differences: differences.to_vec(),
        omitted: 0,
        not_checked: Vec::new(),
        orphans: Vec::new(),
        checked: 1,
        digest: digest::of(lines.iter().map(String::as_str)),
    }
}

/// An installation that checks, and does what is decided.
struct Checks {
    policy: DriftPolicy,
    handled: Option<Handled>,
}

impl Checks {
    fn of(policy: DriftPolicy) -> Self {
        let handled = None;
        Self { policy, handled }
    }

    /// What is done besides reporting, in a word each.
    fn check(&mut self, minute: i64, differences: &[Difference]) -> Vec<&'static str> {
        let actions = self.decide(minute, differences);
        assert!(matches!(actions[0], Action::Report { .. }));
        let word = |action: &Action| match action {
            Action::Report { .. } => "report",
            Action::Signal { .. } => "signal",
            Action::Remediate { .. } => "remediate",
            Action::Accept { .. } => "accept",
            Action::Escalate { .. } => "escalate",
        };
        actions.iter().skip(1).map(word).collect()
    }

    fn decide(&mut self, minute: i64, differences: &[Difference]) -> Vec<Action> {
        let report = report(differences);
        let now = at(minute);
        let actions = decide(&self.policy, &report, self.handled.as_ref(), now);
        let after = Handled::after(self.handled.as_ref(), &actions, self.policy.cool_down, now);
        self.handled = Some(after);
        actions
    }

    fn settle(&mut self, outcome: Outcome) {
        self.handled = self.handled.take().map(|handled| handled.settled(outcome));
    }
}

/// Why less is done than the policy says.
fn reasons(actions: &[Action]) -> Vec<&str> {
    let Some(Action::Report { fallbacks, .. }) = actions.first() else {
        panic!("{actions:?}");
    };
    fallbacks
        .iter()
        .map(|found| found.reason.as_str())
        .collect()
}

#[test]
fn without_a_policy_drift_is_reported() {
    let mut checks = Checks::of(DriftPolicy::default());
    assert!(
        checks
            .check(0, &[secured("web", "/A"), count(1)])
            .is_empty()
    );
}

#[test]
fn drift_is_signalled_once_as_long_as_it_stands() {
    let mut checks = Checks::of(policy(json!({"default": "signal"})));
    let (one, other) = ([count(1)], [count(0)]);
    assert_eq!(checks.check(0, &one), ["signal"]);
    assert!(checks.check(15, &one).is_empty());
    assert_eq!(checks.check(30, &other), ["signal"], "another value");
    assert!(checks.check(45, &other).is_empty());
    assert!(checks.check(60, &[]).is_empty(), "it is gone");
    assert_eq!(checks.check(75, &other), ["signal"], "it is back");
}

#[test]
fn only_the_units_that_drifted_are_deployed_again() {
    let mut checks = Checks::of(remediating());
    let drift = [secured("web", "/A"), count(1), secured("api", "/B")];
    let actions = checks.decide(0, &drift);
    let Action::Remediate {
        units,
        differences,
        attempts,
    } = &actions[1]
    else {
        panic!("{actions:?}");
    };
    let names: Vec<&str> = units.iter().map(UnitName::as_str).collect();
    assert_eq!(
        (names, differences.as_slice()),
        (vec!["api", "web"], [0, 2].as_slice())
    );
    assert_eq!(attempts.len(), 2);
}

#[test]
fn nothing_is_remediated_twice_within_the_cool_down() {
    let mut checks = Checks::of(remediating());
    let drift = [secured("web", "/A")];
    assert_eq!(checks.check(0, &drift), ["remediate"]);
    assert!(checks.check(15, &drift).is_empty(), "it is under way");
    checks.settle(Outcome::Failed);
    assert!(checks.check(59, &drift).is_empty(), "it has just failed");
    assert_eq!(checks.check(60, &drift), ["remediate"]);
    assert_eq!(checks.check(120, &drift), ["remediate"], "it was lost");
}

#[test]
fn another_value_at_the_same_place_is_the_same_drift() {
    let mut checks = Checks::of(remediating());
    assert_eq!(checks.check(0, &[secured("web", "/A")]), ["remediate"]);
    checks.settle(Outcome::Failed);
    let mut other = secured("web", "/A");
    other.actual = Some(json!("other"));
    assert!(checks.check(15, &[other]).is_empty());
}

#[test]
fn a_remediation_that_does_not_stick_is_told_once_and_stops() {
    let mut checks = Checks::of(remediating());
    let drift = [secured("web", "/A")];
    checks.check(0, &drift);
    checks.settle(Outcome::Succeeded);
    assert!(checks.check(15, &[]).is_empty(), "it helped");
    let actions = checks.decide(90, &drift);
    assert!(
        matches!(
            actions[1],
            Action::Escalate {
                severity: Severity::Critical,
                ..
            }
        ),
        "{actions:?}"
    );
    for minute in [105, 300, 1_500, 2_900] {
        assert!(checks.check(minute, &drift).is_empty(), "{minute}");
    }
}

#[test]
fn what_comes_back_after_a_long_time_is_new() {
    let mut checks = Checks::of(remediating());
    let drift = [secured("web", "/A")];
    checks.check(0, &drift);
    checks.settle(Outcome::Succeeded);
    let day = 24 * 60;
    assert_eq!(checks.check(day, &drift), ["escalate"]);
    assert!(checks.check(2 * day, &drift).is_empty());
    checks.check(2 * day + 15, &[]);
    assert_eq!(checks.check(3 * day + 15, &drift), ["remediate"]);
}

#[test]
fn what_was_remediated_in_part_is_not_remediated_again() {
    let mut checks = Checks::of(remediating());
    let (one, other) = (secured("web", "/A"), secured("web", "/B"));
    checks.check(0, &[one, other.clone()]);
    checks.settle(Outcome::Succeeded);
    assert_eq!(checks.check(15, &[other]), ["escalate"]);
}

#[test]
fn a_unit_whose_remediation_did_not_stick_is_left_alone() {
    let mut checks = Checks::of(remediating());
    let stuck = secured("web", "/A");
    checks.check(0, std::slice::from_ref(&stuck));
    checks.settle(Outcome::Succeeded);
    let actions = checks.decide(15, &[stuck, secured("web", "/New"), secured("api", "/A")]);
    assert_eq!(reasons(&actions).len(), 1);
    assert!(reasons(&actions)[0].starts_with("`web` has other drift"));
    let Action::Remediate { units, .. } = &actions[1] else {
        panic!("{actions:?}");
    };
    assert_eq!(
        units.iter().map(UnitName::as_str).collect::<Vec<_>>(),
        ["api"]
    );
    assert!(matches!(actions[2], Action::Escalate { .. }));
}

fn accepting() -> DriftPolicy {
    policy(json!({"default": "accept"}))
}

#[test]
fn what_a_spec_can_say_is_accepted() {
    let mut checks = Checks::of(accepting());
    let actions = checks.decide(0, &[count(5)]);
    let Action::Accept { changes, .. } = &actions[1] else {
        panic!("{actions:?}");
    };
    let said: Vec<_> = changes
        .iter()
        .map(|change| (change.pointer.as_str(), &change.value))
        .collect();
    let five = json!(5);
    assert_eq!(
        said,
        [
            ("/spec/compute/maxCapacity", &five),
            ("/spec/compute/minCapacity", &five)
        ]
    );
    assert!(checks.check(15, &[count(5)]).is_empty(), "it is under way");
    assert_eq!(
        checks.check(30, &[count(6)]),
        ["accept"],
        "it has changed since"
    );
}

#[test]
fn what_no_spec_can_say_is_reported_with_the_reason() {
    let whole = |kind| Difference {
        kind,
        property: String::new(),
        ..count(1)
    };
    let secret = Difference {
        partial: true,
        ..count(1)
    };
    for (difference, reason) in [
        (whole(Kind::Deleted), "gone"),
        (whole(Kind::Replaced), "another resource"),
        (
            Difference {
                kind: Kind::Added,
                ..count(1)
            },
            "only a value that changed",
        ),
        (secured("web", "/Path"), "no spec can ask for it"),
        (secret, "no value that a spec can have"),
        (
            Difference {
                actual: Some(json!("many")),
                ..count(1)
            },
            "no value",
        ),
        (
            Difference {
                actual: Some(json!(-1)),
                ..count(1)
            },
            "no value",
        ),
    ] {
        let mut checks = Checks::of(accepting());
        let actions = checks.decide(0, &[difference]);
        assert_eq!(actions.len(), 1, "{reason}");
        assert!(reasons(&actions)[0].contains(reason), "{actions:?}");
    }
}

#[test]
fn numbers_and_booleans_as_text_are_accepted_as_such() {
    let database = |property, actual| found("database", "AWS::RDS::DBInstance", property, actual);
    let drift = [
        database("/MultiAZ", json!("True")),
        database("/AllocatedStorage", json!("50")),
        database("/DBInstanceClass", json!("db.t4g.large")),
    ];
    let actions = Checks::of(accepting()).decide(0, &drift);
    let Action::Accept { changes, .. } = &actions[1] else {
        panic!("{actions:?}");
    };
    let values: Vec<&Value> = changes.iter().map(|change| &change.value).collect();
    assert_eq!(values, [&json!(50), &json!("db.t4g.large"), &json!(true)]);
}

#[test]
fn of_two_values_for_one_input_the_first_counts() {
    let target = |property, actual| {
        found(
            "compute",
            "AWS::ApplicationAutoScaling::ScalableTarget",
            property,
            json!(actual),
        )
    };
    let actions = Checks::of(accepting()).decide(0, &[count(3), target("/MaxCapacity", 9)]);
    assert_eq!(
        reasons(&actions),
        ["another difference decides `/spec/compute/maxCapacity`"]
    );
    let Action::Accept { differences, .. } = &actions[1] else {
        panic!("{actions:?}");
    };
    assert_eq!(differences, &[0]);
}

#[test]
fn the_first_rule_that_speaks_of_a_difference_counts() {
    let policy = policy(json!({"default": "signal", "rules": [
        {"resourceType": "AWS::ECS::*", "property": "/DesiredCount", "action": "report"},
        {"class": "availability", "action": "remediate"},
        {"property": "/Tags", "action": "report"},
    ]}));
    let choices = Choices::of(&policy);
    let image = Difference {
        property: "/Image".to_owned(),
        ..count(1)
    };
    let tag = secured("web", "/Tags/0/Value");
    assert_eq!(choices.action(&count(1)), DriftAction::Report);
    assert_eq!(choices.action(&image), DriftAction::Remediate);
    assert_eq!(
        choices.action(&tag),
        DriftAction::Report,
        "what is below as well"
    );
    assert_eq!(choices.action(&secured("web", "/A")), DriftAction::Signal);
}

#[test]
fn a_policy_that_cannot_work_is_refused_and_a_useless_one_warned_of() {
    let policy = policy(json!({"rules": [
        {"action": "signal"},
        {"property": "DesiredCount", "action": "signal"},
        {"resourceType": "AWS::Logs::LogGroup", "property": "/RetentionInDays", "action": "accept"},
    ]}));
    let shown: Vec<String> = check_policy(&policy)
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        shown,
        [
            "/rules/0: a rule must say `class`, `resourceType` or `property` (`default` is for everything else)",
            "/rules/1/property: `DesiredCount` does not begin with `/`, so it is no JSON pointer",
            "/rules/1: an earlier rule speaks of all that this one speaks of (move it up, or leave it out)",
            "/rules/2/action: no spec can ask for `/RetentionInDays` of `AWS::Logs::LogGroup`, so it is reported",
            "/rules/2: an earlier rule speaks of all that this one speaks of (move it up, or leave it out)",
        ]
    );
    assert!(check_policy(&remediating()).is_empty());
}

#[test]
fn the_memory_is_kept_and_read_again_without_loss() {
    let mut checks = Checks::of(remediating());
    checks.check(0, &[secured("web", "/A")]);
    let kept = serde_json::to_value(&checks.handled).unwrap();
    assert_eq!(from_value::<Option<Handled>>(kept).unwrap(), checks.handled);
}

#[test]
fn the_memory_stays_small_and_keeps_what_stands() {
    let mut checks = Checks::of(remediating());
    let standing = secured("web", "/Standing");
    for minute in 0..5 {
        let new = (0..400).map(|number| secured("api", &format!("/{minute}/{number}")));
        let drift: Vec<_> = new.chain([standing.clone()]).collect();
        checks.check(minute, &drift);
    }
    let attempts = checks.handled.unwrap().attempts;
    assert_eq!(attempts.len(), crate::MAX_DIFFERENCES);
    let kept = &attempts[&digest::place(&standing)];
    assert_eq!((kept.at, kept.seen_at), (at(0), at(4)));
}
