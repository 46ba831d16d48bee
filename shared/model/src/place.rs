//! JSON pointers (RFC 6901) in which `*` stands for every item of a list or field of a map.

use serde_json::Value;

/// The places in `document` that `pointer` stands for. The last field need not be there; what it
/// is a field of must.
#[must_use]
pub fn places(pointer: &str, document: &Value) -> Vec<String> {
    let Some((parent, field)) = pointer.rsplit_once('/') else {
        return Vec::new();
    };
    let mut found = vec![String::new()];
    for token in parent.split('/').skip(1) {
        found = found
            .iter()
            .flat_map(|place| below(place, token, document))
            .collect();
    }
    found
        .iter()
        .flat_map(|place| match field {
            "*" => below(place, field, document),
            _ => vec![format!("{place}/{field}")],
        })
        .collect()
}

fn below(place: &str, token: &str, document: &Value) -> Vec<String> {
    let names: Vec<String> = match (token, document.pointer(place)) {
        (_, None) => Vec::new(),
        ("*", Some(Value::Array(items))) => (0..items.len()).map(|at| at.to_string()).collect(),
        ("*", Some(Value::Object(fields))) => fields.keys().map(|name| escaped(name)).collect(),
        _ => vec![token.to_owned()],
    };
    names
        .into_iter()
        .map(|name| format!("{place}/{name}"))
        .filter(|place| document.pointer(place).is_some())
        .collect()
}

/// A name as a part of a JSON pointer (RFC 6901).
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_star_stands_for_every_item_and_every_field() {
        let document = json!({"a": [{"b": 1}, {"c": 2}, 3], "m": {"x/y": {"b": 4}, "z": {}}});
        assert_eq!(places("/a/*/b", &document), ["/a/0/b", "/a/1/b", "/a/2/b"]);
        assert_eq!(places("/m/*/b", &document), ["/m/x~1y/b", "/m/z/b"]);
        assert_eq!(places("/m/*", &document), ["/m/x~1y", "/m/z"]);
    }

    #[test]
    fn what_is_not_there_has_no_fields() {
        let document = json!({"a": {}});
        assert_eq!(places("/a/b", &document), ["/a/b"]);
        assert_eq!(places("/b/c", &document), Vec::<String>::new());
        assert_eq!(places("/a/*", &document), Vec::<String>::new());
        assert_eq!(places("", &document), Vec::<String>::new());
    }
}
