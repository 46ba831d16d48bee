//! Free JSON kept as text. What a user's document may say goes beyond the table's own maps and
//! numbers, which end at 32 levels, at 1E+126 and at empty names.

use serde::{Deserialize, Deserializer, Serializer, de, ser};
use serde_json::Value;

pub(crate) fn serialize<S: Serializer>(value: &Value, serializer: S) -> Result<S::Ok, S::Error> {
    let text = serde_json::to_string(value).map_err(ser::Error::custom)?;
    serializer.serialize_str(&text)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
    let text = String::deserialize(deserializer)?;
    serde_json::from_str(&text).map_err(de::Error::custom)
}
