//! A template taken apart.

use std::collections::{BTreeMap, BTreeSet};

use groundplane_model::UnitName;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use crate::reading::text_of;
use crate::secrecy::hides_itself;

/// A template that is no JSON.
#[derive(Debug, thiserror::Error)]
#[error("the template of `{unit}` cannot be read")]
pub struct Unreadable {
    /// The unit.
    pub unit: UnitName,
    /// What is wrong with it.
    pub source: serde_json::Error,
}

/// A template: its resources, and the rest.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Template {
    pub(crate) resources: Map<String, Value>,
    pub(crate) rest: Value,
}

impl Template {
    /// The template in `bytes`.
    pub(crate) fn parse(unit: &UnitName, bytes: &[u8]) -> Result<Self, Unreadable> {
        serde_json::from_slice(bytes)
            .map(Self::of)
            .map_err(|source| Unreadable {
                unit: unit.clone(),
                source,
            })
    }

    /// The template in `value`. Resources that are no object count as part of the rest.
    pub(crate) fn of(mut value: Value) -> Self {
        let mut resources = Map::new();
        if let Value::Object(fields) = &mut value {
            match fields.remove("Resources") {
                Some(Value::Object(found)) => resources = found,
                Some(other) => {
                    fields.insert("Resources".to_owned(), other);
                }
                None => {}
            }
        }
        Self {
            resources,
            rest: value,
        }
    }

    /// The parameters whose values must not be shown.
    pub(crate) fn hidden_parameters(&self) -> BTreeSet<&str> {
        let parameters = self.rest.get("Parameters").and_then(Value::as_object);
        let hidden = parameters.into_iter().flatten();
        let hidden =
            hidden.filter(|(_, parameter)| parameter.as_object().is_some_and(hides_itself));
        hidden.map(|(name, _)| name.as_str()).collect()
    }

    /// What the parameters are that nobody gives a value to.
    pub(crate) fn defaults(&self) -> BTreeMap<&str, String> {
        let parameters = self.rest.get("Parameters").and_then(Value::as_object);
        let defaults = parameters
            .into_iter()
            .flatten()
            .filter_map(|(name, parameter)| {
                let default = parameter.get("Default").and_then(text_of)?;
                Some((name.as_str(), default))
            });
        defaults.collect()
    }

    /// The expression of the output `name`.
    pub(crate) fn output(&self, name: &str) -> Option<&Value> {
        self.rest.get("Outputs")?.get(name)?.get("Value")
    }
}

/// How many resources the template in `bytes` has, without building it in memory.
pub(crate) fn count_resources(unit: &UnitName, bytes: &[u8]) -> Result<usize, Unreadable> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Counted {
        #[serde(default)]
        resources: BTreeMap<String, IgnoredAny>,
    }
    match serde_json::from_slice::<Counted>(bytes) {
        Ok(counted) => Ok(counted.resources.len()),
        // Whatever else it is, it is counted as everywhere.
        Err(_) => Ok(Template::parse(unit, bytes)?.resources.len()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn unit() -> UnitName {
        UnitName::parse("compute").unwrap()
    }

    #[test]
    fn resources_are_told_from_the_rest() {
        let template =
            Template::of(json!({ "Resources": { "A": {} }, "Outputs": { "O": { "Value": 1 } } }));
        assert_eq!(template.resources.len(), 1);
        assert_eq!(template.output("O"), Some(&json!(1)));
        assert_eq!(template.output("P"), None);
        assert_eq!(template.rest.get("Resources"), None);
    }

    #[test]
    fn a_parameter_without_echo_is_hidden() {
        let template = Template::of(json!({ "Parameters": {
            "A": { "NoEcho": true }, "B": { "NoEcho": "True" }, "C": { "NoEcho": false }, "D": {},
        } }));
        assert_eq!(template.hidden_parameters(), BTreeSet::from(["A", "B"]));
    }

    #[test]
    fn resources_are_counted_as_they_are_read() {
        for (text, count) in [
            (r#"{"Resources":{"A":{},"B":5}}"#, 2),
            (r#"{"Resources":[1,2]}"#, 0),
            ("{}", 0),
            ("[]", 0),
            ("7", 0),
        ] {
            assert_eq!(count_resources(&unit(), text.as_bytes()).unwrap(), count);
            let parsed = Template::parse(&unit(), text.as_bytes()).unwrap();
            assert_eq!(parsed.resources.len(), count, "{text}");
        }
    }

    #[test]
    fn what_is_no_json_is_said_of_its_unit() {
        let error = count_resources(&unit(), b"{").unwrap_err();
        assert_eq!(
            error.to_string(),
            "the template of `compute` cannot be read"
        );
    }
}
