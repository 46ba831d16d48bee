//! The tree that a text is composed into: data with a place for every node. Subtrees are shared,
//! so that an alias costs nothing until the tree is turned into plain data.

use std::collections::BTreeMap;
use std::sync::Arc;

use groundplane_model::Position;
use serde_json::Value;

/// A node and where it stands; the same node can stand in several places.
#[derive(Debug, Clone)]
pub(crate) struct Child {
    pub(crate) position: Position,
    pub(crate) node: Arc<Node>,
}

/// One node.
#[derive(Debug)]
pub(crate) enum Node {
    /// A single value; `source` is how a value that is not a string was written.
    Scalar {
        value: Value,
        source: Option<String>,
    },
    List(Vec<Child>),
    Mapping(BTreeMap<String, Entry>),
}

/// One field of a mapping.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) key: Position,
    pub(crate) child: Child,
}

impl Child {
    /// The lines of the values below, in the shape of the data.
    pub(crate) fn to_lines(&self) -> Value {
        self.node.to_lines(self.position)
    }
}

impl Node {
    /// The node as plain data. INVARIANT: the composer bounds depth and size, aliases expanded.
    pub(crate) fn to_value(&self) -> Value {
        match self {
            Self::Scalar { value, .. } => value.clone(),
            Self::List(items) => items.iter().map(|item| item.node.to_value()).collect(),
            Self::Mapping(entries) => entries
                .iter()
                .map(|(name, entry)| (name.clone(), entry.child.node.to_value()))
                .collect(),
        }
    }

    /// The node with the line of each value in its place; a mapping or list of nothing has the line
    /// that it stands on itself. INVARIANT: as [`Node::to_value`].
    fn to_lines(&self, own: Position) -> Value {
        match self {
            Self::List(items) if !items.is_empty() => items.iter().map(Child::to_lines).collect(),
            Self::Mapping(entries) if !entries.is_empty() => entries
                .iter()
                .map(|(name, entry)| (name.clone(), entry.child.to_lines()))
                .collect(),
            Self::Scalar { .. } | Self::List(_) | Self::Mapping(_) => Value::from(own.line),
        }
    }

    /// Whether the node is the nothing that an empty document consists of.
    pub(crate) fn is_absent(&self) -> bool {
        matches!(self, Self::Scalar { value: Value::Null, source: Some(source) } if source.is_empty())
    }
}
