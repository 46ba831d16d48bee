//! What an environment's policy does about a report.

mod accept;
mod check;
mod choices;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use groundplane_model::{Digest, DriftAction, DriftPolicy, UnitName};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::handled::Turn;
use crate::{Difference, Handled, Report, Rules, Severity, digest};

pub use check::check_policy;

use choices::Choices;

/// One thing to do. `differences` are places in [`Report::differences`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "kebab-case")]
pub enum Action {
    /// Keep the report. Always the first action, and the only one of its kind.
    Report {
        /// The differences about which less is done than the policy says, and why.
        fallbacks: Vec<Fallback>,
        /// The drift that the policy signals, if there is any.
        signalled: Option<Digest>,
        /// The earlier attempts whose difference is there.
        standing: BTreeSet<String>,
    },
    /// Put `drift.detected` on the bus.
    Signal {
        /// Tells this drift from all others.
        digest: Digest,
        /// The gravest severity in it.
        severity: Severity,
        /// The differences.
        differences: Vec<usize>,
    },
    /// Deploy these units of the last revision again.
    Remediate {
        /// The units.
        units: BTreeSet<UnitName>,
        /// The differences.
        differences: Vec<usize>,
        /// What the attempts are remembered by.
        attempts: BTreeSet<String>,
    },
    /// Deploy the spec with these changes: a new revision.
    Accept {
        /// The changes.
        changes: Vec<SpecChange>,
        /// The differences.
        differences: Vec<usize>,
        /// What the attempts are remembered by.
        attempts: BTreeSet<String>,
    },
    /// Tell that what was done did not help. Nothing more is done until the drift is gone.
    Escalate {
        /// One above that of the gravest difference.
        severity: Severity,
        /// The differences.
        differences: Vec<usize>,
        /// What the attempts are remembered by.
        attempts: BTreeSet<String>,
    },
}

/// A change of a spec.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpecChange {
    /// Where in the document: a JSON pointer (RFC 6901), for example `/spec/compute/minCapacity`.
    pub pointer: String,
    /// The value.
    pub value: Value,
}

/// A difference about which less is done than the policy says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fallback {
    /// The difference: its place in [`Report::differences`].
    pub difference: usize,
    /// Why, in a lower-case clause.
    pub reason: String,
}

/// What `policy` does about `report`, after what was done `before`.
///
/// The report must have been observed after the last deployment of the instance ended, and the
/// outcome of that deployment must have been told ([`Handled::settled`]); otherwise a remediation
/// that has just worked would seem not to have helped.
#[must_use]
pub fn decide(
    policy: &DriftPolicy,
    report: &Report,
    before: Option<&Handled>,
    now: Timestamp,
) -> Vec<Action> {
    let choices = Choices::of(policy);
    let mut decision = Decision {
        cool_down: policy.cool_down,
        before,
        now,
        ready: BTreeMap::new(),
        changes: Vec::new(),
        stuck: Taken::default(),
        held: BTreeSet::new(),
        fallbacks: Vec::new(),
        standing: BTreeSet::new(),
        signalled: Vec::new(),
    };
    for (place, found) in report.differences.iter().enumerate() {
        decision.take(choices.action(found), place, found);
    }
    decision.actions(report)
}

/// Differences about which the same is done.
#[derive(Default)]
struct Taken {
    differences: Vec<usize>,
    attempts: BTreeSet<String>,
    severity: Option<Severity>,
}

impl Taken {
    fn add(&mut self, place: usize, attempt: String, found: &Difference) {
        self.differences.push(place);
        self.attempts.insert(attempt);
        self.severity = self.severity.max(Some(found.severity));
    }

    fn append(&mut self, other: Self) {
        self.differences.extend(other.differences);
        self.attempts.extend(other.attempts);
        self.severity = self.severity.max(other.severity);
    }
}

/// What is to be done, as it is being decided.
struct Decision<'d> {
    cool_down: jiff::SignedDuration,
    before: Option<&'d Handled>,
    now: Timestamp,
    /// What can be remediated, by unit.
    ready: BTreeMap<&'d UnitName, Taken>,
    /// What can be accepted.
    changes: Vec<(Vec<SpecChange>, usize, String)>,
    stuck: Taken,
    /// The units that are left alone, since something was done about them that is not over, or
    /// that did not help.
    held: BTreeSet<&'d UnitName>,
    fallbacks: Vec<Fallback>,
    standing: BTreeSet<String>,
    signalled: Vec<(usize, &'d Difference)>,
}

