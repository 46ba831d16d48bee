//! Identifiers, each parsed once and then trusted. A value of one of these types is safe inside
//! a key, a tag, a stack name and a log line: none allows `#`, white space or control characters.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Why a string is not an identifier of its kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{value}` is not {kind}: {rule}")]
pub struct InvalidIdentifier {
    kind: &'static str,
    value: String,
    rule: &'static str,
}

impl InvalidIdentifier {
    fn new(kind: &'static str, value: &str, rule: &'static str) -> Self {
        let shown: String = value
            .chars()
            .take(80)
            .flat_map(char::escape_default)
            .collect();
        Self {
            kind,
            value: shown,
            rule,
        }
    }
}

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $rule:literal, $check:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[derive(utoipa::ToSchema)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Parses the identifier.
            ///
            /// # Errors
            /// Where the text breaks the rule that the type's description states.
            pub fn parse(text: &str) -> Result<Self, InvalidIdentifier> {
                let check: fn(&str) -> bool = $check;
                if check(text) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(InvalidIdentifier::new($kind, text, $rule))
                }
            }

            /// The identifier as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidIdentifier;
            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidIdentifier;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

mod lifecycle;

pub use lifecycle::{LifecycleName, OperationName, RunId, SignalName, StateName, WorkflowName};

identifier!(
    /// A team that owns instances, as its token names it: up to 63 lower-case letters, digits, `-`.
    TenantId,
    "a tenant",
    "it must be 1 to 63 lower-case letters, digits or hyphens, starting with a letter or digit",
    |text| text.len() <= 63
        && starts_with(text, |c| c.is_ascii_lowercase() || c.is_ascii_digit())
        && text.chars().all(is_lower_kebab)
);

identifier!(
    /// The name of the access policy: there is one, called `access`.
    AccessPolicyName,
    "an access policy",
    "there is one, called `access`",
    |text| text == "access"
);

identifier!(
    /// The name of a service: `^[a-z][a-z0-9-]{1,30}[a-z0-9]$`.
    ServiceName,
    "a service name",
    "it must match ^[a-z][a-z0-9-]{1,30}[a-z0-9]$",
    is_name
);

identifier!(
    /// The name of an environment: `^[a-z][a-z0-9-]{1,30}[a-z0-9]$`.
    EnvironmentName,
    "an environment name",
    "it must match ^[a-z][a-z0-9-]{1,30}[a-z0-9]$",
    is_name
);

identifier!(
    /// The name of a landing zone: `^[a-z][a-z0-9-]{1,30}[a-z0-9]$`.
    LandingZoneName,
    "a landing zone name",
    "it must match ^[a-z][a-z0-9-]{1,30}[a-z0-9]$",
    is_name
);

identifier!(
    /// The name of a guardrail: `^[a-z][a-z0-9-]{1,30}[a-z0-9]$`.
    GuardrailName,
    "a guardrail name",
    "it must match ^[a-z][a-z0-9-]{1,30}[a-z0-9]$",
    is_name
);

identifier!(
    /// The name of a compliance framework: `^[a-z][a-z0-9-]{1,30}[a-z0-9]$`.
    FrameworkName,
    "the name of a framework",
    "it must match ^[a-z][a-z0-9-]{1,30}[a-z0-9]$",
    is_name
);

identifier!(
    /// The name of a resolver: `^[a-z][a-z0-9-]{1,30}[a-z0-9]$`.
    ResolverName,
    "a resolver name",
    "it must match ^[a-z][a-z0-9-]{1,30}[a-z0-9]$",
    is_name
);

impl ResolverName {
    /// Names of stacks and resources.
    #[must_use]
    pub fn naming() -> Self {
        Self("naming".to_owned())
    }

    /// Addresses.
    #[must_use]
    pub fn ipam() -> Self {
        Self("ipam".to_owned())
    }

    /// Images of containers and machines.
    #[must_use]
    pub fn image() -> Self {
        Self("image".to_owned())
    }

    /// Secrets, by reference.
    #[must_use]
    pub fn secret() -> Self {
        Self("secret".to_owned())
    }

    /// The platform's own resolvers.
    #[must_use]
    pub fn own() -> [Self; 4] {
        [Self::naming(), Self::ipam(), Self::image(), Self::secret()]
    }

    /// Whether it is one of the platform's own.
    #[must_use]
    pub fn is_own(&self) -> bool {
        Self::own().contains(self)
    }

    /// The function that answers for this resolver: one of the platform's own, or the one that
    /// calls what platform engineers have registered.
    #[must_use]
    pub fn function(&self) -> &'static str {
        match self.as_str() {
            "naming" => "resolve-name",
            "ipam" => "resolve-address",
            "image" => "resolve-image",
            "secret" => "resolve-secret",
            _ => "resolve-foreign",
        }
    }
}

identifier!(
    /// The name of a pool of addresses: `^[a-z][a-z0-9-]{1,30}[a-z0-9]$`.
    PoolName,
    "a pool name",
    "it must match ^[a-z][a-z0-9-]{1,30}[a-z0-9]$",
    is_name
);

identifier!(
    /// The name of a space, within which no two networks overlap: `^[a-z][a-z0-9-]{1,30}[a-z0-9]$`.
    SpaceName,
    "a space name",
    "it must match ^[a-z][a-z0-9-]{1,30}[a-z0-9]$",
    is_name
);

identifier!(
    /// The name of a source of webhooks: `^[a-z][a-z0-9-]{1,30}[a-z0-9]$`.
    EventSourceName,
    "an event source name",
    "it must match ^[a-z][a-z0-9-]{1,30}[a-z0-9]$",
    is_name
);

