//! Why a call to the platform failed.

use std::time::Duration;

use groundplane_model::{DeploymentId, Problem};

use crate::settings::TokenSource;

/// Why a call failed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(crate) enum CallError {
    /// The platform was not reached, or went away before it had answered.
    #[error("cannot reach the platform at `{endpoint}`: {reason}")]
    Unreachable {
        /// Where it was looked for.
        endpoint: String,
        /// What went wrong.
        reason: String,
    },
    /// The token is missing, wrong or has expired.
    #[error("the platform at `{endpoint}` does not accept the token{}", because(.reason.as_deref()))]
    Unauthenticated {
        /// The platform.
        endpoint: String,
        /// What the platform says about it.
        reason: Option<String>,
        /// Where the token came from.
        source_of_token: TokenSource,
    },
    /// The platform understood and said no.
    #[error("{}", .0.message)]
    Refused(Box<Refusal>),
    /// The platform sends the caller elsewhere, where the token must not follow by itself.
    #[error("`{endpoint}` redirects to `{location}`, which is not followed")]
    Redirected {
        /// What was asked.
        endpoint: String,
        /// Where it points.
        location: String,
    },
    /// The answer is not one that this version of the command understands.
    #[error("the answer of `{}` was not understood: {}", .0.endpoint, .0.what)]
    Unexpected(Unexpected),
}

/// A refusal with everything that the platform said about it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Refusal {
    /// The HTTP status.
    pub(crate) status: u16,
    /// One sentence for people.
    pub(crate) message: String,
    /// The problems of the document.
    pub(crate) problems: Vec<Problem>,
    /// Where to look next, a path of the API.
    pub(crate) link: Option<String>,
    /// When it makes sense to ask again.
    pub(crate) retry_after: Option<Duration>,
}

impl Refusal {
    /// The deployment that the refusal points at.
    pub(crate) fn deployment(&self) -> Option<DeploymentId> {
        let id = self.link.as_deref()?.strip_prefix("/v1/deployments/")?;
        DeploymentId::parse(id).ok()
    }
}

/// An answer that was not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unexpected {
    /// Who answered.
    pub(crate) endpoint: String,
    /// What is odd about it.
    pub(crate) what: String,
    /// The platform's version, if it is a platform.
    pub(crate) platform: Option<String>,
}

impl Unexpected {
    /// An odd answer of something that has not been asked for its version.
    pub(crate) fn new(endpoint: &str, what: impl Into<String>) -> Self {
        Self {
            endpoint: endpoint.to_owned(),
            what: what.into(),
            platform: None,
        }
    }
}

impl CallError {
    /// Whether the same call may well succeed in a moment.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable { .. } => true,
            Self::Refused(refusal) => matches!(refusal.status, 429 | 502..=504),
            Self::Unauthenticated { .. } | Self::Redirected { .. } | Self::Unexpected(_) => false,
        }
    }

    /// How long the platform asks its callers to wait.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused(refusal) => refusal.retry_after,
            Self::Unreachable { .. }
            | Self::Unauthenticated { .. }
            | Self::Redirected { .. }
            | Self::Unexpected(_) => None,
        }
    }
}

fn because(reason: Option<&str>) -> String {
    reason.map_or_else(String::new, |reason| format!(": {reason}"))
}
