//! What a value is compared with, operator by operator, in the order of the user guide.

use serde_json::{Value, json};

use crate::asserting::{assert_field, assert_matches};

#[test]
fn scalars_match_their_own_kind_only() {
    assert_field(
        &json!([null]),
        &[json!(null)],
        &[json!("null"), json!(""), json!(0)],
    );
    assert_field(
        &json!([true]),
        &[json!(true)],
        &[json!("true"), json!(1), json!(false)],
    );
    assert_field(
        &json!([""]),
        &[json!("")],
        &[json!(null), json!(" "), json!([])],
    );
    assert_field(&json!(["1"]), &[json!("1")], &[json!(1)]);
}

#[test]
fn a_number_is_the_same_however_it_is_written() {
    let same: Vec<Value> = ["300", "300.0", "3.0e2", "3E2"]
        .iter()
        .map(|text| serde_json::from_str(text).unwrap())
        .collect();
    for one in &same {
        assert_field(
            &json!([one]),
            &same,
            &[json!("300"), json!(300.000_001), json!(301)],
        );
        assert_field(&json!([{ "anything-but": one }]), &[json!(301)], &same);
        assert_field(&json!([{ "numeric": ["=", one] }]), &same, &[json!(301)]);
    }
    let account = json!(111_122_223_333_u64);
    assert_field(&json!([account]), &[account], &[json!(111_122_223_334_u64)]);
}

#[test]
fn prefix_and_suffix_compare_texts_only() {
    assert_field(
        &json!([{ "prefix": "us-" }]),
        &[json!("us-east-1"), json!("us-"), json!(["eu", "us-west-2"])],
        &[
            json!("US-east-1"),
            json!("eu-us-"),
            json!("us"),
            json!(null),
        ],
    );
    assert_field(
        &json!([{ "suffix": ".png" }]),
        &[json!("a.png"), json!(".png")],
        &[json!("a.PNG"), json!("a.png "), json!("png")],
    );
    assert_field(&json!([{ "prefix": "5" }]), &[json!("50")], &[json!(50)]);
    for any_text in [json!([{ "prefix": "" }]), json!([{ "suffix": "" }])] {
        assert_field(
            &any_text,
            &[json!(""), json!("x")],
            &[json!(1), json!(null), json!(true)],
        );
    }
}

#[test]
fn case_can_be_ignored_in_the_whole_at_the_start_and_at_the_end() {
    assert_field(
        &json!([{ "equals-ignore-case": "Alice" }]),
        &[json!("alice"), json!("ALICE"), json!("aLiCe")],
        &[json!("alicea"), json!("alic"), json!(1)],
    );
    assert_field(
        &json!([{ "prefix": { "equals-ignore-case": "EventB" } }]),
        &[json!("eventbridge"), json!("EVENTB")],
        &[json!("event"), json!("an eventb")],
    );
    assert_field(
        &json!([{ "suffix": { "equals-ignore-case": ".png" } }]),
        &[json!("a.PNG"), json!("a.png")],
        &[json!("a.png.gz"), json!("png")],
    );
}

#[test]
fn wildcard_stands_for_any_characters() {
    assert_field(
        &json!([{ "wildcard": "*/web/*.log" }]),
        &[json!("a/web/b.log"), json!("/web/.log")],
        &[json!("web/b.log"), json!("a/web/b.logs"), json!(1)],
    );
    assert_field(
        &json!([{ "wildcard": r"a\*\\*" }]),
        &[json!(r"a*\b")],
        &[json!(r"ab\c")],
    );
}

#[test]
fn anything_but_takes_any_other_value_that_is_there() {
    assert_field(
        &json!([{ "anything-but": "initializing" }]),
        &[
            json!("running"),
            json!(1),
            json!(null),
            json!(["initializing", "running"]),
        ],
        &[
            json!("initializing"),
            json!([]),
            json!({}),
            json!(["initializing"]),
        ],
    );
    assert_field(
        &json!([{ "anything-but": [100, 200] }]),
        &[json!(300), json!("100"), json!(100.5)],
        &[json!(100), json!(2e2)],
    );
    assert_field(
        &json!([{ "anything-but": ["a", "b"] }]),
        &[json!("c")],
        &[json!("a")],
    );
    let absent = json!({ "detail": {} });
    assert_matches(
        &json!({ "detail": { "field": [{ "anything-but": "a" }] } }),
        &[],
        &[absent],
    );
}

