//! What the index finds, by the ways in which it finds it.

use serde_json::{Value, json};

use crate::{Pattern, PatternIndex};

fn index(patterns: &[Value]) -> PatternIndex<usize> {
    let parsed = patterns
        .iter()
        .map(|pattern| Pattern::parse(pattern).unwrap());
    PatternIndex::new(parsed.zip(0..))
}

fn found(index: &PatternIndex<usize>, event: &Value) -> Vec<usize> {
    index.matching(event).into_iter().copied().collect()
}

#[test]
fn what_matches_comes_once_and_in_the_order_of_insertion() {
    let index = index(&[
        json!({ "detail": { "a": [{ "exists": true }] } }),
        json!({ "source": ["s", "t"], "$or": [{ "detail.a": ["x"] }, { "detail.b": ["x"] }] }),
        json!({ "source": ["s"], "detail-type": ["d"] }),
        json!({ "detail-type": ["d", "e"], "detail": { "a": ["x", "y"] } }),
        json!({ "source": ["other"] }),
        json!({ "source": [{ "prefix": "s" }], "detail-type": ["d"] }),
    ]);
    let event = json!({
        "source": ["s", "t"], "detail-type": "d", "detail": { "a": ["x", "y"], "b": "x" },
    });
    assert_eq!(found(&index, &event), [0, 1, 2, 3, 5]);
    assert_eq!(found(&index, &json!({ "source": "other" })), [4]);
    assert!(found(&index, &json!({})).is_empty());
    assert!(found(&index, &json!([event])).is_empty());
}

#[test]
fn an_empty_index_finds_nothing() {
    assert!(found(&index(&[]), &json!({ "source": "s" })).is_empty());
}

#[test]
fn equal_patterns_all_belong_to_their_items() {
    let pattern = json!({ "source": ["s"], "detail": { "a": [{ "suffix": "x" }] } });
    let index = index(&[pattern.clone(), json!({ "source": ["t"] }), pattern]);
    assert_eq!(
        found(&index, &json!({ "source": "s", "detail": { "a": "ax" } })),
        [0, 2]
    );
}

#[test]
fn a_value_of_any_kind_is_looked_up() {
    let values = [json!("1"), json!(1), json!(true), json!(null), json!(1e300)];
    let patterns: Vec<_> = values.iter().map(|v| json!({ "f": [v] })).collect();
    let index = index(&patterns);
    for (number, value) in values.iter().enumerate() {
        assert_eq!(found(&index, &json!({ "f": value })), [number]);
    }
    assert_eq!(found(&index, &json!({ "f": 1.0 })), [1]);
    assert_eq!(found(&index, &json!({ "f": values })), [0, 1, 2, 3, 4]);
}

#[test]
fn starts_and_ends_are_looked_up_at_their_lengths() {
    let index = index(&[
        json!({ "f": [{ "prefix": "aé" }] }),
        json!({ "f": [{ "prefix": "a" }] }),
        json!({ "f": [{ "wildcard": "abc*x" }] }),
        json!({ "f": [{ "suffix": "éx" }] }),
        json!({ "f": [{ "wildcard": "*x" }, "q"] }),
        json!({ "f": [{ "prefix": "éa" }] }),
    ]);
    assert_eq!(found(&index, &json!({ "f": "aéx" })), [0, 1, 3, 4]);
    assert_eq!(found(&index, &json!({ "f": "abcx" })), [1, 2, 4]);
    assert_eq!(found(&index, &json!({ "f": "éa" })), [5]);
    assert_eq!(found(&index, &json!({ "f": ["q", ""] })), [4]);
}

#[test]
fn fields_of_a_list_must_still_match_in_one_object() {
    let index = index(&[json!({ "list": { "name": ["web"], "code": [1] } })]);
    let apart = json!({ "list": [{ "name": "web", "code": 0 }, { "name": "log", "code": 1 }] });
    assert!(found(&index, &apart).is_empty());
    let together = json!({ "list": [{ "name": "web", "code": 1 }] });
    assert_eq!(found(&index, &together), [0]);
}

#[test]
fn what_a_look_up_found_must_still_match_with_its_other_fields_in_one_object() {
    let index = index(&[
        json!({ "list": { "name": [{ "prefix": "we" }], "code": [{ "exists": true }] } }),
        json!({ "list": { "code": [{ "numeric": [">", 0] }], "up": [{ "exists": false }] } }),
    ]);
    let apart = json!({ "list": [{ "name": "web" }, { "code": 1, "up": true }] });
    assert!(found(&index, &apart).is_empty());
    let together = json!({ "list": [{ "up": true }, { "name": "web", "code": 1 }] });
    assert_eq!(found(&index, &together), [0, 1]);
    let deeper = json!({ "list": [[{ "name": "web", "up": true }], [{ "code": [0, 1] }]] });
    assert_eq!(found(&index, &deeper), [1]);
}

#[test]
fn other_fields_are_compared_whatever_was_looked_up() {
    let other = || json!([{ "anything-but": "no" }]);
    let index = index(&[
        json!({ "f": ["web"], "other": other() }),
        json!({ "f": [{ "suffix": "b" }], "other": other() }),
        json!({ "f": [{ "wildcard": "w*e*b" }], "other": other() }),
        json!({ "f": [{ "numeric": [">=", 1, "<", 3] }, "web"], "other": other() }),
        json!({ "f": [null, true], "other": other() }),
    ]);
    let found = |f: Value, other| found(&index, &json!({ "f": f, "other": other }));
    assert_eq!(found(json!("web"), "yes"), [0, 1, 2, 3]);
    assert_eq!(found(json!("wb"), "yes"), [1]);
    assert_eq!(found(json!([2, 7]), "yes"), [3]);
    assert_eq!(found(json!(true), "yes"), [4]);
    assert!(found(json!([0, 3, "we"]), "yes").is_empty());
    assert!(found(json!(["web", 2, true]), "no").is_empty());
}

#[test]
fn ranges_of_several_fields_are_told_apart() {
    let above = |number: usize| json!([{ "numeric": [">", number] }]);
    let fields = ["a", "b"].into_iter();
    let patterns = fields.flat_map(|field| (0..3).map(move |n| json!({ field: above(n) })));
    let index = index(&patterns.collect::<Vec<_>>());
    assert_eq!(found(&index, &json!({ "a": 2, "b": 1 })), [0, 1, 3]);
    assert_eq!(
        found(&index, &json!({ "b": [0, "9", 2.5, 2.5] })),
        [3, 4, 5]
    );
    assert!(found(&index, &json!({ "a": 6e9, "b": "1" })).is_empty());
}

#[test]
fn keys_with_dots_are_found_as_paths() {
    let index = index(&[json!({ "detail": { "groundplane.dev/instance": ["web"] } })]);
    let event = json!({ "detail": { "groundplane.dev/instance": "web" } });
    assert_eq!(found(&index, &event), [0]);
}

#[test]
fn a_value_that_is_repeated_without_end_is_looked_at_once() {
    let patterns: Vec<_> = (0..1_000)
        .map(|n| json!({ "detail": { "f": ["x"], "n": [n] } }))
        .collect();
    let index = index(&patterns);
    let event = json!({ "source": vec!["s"; 1_000], "detail": { "f": vec!["x"; 10_000], "n": 7 } });
    assert_eq!(found(&index, &event), [7]);
}
