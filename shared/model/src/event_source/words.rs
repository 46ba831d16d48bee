//! The words for what a source sends and for how it proves who it is.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a source sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(rename_all = "lowercase")]
pub enum WebhookFormat {
    /// Alertmanager's webhook, version 4.
    Alertmanager,
    /// The webhook of Grafana's alerting.
    Grafana,
    /// Any JSON.
    Json,
    /// `CloudEvents` 1.0: structured, in batches or binary.
    CloudEvents,
}

/// How a source proves who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(rename_all = "lowercase")]
pub enum SourceAuth {
    /// It signs what it sends, by the scheme of Standard Webhooks.
    Signature,
    /// It sends a token.
    Bearer,
    /// It sends a user name and a password.
    Basic,
}

/// A text that is none of the words. It is shown in one line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{shown}` is not {what}: it must be {words}")]
pub struct UnknownWord {
    shown: String,
    what: &'static str,
    words: &'static str,
}

impl UnknownWord {
    fn new(text: &str, what: &'static str, words: &'static str) -> Self {
        let shown = text.chars().take(60).flat_map(char::escape_default);
        Self {
            shown: shown.collect(),
            what,
            words,
        }
    }
}

impl WebhookFormat {
    /// Every format.
    pub const ALL: [Self; 4] = [
        Self::Alertmanager,
        Self::Grafana,
        Self::Json,
        Self::CloudEvents,
    ];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Alertmanager => "alertmanager",
            Self::Grafana => "grafana",
            Self::Json => "json",
            Self::CloudEvents => "cloudevents",
        }
    }

    /// Whether what sends it can sign: the webhooks of Alertmanager and Grafana cannot, not by the
    /// scheme that is understood here.
    #[must_use]
    pub const fn can_sign(self) -> bool {
        match self {
            Self::Alertmanager | Self::Grafana => false,
            Self::Json | Self::CloudEvents => true,
        }
    }
}

impl SourceAuth {
    /// Every way.
    pub const ALL: [Self; 3] = [Self::Signature, Self::Bearer, Self::Basic];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Signature => "signature",
            Self::Bearer => "bearer",
            Self::Basic => "basic",
        }
    }
}

macro_rules! word {
    ($name:ident, $what:literal, $words:literal) => {
        impl FromStr for $name {
            type Err = UnknownWord;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let known = Self::ALL.into_iter().find(|one| one.as_str() == text);
                known.ok_or_else(|| UnknownWord::new(text, $what, $words))
            }
        }

        impl TryFrom<String> for $name {
            type Error = UnknownWord;
            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(word: $name) -> Self {
                word.as_str().to_owned()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

word!(
    WebhookFormat,
    "a format",
    "`alertmanager`, `grafana`, `json` or `cloudevents`"
);
word!(
    SourceAuth,
    "a way to prove who one is",
    "`signature`, `bearer` or `basic`"
);
