//! What a change does to its resource.

use serde_json::Value;

use crate::difference::Edit;
use crate::reading::{Reading, text_of};
use crate::report::{Doubt, Effect};
use crate::resource_types::{Place, place, property_rules};

/// How sure it is that the value of an edit is another one than before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Difference {
    /// It is the same.
    None,
    /// It may be another one.
    Possible,
    /// It is written differently, or made from something that is another one; the value itself is
    /// not known.
    Likely,
    /// It is another one.
    Certain,
}

/// What AWS does to a resource when one of its properties changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Demand {
    InPlace,
    Replacement,
    Conditional,
    Unstated,
}

/// What `edit` does to a resource of this type; nothing at all if it is an expression that both
/// sides have and that has the same value.
pub(crate) fn effect(
    resource_type: &str,
    edit: &Edit<'_>,
    before: Option<&Reading<'_>>,
    after: Option<&Reading<'_>>,
) -> Option<(Effect, Option<Doubt>)> {
    let difference = difference(edit, before, after);
    if edit.is_same() && difference == Difference::None {
        return None;
    }
    Some(match edit.pointer.strip_prefix("/Properties") {
        Some(pointer) => of_property(demand(resource_type, pointer, edit), difference),
        None => (of_attribute(&edit.pointer, difference), None),
    })
}

fn difference(
    edit: &Edit<'_>,
    before: Option<&Reading<'_>>,
    after: Option<&Reading<'_>>,
) -> Difference {
    match (before, after) {
        (Some(Reading::Known(before)), Some(Reading::Known(after))) => {
            if is_same(before, after) {
                Difference::None
            } else {
                Difference::Certain
            }
        }
        (None, _) | (_, None) => Difference::Certain,
        _ if !edit.is_same() => Difference::Likely,
        (_, Some(Reading::Steady(_))) => Difference::None,
        (_, Some(Reading::Unknown(cause))) if cause.certain => Difference::Likely,
        (_, Some(Reading::Unknown(_) | Reading::Known(_))) => Difference::Possible,
    }
}

/// Whether CloudFormation takes two values for the same: a number is the same as its text.
fn is_same(one: &Value, other: &Value) -> bool {
    one == other || text_of(one).is_some_and(|text| text_of(other) == Some(text))
}

fn of_property(demand: Demand, difference: Difference) -> (Effect, Option<Doubt>) {
    match (demand, difference) {
        (_, Difference::None) => (Effect::None, None),
        (Demand::InPlace, Difference::Possible) => (Effect::MayUpdate, Some(Doubt::Unknown)),
        (Demand::InPlace, Difference::Likely | Difference::Certain) => (Effect::Update, None),
        (Demand::Replacement, Difference::Certain) => (Effect::Replace, None),
        (_, Difference::Possible) | (Demand::Replacement, Difference::Likely) => {
            (Effect::MayReplace, Some(Doubt::Unknown))
        }
        (Demand::Conditional, Difference::Likely | Difference::Certain) => {
            (Effect::MayReplace, Some(Doubt::Conditional))
        }
        (Demand::Unstated, Difference::Likely | Difference::Certain) => {
            (Effect::MayReplace, Some(Doubt::UnknownType))
        }
    }
}

fn of_attribute(pointer: &str, difference: Difference) -> Effect {
    match (pointer.split('/').nth(1), difference) {
        (_, Difference::None) => Effect::None,
        // Another type is another resource; what is no object at all has no type.
        (None | Some("Type"), _) => Effect::Replace,
        // An order of making, which says nothing of what is there.
        (Some("DependsOn"), _) => Effect::None,
        (Some(_), Difference::Possible) => Effect::MayUpdate,
        (Some(_), Difference::Likely | Difference::Certain) => Effect::Update,
    }
}

/// What AWS demands for an edit at `pointer`, counted from the properties.
fn demand(resource_type: &str, pointer: &str, edit: &Edit<'_>) -> Demand {
    let Some(rules) = property_rules(resource_type) else {
        return Demand::Unstated;
    };
    let concerns = |rule: &String| match place(rule, pointer) {
        Place::Within => true,
        Place::Apart => false,
        Place::Around(rest) => {
            let mut values = edit.before.into_iter().chain(edit.after);
            values.any(|value| has(value, rest))
        }
    };
    if rules.create_only.iter().any(concerns) {
        Demand::Replacement
    } else if rules.conditional_create_only.iter().any(concerns) {
        Demand::Conditional
    } else {
        Demand::InPlace
    }
}

/// Whether there is anything at `pointer` in `value`, where `*` is any item of a list.
fn has(value: &Value, pointer: &str) -> bool {
    let Some(rest) = pointer.strip_prefix('/') else {
        return true;
    };
    let (token, tail) = match rest.find('/') {
        Some(slash) => rest.split_at(slash),
        None => (rest, ""),
    };
    match value {
        Value::Array(items) if token == "*" => items.iter().any(|item| has(item, tail)),
        Value::Object(fields) => fields.get(token).is_some_and(|inner| has(inner, tail)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            false
        }
    }
}

#[cfg(test)]
#[path = "effect_tests.rs"]
mod tests;
