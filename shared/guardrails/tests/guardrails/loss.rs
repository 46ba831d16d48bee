//! A template that loses a guard: how, where, and which rule must notice.

use serde_json::{Map, Value};

/// How a guard is taken away.
pub(crate) enum Loss {
    /// The property says something else.
    Becomes(Value),
    /// The property is left out.
    LeftOut,
    /// Another property appears beside it.
    Joined(&'static str, Value),
}

/// What is lost, where it stands, and the rule that must notice.
pub(crate) struct Mutation {
    pub(crate) rule: &'static str,
    /// The end of the pointer; `*` stands for one segment.
    pub(crate) at: &'static str,
    /// What stands there now; anything where it says nothing.
    is: Option<Value>,
    loss: Loss,
    /// The property beside the mutated one that the rule points to, where it is another.
    points_to: Option<&'static str>,
}

pub(crate) fn mutation(
    rule: &'static str,
    at: &'static str,
    is: impl Into<Option<Value>>,
    loss: Loss,
) -> Mutation {
    Mutation {
        rule,
        at,
        is: is.into(),
        loss,
        points_to: None,
    }
}

/// A guard that must be there as it is.
pub(crate) fn demanded(
    rule: &'static str,
    at: &'static str,
    is: Value,
    instead: Value,
) -> [Mutation; 2] {
    [
        mutation(rule, at, is.clone(), Loss::Becomes(instead)),
        mutation(rule, at, is, Loss::LeftOut),
    ]
}

impl Mutation {
    pub(crate) fn pointing_to(self, points_to: &'static str) -> Self {
        Self {
            points_to: Some(points_to),
            ..self
        }
    }

    /// The pointers in `template` at which it applies.
    pub(crate) fn places(&self, template: &Value) -> Vec<String> {
        let mut pointers = Vec::new();
        collect(template, String::new(), &mut pointers);
        pointers.retain(|pointer| {
            let fits = |(one, other): (&str, &str)| other == "*" || one == other;
            let ends = pointer.rsplit('/').zip(self.at.rsplit('/')).all(fits);
            let stands = template.pointer(pointer).unwrap();
            ends && self.is.as_ref().is_none_or(|is| is == stands)
        });
        pointers
    }

    /// The template without its guard at `place`, and where that must be noticed.
    pub(crate) fn apply(&self, template: &Value, place: &str) -> (Value, String) {
        let mut mutated = template.clone();
        let (parent, name) = place.rsplit_once('/').unwrap();
        match &self.loss {
            Loss::Becomes(value) => *mutated.pointer_mut(place).unwrap() = value.clone(),
            Loss::LeftOut => drop(fields(&mut mutated, parent).remove(name)),
            Loss::Joined(beside, value) => {
                drop(fields(&mut mutated, parent).insert((*beside).to_owned(), value.clone()));
            }
        }
        (
            mutated,
            format!("{parent}/{}", self.points_to.unwrap_or(name)),
        )
    }
}

fn fields<'a>(template: &'a mut Value, pointer: &str) -> &'a mut Map<String, Value> {
    template
        .pointer_mut(pointer)
        .unwrap()
        .as_object_mut()
        .unwrap()
}

fn collect(value: &Value, pointer: String, into: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                let name = name.replace('~', "~0").replace('/', "~1");
                collect(field, format!("{pointer}/{name}"), into);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(item, format!("{pointer}/{index}"), into);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    into.push(pointer);
}
