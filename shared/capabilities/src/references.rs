//! The context as a template sees it: what earlier units write arrives through parameters, what
//! this unit writes leaves through outputs.

use std::collections::{BTreeMap, BTreeSet};

use groundplane_model::ContextKey;
use serde_json::{Map, Value, json};

use crate::{Keys, RenderError};

/// The context while one unit is rendered. Values are not known yet: what is read is a reference
/// to a template parameter, which is bound to the key's value when the unit is provisioned.
#[derive(Debug)]
pub struct References<'a> {
    unit: &'static str,
    available: &'a BTreeSet<ContextKey>,
    pub(crate) parameters: BTreeMap<String, ContextKey>,
    pub(crate) outputs: BTreeMap<ContextKey, String>,
    pub(crate) exports: BTreeSet<ContextKey>,
    pub(crate) expressions: Map<String, Value>,
}

impl<'a> References<'a> {
    /// The context of `unit`, in which earlier units have written the keys in `available`.
    #[must_use]
    pub fn new(unit: &'static str, available: &'a BTreeSet<ContextKey>) -> Self {
        Self {
            unit,
            available,
            parameters: BTreeMap::new(),
            outputs: BTreeMap::new(),
            exports: BTreeSet::new(),
            expressions: Map::new(),
        }
    }

    /// A reference to the value of `key`, if an earlier unit writes it.
    pub fn get(&mut self, key: &str) -> Option<Value> {
        let key = ContextKey::parse(key).ok()?;
        if !self.available.contains(&key) {
            return None;
        }
        let parameter = key.logical_name();
        let reference = json!({ "Ref": parameter });
        self.parameters.insert(parameter, key);
        Some(reference)
    }

    /// A reference to the value of `key`.
    ///
    /// # Errors
    /// Where no earlier unit writes it; the error lists the keys that exist.
    pub fn require(&mut self, key: &str) -> Result<Value, RenderError> {
        self.get(key).ok_or_else(|| RenderError::MissingKey {
            unit: self.unit.to_owned(),
            key: key.to_owned(),
            available: self.available.iter().cloned().collect(),
        })
    }

    /// Writes `key` with the value of a template expression.
    ///
    /// # Errors
    /// Where `key` is no context key.
    pub fn set(&mut self, key: &str, expression: Value) -> Result<(), RenderError> {
        let key = ContextKey::parse(key)?;
        let output = key.logical_name();
        self.expressions.insert(output.clone(), expression);
        self.outputs.insert(key, output);
        Ok(())
    }

    /// Writes `key` with the value of a template expression and shows it to users.
    ///
    /// # Errors
    /// Where `key` is no context key.
    pub fn export(&mut self, key: &str, expression: Value) -> Result<(), RenderError> {
        self.set(key, expression)?;
        self.exports.insert(ContextKey::parse(key)?);
        Ok(())
    }

    /// The keys that were read.
    #[must_use]
    pub fn read(&self) -> Keys<'_> {
        let keys = self.parameters.values();
        keys.map(|key| key.as_str().into()).collect()
    }

    /// The keys that were written.
    #[must_use]
    pub fn written(&self) -> Keys<'_> {
        let keys = self.outputs.keys();
        keys.map(|key| key.as_str().into()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_asked_for_becomes_a_parameter() {
        let key = |text| ContextKey::parse(text).unwrap();
        let available = BTreeSet::from([key("a.one"), key("a.two")]);
        let mut context = References::new("compute", &available);
        assert_eq!(context.get("a.one"), Some(json!({ "Ref": "AOne" })));
        assert_eq!(context.get("a.three"), None);
        assert_eq!(context.get("not a key"), None);
        assert_eq!(context.read(), Keys::from(["a.one".into()]));
    }

    #[test]
    fn what_is_written_is_an_output_and_users_see_what_is_exported() {
        let available = BTreeSet::new();
        let mut context = References::new("compute", &available);
        context.set("compute.hidden", json!(1)).unwrap();
        context.export("compute.shown", json!(2)).unwrap();
        assert!(context.set("no key", json!(3)).is_err());
        let keys = Keys::from(["compute.hidden".into(), "compute.shown".into()]);
        assert_eq!(context.written(), keys);
        assert_eq!(context.exports.len(), 1);
        assert_eq!(context.expressions["ComputeShown"], json!(2));
    }
}
