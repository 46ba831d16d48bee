//! What a step is asked and what it answers, and the names that it derives from the call's token.

use std::fmt;

use groundplane_model::{Digest, EngineInput, EngineOutput};
use serde::{Deserialize, Serialize};

/// The longest wait between two looks, in seconds.
const LONGEST_WAIT: u32 = 15;

/// One step of an engine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// What the engine is asked; the same in every step.
    pub input: EngineInput,
    /// What the step before answered; empty in the first.
    #[serde(default)]
    pub progress: Progress,
}

/// What is carried from step to step. Everything else is read from CloudFormation each time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Progress {
    /// How often in a row there was nothing to do but wait.
    pub polls: u32,
    /// The stack that was seen last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stack_id: Option<String>,
    /// The first cause of the failure, once it is known. It is noted before anything is cleaned
    /// up, so that no crash can lose it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    /// Whether someone wants the deployment to go no further; `failure` then says who.
    #[serde(skip_serializing_if = "is_false")]
    pub cancelled: bool,
    /// Whether CloudFormation was asked to cancel the update.
    #[serde(skip_serializing_if = "is_false")]
    pub stopped: bool,
    /// How often the stack was asked to be deleted.
    pub deletions: u8,
    /// How often a failed rollback was continued.
    pub continuations: u8,
}

/// By reference, since that is what `skip_serializing_if` gives.
const fn is_false(flag: &bool) -> bool {
    !*flag
}

impl Progress {
    /// The progress after the update was asked to be cancelled.
    pub(crate) fn stopped(self) -> Self {
        Self {
            stopped: true,
            ..self.acted()
        }
    }

    /// The progress after something was done.
    pub(crate) fn acted(self) -> Self {
        Self { polls: 0, ..self }
    }

    /// The progress after the stack was asked to be deleted.
    pub(crate) fn deleted(self) -> Self {
        Self {
            deletions: self.deletions.saturating_add(1),
            ..self.acted()
        }
    }

    /// The progress after a failed rollback was continued.
    pub(crate) fn continued(self) -> Self {
        Self {
            continuations: self.continuations.saturating_add(1),
            ..self.acted()
        }
    }

    /// The progress after there was nothing to do.
    pub(crate) fn waited(self) -> Self {
        Self {
            polls: self.polls.saturating_add(1),
            ..self
        }
    }
}

/// What a step answers: `status` is `PENDING`, or the engine's output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status")]
pub enum Answer {
    /// Ask again with this progress after so many seconds.
    #[serde(rename = "PENDING")]
    Pending {
        /// How long to wait.
        wait_seconds: u32,
        /// What to hand in then.
        progress: Progress,
    },
    /// The engine has ended well.
    #[serde(untagged)]
    Done(EngineOutput),
}

impl Answer {
    /// Ask again: soon after something was done, then ever later (1, 2, 4, 8, 15, 15 … seconds).
    pub(crate) fn pending(progress: Progress) -> Self {
        let doubled = 1_u32.checked_shl(progress.polls.saturating_sub(1));
        Self::Pending {
            wait_seconds: doubled.map_or(LONGEST_WAIT, |wait| wait.clamp(1, LONGEST_WAIT)),
            progress,
        }
    }
}

/// An operation on a stack that CloudFormation tells apart by a client token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    /// Executing the change set.
    Execute,
    /// The n-th deletion.
    Delete(u8),
    /// The n-th continuation of a rollback.
    Continue(u8),
    /// Cancelling the update.
    Cancel,
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Execute => f.write_str("execute"),
            Self::Delete(count) => write!(f, "delete {count}"),
            Self::Cancel => f.write_str("cancel"),
            Self::Continue(count) => write!(f, "continue {count}"),
        }
    }
}

impl Operation {
    /// The client request token of the operation on one stack. CloudFormation allows up to 128
    /// letters, digits and hyphens and refuses a token that it knows from another operation,
    /// hence the operation and the stack's id in it.
    pub(crate) fn token(self, call: &str, stack_id: &str) -> String {
        format!("gp-{}", digits(&format!("{call}\n{stack_id}\n{self}")))
    }
}

/// The name of the change set that this call makes: a letter, then letters, digits and hyphens,
/// up to 128 of them.
pub(crate) fn change_set_name(call: &str) -> String {
    format!("gp-{}", digits(call))
}

fn digits(text: &str) -> String {
    Digest::of(text.as_bytes()).short(40).to_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use groundplane_model::EngineStatus;
    use serde_json::json;

    use super::*;

    #[test]
    fn waits_double_up_to_fifteen_seconds_and_start_anew_after_an_act() {
        let mut progress = Progress::default();
        let mut waits = Vec::new();
        for _ in 0..40 {
            progress = progress.waited();
            let Answer::Pending { wait_seconds, .. } = Answer::pending(progress.clone()) else {
                panic!("not pending");
            };
            waits.push(wait_seconds);
        }
        assert_eq!(waits[..6], [1, 2, 4, 8, 15, 15]);
        assert!(waits[6..].iter().all(|wait| *wait == 15));
        assert!(matches!(
            Answer::pending(progress.acted()),
            Answer::Pending {
                wait_seconds: 1,
                ..
            }
        ));
    }

    #[test]
    fn a_pending_answer_has_the_status_that_the_machine_chooses_by() {
        let answer = Answer::pending(Progress {
            failure: Some("it broke".to_owned()),
            ..Progress::default()
        });
        let json = serde_json::to_value(&answer).unwrap();
        assert_eq!(
            json,
            json!({"status": "PENDING", "wait_seconds": 1, "progress":
                {"polls": 0, "failure": "it broke", "deletions": 0, "continuations": 0}})
        );
        assert_eq!(serde_json::from_value::<Answer>(json).unwrap(), answer);
    }

    #[test]
    fn a_final_answer_is_the_engines_output_as_it_is() {
        let output = EngineOutput {
            status: EngineStatus::Unchanged,
            outputs: BTreeMap::from([("Id".to_owned(), "fs-1".to_owned())]),
            resources: Vec::new(),
        };
        let json = serde_json::to_value(Answer::Done(output.clone())).unwrap();
        assert_eq!(json, serde_json::to_value(&output).unwrap());
        assert_eq!(
            serde_json::from_value::<Answer>(json).unwrap(),
            Answer::Done(output)
        );
    }

    #[test]
    fn every_name_and_token_fits_cloudformations_alphabet_and_length() {
        let call = "dep-0123#compute/apply ünusual".repeat(20);
        let mut names = vec![change_set_name(&call)];
        for operation in [
            Operation::Execute,
            Operation::Delete(0),
            Operation::Delete(1),
            Operation::Continue(0),
            Operation::Cancel,
        ] {
            names.push(operation.token(&call, "arn:aws:cloudformation:…:stack/x/1"));
            names.push(operation.token(&call, "arn:aws:cloudformation:…:stack/x/2"));
        }
        for name in &names {
            assert!(name.len() <= 128 && name.starts_with(|c: char| c.is_ascii_alphabetic()));
            assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'));
        }
        let distinct: std::collections::BTreeSet<_> = names.iter().collect();
        assert_eq!(
            distinct.len(),
            names.len(),
            "no two operations share a token"
        );
    }
}
