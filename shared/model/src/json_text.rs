//! Free JSON, and what holds some, kept as text. What a user's document may say goes beyond the table's own maps and
//! numbers, which end at 32 levels, at 1E+126 and at empty names.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};

pub(crate) fn serialize<T: Serialize, S: Serializer>(
    value: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let text = serde_json::to_string(value).map_err(ser::Error::custom)?;
    serializer.serialize_str(&text)
}

pub(crate) fn deserialize<'de, T: DeserializeOwned, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    let text = String::deserialize(deserializer)?;
    serde_json::from_str(&text).map_err(de::Error::custom)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Kept {
        #[serde(with = "super")]
        free: Value,
    }

    #[test]
    fn whatever_json_can_say_is_kept_as_one_text() {
        for free in [json!(null), json!({"": [1e300, -5, "a\"b", {"": {}}]})] {
            let kept = serde_json::to_value(Kept { free: free.clone() }).unwrap();
            assert_eq!(kept, json!({"free": free.to_string()}));
            assert_eq!(serde_json::from_value::<Kept>(kept).unwrap(), Kept { free });
        }
    }

    #[test]
    fn text_that_is_not_json_is_refused() {
        for stored in [json!({"free": "{"}), json!({"free": {"a": 1}}), json!({})] {
            assert!(serde_json::from_value::<Kept>(stored).is_err());
        }
    }
}
