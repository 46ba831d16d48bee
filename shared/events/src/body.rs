//! Bytes from outside to JSON, within bounds.

use serde_json::Value;

use crate::refused::Refused;

/// The most bytes of one event or of one webhook.
pub(crate) const MOST_BYTES: usize = 256 * 1024;
/// The deepest that lists and objects may lie in each other.
pub(crate) const MOST_DEPTH: usize = 64;

/// The text of a body.
///
/// # Errors
/// Where it is too large or not UTF-8.
pub(crate) fn text(body: &[u8]) -> Result<&str, Refused> {
    if body.len() > MOST_BYTES {
        let bytes = body.len();
        let message = format!("is {bytes} bytes long; at most {MOST_BYTES} are taken");
        return Err(Refused::whole(message));
    }
    str::from_utf8(body).map_err(|_| Refused::whole("is not UTF-8 text"))
}

/// The JSON that a body holds.
///
/// # Errors
/// Where it is too large, not JSON or nested too deep.
pub(crate) fn json(body: &[u8]) -> Result<Value, Refused> {
    // The parser itself ends at 128 levels, so what comes out of it can be walked.
    let value = serde_json::from_str(text(body)?)
        .map_err(|error| Refused::whole(format!("is not JSON: {error}")))?;
    if depth(&value) > MOST_DEPTH {
        let message = format!("is nested deeper than {MOST_DEPTH} levels");
        return Err(Refused::whole(message));
    }
    Ok(value)
}

/// How deep lists and objects lie in each other.
pub(crate) fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(fields) => 1 + fields.values().map(depth).max().unwrap_or(0),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(body: &[u8]) -> String {
        json(body).unwrap_err().why()
    }

    #[test]
    fn a_body_is_json_of_bounded_size_and_depth() {
        let nested = |levels| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(json(nested(MOST_DEPTH).as_bytes()).is_ok());
        let deep = nested(MOST_DEPTH + 1);
        assert_eq!(why(deep.as_bytes()), "is nested deeper than 64 levels");
        assert!(why(nested(100_000).as_bytes()).starts_with("is not JSON: recursion limit"));
        let longest = format!("\"{}\"", "a".repeat(MOST_BYTES - 2));
        assert!(json(longest.as_bytes()).is_ok());
        let longer = format!("{longest} ");
        assert_eq!(
            why(longer.as_bytes()),
            "is 262145 bytes long; at most 262144 are taken"
        );
    }

    #[test]
    fn what_is_not_json_is_told_where() {
        assert_eq!(why(b"\xff"), "is not UTF-8 text");
        assert_eq!(
            why(b"{\"a\": tru}"),
            "is not JSON: expected ident at line 1 column 10"
        );
        assert!(why(b"").starts_with("is not JSON: EOF"));
    }
}
