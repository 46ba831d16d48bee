//! Guards and filters: expressions in CEL whose names, kinds and cost are checked before they are
//! ever evaluated. The parser is the crate's Pratt parser, which has limits of its own.

mod cost;
mod data;
mod kinds;
mod names;
mod screen;

use std::sync::{Arc, LazyLock};

use cel::common::types::CelBool;
use cel::parser::{Expression as Tree, PrattParser};
use cel::{Context, Env, ExecutionError, Value};

pub(crate) use data::{EventData, Facts};
pub(crate) use names::Scope;

/// The longest expression, in bytes.
const LONGEST: usize = 1_000;
/// How deep parentheses and calls may be nested.
const DEEPEST: u16 = 32;

/// One thing that is wrong with an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Flaw {
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

impl Flaw {
    fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: None,
        }
    }

    fn hinted(message: impl Into<String>, hint: Option<String>) -> Self {
        Self {
            message: message.into(),
            hint,
        }
    }
}

/// An expression that was found to be sound.
#[derive(Debug, Clone)]
pub(crate) struct Expression {
    tree: Tree,
    cost: cost::Cost,
    /// The variables that it reads.
    variables: Vec<&'static str>,
}

static ENV: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(Env::stdlib()));

impl Expression {
    /// Reads an expression that may use the names of `scope` and gives true or false.
    pub(crate) fn parse(text: &str, scope: Scope) -> Result<Self, Vec<Flaw>> {
        if text.len() > LONGEST {
            let message = format!("the expression is longer than {LONGEST} bytes");
            return Err(vec![Flaw::new(message)]);
        }
        let tree = PrattParser::new()
            .max_recursion_depth(DEEPEST)
            .parse(text)
            .map_err(|errors| vec![unreadable(&errors)])?;
        screen::check(&tree, scope)?;
        let cost = cost::Cost::of(&tree);
        let read = tree.references();
        let known = scope.variables().iter().copied();
        let variables = known.filter(|name| read.has_variable(name)).collect();
        Ok(Self {
            tree,
            cost,
            variables,
        })
    }

    /// The tree, for comparisons with others.
    pub(crate) fn tree(&self) -> &Tree {
        &self.tree
    }

    /// Whether it holds. Where it cannot be told, why; the reason shows no data.
    pub(crate) fn holds(&self, facts: &Facts<'_>) -> Result<bool, String> {
        self.cost.affordable(facts.size(&self.variables))?;
        let mut context = Context::with_env(Arc::clone(&ENV));
        context.set_variable_resolver(facts);
        let value = Value::resolve_val(&self.tree, &context).map_err(|error| reason(&error))?;
        value
            .downcast_ref::<CelBool>()
            .map(|held| *held.inner())
            .ok_or_else(|| "it is neither true nor false".to_owned())
    }
}

fn unreadable(errors: &cel::ParseErrors) -> Flaw {
    let first = errors.errors.first();
    let place = first.map_or(0, |error| error.pos.1);
    Flaw::new(format!("the expression cannot be read at column {place}"))
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the evaluator's list of errors is open, and most of them quote data"
)]
fn reason(error: &ExecutionError) -> String {
    match error {
        ExecutionError::NoSuchKey(key) => {
            let key: String = key.chars().take(60).flat_map(char::escape_debug).collect();
            format!("there is no `{key}`")
        }
        ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => {
            "it divides by zero".to_owned()
        }
        ExecutionError::IndexOutOfBounds(_) => "a list is too short".to_owned(),
        ExecutionError::Overflow(..) => "a number is too large".to_owned(),
        _ => "it uses a value of another kind than is there".to_owned(),
    }
}

#[cfg(test)]
mod figures;
#[cfg(test)]
mod tests;
