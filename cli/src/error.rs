//! Why a command did not do what it was asked to, and the exit code of each reason.

use std::io;
use std::time::Duration;

use groundplane_model::{DeploymentId, InstanceId, Problem, ServiceName, Severity};
use serde::Serialize;

use crate::client::{CallError, Deployment};
use crate::identity::IdentityError;

/// How the process exits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// What was asked for is done, or accepted.
    Ok,
    /// The platform said no, failed or was not reached.
    Failed,
    /// Wrong usage or an invalid document; nothing was changed.
    Usage,
    /// There is something to do, where the command was told to say so by its exit code; or
    /// something has drifted.
    Changes,
    /// The user interrupted the command.
    Interrupted,
}

impl Exit {
    /// The code as the shell sees it.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Changes => 3,
            // As shells report a process that SIGINT has ended.
            Self::Interrupted => 130,
        }
    }
}

/// A problem and the file that it is in.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct FileProblem {
    /// The file as the user named it.
    pub(crate) file: String,
    /// The problem.
    #[serde(flatten)]
    pub(crate) problem: Problem,
    /// The line that it is in, where there is a text.
    #[serde(skip)]
    pub(crate) line: Option<String>,
}

impl FileProblem {
    /// A problem of something that has no text, or whose text the user has not seen.
    pub(crate) fn new(file: impl Into<String>, problem: Problem) -> Self {
        Self {
            file: file.into(),
            problem,
            line: None,
        }
    }

    /// Whether the document is refused for it.
    pub(crate) fn refuses(&self) -> bool {
        self.problem.severity == Severity::Error
    }
}

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The command cannot work as it was called.
    #[error("{message}")]
    Usage {
        /// What is wrong.
        message: String,
        /// What to do about it.
        hint: String,
    },
    /// A document is refused, here or by the platform.
    #[error("{}", refused(.problems))]
    Documents {
        /// Every problem of every document.
        problems: Vec<FileProblem>,
    },
    /// The platform refused, or could not be asked.
    #[error(transparent)]
    Call(CallError),
    /// The caller is not logged in, or cannot be.
    #[error(transparent)]
    Identity(IdentityError),
    /// A call failed while a deployment was followed, which goes on.
    #[error("lost sight of {deployment}: {call}")]
    LostSight {
        /// Why it is not followed any more.
        call: CallError,
        /// The deployment.
        deployment: DeploymentId,
    },
    /// A deployment took longer than the user wanted to wait.
    #[error("{deployment} has not ended within {}", crate::render::time::waited(*.limit))]
    TimedOut {
        /// The deployment, which goes on.
        deployment: DeploymentId,
        /// How long the user wanted to wait.
        limit: Duration,
    },
    /// A deployment ended badly.
    #[error("{} failed", crate::render::deployment::deed(.0))]
    DeploymentFailed(Box<Deployment>),
    /// A check took longer than the user wanted to wait.
    #[error("the check of `{instance}` has not ended within {}", crate::render::time::waited(*.limit))]
    CheckTimedOut {
        /// The instance, whose check goes on.
        instance: InstanceId,
        /// How long the user wanted to wait.
        limit: Duration,
    },
    /// A check came to nothing.
    #[error("the check of `{0}` was given up: a deployment began in the meantime")]
    CheckGivenUp(InstanceId),
    /// There is no report yet.
    #[error("`{0}` was never checked")]
    NeverChecked(InstanceId),
    /// The report says nothing about what is there.
    #[error("nothing of `{0}` could be checked")]
    NothingChecked(InstanceId),
    /// Of some instances of an environment nobody can tell.
    #[error("{unchecked} of {all} instances could not be checked or never were")]
    Unchecked {
        /// How many.
        unchecked: usize,
        /// How many there are.
        all: usize,
    },
    /// No environment has an instance of the service.
    #[error("there is no instance of `{0}`")]
    NoInstance(ServiceName),
    /// The user did not confirm.
    #[error("the name that was typed is not `{0}`; nothing was destroyed")]
    NotConfirmed(InstanceId),
    /// The user did not agree to what was shown.
    #[error("the name that was typed is not `{0}`; nothing was changed")]
    Declined(InstanceId),
    /// The answer cannot be written.
    #[error("cannot write to standard output: {0}")]
    Output(io::Error),
}

impl Error {
    /// Wrong usage, with what to do about it.
    pub(crate) fn usage(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Usage {
            message: message.into(),
            hint: hint.into(),
        }
    }

    /// The deployment that it is about, or that is in the way.
    pub(crate) fn deployment(&self) -> Option<DeploymentId> {
        match self {
            Self::Call(CallError::Refused(refusal)) => refusal.deployment(),
            Self::LostSight { deployment, .. } | Self::TimedOut { deployment, .. } => {
                Some(deployment.clone())
            }
            Self::DeploymentFailed(deployment) => Some(deployment.id.clone()),
            Self::Call(_)
            | Self::Identity(_)
            | Self::Usage { .. }
            | Self::Documents { .. }
            | Self::CheckTimedOut { .. }
            | Self::CheckGivenUp(_)
            | Self::NeverChecked(_)
            | Self::NothingChecked(_)
            | Self::Unchecked { .. }
            | Self::NoInstance(_)
            | Self::NotConfirmed(_)
            | Self::Declined(_)
            | Self::Output(_) => None,
        }
    }

    /// How the process is to exit for it.
    pub(crate) const fn exit(&self) -> Exit {
        match self {
            Self::Usage { .. } | Self::Documents { .. } => Exit::Usage,
            Self::Call(_)
            | Self::Identity(_)
            | Self::LostSight { .. }
            | Self::TimedOut { .. }
            | Self::DeploymentFailed(_)
            | Self::CheckTimedOut { .. }
            | Self::CheckGivenUp(_)
            | Self::NeverChecked(_)
            | Self::NothingChecked(_)
            | Self::Unchecked { .. }
            | Self::NoInstance(_)
            | Self::NotConfirmed(_)
            | Self::Declined(_)
            | Self::Output(_) => Exit::Failed,
        }
    }
}

impl From<IdentityError> for Error {
    fn from(error: IdentityError) -> Self {
        Self::Identity(error)
    }
}

impl From<CallError> for Error {
    fn from(error: CallError) -> Self {
        Self::Call(error)
    }
}

fn refused(problems: &[FileProblem]) -> String {
    match problems.iter().filter(|found| found.refuses()).count() {
        1 => "the document has 1 error".to_owned(),
        count => format!("the documents have {count} errors"),
    }
}
