//! What can go wrong, as callers see it. Each library has its own error type; at the rim it
//! becomes a `Failure`, whose kind gives the HTTP status, the error name in a state machine and
//! the exit code.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Problem;

/// The kinds of failure. A state machine retries `Unavailable` and `Conflict` only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// The request or document is wrong; the same again fails again.
    Invalid,
    /// What was named does not exist, or not for this caller.
    NotFound,
    /// Someone else changed what this builds on; read again and decide again.
    Conflict,
    /// The caller is unknown (no valid token).
    Unauthenticated,
    /// The caller, or the platform's own role, may not do this.
    Denied,
    /// The cloud refused or failed to provision what was asked for.
    ProvisionFailed,
    /// A service did not answer, or asked to slow down; the same again may succeed.
    Unavailable,
    /// Someone decided that it goes no further.
    Cancelled,
    /// The tenant has as much of it as it may have.
    QuotaExceeded,
    /// A fault of Groundplane itself.
    Internal,
}

impl FailureKind {
    /// Every kind, for the tests that hold state machines against this list.
    pub const ALL: [Self; 10] = [
        Self::Invalid,
        Self::NotFound,
        Self::Conflict,
        Self::Unauthenticated,
        Self::Denied,
        Self::ProvisionFailed,
        Self::Unavailable,
        Self::Cancelled,
        Self::QuotaExceeded,
        Self::Internal,
    ];

    /// The error name that a state machine sees and can catch or retry on.
    #[must_use]
    pub const fn error_name(self) -> &'static str {
        match self {
            Self::Invalid => "Groundplane.Invalid",
            Self::NotFound => "Groundplane.NotFound",
            Self::Conflict => "Groundplane.Conflict",
            Self::Unauthenticated => "Groundplane.Unauthenticated",
            Self::Denied => "Groundplane.Denied",
            Self::ProvisionFailed => "Groundplane.ProvisionFailed",
            Self::Unavailable => "Groundplane.Unavailable",
            Self::Cancelled => "Groundplane.Cancelled",
            Self::QuotaExceeded => "Groundplane.QuotaExceeded",
            Self::Internal => "Groundplane.Internal",
        }
    }
}

/// A failure on its way out: its kind, one sentence for people, and the problems of the document
/// if it is about one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What kind of failure it is.
    pub kind: FailureKind,
    /// One sentence in the user's terms.
    pub message: String,
    /// Every problem of the document, with its place.
    pub problems: Vec<Problem>,
    /// Where to look next, a path of the API.
    pub link: Option<String>,
    /// Whether the message is what a service said to the platform itself: it is for the platform's log
    /// and for who runs it, not for callers, who cannot act on it.
    pub is_ours: bool,
}

impl Failure {
    /// A failure of `kind` with a sentence for people.
    #[must_use]
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            problems: Vec::new(),
            link: None,
            is_ours: false,
        }
    }

    /// A document's failure with all its problems.
    #[must_use]
    pub fn invalid_document(message: impl Into<String>, problems: Vec<Problem>) -> Self {
        Self {
            problems,
            ..Self::new(FailureKind::Invalid, message)
        }
    }

    /// The same failure with a path of the API where the caller finds more.
    #[must_use]
    pub fn with_link(self, link: impl Into<String>) -> Self {
        Self {
            link: Some(link.into()),
            ..self
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        for problem in &self.problems {
            write!(f, "\n  {problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}
