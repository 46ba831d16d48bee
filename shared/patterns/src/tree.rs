//! The fields that must match together, as a tree along their paths.

use std::sync::Arc;

use serde_json::Value;

use crate::matcher::{Matcher, Scalar};

/// How many keys deep a pattern may look. The AWS documentation names no limit; this is as deep
/// as the parsers on both sides read JSON safely.
pub(crate) const DEPTH: usize = 100;

/// The keys from the event to a field.
pub(crate) type Path<'a> = Vec<&'a str>;

/// What one field of a pattern asks for.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Leaf {
    /// Where it is written.
    pub(crate) pointer: Box<str>,
    /// Any of these will do.
    pub(crate) matchers: Vec<Matcher>,
}

impl Leaf {
    /// The values, if the field must have one of them.
    pub(crate) fn exact(&self) -> Option<Vec<&Scalar>> {
        self.matchers.iter().map(Matcher::exact).collect()
    }

    /// Whether a field with such a value matches; none is a field that is not there.
    fn matches(&self, value: Option<&Value>) -> bool {
        let mut exists = false;
        let found = value.is_some_and(|value| {
            any_scalar(value, DEPTH, &mut |scalar| {
                exists = true;
                self.matchers.iter().any(|matcher| matcher.matches(scalar))
            })
        });
        found || (!exists && self.matchers.contains(&Matcher::Exists(false)))
    }
}

/// A place in an event, what is asked of its value, and the places below.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Tree {
    leaf: Option<Arc<Leaf>>,
    below: Vec<(Arc<str>, Tree)>,
}

impl Tree {
    /// Asks `leaf` of the field at `path`; what was asked of it before is forgotten.
    pub(crate) fn ask(&mut self, path: &[Box<str>], leaf: Arc<Leaf>) {
        let Some((key, path)) = path.split_first() else {
            self.leaf = Some(leaf);
            return;
        };
        let known = self.below.iter().position(|(known, _)| **known == **key);
        let at = known.unwrap_or_else(|| {
            self.below.push((Arc::from(&**key), Self::default()));
            self.below.len() - 1
        });
        if let Some((_, tree)) = self.below.get_mut(at) {
            tree.ask(path, leaf);
        }
    }

    /// Everything that hangs on the tree: keys and leaves.
    pub(crate) fn parts(&mut self, part: &mut impl FnMut(Part<'_>)) {
        if let Some(leaf) = &mut self.leaf {
            part(Part::Leaf(leaf));
        }
        for (key, tree) in &mut self.below {
            part(Part::Key(key));
            tree.parts(part);
        }
    }

    /// Puts fields before objects of fields: they are compared sooner.
    pub(crate) fn sort(&mut self) {
        self.below.sort_by_key(|(_, tree)| !tree.below.is_empty());
        self.below.iter_mut().for_each(|(_, tree)| tree.sort());
    }

    /// Takes away what is asked of the field at `path` itself.
    pub(crate) fn forget(&mut self, path: &[&str]) {
        let Some((key, path)) = path.split_first() else {
            self.leaf = None;
            return;
        };
        for (known, tree) in &mut self.below {
            if **known == **key {
                tree.forget(path);
            }
        }
        self.below.retain(|(_, tree)| *tree != Self::default());
    }

    /// Whether the places below match in one object; none is an object without fields.
    pub(crate) fn matches(&self, object: Option<&Value>) -> bool {
        self.below.iter().all(|(key, tree)| {
            let value = object.and_then(|object| object.get(&**key));
            tree.matches_value(value)
        })
    }

    fn matches_value(&self, value: Option<&Value>) -> bool {
        if let Some(leaf) = &self.leaf
            && !leaf.matches(value)
        {
            return false;
        }
        if self.below.is_empty() {
            return true;
        }
        // Fields of a list of objects must match in the same object.
        let mut objects = false;
        let found = value.is_some_and(|value| {
            any_object(value, DEPTH, &mut |object| {
                objects = true;
                self.matches(Some(object))
            })
        });
        found || (!objects && self.matches(None))
    }

    /// Every field with its path.
    pub(crate) fn leaves(&self) -> Vec<(Path<'_>, &Leaf)> {
        let mut found = Vec::new();
        self.collect(&mut Vec::new(), &mut found);
        found
    }

    fn collect<'a>(&'a self, path: &mut Path<'a>, into: &mut Vec<(Path<'a>, &'a Leaf)>) {
        if let Some(leaf) = &self.leaf {
            into.push((path.clone(), leaf));
        }
        for (key, tree) in &self.below {
            path.push(key);
            tree.collect(path, into);
            path.pop();
        }
    }
}

/// What hangs on a tree.
pub(crate) enum Part<'a> {
    Key(&'a mut Arc<str>),
    Leaf(&'a mut Arc<Leaf>),
}

/// Whether `found` says yes to a scalar of the value: itself, or one in a list or in lists of it.
/// What lies under more than `depth` lists is not looked at.
pub(crate) fn any_scalar<'v>(
    value: &'v Value,
    depth: usize,
    found: &mut impl FnMut(&'v Value) -> bool,
) -> bool {
    match value {
        Value::Array(items) => {
            depth > 0 && items.iter().any(|item| any_scalar(item, depth - 1, found))
        }
        Value::Object(_) => false,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => found(value),
    }
}

/// The same for objects.
pub(crate) fn any_object<'v>(
    value: &'v Value,
    depth: usize,
    found: &mut impl FnMut(&'v Value) -> bool,
) -> bool {
    match value {
        Value::Array(items) => {
            depth > 0 && items.iter().any(|item| any_object(item, depth - 1, found))
        }
        Value::Object(_) => found(value),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}
