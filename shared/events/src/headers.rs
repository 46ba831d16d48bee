//! The headers of a request, by name without regard to case.

use std::collections::BTreeMap;
use std::fmt;

/// The headers of one request. `Debug` shows their names only: some hold credentials.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Headers(BTreeMap<String, String>);

impl Headers {
    /// The headers with these names and values. One that comes more than once counts as one with
    /// all values, joined by commas (RFC 9110, section 5.3).
    pub fn new<N: AsRef<str>, V: AsRef<str>>(headers: impl IntoIterator<Item = (N, V)>) -> Self {
        let mut named: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in headers {
            let known = named.entry(name.as_ref().to_ascii_lowercase());
            let value = value.as_ref().trim();
            known
                .and_modify(|values| {
                    values.push(',');
                    values.push_str(value);
                })
                .or_insert_with(|| value.to_owned());
        }
        Self(named)
    }

    /// The value of a header, by its name in lower case.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The media type of the body in lower case, without its parameters; empty where it is not
    /// said.
    pub(crate) fn media_type(&self) -> String {
        let said = self.get("content-type").unwrap_or_default();
        let essence = said.split(';').next().unwrap_or_default();
        essence.trim().to_ascii_lowercase()
    }

    /// The headers whose names start with `prefix`, and their names without it.
    pub(crate) fn with_prefix<'a>(
        &'a self,
        prefix: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        let all = self.0.iter();
        all.filter_map(move |(name, value)| Some((name.strip_prefix(prefix)?, value.as_str())))
    }
}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_no_case_and_values_no_blanks_around() {
        let headers = Headers::new([("Content-Type", " Application/JSON; charset=utf-8 ")]);
        assert_eq!(
            headers.get("content-type"),
            Some("Application/JSON; charset=utf-8")
        );
        assert_eq!(headers.media_type(), "application/json");
        assert_eq!(Headers::default().media_type(), "");
    }

    #[test]
    fn a_header_that_comes_twice_is_one_with_both_values() {
        let headers = Headers::new([("webhook-id", "a"), ("Webhook-Id", "b"), ("ce-id", "c")]);
        assert_eq!(headers.get("webhook-id"), Some("a,b"));
        let prefixed: Vec<_> = headers.with_prefix("ce-").collect();
        assert_eq!(prefixed, [("id", "c")]);
    }

    #[test]
    fn what_headers_hold_is_not_shown() {
        let headers = Headers::new([("authorization", "Bearer s3cret")]);
        assert_eq!(format!("{headers:?}"), "{\"authorization\"}");
    }
}
