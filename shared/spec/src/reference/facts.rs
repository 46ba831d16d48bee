//! What a schema says of one field beside its description: type, default, what it may be, examples.

use serde::Serialize;
use serde_json::Value;

use super::Place;
use crate::pointer;

/// One thing that is said of a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fact {
    /// What it is about, for example `default`.
    pub about: &'static str,
    /// What is said, with values in backticks.
    pub says: String,
}

/// Numbers that bound a field, and what they count.
const BOUNDS: [(&str, &str, &str); 4] = [
    ("minimum", "maximum", ""),
    ("minLength", "maxLength", " characters"),
    ("minItems", "maxItems", " items"),
    ("minProperties", "maxProperties", " entries"),
];

/// Everything that is said of the field at `place`.
pub(super) fn of(place: &Place<'_>) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut add = |about, says: Option<String>| {
        facts.extend(says.map(|says| Fact { about, says }));
    };
    add("type", place.keyword("type").map(kind));
    add("required", is_required(place).then(|| "yes".to_owned()));
    add("always", place.keyword("const").map(value));
    add(
        "one of",
        place.keyword("enum").map(|options| list(options, ", ")),
    );
    for (least, most, unit) in BOUNDS {
        add("bounds", bounds(place, (least, most), unit));
    }
    add("form", message(place.keyword("x-message")));
    add("names", names(place));
    add("default", default(place));
    add("unique", unique(place));
    for says in conditions(place) {
        add("condition", Some(says));
    }
    let is_secret = place.keyword("writeOnly") == Some(&Value::Bool(true));
    add("shown", is_secret.then(|| "never".to_owned()));
    add(
        "example",
        place
            .keyword("examples")
            .map(|examples| list(examples, " or ")),
    );
    facts
}

/// A value as one would write it in JSON.
fn value(value: &Value) -> String {
    format!("`{value}`")
}

fn list(values: &Value, between: &str) -> String {
    let values = values.as_array().into_iter().flatten().map(value);
    values.collect::<Vec<_>>().join(between)
}

fn kind(kind: &Value) -> String {
    match kind {
        Value::Array(several) => {
            let names = several.iter().filter_map(Value::as_str);
            names.collect::<Vec<_>>().join(" or ")
        }
        one => one.as_str().unwrap_or_default().to_owned(),
    }
}

fn is_required(place: &Place<'_>) -> bool {
    let (Some(parent), Some((_, name))) = (place.parent, pointer::split(&place.pointer)) else {
        return false;
    };
    let required = place.schema.keyword(parent, "required");
    let mut required = required.and_then(Value::as_array).into_iter().flatten();
    required.any(|field| field.as_str() == Some(&name))
}

fn bounds(place: &Place<'_>, (least, most): (&str, &str), unit: &str) -> Option<String> {
    match (place.keyword(least), place.keyword(most)) {
        (Some(least), Some(most)) => Some(format!("{least} to {most}{unit}")),
        (Some(least), None) => Some(format!("at least {least}{unit}")),
        (None, Some(most)) => Some(format!("at most {most}{unit}")),
        (None, None) => None,
    }
}

fn message(message: Option<&Value>) -> Option<String> {
    Some(message?.as_str()?.to_owned())
}

fn names(place: &Place<'_>) -> Option<String> {
    let names = place.keyword("propertyNames")?;
    let own = message(place.schema.keyword(names, "x-message"));
    own.or_else(|| Some(format!("one of {}", list(names.get("enum")?, ", "))))
}

fn default(place: &Place<'_>) -> Option<String> {
    let field = |keyword| Some(place.keyword(keyword)?.as_str()?.to_owned());
    if let Some(other) = field("x-default-from") {
        return Some(format!("the value of `{other}`"));
    }
    if let Some(other) = field("x-default-by") {
        return Some(format!("depends on `{other}`"));
    }
    place.keyword("default").map(value)
}

fn unique(place: &Place<'_>) -> Option<String> {
    if let Some(name) = place.keyword("x-unique").and_then(Value::as_str) {
        return Some(format!("each item has another `{name}`"));
    }
    let is_unique = place.keyword("uniqueItems") == Some(&Value::Bool(true));
    is_unique.then(|| "no item twice".to_owned())
}

/// What the field beside this one makes of it: the `if` and `then` of the object around it.
fn conditions(place: &Place<'_>) -> Vec<String> {
    let (Some(parent), Some((_, name))) = (place.parent, pointer::split(&place.pointer)) else {
        return Vec::new();
    };
    let rules = place.schema.keyword(parent, "allOf");
    let rules = rules.and_then(Value::as_array).into_iter().flatten();
    rules.filter_map(|rule| condition(rule, &name)).collect()
}

fn condition(rule: &Value, name: &str) -> Option<String> {
    let when = rule.pointer("/if/properties")?.as_object()?;
    let (field, required) = when.iter().next()?;
    let required = required.get("const")?;
    let then = rule.pointer("/then/properties")?.get(name)?;
    let says = match (then.get("enum"), then.get("default"), then.get("const")) {
        (Some(options), ..) => format!("one of {}", list(options, ", ")),
        (None, Some(default), _) => format!("{} if left out", value(default)),
        (None, None, Some(only)) => value(only),
        (None, None, None) => of_numbers(then)?,
    };
    Some(format!("where `{field}` is {}: {says}", value(required)))
}

fn of_numbers(rule: &Value) -> Option<String> {
    let number = |keyword| rule.get(keyword).map(ToString::to_string);
    let step = number("multipleOf").map(|step| format!(" in steps of {step}"));
    let step = step.unwrap_or_default();
    Some(match (number("minimum"), number("maximum")) {
        (Some(least), Some(most)) => format!("{least} to {most}{step}"),
        (Some(least), None) => format!("at least {least}{step}"),
        (None, Some(most)) => format!("at most {most}{step}"),
        (None, None) => return None,
    })
}
