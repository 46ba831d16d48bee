//! Records how the run of a workflow ended. Told again, or told of a run that is not the present
//! one, it changes nothing.

use groundplane_deployment::cause_of;
use groundplane_lifecycle::RunOutcome;
use groundplane_lives::{Lives, Whose};
use groundplane_model::{Failure, InstanceId, RunId, TenantId};
use groundplane_ports::{Clock, ReadTable, WriteTable};
use serde::{Deserialize, Serialize};

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// It succeeded.
    Succeeded,
    /// It failed.
    Failed {
        /// The error name.
        error: String,
        /// The cause, possibly wrapped.
        #[serde(default)]
        cause: String,
    },
}

/// Which run ended, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The tenant.
    pub tenant: TenantId,
    /// The instance.
    pub instance: InstanceId,
    /// The run.
    pub run: RunId,
    /// How it ended.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// Nothing more is to be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {}

/// Records the end of a run.
///
/// # Errors
/// As the table says.
pub async fn handle<T: ReadTable + WriteTable, C: Clock>(
    lives: &Lives<'_, T, C>,
    request: Request,
) -> Result<Answer, Failure> {
    let Request {
        tenant,
        instance,
        run,
        outcome,
    } = request;
    let whose = Whose { tenant, instance };
    lives.settle(&whose, &run, &read(&outcome)).await?;
    Ok(Answer {})
}

fn read(outcome: &Outcome) -> RunOutcome {
    match outcome {
        Outcome::Succeeded => RunOutcome::Succeeded,
        Outcome::Failed { error, .. } if error == "States.Timeout" => RunOutcome::TimedOut,
        Outcome::Failed { error, cause } => RunOutcome::Failed {
            cause: cause_of(error, cause).cause,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(error: &str, cause: &str) -> RunOutcome {
        read(&Outcome::Failed {
            error: error.to_owned(),
            cause: cause.to_owned(),
        })
    }

    #[test]
    fn a_failure_is_told_in_the_words_of_who_failed() {
        let wrapped =
            r#"{"errorType":"Groundplane.Invalid","errorMessage":"there is no database"}"#;
        let expected = RunOutcome::Failed {
            cause: "there is no database".to_owned(),
        };
        assert_eq!(failed("Groundplane.Invalid", wrapped), expected);
    }

    #[test]
    fn a_task_that_took_too_long_is_a_run_that_did() {
        assert_eq!(failed("States.Timeout", ""), RunOutcome::TimedOut);
    }
}
