//! What must not be shown: values whose names or looks say that they are secrets.

use serde_json::{Map, Value};

use crate::reading::text_of;

/// What is shown in place of a secret.
pub(crate) const HIDDEN: &str = "(hidden)";

/// What a secret's name has in it, in lower case and without what parts its words.
const SECRET: [&str; 13] = [
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "secret",
    "token",
    "credential",
    "apikey",
    "privatekey",
    "accesskey",
    "signingkey",
    "authkey",
    "connectionstring",
];

/// The ends of names that are about a secret and are none.
const HARMLESS: [&str; 10] = [
    "arn", "arns", "id", "ids", "name", "names", "endpoint", "url", "uri", "length",
];

/// Whether a property, a variable or a parameter of that name holds a secret.
pub(crate) fn is_secret_name(name: &str) -> bool {
    // A container's list of secrets has names and references, and no values.
    if name == "Secrets" {
        return false;
    }
    let letters = name.bytes().filter(u8::is_ascii_alphanumeric);
    let joined: Vec<u8> = letters.map(|letter| letter.to_ascii_lowercase()).collect();
    let starts = |place: usize| {
        let rest = joined.get(place..).unwrap_or_default();
        SECRET.iter().any(|word| rest.starts_with(word.as_bytes()))
    };
    // Every name of every template passes here.
    let mut places = joined
        .iter()
        .enumerate()
        .filter(|(_, byte)| b"acpst".contains(byte));
    let is_secret =
        places.any(|(place, _)| starts(place)) || last_word(name).eq_ignore_ascii_case("pwd");
    let is_harmless = |end: &&str| last_word(name).eq_ignore_ascii_case(end);
    is_secret && !HARMLESS.iter().any(is_harmless)
}

/// The last word of a name: `Arn` of `SecretArn`, `ARN` of `SECRET_ARN`.
fn last_word(name: &str) -> &str {
    let is_part = |letter: char| !letter.is_ascii_alphanumeric();
    let last = name.rsplit(is_part).next().unwrap_or(name);
    if last.bytes().all(|byte| !byte.is_ascii_lowercase()) {
        return last;
    }
    let start = last.rfind(|letter: char| letter.is_ascii_uppercase());
    start.and_then(|start| last.get(start..)).unwrap_or(last)
}

/// Whether what is beside `field` of `fields` says that it is a secret: a name, as in
/// `{ "Name": "DB_PASSWORD", "Value": … }`, or that a parameter must not be shown.
pub(crate) fn is_secret_beside(fields: &Map<String, Value>, field: &str) -> bool {
    match field {
        "Default" => hides_itself(fields),
        "Value" | "ParameterValue" | "value" => {
            let names = [
                "Name",
                "Key",
                "ParameterName",
                "ParameterKey",
                "name",
                "key",
            ];
            let mut names = names.iter().filter_map(|name| fields.get(*name)?.as_str());
            names.any(is_secret_name)
        }
        _ => false,
    }
}

/// Whether a parameter says that its value must not be shown.
pub(crate) fn hides_itself(parameter: &Map<String, Value>) -> bool {
    let no_echo = parameter.get("NoEcho").and_then(text_of);
    no_echo.is_some_and(|flag| flag.eq_ignore_ascii_case("true"))
}

/// Whether what lies at `pointer` is a secret by the name of anything on the way to it.
pub(crate) fn is_secret_pointer(pointer: &str) -> bool {
    pointer.split('/').any(is_secret_name)
}

/// Whether a text looks like a secret: a private key, or an address with a password in it.
fn is_secret_text(text: &str) -> bool {
    if text.contains("PRIVATE KEY-----") {
        return true;
    }
    text.split("://").skip(1).any(|rest| {
        let authority = rest.split(['/', '?', '#', ' ']).next().unwrap_or(rest);
        let user = authority.rsplit_once('@').map(|(user, _)| user);
        let password = user.and_then(|user| user.split_once(':'));
        password.is_some_and(|(_, password)| !password.is_empty())
    })
}

/// The same value with `(hidden)` in place of every secret in it.
pub(crate) fn masked(value: &Value) -> Value {
    match value {
        Value::String(text) if is_secret_text(text) => HIDDEN.into(),
        Value::Array(items) => items.iter().map(masked).collect(),
        Value::Object(fields) => {
            let shown = fields.iter().map(|(name, inner)| {
                let is_secret = is_secret_name(name) || is_secret_beside(fields, name);
                let shown = if is_secret {
                    HIDDEN.into()
                } else {
                    masked(inner)
                };
                (name.clone(), shown)
            });
            shown.collect::<Map<_, _>>().into()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_are_known_by_their_names() {
        for name in [
            "MasterUserPassword",
            "DB_PASSWORD",
            "db-passwd",
            "SecretString",
            "AuthToken",
            "API_KEY",
            "apiKey",
            "ClientSecret",
            "GenerateSecretString",
            "AWS_SECRET_ACCESS_KEY",
            "DB_PWD",
            "DATABASE_CONNECTION_STRING",
            "PGPASSWORD",
        ] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in [
            "SecretId",
            "SecretArn",
            "SECRET_ARN",
            "DatabaseSecretArn",
            "TokenEndpoint",
            "KmsKeyId",
            "Secrets",
            "ContainerDefinitions",
            "Key",
            "Keyboard",
            "PASSWORD_LENGTH",
            "",
        ] {
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn everything_in_a_secret_is_one() {
        assert!(is_secret_pointer(
            "/Properties/GenerateSecretString/PasswordLength"
        ));
        assert!(!is_secret_pointer("/Properties/SecretId/Ref"));
    }

    #[test]
    fn a_value_beside_the_name_of_a_secret_is_hidden() {
        let environment = json!([
            { "Name": "DB_PASSWORD", "Value": "hunter2" },
            { "Name": "DB_HOST", "Value": "db" },
            { "Name": "DB_PASSWORD", "ValueFrom": "arn:aws:x" },
            { "NoEcho": "true", "Default": "hunter2" },
            { "NoEcho": false, "Default": "shown" },
        ]);
        assert_eq!(
            masked(&environment),
            json!([
                { "Name": "DB_PASSWORD", "Value": "(hidden)" },
                { "Name": "DB_HOST", "Value": "db" },
                { "Name": "DB_PASSWORD", "ValueFrom": "arn:aws:x" },
                { "NoEcho": "true", "Default": "(hidden)" },
                { "NoEcho": false, "Default": "shown" },
            ])
        );
    }

    #[test]
    fn secrets_are_known_by_their_looks() {
        for text in [
            "postgres://app:hunter2@db/shop",
            "see redis://:hunter2@cache:6379",
            "-----BEGIN RSA PRIVATE KEY-----\nabc",
        ] {
            assert_eq!(
                masked(&json!({ "Url": text })),
                json!({ "Url": "(hidden)" }),
                "{text}"
            );
        }
        for text in [
            "https://shop.example.com/a:b@c",
            "postgres://app@db",
            "a:b@c",
            "http://",
        ] {
            assert_eq!(masked(&json!(text)), json!(text));
        }
    }
}
