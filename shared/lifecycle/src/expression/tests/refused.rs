//! Tests of what is refused before it is ever evaluated, and in which words.

use crate::expression::{Expression, Scope};

fn flaws(text: &str, scope: Scope) -> String {
    let flaws = Expression::parse(text, scope).err().unwrap_or_default();
    let words = flaws.iter().map(|flaw| {
        let hint = flaw.hint.as_deref().unwrap_or_default();
        format!("{} ({hint})", flaw.message)
    });
    words.collect::<Vec<_>>().join("; ")
}

/// An expression, and two parts of what is said about it.
const WRONG: &[(&str, [&str; 2])] = &[
    ("", ["cannot be read", ""]),
    ("event.detail.x ==", ["cannot be read", ""]),
    (
        "evnt.detail.x == 1",
        ["unknown name `evnt`", "did you mean `event`?"],
    ),
    (
        "state == 'x'",
        ["unknown name `state`", "there is `event` or `instance`"],
    ),
    (
        "event.detial.x == 1",
        ["`event` has no `detial`", "did you mean `detail`?"],
    ),
    (
        "event['detial'] == 1",
        ["`event` has no `detial`", "`detail`?"],
    ),
    (
        "instance.parms.x == 1",
        ["`instance` has no `parms`", "it has `tenant`, "],
    ),
    ("has(event.detial)", ["`event` has no `detial`", ""]),
    (".event.id == ''", ["unknown name `.event`", ""]),
    (
        "matches(event.id, 'x')",
        ["unknown function `matches`", "there is `size`, "],
    ),
    (
        "event.id.startWith('x')",
        ["unknown function `startWith`", "`startsWith`?"],
    ),
    (
        "size(event.id, 1) == 1",
        ["`size` is not used like this", "`size(list)`"],
    ),
    (
        "event.detail.l.exists(x)",
        ["`exists` is not used like this", "`list.exists(x, x > 1)`"],
    ),
    (
        "event.detail.l.map(x, x) == []",
        ["this kind of loop is not offered", "`exists`"],
    ),
    (
        "event.detail.l.map(x, x == 1, x.y) == []",
        ["this kind of loop is not offered", ""],
    ),
    (
        "event.id.exists(x, x == 'a') && 'abc'.exists(x, true)",
        ["needs a list or a mapping", ""],
    ),
    ("event", ["neither true nor false", ""]),
    ("size(event.id)", ["neither true nor false", ""]),
    (
        "event.detail.l.filter(x, x == 1)",
        ["neither true nor false", ""],
    ),
    (
        "size(event.id) == 'a'",
        ["`==` compares a number with a text", ""],
    ),
    (
        "!(1)",
        ["`!` stands beside something that is not true or false", ""],
    ),
    (
        "event.detail.x && 'a'",
        ["`&&` stands beside", "true or false"],
    ),
    (
        "-'a' == 1",
        ["`-` stands beside something that is not a number", ""],
    ),
    (
        "event.detail.l.exists(x, 1)",
        ["the condition of a loop is neither", ""],
    ),
    (
        "event.detail.l.exists(x, x + x == 1)",
        ["`+` cannot be used inside of a loop", ""],
    ),
    (
        "{'a': 1} == event.detail",
        ["mappings cannot be written", ""],
    ),
];

#[test]
fn what_is_wrong_is_told_with_what_would_be_right() {
    for (text, parts) in WRONG {
        let said = flaws(text, Scope::Filter);
        assert!(
            parts.iter().all(|part| said.contains(part)),
            "{text}: {said}"
        );
    }
}

#[test]
fn a_guard_sees_the_instance_alone() {
    assert_eq!(flaws("instance.parameters.standby", Scope::Guard), "");
    let said = flaws("event.id == 'x'", Scope::Guard);
    assert!(
        said.contains("unknown name `event`") && said.contains("filter of a route"),
        "{said}"
    );
}

#[test]
fn names_that_a_loop_binds_are_known_inside_of_it_alone() {
    assert_eq!(
        flaws(
            "event.detail.l.exists(x, x.l.all(y, y == x.z))",
            Scope::Filter
        ),
        ""
    );
    let said = flaws("event.detail.l.exists(x, x == 1) && x == 1", Scope::Filter);
    assert!(said.contains("unknown name `x`"), "{said}");
    let three = "event.detail.l.all(x, x.l.all(y, y.l.all(z, z == 1)))";
    assert!(flaws(three, Scope::Filter).contains("more than 2 loops"));
}

#[test]
fn all_flaws_are_told_at_once() {
    let said = flaws("evnt.x == 1 && foo(instance.y)", Scope::Filter);
    for part in ["`evnt`", "unknown function `foo`", "`instance` has no `y`"] {
        assert!(said.contains(part), "{said}");
    }
}

#[test]
fn what_is_too_large_is_refused_before_it_is_read() {
    let long = format!("event.id == '{}'", "x".repeat(1_000));
    assert!(flaws(&long, Scope::Filter).contains("longer than 1000 bytes"));
    for deep in [
        "(".repeat(400),
        "!(".repeat(400) + "true" + &")".repeat(400),
        "-".repeat(900),
        "[".repeat(900),
        "a.".repeat(499) + "a",
    ] {
        assert_ne!(flaws(&deep, Scope::Filter), "", "{deep}");
    }
    let wide = (0..80)
        .map(|n| format!("1=={n}"))
        .collect::<Vec<_>>()
        .join("||");
    assert!(
        flaws(&wide, Scope::Filter).contains("too large"),
        "{}",
        flaws(&wide, Scope::Filter)
    );
}
