//! The groups of a caller. API Gateway hands a list in a claim on as one text, in which the group
//! `data platform` reads like the groups `data` and `platform`. So they are read from the token, which
//! API Gateway has verified by then, and not from that text.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

/// The groups that `claim` names: each text of a list, or one text as it is. None where the token
/// cannot be read, or is another than the one whose `claims` were verified. Without a token, which
/// only an invocation by hand is, they are taken from the text.
pub(crate) fn groups(
    claims: &HashMap<String, String>,
    token: Option<&str>,
    claim: &str,
) -> Option<Vec<String>> {
    let Some(flattened) = claims.get(claim) else {
        return Some(Vec::new());
    };
    let Some(token) = token else {
        return Some(list(flattened));
    };
    let mut written = payload(token)?;
    let subject = written.get("sub").and_then(Value::as_str);
    if subject != claims.get("sub").map(String::as_str) {
        return None;
    }
    match written.remove(claim)? {
        Value::String(group) => Some(vec![group]),
        Value::Array(groups) => {
            let texts = groups.iter().map(|group| group.as_str().map(str::to_owned));
            texts.collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
    }
}

/// What a header says between the signature's two neighbours (RFC 7515, section 3.1).
fn payload(header: &str) -> Option<Map<String, Value>> {
    let token = match header.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
        Some(_) => return None,
        None => header,
    };
    let parts: Vec<&str> = token.split('.').collect();
    let [_, payload, _] = parts.as_slice() else {
        return None;
    };
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
}

/// The groups in a text like `[platform developers]`, or in JSON.
fn list(text: &str) -> Vec<String> {
    text.trim_start_matches('[')
        .trim_end_matches(']')
        .split([' ', ','])
        .map(|group| group.trim_matches('"'))
        .filter(|group| !group.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const CLAIM: &str = "cognito:groups";

    fn token(claims: &Value) -> String {
        let payload = URL_SAFE_NO_PAD.encode(claims.to_string());
        format!("Bearer e30.{payload}.c2ln")
    }

    fn read(written: &Value, flattened: &str) -> Option<Vec<String>> {
        let claims = [("sub", "kim"), (CLAIM, flattened)];
        let claims = claims.map(|(name, value)| (name.to_owned(), value.to_owned()));
        groups(&claims.into(), Some(&token(written)), CLAIM)
    }

    #[test]
    fn a_group_with_a_space_is_one_group() {
        let written = json!({"sub": "kim", CLAIM: ["data platform", "a,b"]});
        let groups = read(&written, "[data platform a,b]").unwrap();
        assert_eq!(groups, ["data platform", "a,b"]);
        let one = json!({"sub": "kim", CLAIM: "data platform"});
        assert_eq!(read(&one, "data platform").unwrap(), ["data platform"]);
    }

    #[test]
    fn a_token_that_is_not_the_verified_one_names_no_groups() {
        let other = json!({"sub": "mallory", CLAIM: ["platform"]});
        assert_eq!(read(&other, "[developers]"), None);
        assert_eq!(read(&json!({"sub": "kim"}), "[developers]"), None);
        assert_eq!(read(&json!({"sub": "kim", CLAIM: [1]}), "[1]"), None);
        let claims = HashMap::from([
            ("sub".to_owned(), "kim".to_owned()),
            (CLAIM.to_owned(), "[platform]".to_owned()),
        ]);
        let two = format!(
            "{0}, {0}",
            token(&json!({"sub": "kim", CLAIM: ["platform"]}))
        );
        for header in [
            "",
            "Bearer",
            "Bearer a.b",
            "Basic a.b.c",
            "Bearer a.!.c",
            &two,
        ] {
            assert_eq!(groups(&claims, Some(header), CLAIM), None, "{header}");
        }
    }

    #[test]
    fn who_is_in_no_group_needs_no_claim() {
        let claims = HashMap::from([("sub".to_owned(), "kim".to_owned())]);
        assert_eq!(groups(&claims, Some("x"), CLAIM), Some(Vec::new()));
    }

    #[test]
    fn an_invocation_by_hand_has_only_the_text() {
        for text in ["[a b]", "a,b", "[\"a\",\"b\"]", "a b", "[a, b]"] {
            assert_eq!(list(text), ["a", "b"], "{text}");
        }
        assert!(list("[]").is_empty());
    }
}
