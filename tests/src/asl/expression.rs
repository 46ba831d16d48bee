//! JSONata expressions, and the templates that hold them.

use std::collections::BTreeMap;

use jsonata_core::ast::AstNode;
use jsonata_core::evaluator::{Context, Evaluator, EvaluatorError};
use jsonata_core::parser;
use jsonata_core::value::JValue;
use serde_json::{Map, Number, Value};

use super::TaskError;
use super::error::QUERY;

/// One JSONata expression.
#[derive(Debug)]
pub(crate) struct Expression {
    /// The text between `{%` and `%}`.
    pub(crate) source: String,
    /// What it was parsed into.
    pub(crate) tree: AstNode,
}

/// A JSON value in which strings may be expressions.
#[derive(Debug)]
pub(crate) enum Template {
    /// A value without expressions.
    Value(Value),
    /// An expression.
    Expression(Expression),
    /// An object with expressions somewhere in it.
    Object(Vec<(String, Template)>),
    /// A list with expressions somewhere in it.
    List(Vec<Template>),
}

/// What expressions see: the variables and `$states`.
pub(crate) struct Bindings {
    state: String,
    values: Vec<(String, JValue)>,
}

impl Template {
    /// Parses the expressions in `value`; `at` is where it stands.
    pub(crate) fn parse(value: Value, at: &str, problems: &mut Vec<String>) -> Self {
        match value {
            Value::String(text) => Self::text(text, at, problems),
            Value::Array(items) => Self::List(
                (0..)
                    .zip(items)
                    .map(|(index, item)| Self::parse(item, &format!("{at}[{index}]"), problems))
                    .collect(),
            ),
            Value::Object(object) => Self::Object(
                object
                    .into_iter()
                    .map(|(key, one)| {
                        let parsed = Self::parse(one, &format!("{at}/{key}"), problems);
                        (key, parsed)
                    })
                    .collect(),
            ),
            plain @ (Value::Null | Value::Bool(_) | Value::Number(_)) => Self::Value(plain),
        }
    }

    fn text(text: String, at: &str, problems: &mut Vec<String>) -> Self {
        let inner = text
            .strip_prefix("{%")
            .and_then(|rest| rest.strip_suffix("%}"));
        let Some(inner) = inner else {
            if text.contains("{%") || text.contains("%}") {
                problems.push(format!(
                    "{at}: an expression starts with `{{%` and ends with `%}}`, with nothing \
                     before or after: `{text}`"
                ));
            }
            return Self::Value(Value::String(text));
        };
        let source = inner.trim().to_owned();
        match parser::parse(&source) {
            Ok(tree) => Self::Expression(Expression { source, tree }),
            Err(error) => {
                problems.push(format!("{at}: `{source}` is not JSONata: {error}"));
                Self::Value(Value::Null)
            }
        }
    }

    /// Evaluates every expression; `field` is where the template stands in its state.
    pub(crate) fn evaluate(&self, bindings: &Bindings, field: &str) -> Result<Value, TaskError> {
        match self {
            Self::Value(value) => Ok(value.clone()),
            Self::Expression(expression) => bindings.evaluate(expression, field),
            Self::Object(entries) => {
                let mut object = Map::new();
                for (key, one) in entries {
                    let at = format!("{field}/{key}");
                    object.insert(key.clone(), one.evaluate(bindings, &at)?);
                }
                Ok(Value::Object(object))
            }
            Self::List(items) => (0..)
                .zip(items)
                .map(|(index, item)| item.evaluate(bindings, &format!("{field}[{index}]")))
                .collect(),
        }
    }

    /// Shows every expression, with its place, to `look`.
    pub(crate) fn visit(&self, at: &str, look: &mut dyn FnMut(&str, &Expression)) {
        match self {
            Self::Value(_) => {}
            Self::Expression(expression) => look(at, expression),
            Self::Object(entries) => {
                for (key, one) in entries {
                    one.visit(&format!("{at}/{key}"), look);
                }
            }
            Self::List(items) => {
                for (index, item) in (0..).zip(items) {
                    item.visit(&format!("{at}[{index}]"), look);
                }
            }
        }
    }
}

