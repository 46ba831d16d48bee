//! The rules, which are data: what is noise, what class a property has, what a spec can say.
//!
//! They stand in `rules/*.yaml`, each noise rule with its cases; `rules/rules.json` is made from
//! them and compiled in. A test holds the two together.

use std::sync::LazyLock;

use groundplane_model::PropertyClass;
use serde::Deserialize;
use serde_json::Value;

use crate::pattern::{Glob, Pattern, Step};
use crate::{Kind, Severity};

/// What is compiled in.
const BUILT_IN: &str = include_str!("../rules/rules.json");

static RULES: LazyLock<Rules> = LazyLock::new(read);

/// What is noise, what class and severity a property has, and what a spec can say.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    pub(crate) noise: Vec<NoiseRule>,
    pub(crate) classes: Vec<ClassRule>,
    pub(crate) inputs: Vec<InputRule>,
}

/// A difference that says nothing, or a value that nobody may see.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NoiseRule {
    pub(crate) resource_type: Glob,
    pub(crate) property: Pattern,
    pub(crate) kind: Noise,
}

/// What a rule overlooks.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Noise {
    /// Everything.
    Ignore,
    /// That a number is written as text, or with a point.
    SameNumber,
    /// That `true` or `false` is written as text.
    SameBoolean,
    /// That JSON is written as text.
    JsonText,
    /// Upper and lower case.
    Case,
    /// That a text is given without the dot of the root domain.
    TrailingDot,
    /// That a list of one item is given as the item.
    OneOrList,
    /// The order of a list.
    Unordered,
    /// The order of a list whose items are known by this field.
    Keyed(String),
    /// That this value is there where none was asked for.
    DefaultFilled(Value),
    /// That an empty list, mapping or text is left out.
    Empty,
    /// A number within those that AWS scales the resource in.
    Autoscaled,
    /// Tags whose key begins with `aws:`.
    AwsTags,
    /// That a name is given as the ARN that ends with it.
    ArnOrName,
    /// Nothing, but the value is hidden in reports.
    Secret,
}

impl Noise {
    /// The field that the items of a list are known by.
    pub(crate) fn key(&self) -> Option<&str> {
        if let Self::Keyed(key) = self {
            Some(key)
        } else {
            None
        }
    }
}

/// What class and severity a difference has. The first rule that speaks of it counts.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ClassRule {
    pub(crate) resource_type: Glob,
    pub(crate) property: Pattern,
    /// Only differences of these kinds; none means all.
    #[serde(default)]
    kinds: Vec<Kind>,
    pub(crate) class: PropertyClass,
    pub(crate) severity: Severity,
}

/// Which inputs of a spec a property comes from.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct InputRule {
    pub(crate) resource_type: Glob,
    pub(crate) property: Pattern,
    /// JSON pointers into the document; all get the value.
    pub(crate) inputs: Vec<String>,
    #[serde(rename = "as")]
    pub(crate) form: Form,
}

/// What an input takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Form {
    Integer,
    Boolean,
    Text,
}

impl Rules {
    /// The rules that are compiled in.
    #[must_use]
    pub fn built_in() -> &'static Self {
        &RULES
    }

    /// The same rules without those on noise and secrets: every difference counts, every value is
    /// shown.
    #[must_use]
    pub fn without_noise(&self) -> Self {
        Self {
            noise: Vec::new(),
            ..self.clone()
        }
    }

    /// The rules on noise for a type of resources.
    pub(crate) fn noise_of(&self, resource_type: &str) -> Vec<&NoiseRule> {
        let speaks = |rule: &&NoiseRule| rule.resource_type.matches(resource_type);
        self.noise.iter().filter(speaks).collect()
    }

    /// The class and severity of a difference.
    pub(crate) fn class_of(
        &self,
        resource_type: &str,
        steps: &[Step<'_>],
        kind: Kind,
    ) -> (PropertyClass, Severity) {
        self.classes
            .iter()
            .find(|rule| {
                (rule.kinds.is_empty() || rule.kinds.contains(&kind))
                    && rule.property.matches(steps)
                    && rule.resource_type.matches(resource_type)
            })
            .map_or((PropertyClass::Configuration, Severity::Medium), |rule| {
                (rule.class, rule.severity)
            })
    }

    /// The inputs that a property comes from, if a spec can say it.
    pub(crate) fn inputs_of(&self, resource_type: &str, property: &str) -> Option<&InputRule> {
        self.inputs.iter().find(|rule| {
            rule.resource_type.matches(resource_type) && rule.property.matches_pointer(property)
        })
    }
}

#[expect(
    clippy::expect_used,
    reason = "the rules are compiled in, and a test reads them"
)]
fn read() -> Rules {
    serde_json::from_str(BUILT_IN).expect("the rules are valid")
}

#[cfg(test)]
mod tests;
