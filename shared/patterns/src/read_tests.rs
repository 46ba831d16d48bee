//! What is refused, and how it is said.

use serde_json::{Value, json};

use crate::Pattern;

/// Each mistake: where, what, and the hint.
fn mistakes(pattern: &Value) -> Vec<String> {
    let Err(mistakes) = Pattern::parse(pattern) else {
        panic!("{pattern} should be refused")
    };
    let text = |mistake: crate::Mistake| {
        let hint = mistake.hint.map(|hint| format!(" ({hint})"));
        format!(
            "{}: {}{}",
            mistake.pointer,
            mistake.message,
            hint.unwrap_or_default()
        )
    };
    mistakes.into_iter().map(text).collect()
}

/// The mistake in the alternatives of a field, below the field.
fn mistake(value: &Value) -> String {
    let all = mistakes(&json!({ "f": value }));
    let [one] = all.as_slice() else {
        panic!("{value}: {all:?}")
    };
    one.strip_prefix("/f").unwrap().to_owned()
}

fn accepted(value: &Value) -> bool {
    Pattern::parse(&json!({ "f": value })).is_ok()
}

#[test]
fn all_mistakes_are_reported_each_in_its_place() {
    let pattern = json!({
        "source": "aws.ecs",
        "detail": {
            "a/b": [],
            "c": {},
            "d": ["fine", { "prefx": "x" }, { "numeric": [">", "1"] }],
            "$or": [{ "e": [[1]] }, { "g": 5 }],
        },
    });
    assert_eq!(
        mistakes(&pattern),
        [
            "/source: `source` must be a list of values or an object (write `[\"aws.ecs\"]`)",
            "/detail/a~1b: an empty list matches nothing",
            "/detail/c: an empty object matches nothing",
            "/detail/d/1/prefx: there is no operator `prefx` (did you mean `prefix`?)",
            "/detail/d/2/numeric: `\"1\"` is no number",
            "/detail/$or/0/e/0: a value must be a text, a number, true, false, null, or an operator",
            "/detail/$or/1/g: `g` must be a list of values or an object (write `[5]`)",
        ]
    );
}

#[test]
fn a_pattern_is_an_object_with_something_in_it() {
    assert_eq!(mistakes(&json!([])), [": the pattern must be an object"]);
    assert_eq!(mistakes(&json!("a")), [": the pattern must be an object"]);
    assert_eq!(mistakes(&json!({})), [": an empty object matches nothing"]);
}

#[test]
fn an_operator_stands_alone() {
    assert_eq!(mistake(&json!([{}])), "/0: an operator is missing");
    assert_eq!(
        mistake(&json!([{ "prefix": "a", "suffix": "b" }])),
        "/0: `prefix` and `suffix` must be values of their own"
    );
    let inner = mistake(&json!([{ "anything-but": { "prefix": "a", "suffix": "b" } }]));
    assert_eq!(
        inner,
        "/0/anything-but: `prefix` and `suffix` must be values of their own"
    );
}

#[test]
fn operands_have_their_kinds() {
    let cases = [
        (json!({ "prefix": 1 }), "/0/prefix: `prefix` takes a text"),
        (
            json!({ "suffix": ["a"] }),
            "/0/suffix: `suffix` takes a text",
        ),
        (
            json!({ "prefix": { "wildcard": "a" } }),
            "/0/prefix/wildcard: `prefix` takes a text or `equals-ignore-case`",
        ),
        (
            json!({ "suffix": { "equals-ignore-case": 1 } }),
            "/0/suffix/equals-ignore-case: `equals-ignore-case` takes a text",
        ),
        (
            json!({ "wildcard": null }),
            "/0/wildcard: `wildcard` takes a text",
        ),
        (
            json!({ "wildcard": "a**" }),
            "/0/wildcard: `a**` has two wildcards in a row",
        ),
        (
            json!({ "equals-ignore-case": {} }),
            "/0/equals-ignore-case: `equals-ignore-case` takes a text",
        ),
        (
            json!({ "exists": "yes" }),
            "/0/exists: `exists` takes true or false",
        ),
        (
            json!({ "exactly": 1 }),
            "/0/exactly: `exactly` takes a text",
        ),
        (json!({ "cidr": 1 }), "/0/cidr: `cidr` takes a text"),
        (
            json!({ "cidr": "10.0.0.0/33" }),
            "/0/cidr: the prefix length of `10.0.0.0/33` is not between 0 and 31",
        ),
    ];
    for (operator, expected) in cases {
        assert_eq!(mistake(&json!([operator])), expected);
    }
}

