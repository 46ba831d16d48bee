//! What was done about the drift of an instance: the memory between two checks.

use std::collections::{BTreeMap, BTreeSet};

use groundplane_model::Digest;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Action, MAX_DIFFERENCES};

/// For how many cool-downs after it was last seen a difference is remembered. One that comes back
/// within that time has come back; later it is a new one.
const REMEMBERED_COOL_DOWNS: i32 = 24;

/// What was done about the drift of one instance. The caller keeps it from one check to the next.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handled {
    /// The drift that was signalled and stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signalled: Option<Digest>,
    /// What was done about each difference, by a short digest of its place. There are at most
    /// [`MAX_DIFFERENCES`]; those that were seen last stay.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attempts: BTreeMap<String, Attempt>,
}

/// What was done about one difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When.
    pub at: Timestamp,
    /// When the difference was last there.
    pub seen_at: Timestamp,
    /// How it ended.
    pub outcome: Outcome,
    /// Whether it was told that this did not help.
    #[serde(default)]
    pub escalated: bool,
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It is under way.
    Pending,
    /// The deployment succeeded.
    Succeeded,
    /// The deployment failed.
    Failed,
}

impl Handled {
    /// The memory after a check whose `actions` were carried out: what to keep until the next one.
    #[must_use]
    pub fn after(
        before: Option<&Self>,
        actions: &[Action],
        cool_down: SignedDuration,
        now: Timestamp,
    ) -> Self {
        let mut after = before.cloned().unwrap_or_default();
        after.signalled = None;
        for action in actions {
            after.note(action, now);
        }
        after
            .attempts
            .retain(|_, attempt| !attempt.is_forgotten(cool_down, now));
        after.forget_the_oldest();
        after
    }

    /// So that the memory stays small, whatever comes and goes.
    fn forget_the_oldest(&mut self) {
        let mut seen: Vec<(Timestamp, String)> = self
            .attempts
            .iter()
            .map(|(name, attempt)| (attempt.seen_at, name.clone()))
            .collect();
        seen.sort_unstable();
        let surplus = seen.len().saturating_sub(MAX_DIFFERENCES);
        for (_, name) in seen.into_iter().take(surplus) {
            self.attempts.remove(&name);
        }
    }

    fn note(&mut self, action: &Action, now: Timestamp) {
        match action {
            Action::Report {
                standing,
                signalled,
                ..
            } => {
                self.signalled.clone_from(signalled);
                self.change(standing, |attempt| attempt.seen_at = now);
            }
            Action::Remediate { attempts, .. } | Action::Accept { attempts, .. } => {
                let begun = attempts
                    .iter()
                    .map(|name| (name.clone(), Attempt::begun(now)));
                self.attempts.extend(begun);
            }
            Action::Escalate { attempts, .. } => {
                self.change(attempts, |attempt| attempt.escalated = true);
            }
            Action::Signal { .. } => {}
        }
    }

    fn change(&mut self, names: &BTreeSet<String>, change: impl Fn(&mut Attempt)) {
        for name in names {
            self.attempts.get_mut(name).map(&change);
        }
    }

    /// The memory after the deployment of an [`Action::Remediate`] or [`Action::Accept`] has ended:
    /// all that was under way has this outcome.
    #[must_use]
    pub fn settled(mut self, outcome: Outcome) -> Self {
        for attempt in self.attempts.values_mut() {
            if attempt.outcome == Outcome::Pending {
                attempt.outcome = outcome;
            }
        }
        self
    }
}

/// What an earlier attempt says about a difference that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Something may be done.
    Ready,
    /// Something was done, and its time is not over.
    Waiting,
    /// What was done did not help, and nobody was told.
    Stuck,
    /// What was done did not help, and somebody was told.
    Stopped,
}

impl Attempt {
    fn begun(now: Timestamp) -> Self {
        Self {
            at: now,
            seen_at: now,
            outcome: Outcome::Pending,
            escalated: false,
        }
    }

    fn is_forgotten(&self, cool_down: SignedDuration, now: Timestamp) -> bool {
        let since = now.duration_since(self.at.max(self.seen_at));
        since > cool_down.saturating_mul(REMEMBERED_COOL_DOWNS)
    }

    /// What the attempt says about a difference that is there again, or still.
    pub(crate) fn turn(&self, cool_down: SignedDuration, now: Timestamp) -> Turn {
        if self.is_forgotten(cool_down, now) {
            return Turn::Ready;
        }
        let is_cool = now.duration_since(self.at) >= cool_down;
        match self.outcome {
            Outcome::Succeeded if self.escalated => Turn::Stopped,
            Outcome::Succeeded => Turn::Stuck,
            // A deployment of which nothing was heard for so long is lost.
            Outcome::Pending | Outcome::Failed if is_cool => Turn::Ready,
            Outcome::Pending | Outcome::Failed => Turn::Waiting,
        }
    }
}
