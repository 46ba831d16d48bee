//! The text of a definition before it is parsed: `${name}` placeholders and doubled keys.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// The names of the `${name}` placeholders in a definition.
#[must_use]
pub fn placeholders(text: &str) -> BTreeSet<String> {
    let parts = text.split("${").skip(1);
    parts
        .map(|part| part.split('}').next().unwrap_or_default().to_owned())
        .collect()
}

/// The text with every placeholder replaced.
pub(crate) fn substitute(
    text: &str,
    substitutions: &BTreeMap<String, String>,
) -> Result<String, Vec<String>> {
    let mut text = text.to_owned();
    let mut problems = Vec::new();
    for name in placeholders(&text) {
        match substitutions.get(&name) {
            Some(value) => {
                let quoted = serde_json::Value::String(value.clone()).to_string();
                text = text.replace(&format!("${{{name}}}"), quoted.trim_matches('"'));
            }
            None => problems.push(format!("there is no substitution for `${{{name}}}`")),
        }
    }
    if problems.is_empty() {
        Ok(text)
    } else {
        Err(problems)
    }
}

/// The keys that stand twice in one object: a parsed value keeps only the last of them.
pub(crate) fn doubled_keys(text: &str) -> Result<BTreeSet<String>, String> {
    let parsed: Result<Doubled, _> = serde_json::from_str(text);
    parsed
        .map(|doubled| doubled.0)
        .map_err(|error| error.to_string())
}

/// The keys that stand twice somewhere in a JSON text.
#[derive(Default)]
struct Doubled(BTreeSet<String>);

impl<'de> Deserialize<'de> for Doubled {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Search)
    }
}

struct Search;

impl<'de> Visitor<'de> for Search {
    type Value = Doubled;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Doubled, A::Error> {
        let mut keys: BTreeSet<String> = BTreeSet::new();
        let mut found = Doubled::default();
        while let Some((key, inside)) = map.next_entry::<String, Doubled>()? {
            found.0.extend(inside.0);
            if !keys.insert(key.clone()) {
                found.0.insert(key);
            }
        }
        Ok(found)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Doubled, A::Error> {
        let mut found = Doubled::default();
        while let Some(inside) = items.next_element::<Doubled>()? {
            found.0.extend(inside.0);
        }
        Ok(found)
    }

    fn visit_unit<E>(self) -> Result<Doubled, E> {
        Ok(Doubled::default())
    }

    fn visit_bool<E>(self, _: bool) -> Result<Doubled, E> {
        Ok(Doubled::default())
    }

    fn visit_i64<E>(self, _: i64) -> Result<Doubled, E> {
        Ok(Doubled::default())
    }

    fn visit_u64<E>(self, _: u64) -> Result<Doubled, E> {
        Ok(Doubled::default())
    }

    fn visit_f64<E>(self, _: f64) -> Result<Doubled, E> {
        Ok(Doubled::default())
    }

    fn visit_str<E>(self, _: &str) -> Result<Doubled, E> {
        Ok(Doubled::default())
    }
}
