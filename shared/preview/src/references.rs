//! What a template's expressions refer to.

use serde_json::Value;

/// An expression of CloudFormation: an object with one field that is an intrinsic function.
pub(crate) fn intrinsic(value: &Value) -> Option<(&str, &Value)> {
    let fields = value.as_object().filter(|fields| fields.len() == 1)?;
    let (name, argument) = fields.iter().next()?;
    let is_function = name == "Ref" || name.starts_with("Fn::");
    is_function.then_some((name.as_str(), argument))
}

/// A piece of the text of an `Fn::Sub`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// Text as it is.
    Text(&'a str),
    /// `${name}` or `${name.attribute}`.
    Variable(&'a str),
}

/// The pieces of the text of an `Fn::Sub`. `${!name}` is the text `${name}`.
pub(crate) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, tail)) = after.split_once('}') else {
            break;
        };
        pieces.push(Piece::Text(before));
        if let Some(literal) = name.strip_prefix('!') {
            pieces.extend([Piece::Text("${"), Piece::Text(literal), Piece::Text("}")]);
        } else {
            pieces.push(Piece::Variable(name));
        }
        rest = tail;
    }
    pieces.push(Piece::Text(rest));
    pieces
}

/// The resource and the attribute that an `Fn::GetAtt` asks for.
pub(crate) fn attribute(argument: &Value) -> Option<(&str, &str)> {
    match argument {
        Value::String(path) => path.split_once('.'),
        Value::Array(parts) => match parts.as_slice() {
            [Value::String(resource), Value::String(attribute)] => Some((resource, attribute)),
            _ => None,
        },
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
    }
}

/// Gives `found` every name of a resource or a parameter that `value` refers to, `DependsOn` of
/// a resource included.
pub(crate) fn each<'a>(value: &'a Value, found: &mut impl FnMut(&'a str)) {
    match value {
        Value::Object(fields) => {
            if let Some((function, argument)) = intrinsic(value) {
                of_function(function, argument, found);
            }
            fields.values().for_each(|inner| each(inner, found));
        }
        Value::Array(items) => items.iter().for_each(|inner| each(inner, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn of_function<'a>(function: &str, argument: &'a Value, found: &mut impl FnMut(&'a str)) {
    match function {
        "Ref" => argument.as_str().into_iter().for_each(found),
        "Fn::GetAtt" => attribute(argument)
            .into_iter()
            .for_each(|(name, _)| found(name)),
        "Fn::Sub" => {
            let text = argument.as_array().map_or(Some(argument), |it| it.first());
            for piece in text.and_then(Value::as_str).map(pieces).unwrap_or_default() {
                if let Piece::Variable(name) = piece {
                    found(name.split_once('.').map_or(name, |(name, _)| name));
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(value: &Value) -> Vec<&str> {
        let mut names = Vec::new();
        each(value, &mut |name| names.push(name));
        names
    }

    #[test]
    fn every_way_of_referring_is_found() {
        let value = json!({
            "A": { "Ref": "One" },
            "B": [{ "Fn::GetAtt": ["Two", "Arn"] }, { "Fn::GetAtt": "Three.Endpoint.Port" }],
            "C": { "Fn::Join": ["", ["x", { "Ref": "Four" }]] },
            "D": { "Fn::Sub": "a${Five}b${Six.Arn}c${!Seven}${" },
            "E": { "Fn::Sub": ["${Eight}", { "Y": { "Ref": "Nine" } }] },
            "F": { "Ref": "NoReference", "Other": 1 },
        });
        let names = [
            "One", "Two", "Three", "Four", "Five", "Six", "Eight", "Nine",
        ];
        assert_eq!(found(&value), names);
    }

    #[test]
    fn what_is_malformed_refers_to_nothing() {
        for value in [
            json!({ "Ref": 5 }),
            json!({ "Fn::GetAtt": ["One"] }),
            json!({ "Fn::GetAtt": "One" }),
            json!({ "Fn::Sub": [] }),
            json!({ "Fn::Sub": { "a": 1 } }),
        ] {
            assert!(found(&value).is_empty(), "{value}");
        }
    }

    #[test]
    fn text_that_is_escaped_stays_as_it_is() {
        let text: String = pieces("a${!b}c")
            .into_iter()
            .map(|piece| match piece {
                Piece::Text(text) => text.to_owned(),
                Piece::Variable(name) => format!("<{name}>"),
            })
            .collect();
        assert_eq!(text, "a${b}c");
    }
}
