//! The operand of `numeric`: one comparison, or a lower bound and then an upper one.

use serde_json::Value;

use super::operators::comparable;
use crate::matcher::{Comparison, Range};

/// Reads the operand.
///
/// # Errors
///
/// What is wrong with it.
pub(super) fn range(operand: &Value) -> Result<Range, String> {
    let Value::Array(items) = operand else {
        return Err("`numeric` takes a list such as `[\">\", 0, \"<=\", 5]`".into());
    };
    match items.as_slice() {
        [symbol, bound] => {
            let comparison = comparison(symbol)?;
            Ok(Range::ALL.and(comparison, comparable(bound)?))
        }
        [first, lower, second, upper] => {
            let (first, second) = (comparison(first)?, comparison(second)?);
            if !first.opens() || !second.closes() {
                return Err(
                    "a range in `numeric` has `>` or `>=` first, and then `<` or `<=`".into(),
                );
            }
            let (from, to) = (comparable(lower)?, comparable(upper)?);
            if from >= to {
                return Err(format!(
                    "the range begins at `{lower}` and ends at `{upper}`"
                ));
            }
            Ok(Range::ALL.and(first, from).and(second, to))
        }
        _ => Err("`numeric` takes one comparison, or a lower bound and then an upper one".into()),
    }
}

fn comparison(symbol: &Value) -> Result<Comparison, String> {
    let known = symbol.as_str().and_then(Comparison::of);
    known
        .ok_or_else(|| format!("`numeric` compares with `=`, `<`, `<=`, `>` or `>=`, not {symbol}"))
}
