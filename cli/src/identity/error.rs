//! Why someone is not logged in.

/// Why someone is not logged in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum IdentityError {
    /// The issuer was not reached.
    #[error("cannot reach `{host}`, where one logs in: {reason}")]
    Unreachable {
        /// What was asked.
        host: String,
        /// What went wrong.
        reason: String,
    },
    /// The issuer, or who sits in front of its page, said no.
    #[error("the login was refused: {0}")]
    Refused(String),
    /// Something about the issuer or its answer is not as it must be.
    #[error("the login cannot be trusted: {0}")]
    Untrusted(String),
    /// The issuer offers no such way to log in.
    #[error("the issuer offers no {0}")]
    NotOffered(&'static str),
    /// Nobody finished the login.
    #[error("nobody logged in within {0}")]
    TimedOut(String),
    /// The login is over and cannot be renewed.
    #[error("the login has expired")]
    Expired,
    /// Nobody is logged in at this platform.
    #[error("nobody is logged in at this platform")]
    NotLoggedIn,
    /// The file of the login cannot be used.
    #[error("cannot use `{path}`: {reason}")]
    File {
        /// The file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
}

impl IdentityError {
    /// Something that is not as it must be.
    pub(crate) fn untrusted(what: impl Into<String>) -> Self {
        Self::Untrusted(what.into())
    }

    /// What to do about it.
    pub(crate) const fn hint(&self) -> &'static str {
        match self {
            Self::Unreachable { .. } => "check the network, and the address of the issuer",
            Self::Refused(_) | Self::TimedOut(_) => "`groundplane login` begins anew",
            Self::Untrusted(_) => {
                "nothing was kept; if the issuer is the right one, tell whoever runs it"
            }
            Self::NotOffered(_) => {
                "`groundplane login` uses a browser, `groundplane login --device` a code that is \
                 typed on another device"
            }
            Self::Expired | Self::NotLoggedIn => "run `groundplane login`",
            Self::File { .. } => "remove it and run `groundplane login`",
        }
    }
}
