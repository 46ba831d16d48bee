//! One resource seen by several sources.

use serde_json::{Map, Value};

/// Two sides of one property, as far as they are there.
type Sides<'v> = (Option<&'v Value>, Option<&'v Value>);

/// What was asked for and what is there, the word of a fresher source before that of an older one.
/// A source speaks of a property when it names it on either side.
pub(crate) fn merged(older: (&Value, &Value), fresher: (&Value, &Value)) -> (Value, Value) {
    let sides = |(expected, actual): (_, _)| (Some(expected), Some(actual));
    let (expected, actual) = property(sides(older), sides(fresher), 0);
    let nothing = || Value::Object(Map::new());
    (
        expected.unwrap_or_else(nothing),
        actual.unwrap_or_else(nothing),
    )
}

fn property(older: Sides<'_>, fresher: Sides<'_>, depth: usize) -> (Option<Value>, Option<Value>) {
    let old = mapping(older).filter(|old| names(*old).next().is_some());
    let fields = mapping(fresher).zip(old);
    let Some((fresh, old)) = fields.filter(|_| depth < crate::walk::MAX_DEPTH) else {
        return (fresher.0.cloned(), fresher.1.cloned());
    };
    let (mut expected, mut actual) = (Map::new(), Map::new());
    let mut keep = |name: &str, sides: (Option<Value>, Option<Value>)| {
        sides
            .0
            .and_then(|value| expected.insert(name.to_owned(), value));
        sides
            .1
            .and_then(|value| actual.insert(name.to_owned(), value));
    };
    for name in names(old) {
        let before = field(old, name);
        let now = field(fresh, name);
        let sides = match now {
            (None, None) => (before.0.cloned(), before.1.cloned()),
            (Some(_), _) | (_, Some(_)) => property(before, now, depth + 1),
        };
        keep(name, sides);
    }
    for name in names(fresh).filter(|name| field(old, name) == (None, None)) {
        let now = field(fresh, name);
        keep(name, (now.0.cloned(), now.1.cloned()));
    }
    // A side that neither source names at all stays absent.
    let is_there = |one: Option<&Value>, other: Option<&Value>| one.or(other).is_some();
    (
        is_there(older.0, fresher.0).then_some(Value::Object(expected)),
        is_there(older.1, fresher.1).then_some(Value::Object(actual)),
    )
}

/// The two sides as mappings: none where one is something else.
fn mapping(sides: Sides<'_>) -> Option<Mappings<'_>> {
    let of = |side: Option<&'_ Value>| side.is_none_or(Value::is_object);
    let is_mapping = of(sides.0) && of(sides.1);
    let mappings = Mappings {
        expected: sides.0.and_then(Value::as_object),
        actual: sides.1.and_then(Value::as_object),
    };
    is_mapping.then_some(mappings)
}

#[derive(Clone, Copy)]
struct Mappings<'v> {
    expected: Option<&'v Map<String, Value>>,
    actual: Option<&'v Map<String, Value>>,
}

/// The fields of both sides, each once.
fn names(mappings: Mappings<'_>) -> impl Iterator<Item = &str> {
    let is_new = move |name: &&String| {
        mappings
            .expected
            .is_none_or(|expected| !expected.contains_key(*name))
    };
    let expected = mappings.expected.into_iter().flat_map(Map::keys);
    let actual = mappings.actual.into_iter().flat_map(Map::keys);
    expected.chain(actual.filter(is_new)).map(String::as_str)
}

fn field<'v>(mappings: Mappings<'v>, name: &str) -> Sides<'v> {
    let of = |fields: Option<&'v Map<String, Value>>| fields.and_then(|fields| fields.get(name));
    (of(mappings.expected), of(mappings.actual))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_fresher_source_counts_for_what_it_names_on_either_side() {
        let older = (
            json!({"A": 1, "B": {"C": 1, "D": [1]}, "E": 1}),
            json!({"A": 2, "B": {"C": 2, "D": [2]}, "E": 2}),
        );
        let fresher = (
            json!({"A": 1, "B": {"D": [1]}, "F": 1}),
            json!({"B": {"D": [3]}, "E": 3, "G": {}}),
        );
        let (expected, actual) = merged((&older.0, &older.1), (&fresher.0, &fresher.1));
        assert_eq!(expected, json!({"A": 1, "B": {"C": 1, "D": [1]}, "F": 1}));
        assert_eq!(actual, json!({"B": {"C": 2, "D": [3]}, "E": 3, "G": {}}));
    }

    #[test]
    fn a_property_of_another_form_is_taken_as_it_is() {
        let older = (json!({"A": {"B": 1}}), json!({"A": {"B": 1}}));
        let fresher = (json!({"A": {"B": 1}}), json!({"A": "gone"}));
        let (expected, actual) = merged((&older.0, &older.1), (&fresher.0, &fresher.1));
        assert_eq!(
            (expected, actual),
            (json!({"A": {"B": 1}}), json!({"A": "gone"}))
        );
    }

    #[test]
    fn a_source_that_names_nothing_changes_nothing() {
        let (nothing, older) = (json!({}), json!({"A": {"B": 1}}));
        let kept = merged((&older, &older), (&nothing, &nothing));
        assert_eq!(kept, (older.clone(), older));
    }
}
