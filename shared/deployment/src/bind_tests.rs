//! Parameters take what units have written.

use super::*;
use crate::fixture::{key, unit};

fn writing(name: &str, pairs: &[(&str, &str)]) -> UnitState {
    let mut unit = unit(name, "template");
    for (written, value) in pairs {
        let applied = unit.applied.as_mut().unwrap();
        applied.context.set(key(written), *value);
    }
    unit
}

#[test]
fn parameters_are_bound_to_what_the_units_have_written() {
    let units = [
        writing("foundation", &[("foundation.group", "sg-1")]),
        writing("storage", &[("storage.id", "fs-1")]),
        UnitState {
            applied: None,
            ..unit("compute", "")
        },
    ];
    let parameters = BTreeMap::from([
        ("Group".to_owned(), key("foundation.group")),
        ("FileSystem".to_owned(), key("storage.id")),
    ]);
    let bound = bind(&parameters, &context_of(&units)).unwrap();
    assert_eq!(bound["Group"], "sg-1");
    assert_eq!(bound["FileSystem"], "fs-1");
    assert_eq!(bound.len(), 2);
}

#[test]
fn a_value_that_no_unit_has_written_is_named() {
    let units = [writing("foundation", &[("foundation.group", "sg-1")])];
    let parameters = BTreeMap::from([("FileSystem".to_owned(), key("storage.id"))]);
    let missing = bind(&parameters, &context_of(&units)).unwrap_err();
    assert_eq!(
        missing.to_string(),
        "the context has no `storage.id`; it has `foundation.group`"
    );
}