identifier!(
    /// One deployed service in one environment, `service.environment`.
    InstanceId,
    "an instance",
    "it must be service.environment, for example web-service.dev",
    |text| text.split_once('.').is_some_and(|(service, env)| is_name(service) && is_name(env))
);

identifier!(
    /// One run against an instance: `dep-` and 32 hexadecimal digits, ordered by time of creation.
    DeploymentId,
    "a deployment",
    "it must be dep- followed by 32 hexadecimal digits",
    |text| text.strip_prefix("dep-").is_some_and(|hex| hex.len() == 32
        && hex.chars().all(|c| c.is_ascii_digit() || matches!(c, 'a'..='f')))
);

identifier!(
    /// The name of a unit, the smallest thing that is provisioned: `^[a-z][a-z0-9-]{0,40}$`.
    UnitName,
    "a unit name",
    "it must match ^[a-z][a-z0-9-]{0,40}$",
    |text| text.len() <= 41
        && starts_with(text, |c| c.is_ascii_lowercase())
        && text.chars().all(is_lower_kebab)
);

identifier!(
    /// One step of a deployment: the unit's name, or `unit.action` where a unit has several steps.
    StepId,
    "a step",
    "it must match ^[a-z][a-z0-9.-]{0,60}$",
    |text| text.len() <= 61
        && starts_with(text, |c| c.is_ascii_lowercase())
        && text.chars().all(|c| is_lower_kebab(c) || c == '.')
);

identifier!(
    /// A dotted key of the context, for example `storage.efs.filesystem_id`.
    ContextKey,
    "a context key",
    "it must be dotted lower-case words, for example storage.efs.filesystem_id",
    |text| text.len() <= 120
        && text.split('.').count() >= 2
        && text.split('.').all(|part| starts_with(part, |c| c.is_ascii_lowercase())
            && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'))
);

impl InstanceId {
    /// The instance of `service` in `environment`.
    #[must_use]
    pub fn new(service: &ServiceName, environment: &EnvironmentName) -> Self {
        Self(format!("{service}.{environment}"))
    }

    /// The service's name, the part before the dot.
    #[must_use]
    pub fn service(&self) -> &str {
        self.0
            .split_once('.')
            .map_or(self.0.as_str(), |(service, _)| service)
    }

    /// The environment's name, the part after the dot.
    #[must_use]
    pub fn environment(&self) -> &str {
        self.0
            .split_once('.')
            .map_or("", |(_, environment)| environment)
    }
}

impl DeploymentId {
    /// The deployment with this universally unique number (version 7, so that ids sort by time).
    #[must_use]
    pub fn from_number(number: u128) -> Self {
        Self(format!("dep-{number:032x}"))
    }
}

impl ContextKey {
    /// The key in the form that a CloudFormation logical name allows: `storage.efs.id` is
    /// `StorageEfsId`. Distinct keys of one instance give distinct names, since capabilities
    /// never write two keys that differ only in `.` and `_`.
    #[must_use]
    pub fn logical_name(&self) -> String {
        self.0.split(['.', '_']).map(capitalised).collect()
    }
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_ascii_uppercase().to_string() + letters.as_str()
    })
}

impl StepId {
    /// The step that applies `unit`.
    #[must_use]
    pub fn apply(unit: &UnitName) -> Self {
        Self(unit.to_string())
    }

    /// The step of `unit` with a suffix that says what it does, for example `storage.destroy`.
    #[must_use]
    pub fn suffixed(unit: &UnitName, suffix: &'static str) -> Self {
        Self(format!("{unit}.{suffix}"))
    }
}

fn starts_with(text: &str, check: fn(char) -> bool) -> bool {
    text.chars().next().is_some_and(check)
}

fn is_lower_kebab(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'
}

fn is_name(text: &str) -> bool {
    (3..=32).contains(&text.len())
        && starts_with(text, |c| c.is_ascii_lowercase())
        && text.chars().all(is_lower_kebab)
        && !text.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_to_their_pattern() {
        for good in ["web", "web-service", "a1b"] {
            assert!(ServiceName::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "w",
            "we",
            "Web",
            "1web",
            "web-",
            "web_service",
            "web service",
            "wéb",
        ] {
            assert_eq!(ServiceName::parse(bad).is_ok(), bad == "web", "{bad}");
        }
        assert!(ServiceName::parse(&"a".repeat(33)).is_err());
    }

    #[test]
    fn an_instance_is_a_service_in_an_environment() {
        let id = InstanceId::parse("web-service.dev").unwrap();
        assert_eq!((id.service(), id.environment()), ("web-service", "dev"));
        for bad in ["web-service", "web.dev.eu", "web#x.dev", ".dev", "web."] {
            assert!(InstanceId::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn deployments_sort_by_their_number() {
        assert!(DeploymentId::from_number(1) < DeploymentId::from_number(255));
        let id = DeploymentId::from_number(255);
        assert_eq!(DeploymentId::parse(id.as_str()), Ok(id));
    }

    #[test]
    fn a_refused_identifier_is_shown_without_control_characters() {
        let error = TenantId::parse("a\nb").unwrap_err();
        assert!(
            error.to_string().contains("`a\\nb` is not a tenant"),
            "{error}"
        );
    }

    #[test]
    fn context_keys_become_logical_names() {
        let key = ContextKey::parse("storage.efs.filesystem_id").unwrap();
        assert_eq!(key.logical_name(), "StorageEfsFilesystemId");
    }
}
