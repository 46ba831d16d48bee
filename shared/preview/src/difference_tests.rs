//! Where values differ.

use serde_json::json;

use super::*;

/// The edits as text: `+` comes, `-` goes, `~` changes, `=` is the same expression.
fn edits(before: &Value, after: &Value, expressions: bool) -> Vec<String> {
    let edits = differences(before, after, expressions);
    let described = edits.iter().map(|edit| {
        let sign = match (edit.before, edit.after) {
            (None, _) => '+',
            (_, None) => '-',
            _ if edit.is_same() => '=',
            _ => '~',
        };
        let hidden = if edit.hidden { " hidden" } else { "" };
        format!("{sign}{}{hidden}", edit.pointer)
    });
    described.collect()
}

#[test]
fn equal_values_do_not_differ() {
    let value = json!({ "a": [1, { "Ref": "X" }], "b": null });
    assert!(edits(&value, &value, false).is_empty());
    assert_eq!(edits(&value, &value, true), ["=/a/1"]);
}

#[test]
fn fields_come_go_and_change_in_the_order_of_their_names() {
    let before = json!({ "z": 1, "a/b": { "c": 1, "d": 1 }, "gone": [] });
    let after = json!({ "new": {}, "a/b": { "c": 2, "d": 1 }, "z": "1" });
    assert_eq!(
        edits(&before, &after, false),
        ["~/a~1b/c", "-/gone", "+/new", "~/z"]
    );
}

#[test]
fn an_expression_is_compared_as_a_whole() {
    let of = |value: Value| json!({ "p": value });
    let reference = of(json!({ "Ref": "A" }));
    for other in [
        json!({ "Ref": "B" }),
        json!({ "Fn::GetAtt": ["A", "Arn"] }),
        json!({ "x": 1 }),
        json!("A"),
    ] {
        assert_eq!(edits(&reference, &of(other.clone()), true), ["~/p"]);
        assert_eq!(edits(&of(other), &reference, true), ["~/p"]);
    }
}

#[test]
fn an_item_that_comes_or_goes_leaves_the_others_alone() {
    for (before, after, expected) in [
        (json!([1, 2, 3]), json!([1, 3]), vec!["-/1"]),
        (json!([1, 3]), json!([1, 2, 3]), vec!["+/1"]),
        (json!([1, 2]), json!([]), vec!["-/0", "-/1"]),
        (json!([1, 2, 3]), json!([1, 9, 8, 3]), vec!["~/1", "+/2"]),
        (json!([1, 1]), json!([1]), vec!["-/1"]),
        (json!([1, 2]), json!([2, 1]), vec!["~/0", "~/1"]),
        (
            json!([{ "n": 1 }, 5]),
            json!([{ "n": 2 }, 4, 5]),
            vec!["~/0/n", "+/1"],
        ),
    ] {
        assert_eq!(edits(&before, &after, false), expected, "{before} {after}");
    }
}

#[test]
fn the_same_expressions_are_found_around_what_changes() {
    let (x, y) = (json!({ "Ref": "X" }), json!({ "Ref": "Y" }));
    let found = edits(&json!([x, 1, y]), &json!([x, y]), true);
    assert_eq!(found, ["=/0", "-/1", "=/1"]);
}

#[test]
fn what_a_name_calls_a_secret_is_hidden() {
    let before = json!({ "Password": 1, "Environment": [{ "Name": "TOKEN", "Value": 1 }] });
    let after = json!({ "Password": 2, "Environment": [{ "Name": "TOKEN", "Value": 2 }] });
    let found = edits(&before, &after, false);
    assert_eq!(found, ["~/Environment/0/Value hidden", "~/Password hidden"]);
    let renamed = json!({ "Password": 1, "Environment": [{ "Name": "PLAIN", "Value": 2 }] });
    let found = edits(&before, &renamed, false);
    assert_eq!(
        found,
        ["~/Environment/0/Name", "~/Environment/0/Value hidden"]
    );
}

#[test]
fn what_only_one_side_has_is_given_property_by_property() {
    let resource = json!({ "Type": "T", "Properties": { "b": 1, "Secret": 2 }, "DependsOn": [] });
    let found: Vec<(String, bool)> = parts(&resource)
        .into_iter()
        .map(|edit| (edit.pointer, edit.hidden))
        .collect();
    let expected = [
        ("/DependsOn", false),
        ("/Properties/Secret", true),
        ("/Properties/b", false),
        ("/Type", false),
    ];
    assert_eq!(
        found,
        expected.map(|(pointer, hidden)| (pointer.to_owned(), hidden))
    );
    for (whole, pointer) in [(json!(5), ""), (json!({ "Properties": {} }), "/Properties")] {
        let found = parts(&whole);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].pointer, pointer);
        assert!(found[0].before.is_none() && found[0].after.is_some());
    }
}