impl Bindings {
    /// The bindings of a state.
    pub(crate) fn new(state: &str, variables: &BTreeMap<String, Value>, states: Value) -> Self {
        let mut values: Vec<(String, JValue)> = variables
            .iter()
            .map(|(name, value)| (name.clone(), JValue::from(value.clone())))
            .collect();
        values.push(("states".to_owned(), JValue::from(states)));
        Self {
            state: state.to_owned(),
            values,
        }
    }

    fn evaluate(&self, expression: &Expression, field: &str) -> Result<Value, TaskError> {
        let mut context = Context::new();
        for (name, value) in &self.values {
            context.bind(name.clone(), value.clone());
        }
        let mut evaluator = Evaluator::with_context(context);
        add_functions(&mut evaluator).map_err(|error| self.fail(expression, field, &error))?;
        let result = evaluator
            .evaluate(&expression.tree, &JValue::Undefined)
            .map_err(|error| self.fail(expression, field, &error))?;
        match to_json(&result) {
            Ok(Some(value)) => Ok(value),
            Ok(None) => Err(self.error(expression, field, "returned nothing (undefined)")),
            Err(what) => Err(self.error(expression, field, &format!("returned {what}"))),
        }
    }

    fn fail(&self, expression: &Expression, field: &str, error: &EvaluatorError) -> TaskError {
        self.error(
            expression,
            field,
            &format!("threw an error: {}", error.message()),
        )
    }

    fn error(&self, expression: &Expression, field: &str, what: &str) -> TaskError {
        self.reject(&format!(
            "The JSONata expression '{}' specified for the field '{field}' {what}.",
            expression.source
        ))
    }

    /// The error of a field whose value is not what the field needs.
    pub(crate) fn reject(&self, what: &str) -> TaskError {
        TaskError::new(
            QUERY,
            format!(
                "An error occurred while executing the state '{}'. {what}",
                self.state
            ),
        )
    }
}

/// The functions that Step Functions adds to JSONata, as far as a run can be repeated with them.
fn add_functions(evaluator: &mut Evaluator) -> Result<(), EvaluatorError> {
    evaluator.register_fn("parse", |arguments: &[JValue]| {
        let text = arguments.first().and_then(JValue::as_str);
        let Some(text) = text else {
            return Ok(JValue::Undefined);
        };
        let parsed: Result<Value, _> = serde_json::from_str(text);
        parsed
            .map(JValue::from)
            .map_err(|error| EvaluatorError::EvaluationError(error.to_string()))
    })?;
    evaluator.register_fn("partition", |arguments: &[JValue]| {
        let items = arguments.first().and_then(JValue::as_array);
        let size = arguments.get(1).and_then(JValue::as_i64);
        let size = size.and_then(|size| usize::try_from(size).ok());
        Ok(match (items, size) {
            (Some(items), Some(size)) if size > 0 => {
                let chunks = items.chunks(size);
                JValue::array(chunks.map(|chunk| JValue::array(chunk.to_vec())).collect())
            }
            _ => JValue::Undefined,
        })
    })
}

/// The JSON of a result: nothing for `undefined`, an error for what JSON cannot say.
fn to_json(value: &JValue) -> Result<Option<Value>, String> {
    Ok(Some(match value {
        JValue::Undefined => return Ok(None),
        JValue::Null => Value::Null,
        JValue::Bool(bool) => Value::Bool(*bool),
        JValue::Number(number) => number_to_json(*number)?,
        JValue::String(text) => Value::String(text.to_string()),
        JValue::Array(items) => {
            let items = items.iter().map(to_json);
            let items: Result<Vec<Option<Value>>, String> = items.collect();
            Value::Array(items?.into_iter().flatten().collect())
        }
        JValue::Object(entries) => {
            let mut object = Map::new();
            for (key, one) in entries.iter() {
                if let Some(one) = to_json(one)? {
                    object.insert(key.clone(), one);
                }
            }
            Value::Object(object)
        }
        JValue::Lambda(_) | JValue::Builtin { .. } | JValue::Regex { .. } => {
            return Err("a function".to_owned());
        }
    }))
}

/// A number as Step Functions writes it: without a fraction where there is none.
fn number_to_json(number: f64) -> Result<Value, String> {
    // Beyond 2^53 not every whole number is a double of its own.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() <= EXACT {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a whole number of at most 2^53 is an i64"
        )]
        return Ok(Value::from(number as i64));
    }
    let number = Number::from_f64(number).map(Value::Number);
    number.ok_or_else(|| "a number that JSON cannot hold".to_owned())
}
