//! Reads patterns: objects, `$or`, and the lists of values at the ends.
//!
//! As in EventBridge, every `$or` is multiplied out: a pattern becomes alternatives of fields that
//! must all match. A field that is asked for twice, say within a `$or` and after it, keeps what was
//! written last.

mod numeric;
mod operators;
mod or;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::mistake::{Mistake, below};
use crate::tree::{DEPTH, Leaf, Tree};

/// The key that joins alternatives.
const OR: &str = "$or";
/// The most characters that a pattern may have. Source: `EventPattern` in the API reference.
const LENGTH: usize = 4_096;

/// Fields by their paths.
type Fields = BTreeMap<Vec<Box<str>>, Arc<Leaf>>;

/// Reads a pattern into its alternatives.
///
/// # Errors
///
/// All mistakes.
pub(crate) fn read(pattern: &Value) -> Result<Vec<Tree>, Vec<Mistake>> {
    let Value::Object(fields) = pattern else {
        return Err(vec![Mistake::new("", "the pattern must be an object")]);
    };
    // Before anything else, since these bound the work of what follows.
    if or::combinations(fields, DEPTH) > or::COMBINATIONS {
        let message = format!(
            "the `$or` lists make more than {} combinations",
            or::COMBINATIONS
        );
        return Err(vec![Mistake::new("", message)]);
    }
    let length = pattern.to_string().chars().count();
    if length > LENGTH {
        let message = format!("the pattern has {length} characters, more than {LENGTH}");
        return Err(vec![Mistake::new("", message)]);
    }
    let mut reader = Reader::new(true);
    reader.object(fields, &Place::default());
    if !reader.mistakes.is_empty() && reader.met_or {
        // A `$or` that is not written as one is a field of that name, and then all of them are.
        let mut plain = Reader::new(false);
        plain.object(fields, &Place::default());
        if plain.mistakes.is_empty() {
            return Ok(plain.trees());
        }
    }
    if reader.mistakes.is_empty() {
        Ok(reader.trees())
    } else {
        Err(reader.mistakes)
    }
}

/// Where the reader is.
#[derive(Debug, Clone, Default)]
struct Place {
    pointer: String,
    path: Vec<Box<str>>,
    /// How many objects and lists are around.
    depth: usize,
    inside_or: bool,
}

impl Place {
    /// The place of `key`, which is a path itself if it has dots.
    fn at(&self, key: &str) -> Self {
        let mut path = self.path.clone();
        path.extend(key.split('.').map(Box::from));
        Self {
            pointer: below(&self.pointer, key),
            path,
            depth: self.depth + 1,
            inside_or: self.inside_or,
        }
    }

    /// The place of an alternative of `$or`, which adds nothing to the path.
    fn alternative(&self, number: usize) -> Self {
        Self {
            pointer: format!("{}/{OR}/{number}", self.pointer),
            inside_or: true,
            depth: self.depth + 1,
            ..self.clone()
        }
    }
}

#[derive(Debug)]
struct Reader {
    /// Whether `$or` is more than the name of a field.
    with_or: bool,
    met_or: bool,
    /// What was read so far, multiplied out.
    alternatives: Vec<Fields>,
    mistakes: Vec<Mistake>,
}

impl Reader {
    fn new(with_or: bool) -> Self {
        Self {
            with_or,
            met_or: false,
            alternatives: vec![Fields::new()],
            mistakes: Vec::new(),
        }
    }

    fn object(&mut self, fields: &Map<String, Value>, place: &Place) {
        if fields.is_empty() {
            self.mistake(&place.pointer, "an empty object matches nothing");
        }
        for (key, value) in fields {
            self.met_or |= key == OR;
            if key == OR && self.with_or {
                self.or(value, place);
            } else {
                self.field(key, value, place);
            }
        }
    }

    fn field(&mut self, key: &str, value: &Value, around: &Place) {
        let place = around.at(key);
        if place.depth > DEPTH || place.path.len() > DEPTH {
            let message = format!("the pattern is nested more than {DEPTH} levels deep");
            self.mistake(&place.pointer, message);
            return;
        }
        if place.inside_or && or::RESERVED.contains(&key) {
            let message = format!("`{key}` is an operator, and no field inside of `$or`");
            self.mistake(&place.pointer, message);
        }
        match value {
            Value::Object(fields) => self.object(fields, &place),
            Value::Array(values) => self.leaf(values, place),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                let message = format!("`{key}` must be a list of values or an object");
                let hint = format!("write `[{value}]`");
                let mistake = Mistake::new(place.pointer, message);
                self.mistakes.push(mistake.with_hint(Some(hint)));
            }
        }
    }

    fn leaf(&mut self, values: &[Value], place: Place) {
        let Place { pointer, path, .. } = place;
        let matchers = operators::values(values, &pointer, &mut self.mistakes);
        let leaf = Arc::new(Leaf {
            pointer: pointer.into(),
            matchers,
        });
        for fields in &mut self.alternatives {
            fields.insert(path.clone(), Arc::clone(&leaf));
        }
    }

    fn mistake(&mut self, pointer: &str, message: impl Into<String>) {
        self.mistakes.push(Mistake::new(pointer, message));
    }

    fn trees(self) -> Vec<Tree> {
        let alternatives = self.alternatives.into_iter();
        alternatives
            .map(|fields| {
                let mut tree = Tree::default();
                for (path, leaf) in fields {
                    tree.ask(&path, leaf);
                }
                tree.sort();
                tree
            })
            .collect()
    }
}
