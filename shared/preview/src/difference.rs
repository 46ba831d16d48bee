//! Where two JSON values differ.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::references::intrinsic;
use crate::secrecy::{is_secret_beside, is_secret_pointer};

/// One place in which two values differ, or an expression that both have.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Edit<'a> {
    /// A JSON pointer. An item of a list that goes has its place in the old list, one that comes its
    /// place in the new one.
    pub(crate) pointer: String,
    pub(crate) before: Option<&'a Value>,
    pub(crate) after: Option<&'a Value>,
    /// Whether a name says that it is a secret.
    pub(crate) hidden: bool,
}

impl<'a> Edit<'a> {
    fn coming(pointer: String, value: &'a Value) -> Self {
        Self {
            hidden: is_secret_pointer(&pointer),
            pointer,
            before: None,
            after: Some(value),
        }
    }

    /// Whether both values are the same expression.
    pub(crate) fn is_same(&self) -> bool {
        self.before == self.after
    }
}

/// The places in which `before` and `after` differ. Expressions of CloudFormation are compared as
/// a whole. With `expressions`, those that are the same are given too.
pub(crate) fn differences<'a>(
    before: &'a Value,
    after: &'a Value,
    expressions: bool,
) -> Vec<Edit<'a>> {
    let mut walk = Walk {
        edits: Vec::new(),
        pointer: String::new(),
        hidden: false,
        expressions,
    };
    walk.values(before, after);
    walk.edits
}

/// The parts of a resource or a template that comes: each of its fields, and of its
/// properties each one.
pub(crate) fn parts(value: &Value) -> Vec<Edit<'_>> {
    let Value::Object(fields) = value else {
        return vec![Edit::coming(String::new(), value)];
    };
    let mut edits = Vec::new();
    for (pointer, inner) in fields_of("", fields) {
        match inner
            .as_object()
            .filter(|properties| !properties.is_empty())
        {
            Some(properties) if pointer == "/Properties" => {
                let properties = fields_of(&pointer, properties).into_iter();
                edits.extend(properties.map(|(pointer, it)| Edit::coming(pointer, it)));
            }
            _ => edits.push(Edit::coming(pointer, inner)),
        }
    }
    edits
}

/// The fields in the order of their names, with their pointers.
fn fields_of<'a>(pointer: &str, fields: &'a Map<String, Value>) -> Vec<(String, &'a Value)> {
    let pointers = fields
        .iter()
        .map(|(name, value)| (format!("{pointer}/{}", escaped(name)), value));
    let mut found: Vec<(String, &Value)> = pointers.collect();
    found.sort_by(|one, other| one.0.cmp(&other.0));
    found
}

/// A name as part of a JSON pointer.
pub(crate) fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

struct Walk<'a> {
    edits: Vec<Edit<'a>>,
    pointer: String,
    /// Whether the name beside a value says that it is a secret.
    hidden: bool,
    expressions: bool,
}

impl<'a> Walk<'a> {
    fn values(&mut self, before: &'a Value, after: &'a Value) {
        let is_expression = intrinsic(before).is_some() || intrinsic(after).is_some();
        match (before, after) {
            (Value::Object(before), Value::Object(after)) if !is_expression => {
                self.fields(before, after);
            }
            (Value::Array(before), Value::Array(after)) => self.items(before, after),
            _ if before == after => {
                if is_expression && self.expressions {
                    self.push(Some(before), Some(after));
                }
            }
            _ => self.push(Some(before), Some(after)),
        }
    }

    fn fields(&mut self, before: &'a Map<String, Value>, after: &'a Map<String, Value>) {
        let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        let outer = self.hidden;
        for name in names {
            self.hidden = outer || is_secret_beside(before, name) || is_secret_beside(after, name);
            self.at(&escaped(name), |walk| {
                match (before.get(name), after.get(name)) {
                    (Some(before), Some(after)) => walk.values(before, after),
                    (before, after) => walk.push(before, after),
                }
            });
        }
        self.hidden = outer;
    }

    /// What two lists have in common at their ends stays; in between, items are compared place by
    /// place, and what the longer list has more of comes or goes.
    fn items(&mut self, before: &'a [Value], after: &'a [Value]) {
        let (head, tail) = common_ends(before, after);
        let shared = before.len().min(after.len()) - tail;
        // The head is equal, which only matters where expressions are asked for.
        let skipped = if self.expressions { 0 } else { head };
        let pairs = before.iter().zip(after).enumerate();
        for (place, (old, new)) in pairs.take(shared).skip(skipped) {
            self.at(&place.to_string(), |walk| walk.values(old, new));
        }
        let going = before
            .iter()
            .enumerate()
            .take(before.len() - tail)
            .skip(shared);
        let coming = after
            .iter()
            .enumerate()
            .take(after.len() - tail)
            .skip(shared);
        for (place, old) in going {
            self.at(&place.to_string(), |walk| walk.push(Some(old), None));
        }
        for (place, new) in coming {
            self.at(&place.to_string(), |walk| walk.push(None, Some(new)));
        }
        if self.expressions {
            let old = before.iter().skip(before.len() - tail);
            let new = after.iter().enumerate().skip(after.len() - tail);
            for (old, (place, new)) in old.zip(new) {
                self.at(&place.to_string(), |walk| walk.values(old, new));
            }
        }
    }

    fn at(&mut self, token: &str, work: impl FnOnce(&mut Self)) {
        let length = self.pointer.len();
        self.pointer.push('/');
        self.pointer.push_str(token);
        work(self);
        self.pointer.truncate(length);
    }

    fn push(&mut self, before: Option<&'a Value>, after: Option<&'a Value>) {
        self.edits.push(Edit {
            hidden: self.hidden || is_secret_pointer(&self.pointer),
            pointer: self.pointer.clone(),
            before,
            after,
        });
    }
}

/// How many items two lists have in common at their beginnings and, if one is longer, at their
/// ends.
fn common_ends(before: &[Value], after: &[Value]) -> (usize, usize) {
    let same = |pair: &(&Value, &Value)| pair.0 == pair.1;
    let head = before.iter().zip(after).take_while(same).count();
    if before.len() == after.len() {
        return (head, 0);
    }
    let room = before.len().min(after.len()) - head;
    let ends = before.iter().rev().zip(after.iter().rev());
    (head, ends.take(room).take_while(same).count())
}

#[cfg(test)]
#[path = "difference_tests.rs"]
mod tests;
