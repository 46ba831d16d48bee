//! The names that a lifecycle consists of, and the identity of a run.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{InvalidIdentifier, is_lower_kebab, starts_with};
use crate::{Digest, InstanceId, TenantId};

identifier!(
    /// The name of a lifecycle: `^[a-z][a-z0-9-]{0,40}$`.
    LifecycleName,
    "a lifecycle name",
    "it must match ^[a-z][a-z0-9-]{0,40}$",
    is_word
);

identifier!(
    /// The name of a state: `^[a-z][a-z0-9-]{0,40}$`.
    StateName,
    "a state name",
    "it must match ^[a-z][a-z0-9-]{0,40}$",
    is_word
);

identifier!(
    /// The name of a signal: `^[a-z][a-z0-9-]{0,40}$`.
    SignalName,
    "a signal name",
    "it must match ^[a-z][a-z0-9-]{0,40}$",
    is_word
);

identifier!(
    /// The name of a day-2 operation: `^[a-z][a-z0-9-]{0,40}$`.
    OperationName,
    "an operation name",
    "it must match ^[a-z][a-z0-9-]{0,40}$",
    is_word
);

identifier!(
    /// The name of a workflow that a transition or an operation runs: `^[a-z][a-z0-9-]{0,40}$`.
    WorkflowName,
    "a workflow name",
    "it must match ^[a-z][a-z0-9-]{0,40}$",
    is_word
);

identifier!(
    /// One run of a workflow for an instance: `run-` and 32 hexadecimal digits.
    RunId,
    "a run",
    "it must be run- followed by 32 hexadecimal digits",
    |text| text.strip_prefix("run-").is_some_and(|hex| hex.len() == 32
        && hex.chars().all(|c| c.is_ascii_digit() || matches!(c, 'a'..='f')))
);

impl WorkflowName {
    /// The workflows of the platform itself.
    pub const BUILT_IN: [&'static str; 8] = [
        "restart", "scale", "stop", "start", "destroy", "redeploy", "rollback", "failover",
    ];

    /// Whether it is one of the platform's own.
    #[must_use]
    pub fn is_built_in(&self) -> bool {
        Self::BUILT_IN.contains(&self.as_str())
    }
}

impl RunId {
    /// The run with this number in one life of an instance. It is the same whenever it is made, so
    /// that it can name the execution.
    #[must_use]
    pub fn of(tenant: &TenantId, instance: &InstanceId, incarnation: &str, number: u64) -> Self {
        let text = format!("{tenant}#{instance}#{incarnation}#{number}");
        Self(format!("run-{}", Digest::of(text.as_bytes()).short(32)))
    }
}

fn is_word(text: &str) -> bool {
    text.len() <= 41
        && starts_with(text, |c| c.is_ascii_lowercase())
        && text.chars().all(is_lower_kebab)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_a_lifecycle_are_short_lower_case_words() {
        for good in ["a", "failing-over", "state2"] {
            assert!(StateName::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "*", "2nd", "Failing", "a_b", "a b", &"a".repeat(42)] {
            assert!(StateName::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_run_is_told_from_every_other_by_all_that_it_belongs_to() {
        let tenant = TenantId::parse("shop").unwrap();
        let instance = InstanceId::parse("web-service.dev").unwrap();
        let run = RunId::of(&tenant, &instance, "a", 1);
        assert_eq!(run, RunId::of(&tenant, &instance, "a", 1));
        assert_eq!(RunId::parse(run.as_str()), Ok(run.clone()));
        assert_ne!(run, RunId::of(&tenant, &instance, "a", 2));
        assert_ne!(run, RunId::of(&tenant, &instance, "b", 1));
    }

    #[test]
    fn a_workflow_knows_whether_it_is_the_platforms_own() {
        assert!(WorkflowName::parse("restart").unwrap().is_built_in());
        assert!(!WorkflowName::parse("warm-cache").unwrap().is_built_in());
        for name in WorkflowName::BUILT_IN {
            assert!(WorkflowName::parse(name).is_ok(), "{name}");
        }
    }
}
