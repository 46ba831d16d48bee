//! Hostile resources: deep, wide, long, and full of signs.

use std::time::Instant;

use groundplane_drift::{Kind, MAX_DIFFERENCES, MAX_VALUE_BYTES, Rules, Severity};
use serde_json::{Map, Value, json};

use crate::resources::compared;

fn deep(levels: usize, leaf: Value) -> Value {
    let nest = |inner: Value, level: usize| {
        if level.is_multiple_of(2) {
            json!([1, inner])
        } else {
            json!({ "A": inner })
        }
    };
    (0..levels).fold(leaf, nest)
}

#[test]
fn a_change_deep_down_is_found_as_far_as_values_are_looked_into() {
    let report = compared(
        &deep(120, json!(1)),
        &deep(120, json!(2)),
        Rules::built_in(),
    );
    let property = &report.differences[0].property;
    assert_eq!(
        (report.differences.len(), property.matches('/').count()),
        (1, 120)
    );
    let report = compared(
        &deep(200, json!(1)),
        &deep(200, json!(2)),
        Rules::built_in(),
    );
    let property = &report.differences[0].property;
    assert_eq!(
        (report.differences.len(), property.matches('/').count()),
        (1, 128)
    );
}

#[test]
fn lists_of_lists_do_not_multiply() {
    // Every item differs from every other only at the end.
    let list = |seed: usize| {
        let item = |row: usize| {
            let inner = |column: usize| json!([[row, [column, [seed, row * column]]], "x"]);
            Value::from((0..60).map(inner).collect::<Vec<_>>())
        };
        json!({ "L": (0..60).map(item).collect::<Vec<_>>() })
    };
    #[expect(clippy::disallowed_methods, reason = "a bound on real time")]
    let start = Instant::now();
    let report = compared(&list(1), &list(2), Rules::built_in());
    assert!(report.differences.len() + report.omitted >= 60);
    // A second would do; what multiplies takes hours.
    assert!(start.elapsed().as_secs() < 60);
}

#[test]
fn a_report_has_an_end_and_keeps_the_gravest() {
    let many = |seed: usize| {
        let mut fields: Map<String, Value> = (0..3_000)
            .map(|number| (format!("P{number}"), json!(number * 2 + seed)))
            .collect();
        fields.insert("PubliclyAccessible".to_owned(), json!(seed == 1));
        Value::Object(fields)
    };
    let report = compared(&many(0), &many(1), Rules::built_in());
    assert_eq!(report.differences.len(), MAX_DIFFERENCES);
    assert_eq!(report.omitted, 3_001 - MAX_DIFFERENCES);
    assert_eq!(report.differences[0].property, "/PubliclyAccessible");
    assert_eq!(report.severity(), Some(Severity::Critical));
}

#[test]
fn long_values_and_names_are_told_in_short() {
    let long = "x".repeat(MAX_VALUE_BYTES + 1);
    let expected = json!({ "A": "a" });
    let actual = json!({ "A": long, long.as_str(): [long.as_str()] });
    let report = compared(&expected, &actual, Rules::built_in());
    for found in &report.differences {
        let shown = found.actual.as_ref().and_then(Value::as_str).unwrap();
        assert!(
            shown.starts_with("(10") && shown.contains("bytes, sha256 "),
            "{shown}"
        );
        assert!(found.property.len() <= 100 && found.property.starts_with('/'));
        assert!(found.partial);
    }
    assert_eq!(report.differences.len(), 2);
    // What is shown in short is still told apart.
    let other = compared(
        &expected,
        &json!({ "A": "y".repeat(2_000) }),
        Rules::built_in(),
    );
    let another = compared(
        &expected,
        &json!({ "A": "z".repeat(2_000) }),
        Rules::built_in(),
    );
    assert_ne!(other.digest(), another.digest());
}

#[test]
fn signs_stay_signs() {
    let hostile = "\u{1b}[31m\n${jndi:x}<script>\u{0}../..";
    let report = compared(
        &json!({ "A": 1 }),
        &json!({ "A": hostile }),
        Rules::built_in(),
    );
    assert_eq!(report.differences[0].actual, Some(json!(hostile)));
    assert_eq!(report.differences[0].kind, Kind::Changed);
    let kept = serde_json::to_string(&report).unwrap();
    assert!(!kept.contains('\u{1b}') && !kept.contains('\n'), "{kept}");
}

#[test]
fn an_item_in_the_middle_is_one_difference_in_lists_of_any_length() {
    for length in [1_usize, 10, 200, 5_000] {
        let items: Vec<Value> = (0..length).map(|number| json!({ "N": number })).collect();
        let mut more = items.clone();
        more.insert(length / 2, json!({ "N": "new" }));
        let report = compared(
            &json!({ "L": items }),
            &json!({ "L": more }),
            Rules::built_in(),
        );
        assert_eq!(report.differences.len(), 1, "{length}");
        assert_eq!(report.differences[0].property, format!("/L/{}", length / 2));
        assert_eq!(report.differences[0].kind, Kind::Added);
    }
}