impl<'d> Decision<'d> {
    fn take(&mut self, action: DriftAction, place: usize, found: &'d Difference) {
        match action {
            DriftAction::Report => {}
            DriftAction::Signal => self.signalled.push((place, found)),
            DriftAction::Remediate => {
                let attempt = digest::place(found);
                match self.turn(&attempt, place, found) {
                    Turn::Ready => self
                        .ready
                        .entry(&found.unit)
                        .or_default()
                        .add(place, attempt, found),
                    Turn::Waiting | Turn::Stuck | Turn::Stopped => {
                        self.held.insert(&found.unit);
                    }
                }
            }
            DriftAction::Accept => match accept::changes(Rules::built_in(), found) {
                Ok(changes) => {
                    // Another value is another difference.
                    let attempt = digest::exact(found);
                    if self.turn(&attempt, place, found) == Turn::Ready {
                        self.changes.push((changes, place, attempt));
                    }
                }
                Err(reason) => self.fall_back(place, reason),
            },
        }
    }

    fn turn(&mut self, attempt: &str, place: usize, found: &Difference) -> Turn {
        let earlier = self.before.and_then(|before| before.attempts.get(attempt));
        let Some(earlier) = earlier else {
            return Turn::Ready;
        };
        self.standing.insert(attempt.to_owned());
        let turn = earlier.turn(self.cool_down, self.now);
        if turn == Turn::Stuck {
            self.stuck.add(place, attempt.to_owned(), found);
        }
        turn
    }

    fn fall_back(&mut self, difference: usize, reason: impl Into<String>) {
        self.fallbacks.push(Fallback {
            difference,
            reason: reason.into(),
        });
    }

    fn actions(mut self, report: &Report) -> Vec<Action> {
        let remediation = self.remediation();
        let acceptance = self.acceptance();
        let lines = self.signalled.iter().map(|(_, found)| digest::line(found));
        let lines: Vec<String> = lines.collect();
        let digest = match (lines.is_empty(), lines.len() == report.differences.len()) {
            (true, _) => None,
            // With those that the report leaves out.
            (false, true) => Some(report.digest.clone()),
            (false, false) => Some(digest::of(lines.iter().map(String::as_str))),
        };
        let signal = self.signal(digest.as_ref());
        let escalation = self.stuck.severity.map(|severity| Action::Escalate {
            severity: severity.raised(),
            differences: self.stuck.differences,
            attempts: self.stuck.attempts,
        });
        let mut actions = vec![Action::Report {
            fallbacks: self.fallbacks,
            signalled: digest,
            standing: self.standing,
        }];
        actions.extend(
            [signal, remediation, acceptance, escalation]
                .into_iter()
                .flatten(),
        );
        actions
    }

    /// Once for each drift, as long as it stands.
    fn signal(&self, digest: Option<&Digest>) -> Option<Action> {
        let digest = digest?;
        let told = self.before.and_then(|before| before.signalled.as_ref());
        let severity = self
            .signalled
            .iter()
            .map(|(_, found)| found.severity)
            .max()?;
        (told != Some(digest)).then(|| Action::Signal {
            digest: digest.clone(),
            severity,
            differences: self.signalled.iter().map(|(place, _)| *place).collect(),
        })
    }

    fn remediation(&mut self) -> Option<Action> {
        let mut units = BTreeSet::new();
        let mut taken = Taken::default();
        for (unit, ready) in std::mem::take(&mut self.ready) {
            if self.held.contains(unit) {
                self.hold(unit, &ready);
            } else {
                units.insert(unit.clone());
                taken.append(ready);
            }
        }
        taken.differences.sort_unstable();
        (!units.is_empty()).then_some(Action::Remediate {
            units,
            differences: taken.differences,
            attempts: taken.attempts,
        })
    }

    /// Deploying the unit again would do again what did not help.
    fn hold(&mut self, unit: &UnitName, ready: &Taken) {
        for place in &ready.differences {
            let reason = format!(
                "`{unit}` has other drift that was remediated within the cool-down, or in vain"
            );
            self.fall_back(*place, reason);
        }
    }

    /// Where two differences want another value for one input, the first counts.
    fn acceptance(&mut self) -> Option<Action> {
        let mut accepted: BTreeMap<String, Value> = BTreeMap::new();
        let (mut differences, mut attempts) = (Vec::new(), BTreeSet::new());
        for (changes, place, attempt) in std::mem::take(&mut self.changes) {
            let clash = changes.iter().find(|change| {
                let earlier = accepted.get(&change.pointer);
                earlier.is_some_and(|value| *value != change.value)
            });
            if let Some(clash) = clash {
                let reason = format!("another difference decides `{}`", clash.pointer);
                self.fall_back(place, reason);
                continue;
            }
            let changes = changes
                .into_iter()
                .map(|change| (change.pointer, change.value));
            accepted.extend(changes);
            differences.push(place);
            attempts.insert(attempt);
        }
        let changes: Vec<SpecChange> = accepted
            .into_iter()
            .map(|(pointer, value)| SpecChange { pointer, value })
            .collect();
        (!changes.is_empty()).then_some(Action::Accept {
            changes,
            differences,
            attempts,
        })
    }
}
