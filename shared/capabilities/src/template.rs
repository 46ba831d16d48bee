//! CloudFormation templates as data, and their one form as bytes.

use std::collections::{BTreeMap, BTreeSet};

use groundplane_model::ContextKey;
use serde_json::{Map, Value, json};

use crate::{Capability, References, RenderError, RenderInput};

/// One resource of a template.
#[derive(Debug, Clone, PartialEq)]
pub struct Resource {
    attributes: Map<String, Value>,
    properties: Map<String, Value>,
}

impl Resource {
    /// A resource of `resource_type`; `properties` is an object.
    #[must_use]
    pub fn new(resource_type: &str, properties: Value) -> Self {
        let properties = match properties {
            Value::Object(properties) => properties,
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_) => Map::new(),
        };
        let resource = Self {
            attributes: Map::new(),
            properties,
        };
        resource.with("Type", resource_type.into())
    }

    /// The same resource with one property more.
    #[must_use]
    pub fn property(mut self, name: &str, value: Value) -> Self {
        self.properties.insert(name.to_owned(), value);
        self
    }

    /// The same resource, made after `others` and removed before them, where no reference says so.
    #[must_use]
    pub fn after(self, others: &[&str]) -> Self {
        self.with("DependsOn", json!(others))
    }

    /// The same resource with what happens to it when the stack no longer has it or replaces it,
    /// for example `Snapshot`.
    #[must_use]
    pub fn on_delete(self, policy: &str) -> Self {
        // UpdateReplacePolicy knows no exception: what is replaced was created earlier.
        let replaced = policy.strip_suffix("ExceptOnCreate").unwrap_or(policy);
        self.with("DeletionPolicy", policy.into())
            .with("UpdateReplacePolicy", replaced.into())
    }

    fn with(mut self, attribute: &str, value: Value) -> Self {
        self.attributes.insert(attribute.to_owned(), value);
        self
    }

    fn finished(mut self) -> Value {
        if !self.properties.is_empty() {
            let properties = self.properties.into();
            self.attributes.insert("Properties".to_owned(), properties);
        }
        self.attributes.into()
    }
}

/// The resources of a template, by their name in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Resources {
    unit: &'static str,
    all: Map<String, Value>,
}

impl Resources {
    /// No resources yet, in the template of `unit`.
    #[must_use]
    pub fn of(unit: &'static str) -> Self {
        Self {
            unit,
            all: Map::new(),
        }
    }

    /// Adds a resource.
    ///
    /// # Errors
    /// Where the template has one of that name already.
    pub fn add(&mut self, name: impl Into<String>, resource: Resource) -> Result<(), RenderError> {
        let name = name.into();
        if self.all.contains_key(&name) {
            return Err(RenderError::Duplicate {
                unit: self.unit.to_owned(),
                name,
            });
        }
        self.all.insert(name, resource.finished());
        Ok(())
    }
}

/// A unit's template and what flows in and out of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The template in its one form: the same input gives the same bytes.
    pub template: Vec<u8>,
    /// The template's parameters and the context key that each takes its value from.
    pub parameters: BTreeMap<String, ContextKey>,
    /// The context keys that it writes and the template output of each.
    pub outputs: BTreeMap<ContextKey, String>,
    /// Which of them users see.
    pub exports: BTreeSet<ContextKey>,
}

/// Renders the template of a unit, where earlier units write the keys in `available`.
///
/// # Errors
/// As [`Capability::render`].
pub fn render(
    capability: &dyn Capability,
    input: &RenderInput<'_>,
    available: &BTreeSet<ContextKey>,
) -> Result<Rendered, RenderError> {
    let mut context = References::new(capability.unit(), available);
    let resources = capability.render(input, &mut context)?;
    let parameters = context.parameters.iter().map(|(name, key)| {
        let parameter = json!({ "Type": "String", "Description": key });
        (name.clone(), parameter)
    });
    let outputs = context
        .expressions
        .iter()
        .map(|(name, expression)| (name.clone(), json!({ "Value": expression })));
    let mut template = Map::new();
    template.insert("AWSTemplateFormatVersion".to_owned(), "2010-09-09".into());
    let description = format!("{} of {}", capability.unit(), input.instance);
    template.insert("Description".to_owned(), description.into());
    for (section, content) in [
        ("Parameters", parameters.collect::<Map<_, _>>()),
        ("Resources", resources.all),
        ("Outputs", outputs.collect()),
    ] {
        if !content.is_empty() {
            template.insert(section.to_owned(), content.into());
        }
    }
    Ok(Rendered {
        template: canonical(template.into()),
        parameters: context.parameters,
        outputs: context.outputs,
        exports: context.exports,
    })
}

/// The name in a template of what a user calls `name`: `resize-image` of `Function` is
/// `FunctionResizeImage`.
pub(crate) fn logical_name(kind: &str, name: &str) -> String {
    let mut logical = kind.to_owned();
    for word in name.split('-') {
        let mut letters = word.chars();
        logical.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        logical.push_str(letters.as_str());
    }
    logical
}

/// The one form of a template: keys sorted, whatever features `serde_json` was built with.
fn canonical(mut template: Value) -> Vec<u8> {
    template.sort_all_objects();
    let mut text = format!("{template:#}").into_bytes();
    text.push(b'\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_has_one_form_whatever_the_order_of_its_making() {
        let one = canonical(json!({ "b": { "d": 1, "c": 2 }, "a": 3 }));
        let other = canonical(json!({ "a": 3, "b": { "c": 2, "d": 1 } }));
        assert_eq!(one, other);
        assert!(String::from_utf8(one).unwrap().ends_with("}\n"));
    }

    #[test]
    fn a_users_name_becomes_one_word() {
        assert_eq!(
            logical_name("Function", "resize-image-2"),
            "FunctionResizeImage2"
        );
        assert_eq!(logical_name("", "a--b-"), "AB");
    }

    #[test]
    fn two_resources_of_one_name_are_refused() {
        let mut resources = Resources::of("compute");
        let topic = || Resource::new("AWS::SNS::Topic", json!({}));
        resources.add("Topic", topic()).unwrap();
        assert_eq!(
            resources.add("Topic", topic()).unwrap_err().to_string(),
            "the template of `compute` has `Topic` twice"
        );
    }

    #[test]
    fn what_is_kept_on_removal_is_kept_on_replacement_too() {
        let file_system = Resource::new("AWS::EFS::FileSystem", json!({ "Encrypted": true }))
            .on_delete("RetainExceptOnCreate")
            .after(&["Other"]);
        assert_eq!(
            file_system.finished(),
            json!({
                "Type": "AWS::EFS::FileSystem",
                "DeletionPolicy": "RetainExceptOnCreate",
                "UpdateReplacePolicy": "Retain",
                "DependsOn": ["Other"],
                "Properties": { "Encrypted": true },
            })
        );
    }
}
