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