#[test]
fn anything_but_takes_whatever_does_not_fit_a_text() {
    let cases = [
        (json!({ "prefix": "in" }), "out", "inside"),
        (json!({ "prefix": ["in", "on"] }), "out", "onto"),
        (json!({ "suffix": ".png" }), "a.gif", "a.png"),
        (json!({ "suffix": [".png", ".gif"] }), "a.jpg", "a.gif"),
        (json!({ "equals-ignore-case": "Web" }), "webs", "WEB"),
        (json!({ "equals-ignore-case": ["web", "API"] }), "db", "api"),
        (json!({ "wildcard": "*/lib/*" }), "/bin/x", "/lib/x"),
        (
            json!({ "wildcard": ["*/lib/*", "/etc*"] }),
            "/bin/x",
            "/etc/x",
        ),
    ];
    for (unwanted, matching, other) in cases {
        assert_field(
            &json!([{ "anything-but": unwanted }]),
            &[json!(matching), json!(1), json!([other, matching])],
            &[json!(other), json!([])],
        );
    }
}

#[test]
fn numbers_are_compared_as_numbers() {
    assert_field(
        &json!([{ "numeric": [">", 0, "<=", 5] }]),
        &[json!(0.000_001), json!(5), json!(5.0), json!([9, 3])],
        &[
            json!(0),
            json!(5.000_001),
            json!("3"),
            json!(true),
            json!(null),
        ],
    );
    assert_field(
        &json!([{ "numeric": ["<", 10] }]),
        &[json!(-3e9)],
        &[json!(10)],
    );
    assert_field(
        &json!([{ "numeric": [">=", -5e9] }]),
        &[json!(-5e9), json!(5e9)],
        &[],
    );
    assert_field(
        &json!([{ "numeric": ["=", 3.018e2] }]),
        &[json!(301.8)],
        &[json!(301.9)],
    );
    let incomparable = [json!(6e9), json!(-6e9), json!(0.123_456_7)];
    assert_field(&json!([{ "numeric": [">", -5e9] }]), &[], &incomparable);
}

#[test]
fn exists_asks_for_a_scalar_at_the_end_of_the_path() {
    assert_field(
        &json!([{ "exists": true }]),
        &[json!(0), json!(""), json!(null), json!([[1]])],
        &[json!({}), json!({ "a": 1 }), json!([]), json!([{ "a": 1 }])],
    );
    assert_field(
        &json!([{ "exists": false }]),
        &[json!({ "a": 1 }), json!([]), json!({})],
        &[json!(0), json!(null), json!([1])],
    );
    assert_matches(
        &json!({ "detail": { "field": [{ "exists": false }] } }),
        &[
            json!({ "detail": {} }),
            json!({}),
            json!({ "detail": "text" }),
            json!(1),
        ],
        &[json!({ "detail": { "field": 1 } })],
    );
}

#[test]
fn a_field_may_be_absent_or_have_a_value() {
    assert_matches(
        &json!({ "detail": { "state": [{ "exists": false }, "ok", { "prefix": "re" }] } }),
        &[
            json!({ "detail": {} }),
            json!({ "detail": { "state": "ready" } }),
        ],
        &[json!({ "detail": { "state": "failed" } })],
    );
}

#[test]
fn addresses_match_the_block_that_they_are_in() {
    assert_field(
        &json!([{ "cidr": "10.0.0.0/24" }, { "cidr": "2001:db8::/32" }]),
        &[json!("10.0.0.7"), json!("2001:db8:1::1")],
        &[
            json!("10.0.1.7"),
            json!("2001:db9::1"),
            json!("10.0.0.7/32"),
            json!(167_772_167),
        ],
    );
}
