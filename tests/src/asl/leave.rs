//! The ways into and out of a state: its fields, its output, its assignments, its next state.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::error::Stop;
use super::expression::{Bindings, Template};
use super::machine::{Rule, State, Until, Yields};
use super::scope::{Scope, Visit, instant};
use super::{TaskError, limits};

/// The longest wait that Step Functions allows, in seconds.
const LONGEST_WAIT: f64 = 99_999_999.0;

/// A state that was left.
pub(crate) struct Left<'f> {
    pub(crate) output: Value,
    pub(crate) assigned: BTreeMap<String, Value>,
    pub(crate) next: Option<&'f str>,
}

impl<'f> Left<'f> {
    /// The same, on its way to `next`.
    pub(crate) fn to(self, next: Option<&'f str>) -> Self {
        Self { next, ..self }
    }
}

pub(crate) fn caught<'f>(
    state: &'f State,
    visit: Visit<'_>,
    scope: &Scope,
    error: TaskError,
) -> Result<Left<'f>, Stop> {
    let Some((index, catcher)) = state.catcher(&error) else {
        return Err(error.into());
    };
    let output = json!({ "Error": error.error, "Cause": error.cause });
    let bindings = scope.bindings_with(visit, "errorOutput", &output);
    let at = format!("Catch[{index}]/");
    Ok(leave(&catcher.yields, &at, &bindings, output, visit)?.to(Some(&catcher.next)))
}

/// Evaluates output and assignments; both see the variables as they were on entry.
pub(crate) fn leave<'f>(
    yields: &Yields,
    at: &str,
    bindings: &Bindings,
    default: Value,
    visit: Visit<'_>,
) -> Result<Left<'f>, TaskError> {
    let output = match &yields.output {
        Some(output) => output.evaluate(bindings, &format!("{at}Output"))?,
        None => default,
    };
    limits::payload("a result", visit.state, &output)?;
    let mut assigned = BTreeMap::new();
    for (name, value) in &yields.assign {
        let value = value.evaluate(bindings, &format!("{at}Assign/{name}"))?;
        assigned.insert(name.clone(), value);
    }
    limits::payload("variables", visit.state, &json!(assigned))?;
    Ok(Left {
        output,
        assigned,
        next: None,
    })
}

pub(crate) fn fail(
    error: &Option<Template>,
    cause: &Option<Template>,
    visit: Visit<'_>,
    scope: &Scope,
) -> Result<TaskError, TaskError> {
    let bindings = scope.bindings(visit);
    let text = |template: &Option<Template>, field: &str| match template {
        None => Ok(String::new()),
        Some(template) => match template.evaluate(&bindings, field)? {
            Value::String(text) => Ok(text),
            other => Err(bindings.reject(&format!("'{field}' is not a string but {other}."))),
        },
    };
    Ok(TaskError::new(text(error, "Error")?, text(cause, "Cause")?))
}

pub(crate) fn choose<'f>(
    rules: &'f [Rule],
    default: Option<&'f str>,
    state: &'f State,
    visit: Visit<'_>,
    scope: &Scope,
) -> Result<Left<'f>, TaskError> {
    let bindings = scope.bindings(visit);
    let input = visit.input.clone();
    for (index, rule) in rules.iter().enumerate() {
        let field = format!("Choices[{index}]/Condition");
        match rule.condition.evaluate(&bindings, &field)? {
            Value::Bool(true) => {
                let at = format!("Choices[{index}]/");
                let left = leave(&rule.yields, &at, &bindings, input, visit)?;
                return Ok(left.to(Some(&rule.next)));
            }
            Value::Bool(false) => {}
            other => {
                return Err(bindings.reject(&format!("'{field}' is not a boolean but {other}.")));
            }
        }
    }
    let next = default.ok_or_else(|| {
        TaskError::new(
            "States.NoChoiceMatched",
            format!("No choice of the state '{}' matches.", visit.state),
        )
    })?;
    Ok(leave(&state.yields, "", &bindings, input, visit)?.to(Some(next)))
}

pub(crate) fn wait(
    until: &Until,
    bindings: &Bindings,
    clock: Duration,
) -> Result<Duration, TaskError> {
    match until {
        Until::Seconds(template) => {
            let seconds = seconds(Some(template), "Seconds", bindings)?;
            Ok(seconds.unwrap_or_default())
        }
        Until::Timestamp(template) => {
            let value = template.evaluate(bindings, "Timestamp")?;
            let at: Option<Timestamp> = value.as_str().and_then(|text| text.parse().ok());
            let at = at.ok_or_else(|| {
                bindings.reject(&format!("'Timestamp' is not a timestamp but {value}."))
            })?;
            let left = at.duration_since(instant(clock));
            Ok(Duration::try_from(left).unwrap_or_default())
        }
    }
}

/// A field in whole seconds.
pub(crate) fn seconds(
    template: Option<&Template>,
    field: &str,
    bindings: &Bindings,
) -> Result<Option<Duration>, TaskError> {
    let Some(template) = template else {
        return Ok(None);
    };
    let value = template.evaluate(bindings, field)?;
    let number = value.as_f64();
    let whole = number.filter(|n| n.fract() == 0.0 && (0.0..=LONGEST_WAIT).contains(n));
    match whole {
        Some(seconds) => Ok(Some(Duration::from_secs_f64(seconds))),
        None => Err(bindings.reject(&format!(
            "'{field}' is not a whole number of seconds but {value}."
        ))),
    }
}

pub(crate) fn arguments_of(
    arguments: Option<&Template>,
    bindings: &Bindings,
    visit: Visit<'_>,
) -> Result<Value, TaskError> {
    let Some(arguments) = arguments else {
        return Ok(visit.input.clone());
    };
    let arguments = arguments.evaluate(bindings, "Arguments")?;
    limits::payload("arguments", visit.state, &arguments)?;
    Ok(arguments)
}
