//! What constraints promise.

use proptest::prelude::*;

use super::*;

fn allows(constraint: &str, version: &str) -> bool {
    let constraint = Constraint::parse(constraint).unwrap();
    constraint.allows(&Version::parse(version).unwrap())
}

/// A constraint, what it allows and what it refuses.
type Case = (
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
);

const CASES: [Case; 19] = [
    ("latest", &["1", "22.04"], &["1-rc1", "1-alpine"]),
    (
        "latest-alpine",
        &["1-alpine"],
        &["1", "1-slim", "1-rc1-alpine"],
    ),
    (
        "22.04",
        &["22.04", "22.4", "22.04.0", "v22.04"],
        &["22.04.1", "22.10", "22"],
    ),
    ("= 16.4", &["16.4"], &["16.5", "16"]),
    (
        "1.27-alpine",
        &["1.27-alpine"],
        &["1.27", "1.27-slim", "1.27.1-alpine"],
    ),
    (
        "~> 22",
        &["22", "22.04", "22.10.1"],
        &["21.10", "23", "23.04", "22.04-minimal"],
    ),
    ("~> 22.04", &["22.04", "22.10"], &["22.03", "23.04"]),
    ("~> 1.27.3", &["1.27.3", "1.27.10"], &["1.27.2", "1.28.0"]),
    (
        "~>1.27-alpine",
        &["1.27-alpine", "1.30.1-alpine"],
        &["1.27", "2.0-alpine"],
    ),
    (
        ">= 1.2, < 2",
        &["1.2", "1.2.0", "1.10"],
        &["1.1.9", "2", "2.0.0", "2.0-rc1"],
    ),
    (
        ">1.2,<=2",
        &["1.2.1", "2", "2.0"],
        &["1.2", "1.2.0", "2.0.1"],
    ),
    (">= 1.2-slim, < 2", &["1.3-slim"], &["1.3", "1.3-alpine"]),
    ("^1", &["1", "1.9.9"], &["0.9", "2"]),
    ("^1.2.3", &["1.2.3", "1.3"], &["1.2.2", "2.0"]),
    ("^0.2.3", &["0.2.3", "0.2.9"], &["0.3", "1.0"]),
    ("^0.0.3", &["0.0.3"], &["0.0.4"]),
    ("1.x", &["1", "1.0", "1.27.3"], &["0.9", "2", "1.27-alpine"]),
    (
        "1.27.*-alpine",
        &["1.27-alpine", "1.27.3-alpine"],
        &["1.28-alpine", "1.27"],
    ),
    (
        ">= 2.0-rc1",
        &["2.0-rc1", "2.0-rc2", "2.0", "2.1"],
        &["2.0-beta", "2.1-rc1"],
    ),
];

#[test]
fn a_constraint_allows_what_it_says() {
    for (constraint, allowed, refused) in CASES {
        for version in allowed {
            assert!(allows(constraint, version), "{constraint} allows {version}");
        }
        for version in refused {
            assert!(
                !allows(constraint, version),
                "{constraint} refuses {version}"
            );
        }
    }
}

#[test]
fn what_is_no_constraint_is_refused_with_the_reason() {
    let cases = [
        ("", "`` has nothing where a version should be"),
        (">= 1,", "`>= 1,` has nothing where a version should be"),
        (">=", "`>=` has nothing where a version should be"),
        (
            "=> 1",
            "`=> 1` begins with no operator that is known; there are `=`, `>`",
        ),
        ("~1.2", "`~1.2` begins with no operator that is known"),
        ("!= 1", "`!= 1` begins with no operator that is known"),
        (
            "> one",
            "`one` is not a version: it must begin with a number",
        ),
        (
            "newest",
            "`newest` is not a version: it must begin with a number",
        ),
        ("latest-", "`latest-` is not a version"),
        (">= 1 < 2", "`1 < 2` is not a version: it may hold"),
        ("x", "`x` is not a version"),
        (".x", "`` is not a version"),
        (">= 1.x", "`1.x` must stand alone"),
        ("latest, < 2", "`latest` must stand alone"),
        (
            ">= 1-slim, < 2-alpine",
            "`>= 1-slim, < 2-alpine` asks for two variants at once",
        ),
    ];
    for (text, reason) in cases {
        let error = Constraint::parse(text).unwrap_err().to_string();
        assert!(error.contains(reason), "{text}: {error}");
    }
}

