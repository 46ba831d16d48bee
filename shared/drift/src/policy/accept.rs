//! What is there becomes what is asked for, where a spec can say it.

use serde_json::Value;

use crate::rules::Form;
use crate::{Difference, Kind, Rules, SpecChange};

/// The changes of the spec that ask for what is there.
///
/// # Errors
/// Why no spec can ask for it.
pub(super) fn changes(rules: &Rules, found: &Difference) -> Result<Vec<SpecChange>, String> {
    match found.kind {
        Kind::Changed => {}
        Kind::Deleted => return Err("a resource that is gone is never accepted".to_owned()),
        Kind::Replaced => return Err("another resource is never accepted".to_owned()),
        Kind::Added | Kind::Removed => {
            return Err("only a value that changed can be accepted".to_owned());
        }
    }
    let Some(rule) = rules.inputs_of(&found.resource_type, &found.property) else {
        return Err("no spec can ask for it".to_owned());
    };
    let value = found.actual.as_ref().filter(|_| !found.partial);
    let Some(value) = value.and_then(|value| in_form(rule.form, value)) else {
        return Err("what is there is no value that a spec can have".to_owned());
    };
    let change = |pointer: &String| SpecChange {
        pointer: pointer.clone(),
        value: value.clone(),
    };
    Ok(rule.inputs.iter().map(change).collect())
}

/// The value as an input takes it: sources may tell numbers and booleans as text.
fn in_form(form: Form, value: &Value) -> Option<Value> {
    match (form, value) {
        (Form::Integer, Value::Number(number)) => number.as_u64().map(Value::from),
        (Form::Integer, Value::String(text)) => text.parse::<u64>().ok().map(Value::from),
        (Form::Boolean, Value::String(text)) => text
            .to_ascii_lowercase()
            .parse::<bool>()
            .ok()
            .map(Value::from),
        (Form::Boolean, Value::Bool(_)) | (Form::Text, Value::String(_)) => Some(value.clone()),
        (Form::Integer | Form::Boolean | Form::Text, _) => None,
    }
}
