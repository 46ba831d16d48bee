//! The lists and mappings that are open while a text is composed, and what they accept.

use std::collections::BTreeMap;
use std::sync::Arc;

use groundplane_model::{Position, Problem};
use serde_json::Value;

use crate::node::{Child, Entry, Node};
use crate::{pointer, wording};

/// A finished node with what it costs when an alias repeats it. The height counts lists and
/// mappings: that of a single value is 0.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub(crate) child: Child,
    pub(crate) height: usize,
    pub(crate) nodes: usize,
    pub(crate) bytes: usize,
}

/// A list or mapping that is being filled.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) content: Content,
    pub(crate) position: Position,
    pub(crate) anchor: usize,
    pub(crate) height: usize,
    pub(crate) nodes_before: usize,
    pub(crate) bytes_before: usize,
}

#[derive(Debug)]
pub(crate) enum Content {
    List(Vec<Child>),
    Mapping(BTreeMap<String, Entry>, Option<Key>),
}

/// The key that waits for its value; no name where the key was refused.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) name: Option<String>,
    pub(crate) position: Position,
}

impl Frame {
    /// Takes the next item, key or value. A key that is refused still waits for its value, so
    /// that reading can go on.
    pub(crate) fn accept(&mut self, part: Part) -> Result<(), Problem> {
        self.height = self.height.max(part.height);
        let (entries, waiting) = match &mut self.content {
            Content::List(items) => {
                items.push(part.child);
                return Ok(());
            }
            Content::Mapping(entries, waiting) => (entries, waiting),
        };
        let Some(key) = waiting.take() else {
            let position = part.child.position;
            let name = name_of(&part.child, entries);
            let (name, answer) = match name {
                Ok(name) => (Some(name), Ok(())),
                Err(problem) => (None, Err(problem)),
            };
            *waiting = Some(Key { name, position });
            return answer;
        };
        if let Some(name) = key.name {
            let entry = Entry {
                key: key.position,
                child: part.child,
            };
            entries.insert(name, entry);
        }
        Ok(())
    }

    /// The finished list or mapping; `nodes` and `bytes` are what was read until its end.
    pub(crate) fn finish(self, nodes: usize, bytes: usize) -> Part {
        let node = match self.content {
            Content::List(items) => Node::List(items),
            Content::Mapping(entries, _) => Node::Mapping(entries),
        };
        Part {
            child: Child {
                position: self.position,
                node: Arc::new(node),
            },
            height: self.height + 1,
            nodes: nodes.saturating_sub(self.nodes_before),
            bytes: bytes.saturating_sub(self.bytes_before),
        }
    }
}

/// Where in the data the next value goes; the mapping itself where a key comes next.
pub(crate) fn pointer(frames: &[Frame]) -> String {
    frames
        .iter()
        .fold(String::new(), |path, frame| match &frame.content {
            Content::List(items) => pointer::join(&path, &items.len().to_string()),
            Content::Mapping(
                _,
                Some(Key {
                    name: Some(name), ..
                }),
            ) => pointer::join(&path, name),
            Content::Mapping(..) => path,
        })
}

/// The name that a key is, or why it cannot be one; reading goes on without it.
fn name_of(child: &Child, entries: &BTreeMap<String, Entry>) -> Result<String, Problem> {
    let (value, source) = match &*child.node {
        Node::Scalar { value, source } => (value, source.as_deref().unwrap_or_default()),
        Node::List(_) | Node::Mapping(_) => {
            return Err(Problem::error(
                "",
                "a key must be a string, not a list or a mapping",
            ));
        }
    };
    if value.is_null() && source.is_empty() {
        return Err(Problem::error("", "a value has no key"));
    }
    let Value::String(name) = value else {
        let message = format!("the key {} must be a string", wording::quoted(source));
        return Err(Problem::error("", message).with_hint(wording::in_quotes(source)));
    };
    if name == "<<" {
        let problem = Problem::error("", "merge keys (`<<`) are not supported");
        return Err(problem.with_hint("write the fields out"));
    }
    if let Some(first) = entries.get(name) {
        let Position { line, column } = first.key;
        let name = wording::quoted(name);
        let message = format!("{name} is given twice, first at line {line}, column {column}");
        return Err(Problem::error("", message).with_hint("keep one of the two"));
    }
    Ok(name.clone())
}