#[test]
fn only_one_version_alone_is_exact() {
    let exact = |text: &str| {
        Constraint::parse(text)
            .unwrap()
            .exact()
            .map(ToString::to_string)
    };
    assert_eq!(exact("22.04").as_deref(), Some("22.04"));
    assert_eq!(exact("= 1-alpine").as_deref(), Some("1-alpine"));
    for text in ["latest", "1.x", "~> 1", ">= 1", "1, < 2"] {
        assert_eq!(exact(text), None, "{text}");
    }
}

#[test]
fn a_constraint_is_kept_as_it_was_written() {
    let constraint: Constraint = serde_json::from_str("\" >= 1.2, < 2 \"").unwrap();
    assert_eq!(constraint.as_str(), ">= 1.2, < 2");
    assert_eq!(serde_json::to_value(&constraint).unwrap(), ">= 1.2, < 2");
    assert_eq!("^1".parse::<Constraint>().unwrap().to_string(), "^1");
    assert!(serde_json::from_str::<Constraint>("\"~~\"").is_err());
}

/// What a comparison says of plain numbers, looked at digit by digit.
fn naive(operator: &str, wanted: &[u64], version: &[u64]) -> bool {
    let padded = |numbers: &[u64]| {
        let mut padded = numbers.to_vec();
        padded.resize(4, 0);
        padded
    };
    let (low, it) = (padded(wanted), padded(version));
    let same = |count: usize| low[..count] == it[..count];
    match operator {
        "" | "=" => it == low,
        ">" => it > low,
        ">=" => it >= low,
        "<" => it < low,
        "<=" => it <= low,
        "~>" => it >= low && same((wanted.len() - 1).max(1)),
        "^" => {
            let leading = wanted.iter().position(|number| *number != 0);
            it >= low && same(leading.map_or(wanted.len(), |at| at + 1))
        }
        other => panic!("{other}"),
    }
}

fn dotted(numbers: &[u64]) -> String {
    numbers
        .iter()
        .map(u64::to_string)
        .collect::<Vec<_>>()
        .join(".")
}

proptest! {
    #[test]
    fn comparisons_agree_with_a_naive_look_at_the_numbers(
        comparisons in prop::collection::vec((
            prop::sample::select(vec!["", "=", ">", ">=", "<", "<=", "~>", "^"]),
            prop::collection::vec(0..4_u64, 1..4),
        ), 1..3),
        version in prop::collection::vec(0..4_u64, 1..4),
    ) {
        let text: Vec<String> = comparisons.iter()
            .map(|(operator, numbers)| format!("{operator} {}", dotted(numbers)))
            .collect();
        let expected = comparisons.iter().all(|(operator, numbers)| naive(operator, numbers, &version));
        prop_assert_eq!(allows(&text.join(", "), &dotted(&version)), expected, "{:?}", text);
    }

    #[test]
    fn a_wildcard_allows_what_begins_with_its_numbers(
        start in prop::collection::vec(0..3_u64, 1..3),
        version in prop::collection::vec(0..3_u64, 3),
    ) {
        let expected = version.starts_with(&start);
        prop_assert_eq!(allows(&format!("{}.x", dotted(&start)), &dotted(&version)), expected);
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in prop_oneof![".{0,40}", "[<>=~^!, x.*0-9a-z-]{0,30}"]) {
        if let Ok(constraint) = Constraint::parse(&text) {
            prop_assert_eq!(constraint.as_str(), text.trim());
        }
    }
}
