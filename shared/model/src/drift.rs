//! What an environment does about drift: a policy for each class of properties.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How important a kind of property is, and for what.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum PropertyClass {
    /// Who may do what, who reaches what, what is encrypted.
    Security,
    /// Whether the service is there and withstands a failure.
    Availability,
    /// How the service works.
    Configuration,
    /// Tags and descriptions.
    Metadata,
}

/// What is done about a difference.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DriftAction {
    /// It stands in the report, as every difference does.
    #[default]
    Report,
    /// An event tells of it, which a lifecycle may route.
    Signal,
    /// The units that drifted are deployed again.
    Remediate,
    /// What is there becomes what is asked for, where a spec can say it.
    Accept,
}

/// What an environment does about drift: `spec.drift` of a `kind: Environment` document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DriftPolicy {
    /// How often every instance is checked; none leaves it to the installation.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "text::optional"
    )]
    pub schedule: Option<SignedDuration>,
    /// What is done where no rule says anything else.
    #[serde(default)]
    pub default: DriftAction,
    /// What is done about some differences; the first rule that speaks of a difference counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<DriftRule>,
    /// For how long nothing is done again about a difference about which something was done.
    #[serde(default = "one_hour", with = "text")]
    pub cool_down: SignedDuration,
}

/// What is done about the differences that it speaks of. Everything that it says must hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DriftRule {
    /// The class of the property.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<PropertyClass>,
    /// The type of the resource, for example `AWS::ECS::Service`; `*` stands for any letters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_type: Option<String>,
    /// The property with all that is below it: a JSON pointer (RFC 6901) into the properties of
    /// the resource; `*` stands for every item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub property: Option<String>,
    /// What is done.
    pub action: DriftAction,
}

impl Default for DriftPolicy {
    fn default() -> Self {
        Self {
            schedule: None,
            default: DriftAction::default(),
            rules: Vec::new(),
            cool_down: one_hour(),
        }
    }
}

const fn one_hour() -> SignedDuration {
    SignedDuration::from_hours(1)
}

/// Lengths of time as text: `1h30m`.
pub(crate) mod text {
    use jiff::SignedDuration;
    use jiff::fmt::friendly::{Designator, Spacing, SpanPrinter};
    use serde::{Deserialize, Deserializer, Serializer, de};

    /// As [`crate::parse_duration`] reads it.
    const PRINTER: SpanPrinter = SpanPrinter::new()
        .designator(Designator::Compact)
        .spacing(Spacing::None);

    pub(crate) fn serialize<S: Serializer>(
        length: &SignedDuration,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&PRINTER.duration_to_string(length))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<SignedDuration, D::Error> {
        let text = String::deserialize(deserializer)?;
        crate::parse_duration(&text).map_err(de::Error::custom)
    }

    /// The same where there may be none.
    pub(super) mod optional {
        use super::{Deserializer, Serializer, SignedDuration};

        pub(in super::super) fn serialize<S: Serializer>(
            length: &Option<SignedDuration>,
            serializer: S,
        ) -> Result<S::Ok, S::Error> {
            match length {
                Some(length) => super::serialize(length, serializer),
                None => serializer.serialize_none(),
            }
        }

        pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
            deserializer: D,
        ) -> Result<Option<SignedDuration>, D::Error> {
            super::deserialize(deserializer).map(Some)
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json, to_value};

    use super::*;

    #[test]
    fn an_empty_policy_reports_and_cools_down_for_an_hour() {
        let empty: DriftPolicy = from_value(json!({})).unwrap();
        assert_eq!(empty, DriftPolicy::default());
        assert_eq!(
            to_value(empty).unwrap(),
            json!({"default": "report", "coolDown": "1h"})
        );
    }

    #[test]
    fn a_policy_is_written_as_it_is_read() {
        let written = json!({
            "schedule": "15m",
            "default": "signal",
            "rules": [
                {"class": "security", "action": "remediate"},
                {"resourceType": "AWS::ECS::Service", "property": "/DesiredCount", "action": "accept"},
            ],
            "coolDown": "1h30m",
        });
        let policy: DriftPolicy = from_value(written.clone()).unwrap();
        assert_eq!(policy.cool_down, SignedDuration::from_mins(90));
        assert_eq!(to_value(policy).unwrap(), written);
    }

    #[test]
    fn what_a_policy_does_not_know_is_refused() {
        for unknown in [
            json!({"default": "repair"}),
            json!({"coolDown": "soon"}),
            json!({"cooldown": "1h"}),
            json!({"rules": [{"class": "cost", "action": "report"}]}),
            json!({"rules": [{"class": "security"}]}),
        ] {
            assert!(
                from_value::<DriftPolicy>(unknown.clone()).is_err(),
                "{unknown}"
            );
        }
    }
}
