//! Configuration in layers: provider-wide, then the landing zone, then the environment. A later
//! layer wins field by field, and every effective value knows the layer that it comes from.

use std::collections::BTreeMap;

use groundplane_model::Layer;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// A value with the layer that it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Layered<T> {
    /// The value.
    pub value: T,
    /// Where it comes from.
    pub layer: Layer,
}

impl<T> Layered<T> {
    /// `value`, which comes from `layer`.
    #[must_use]
    pub const fn new(layer: Layer, value: T) -> Self {
        Self { value, layer }
    }
}

/// One effective value and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ConfiguredValue)]
pub struct Entry {
    /// Where in the configuration: a JSON pointer (RFC 6901).
    pub pointer: String,
    /// The value and its layer.
    #[serde(flatten)]
    pub from: Layered<Value>,
}

/// Layers merged into one configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effective {
    /// The configuration that applies.
    pub value: Value,
    /// Each of its values that is no object with fields, with the layer that it comes from, in
    /// the order of the pointers' fields.
    pub entries: Vec<Entry>,
}

impl Effective {
    /// Merges layers, given in any order. Objects merge field by field; everything else, lists
    /// too, is replaced whole. `null` says nothing: what the layers below say stays.
    #[must_use]
    pub fn merge(layers: impl IntoIterator<Item = Layered<Value>>) -> Self {
        let mut layers: Vec<Layered<Value>> = layers.into_iter().collect();
        layers.sort_by_key(|layer| layer.layer);
        let mut root = Node::Fields(BTreeMap::new(), Layer::Default);
        for Layered { value, layer } in layers {
            if let Some(node) = Node::of(value, layer) {
                root = root.under(node);
            }
        }
        let mut entries = Vec::new();
        root.list("", &mut entries);
        Self {
            value: root.into_value(),
            entries,
        }
    }

    /// The layer that the value at `pointer` comes from; for an object, the strongest layer that
    /// a value in it comes from.
    #[must_use]
    pub fn layer_of(&self, pointer: &str) -> Option<Layer> {
        let within = |entry: &&Entry| {
            entry
                .pointer
                .strip_prefix(pointer)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let found = self.entries.iter().filter(within);
        found.map(|entry| entry.from.layer).max()
    }

    /// The configuration as a type.
    ///
    /// # Errors
    /// Where the value is not of that type.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        T::deserialize(&self.value)
    }
}

/// A value during the merge.
enum Node {
    Leaf(Layered<Value>),
    Fields(BTreeMap<String, Node>, Layer),
}

impl Node {
    fn of(value: Value, layer: Layer) -> Option<Self> {
        match value {
            Value::Null => None,
            Value::Object(fields) => {
                let said = fields
                    .into_iter()
                    .filter_map(|(name, value)| Some((name, Self::of(value, layer)?)));
                Some(Self::Fields(said.collect(), layer))
            }
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                Some(Self::Leaf(Layered { value, layer }))
            }
        }
    }

    /// This value with a stronger one laid over it.
    fn under(self, stronger: Self) -> Self {
        let (mut fields, others, layer) = match (self, stronger) {
            (Self::Fields(fields, _), Self::Fields(others, layer)) => (fields, others, layer),
            (_, stronger) => return stronger,
        };
        for (name, other) in others {
            let field = match fields.remove(&name) {
                Some(field) => field.under(other),
                None => other,
            };
            fields.insert(name, field);
        }
        Self::Fields(fields, layer)
    }

    fn list(&self, pointer: &str, entries: &mut Vec<Entry>) {
        let from = match self {
            Self::Leaf(leaf) => leaf.clone(),
            Self::Fields(fields, layer) if fields.is_empty() && !pointer.is_empty() => {
                Layered::new(*layer, Value::Object(Map::new()))
            }
            Self::Fields(fields, _) => {
                for (name, field) in fields {
                    let name = name.replace('~', "~0").replace('/', "~1");
                    field.list(&format!("{pointer}/{name}"), entries);
                }
                return;
            }
        };
        entries.push(Entry {
            pointer: pointer.to_owned(),
            from,
        });
    }

    fn into_value(self) -> Value {
        match self {
            Self::Leaf(leaf) => leaf.value,
            Self::Fields(fields, _) => {
                let values = fields.into_iter();
                Value::Object(
                    values
                        .map(|(name, node)| (name, node.into_value()))
                        .collect(),
                )
            }
        }
    }
}

#[cfg(test)]
#[path = "layers_tests.rs"]
mod tests;
