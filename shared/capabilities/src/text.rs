//! The user's text inside templates. `${context.key}` is the value of a context key; everything
//! else must arrive in the container letter by letter.
//!
//! Text never passes through `Fn::Sub`, so `${…}` means nothing to CloudFormation. Dynamic
//! references (`{{resolve:…}}`) are another matter: CloudFormation resolves them in every string,
//! and after the intrinsic functions, so no way of taking the string apart hides them. They are
//! refused: otherwise a team could read any secret that the platform's role can.

use groundplane_model::ContextKey;
use serde_json::{Value, json};

use crate::{References, RenderError};

/// One piece of the user's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece<'a> {
    Literal(&'a str),
    Key(&'a str),
}

/// Takes text apart. `$${context.key}` is the literal `${context.key}`.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let key = after
            .split_once('}')
            .filter(|(key, _)| ContextKey::parse(key).is_ok());
        match (key, before.strip_suffix('$')) {
            (Some((key, tail)), None) => {
                pieces.extend([Piece::Literal(before), Piece::Key(key)]);
                rest = tail;
            }
            (Some(_), Some(escaped)) => {
                pieces.extend([Piece::Literal(escaped), Piece::Literal("${")]);
                rest = after;
            }
            (None, _) => {
                pieces.extend([Piece::Literal(before), Piece::Literal("${")]);
                rest = after;
            }
        }
    }
    pieces.push(Piece::Literal(rest));
    pieces
}

/// The context keys that the text refers to.
pub(crate) fn keys(text: &str) -> impl Iterator<Item = &str> {
    pieces(text).into_iter().filter_map(|piece| match piece {
        Piece::Key(key) => Some(key),
        Piece::Literal(_) => None,
    })
}

/// The key that the text begins with a reference to, if it does.
pub(crate) fn leading_key(text: &str) -> Option<&str> {
    pieces(text)
        .into_iter()
        .find(|piece| *piece != Piece::Literal(""))
        .and_then(|piece| match piece {
            Piece::Key(key) => Some(key),
            Piece::Literal(_) => None,
        })
}

/// The template expression whose value is the text with its context keys filled in.
pub(crate) fn expression(text: &str, context: &mut References<'_>) -> Result<Value, RenderError> {
    let mut parts: Vec<Value> = Vec::new();
    for piece in pieces(text) {
        match (piece, parts.last_mut()) {
            (Piece::Literal(""), _) => {}
            (Piece::Literal(literal), Some(Value::String(last))) => last.push_str(literal),
            (Piece::Literal(literal), _) => parts.push(literal.into()),
            (Piece::Key(key), _) => parts.push(context.require(key)?),
        }
    }
    Ok(match parts.len() {
        0 => "".into(),
        1 => parts.swap_remove(0),
        _ => json!({ "Fn::Join": ["", parts] }),
    })
}

/// Whether CloudFormation would take the text for a dynamic reference. Context keys count as
/// empty, so that a reference cannot be assembled around one.
#[must_use]
pub fn resolves_dynamically(text: &str) -> bool {
    let literal: String = pieces(text)
        .into_iter()
        .filter_map(|piece| match piece {
            Piece::Literal(literal) => Some(literal),
            Piece::Key(_) => None,
        })
        .collect();
    [text, &literal]
        .iter()
        .any(|text| text.contains("{{resolve:"))
}

/// The pointer of a field below `/spec`, with its names escaped (RFC 6901).
pub(crate) fn pointer(path: &[&str]) -> String {
    let escaped = path
        .iter()
        .map(|name| name.replace('~', "~0").replace('/', "~1"));
    escaped.fold("/spec".to_owned(), |pointer, name| pointer + "/" + &name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The expression that `text` becomes where the keys `a.b` and `c.d` exist.
    fn rendered(text: &str) -> Value {
        let available: BTreeSet<ContextKey> = ["a.b", "c.d"]
            .map(|key| ContextKey::parse(key).unwrap())
            .into();
        expression(text, &mut References::new("test", &available)).unwrap()
    }

    #[test]
    fn context_keys_become_references_and_the_text_around_them_is_joined() {
        assert_eq!(rendered("${a.b}"), json!({ "Ref": "AB" }));
        assert_eq!(
            rendered("x${a.b}y${c.d}"),
            json!({ "Fn::Join": ["", ["x", { "Ref": "AB" }, "y", { "Ref": "CD" }]] })
        );
        assert_eq!(
            rendered("${${a.b}}"),
            json!({ "Fn::Join": ["", ["${", { "Ref": "AB" }, "}"]] })
        );
    }

    #[test]
    fn everything_else_is_the_text_itself() {
        for text in [
            "",
            "plain",
            "$",
            "${",
            "${}",
            "${HOME}",
            "${AWS::AccountId}",
            "${!literal}",
            "${a}",
            "${a.b",
            "${ a.b }",
            "$a.b",
            "{{x}} {% y %}",
            "\"\\\u{2028}\0é",
        ] {
            assert_eq!(rendered(text), json!(text), "{text}");
        }
    }

    #[test]
    fn a_doubled_dollar_makes_a_key_literal() {
        assert_eq!(rendered("$${a.b}"), json!("${a.b}"));
        assert_eq!(rendered("$$${a.b}"), json!("$${a.b}"));
        assert_eq!(rendered("$${HOME}"), json!("$${HOME}"));
        assert_eq!(keys("$${a.b} ${c.d}").collect::<Vec<_>>(), ["c.d"]);
    }

    #[test]
    fn an_unknown_key_names_those_that_exist() {
        let available = BTreeSet::from([ContextKey::parse("a.b").unwrap()]);
        let mut context = References::new("compute", &available);
        assert_eq!(
            expression("${a.c}", &mut context).unwrap_err().to_string(),
            "no unit before `compute` writes `a.c`; the keys are `a.b`"
        );
        let nothing = BTreeSet::new();
        let mut context = References::new("compute", &nothing);
        assert_eq!(
            expression("${a.c}", &mut context).unwrap_err().to_string(),
            "no unit before `compute` writes `a.c`; there are no keys to refer to"
        );
    }

    #[test]
    fn dynamic_references_are_seen_even_around_a_key() {
        for text in [
            "{{resolve:ssm:x}}",
            "a{{resolve:",
            "{${a.b}{resolve:ssm:x}}",
            "{{res${a.b}olve:",
        ] {
            assert!(resolves_dynamically(text), "{text}");
        }
        for text in [
            "{{resolve}}",
            "{resolve:ssm:x}",
            "{{ resolve:ssm:x }}",
            "{{RESOLVE:ssm:x}}",
        ] {
            assert!(!resolves_dynamically(text), "{text}");
        }
    }

    #[test]
    fn a_pointer_escapes_what_would_divide_it() {
        assert_eq!(pointer(&["compute", "a/b~c"]), "/spec/compute/a~1b~0c");
    }
}
