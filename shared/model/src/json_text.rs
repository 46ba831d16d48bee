//! Free JSON, and what holds some, kept as text. What a user's document may say goes beyond the table's own maps and
//! numbers, which end at 32 levels, at 1E+126 and at empty names. Long text is packed, since an item of
//! the table ends at 400 KB ("Service, account, and table quotas", DynamoDB developer guide).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::decompress_to_vec_with_limit;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};

/// The longest text that is kept as it is, in bytes.
const LONGEST_PLAIN: usize = 32 * 1024;

/// What packed text begins with; no JSON does.
const PACKED: &str = "deflate:";

/// The most bytes that packed text may come to.
const MOST_UNPACKED: usize = 16 * 1024 * 1024;

/// How hard it is packed, from 0 to 10.
const LEVEL: u8 = 6;

/// How many bytes `value` is kept as.
///
/// # Errors
/// Where it is no JSON.
pub fn kept_size(value: &impl Serialize) -> serde_json::Result<usize> {
    serde_json::to_string(value).map(|text| packed(text).len())
}

fn packed(text: String) -> String {
    if text.len() <= LONGEST_PLAIN {
        return text;
    }
    let packed = compress_to_vec(text.as_bytes(), LEVEL);
    format!("{PACKED}{}", BASE64.encode(packed))
}

fn unpacked(text: String) -> Result<String, String> {
    let Some(packed) = text.strip_prefix(PACKED) else {
        return Ok(text);
    };
    let packed = BASE64.decode(packed).map_err(|error| error.to_string())?;
    let bytes = decompress_to_vec_with_limit(&packed, MOST_UNPACKED);
    let bytes = bytes.map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|error| error.to_string())
}

pub(crate) fn serialize<T: Serialize, S: Serializer>(
    value: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let text = serde_json::to_string(value).map_err(ser::Error::custom)?;
    serializer.serialize_str(&packed(text))
}

pub(crate) fn deserialize<'de, T: DeserializeOwned, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    let text = unpacked(String::deserialize(deserializer)?).map_err(de::Error::custom)?;
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
    fn long_text_is_packed_and_comes_back() {
        let free = json!({"text": "a line of a spec\n".repeat(60_000)});
        let kept = serde_json::to_value(Kept { free: free.clone() }).unwrap();
        let text = kept["free"].as_str().unwrap();
        assert!(
            text.starts_with(PACKED) && text.len() < 40_000,
            "{}",
            text.len()
        );
        assert_eq!(kept_size(&free).unwrap(), text.len());
        assert_eq!(serde_json::from_value::<Kept>(kept).unwrap(), Kept { free });
    }

    #[test]
    fn what_was_never_packed_is_refused() {
        for stored in ["deflate:", "deflate:!", "deflate:AAAA"] {
            let stored = json!({ "free": stored });
            assert!(serde_json::from_value::<Kept>(stored).is_err());
        }
    }

    #[test]
    fn text_that_is_not_json_is_refused() {
        for stored in [json!({"free": "{"}), json!({"free": {"a": 1}}), json!({})] {
            assert!(serde_json::from_value::<Kept>(stored).is_err());
        }
    }
}