#[test]
fn anything_but_takes_texts_or_numbers_or_one_operator() {
    let cases = [
        (json!([]), ": `anything-but` needs a value"),
        (
            json!(["a", 1]),
            ": `anything-but` takes texts or numbers, and not both",
        ),
        (
            json!(null),
            ": `anything-but` takes texts or numbers, and not both",
        ),
        (
            json!([true]),
            ": `anything-but` takes texts or numbers, and not both",
        ),
        (
            json!({ "cidr": "10.0.0.0/8" }),
            "/cidr: `anything-but` does not take `cidr`",
        ),
        (
            json!({ "sufix": "a" }),
            "/sufix: `anything-but` does not take `sufix` (did you mean `suffix`?)",
        ),
        (
            json!({ "prefix": "" }),
            "/prefix: every text has an empty prefix",
        ),
        (
            json!({ "suffix": ["a", ""] }),
            "/suffix: every text has an empty suffix",
        ),
        (json!({ "prefix": [] }), "/prefix: `prefix` needs a text"),
        (
            json!({ "wildcard": [1] }),
            "/wildcard: `wildcard` takes a text",
        ),
        (
            json!([1, 6_000_000_000_u64]),
            ": `6000000000` is not between -5000000000 and 5000000000 with at most six decimals",
        ),
    ];
    for (operand, expected) in cases {
        let said = mistake(&json!([{ "anything-but": operand }]));
        assert_eq!(said, format!("/0/anything-but{expected}"));
    }
    assert!(accepted(&json!([{ "anything-but": "" }])));
}

#[test]
fn numeric_takes_a_comparison_or_a_range_from_below() {
    let form = "`numeric` takes one comparison, or a lower bound and then an upper one";
    let order = "a range in `numeric` has `>` or `>=` first, and then `<` or `<=`";
    let cases = [
        (
            json!(5),
            "`numeric` takes a list such as `[\">\", 0, \"<=\", 5]`",
        ),
        (json!([]), form),
        (json!([">"]), form),
        (json!([">", 1, "<"]), form),
        (json!([">", 1, "<", 2, "<", 3]), form),
        (json!(["<", 5, ">", 1]), order),
        (json!(["=", 5, "<", 9]), order),
        (json!([">", 1, ">=", 2]), order),
        (
            json!(["!=", 5]),
            "`numeric` compares with `=`, `<`, `<=`, `>` or `>=`, not \"!=\"",
        ),
        (
            json!([">", 5, "<", 5]),
            "the range begins at `5` and ends at `5`",
        ),
        (json!([">", "5"]), "`\"5\"` is no number"),
        (
            json!(["=", 0.1234567]),
            "`0.1234567` is not between -5000000000 and 5000000000 with at most six decimals",
        ),
    ];
    for (operand, expected) in cases {
        let said = mistake(&json!([{ "numeric": operand }]));
        assert_eq!(said, format!("/0/numeric: {expected}"));
    }
    assert!(accepted(&json!([{ "numeric": [">=", -5e9, "<=", 5e9] }])));
}

#[test]
fn or_is_a_list_of_two_objects_or_more() {
    assert_eq!(
        mistakes(&json!({ "$or": [{ "a": [1] }] })),
        ["/$or: `$or` must have at least two objects"]
    );
    assert_eq!(
        mistakes(&json!({ "$or": [{ "a": [1] }, 5] })),
        ["/$or/1: `$or` must be a list of objects"]
    );
    assert_eq!(
        mistakes(&json!({ "$or": 5 })),
        ["/$or: `$or` must be a list of objects"]
    );
    let reserved = json!({ "$or": [{ "a": [1] }, { "b": { "prefix": ["x"] } }] });
    let message = "`prefix` is an operator, and no field inside of `$or`";
    assert_eq!(mistakes(&reserved), [format!("/$or/1/b/prefix: {message}")]);
    assert!(Pattern::parse(&json!({ "prefix": ["x"] })).is_ok());
}

#[test]
fn the_combinations_of_or_are_bounded() {
    let or = |length: usize| -> Value { (0..length).map(|n| json!({ "a": [n] })).collect() };
    let pattern = |lengths: [usize; 3]| json!({ "x": { "$or": or(lengths[0]) }, "y": { "$or": or(lengths[1]) }, "$or": or(lengths[2]) });
    assert!(Pattern::parse(&pattern([10, 10, 10])).is_ok());
    let refusal = ": the `$or` lists make more than 1000 combinations";
    assert_eq!(mistakes(&pattern([10, 10, 11])), [refusal]);
    let mut nested = json!({ "a": [1] });
    for _ in 0..20 {
        nested = json!({ "$or": [nested, { "b": [1] }] });
    }
    assert_eq!(mistakes(&nested), [refusal]);
}

#[test]
fn the_length_of_a_pattern_is_bounded() {
    let pattern = |length| json!({ "a": ["x".repeat(length)] });
    assert!(Pattern::parse(&pattern(4_096 - 10)).is_ok());
    assert_eq!(
        mistakes(&pattern(4_097 - 10)),
        [": the pattern has 4097 characters, more than 4096"]
    );
    assert!(
        Pattern::parse(&json!({ "a": ["ü".repeat(4_000)] })).is_ok(),
        "not bytes"
    );
}

#[test]
fn the_depth_of_a_pattern_is_bounded_dots_included() {
    let nested = |depth: usize| -> Value {
        let text = format!("{}[1]{}", "{\"a\":".repeat(depth), "}".repeat(depth));
        serde_json::from_str(&text).unwrap()
    };
    assert!(Pattern::parse(&nested(100)).is_ok());
    let message = "the pattern is nested more than 100 levels deep";
    assert!(mistakes(&nested(101))[0].ends_with(message));
    assert!(mistakes(&json!({ (".".repeat(100)): [1] }))[0].ends_with(message));
    assert!(Pattern::parse(&json!({ (".".repeat(99)): [1] })).is_ok());
}
