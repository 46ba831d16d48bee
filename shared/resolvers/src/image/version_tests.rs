//! What versions promise.

use proptest::prelude::*;

use super::*;

fn version(text: &str) -> Version {
    Version::parse(text).unwrap()
}

#[test]
fn versions_are_ordered_as_people_expect() {
    let ascending = [
        "0.9",
        "1",
        "1.0",
        "1.0.0",
        "v1.0.0",
        "1.2-beta",
        "1.2-rc.1",
        "1.2rc2",
        "1.2-rc10-alpine",
        "1.2",
        "1.2-alpine",
        "1.2-slim",
        "1.2.1",
        "1.9",
        "1.10",
        "16.4",
        "22.04",
        "22.04.3",
        "22.10",
        "2023",
        "2023.6.20250203",
        "2023.7.20250331",
    ];
    for (at, lower) in ascending.iter().enumerate() {
        for higher in &ascending[at + 1..] {
            assert!(version(lower) < version(higher), "{lower} {higher}");
        }
    }
}

#[test]
fn a_version_is_taken_apart() {
    let cases: [(&str, &[u64], bool, Option<&str>); 12] = [
        ("22.04", &[22, 4], false, None),
        ("v1.2.3", &[1, 2, 3], false, None),
        ("1.27-alpine", &[1, 27], false, Some("alpine")),
        ("1.27-alpine3.20", &[1, 27], false, Some("alpine3.20")),
        (
            "3.13.0rc1-slim-bookworm",
            &[3, 13, 0],
            true,
            Some("slim-bookworm"),
        ),
        ("1.0.0-rc.1+build.5", &[1, 0, 0], true, None),
        ("1.0.0+build-5", &[1, 0, 0], false, None),
        ("1.0-beta-2", &[1, 0], true, None),
        ("8.0.0-preview.7.24405.7", &[8, 0, 0], true, None),
        ("2023-minimal", &[2023], false, Some("minimal")),
        ("1.2-1", &[1, 2], false, Some("1")),
        ("1.", &[1], false, None),
    ];
    for (text, numbers, earlier, variant) in cases {
        let version = version(text);
        assert_eq!(version.numbers(), numbers, "{text}");
        assert_eq!(version.is_prerelease(), earlier, "{text}");
        assert_eq!(version.variant(), variant, "{text}");
        assert_eq!(version.to_string(), text);
    }
}

#[test]
fn what_is_no_version_is_refused_with_the_reason() {
    let long = "1".repeat(129);
    let cases = [
        ("", "it must begin with a number"),
        ("latest", "it must begin with a number"),
        ("v", "it must begin with a number"),
        (".1", "it must begin with a number"),
        ("1 2", "it may hold 128 letters"),
        ("1#2", "it may hold 128 letters"),
        ("1é", "it may hold 128 letters"),
        (long.as_str(), "it may hold 128 letters"),
        ("1.1234567890123456789", "a number has more than 18 digits"),
    ];
    for (text, reason) in cases {
        let error = Version::parse(text).unwrap_err().to_string();
        assert!(error.contains(reason), "{text}: {error}");
    }
}

#[test]
fn a_version_is_kept_as_it_was_written() {
    for text in ["22.04", "v1.0", "1.0.0+x"] {
        let json = serde_json::to_value(version(text)).unwrap();
        assert_eq!(json, text);
        assert_eq!(
            serde_json::from_value::<Version>(json).unwrap(),
            version(text)
        );
        assert_eq!(text.parse::<Version>().unwrap(), version(text));
    }
    assert!(serde_json::from_str::<Version>("\"x\"").is_err());
}

fn any_version() -> impl Strategy<Value = String> {
    let number = prop_oneof![4 => 0..4_u64, 1 => 0..3000_u64].prop_map(|number| number.to_string());
    let numbers = prop::collection::vec(number, 1..4).prop_map(|numbers| numbers.join("."));
    let suffix = prop::sample::select(vec![
        "",
        "",
        "",
        "-rc1",
        "rc2",
        "-beta",
        "-beta.2",
        "-alpine",
        "-slim",
        "-rc.1-alpine",
        "+b1",
        "-1",
    ]);
    let start = prop::sample::select(vec!["", "", "v"]);
    (start, numbers, suffix)
        .prop_map(|(start, numbers, suffix)| format!("{start}{numbers}{suffix}"))
}

proptest! {
    #[test]
    fn the_order_is_total_and_transitive(texts in prop::collection::vec(any_version(), 3)) {
        let [a, b, c] = [0, 1, 2].map(|index: usize| version(&texts[index]));
        prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
        prop_assert_eq!(a == b, a.cmp(&b) == Ordering::Equal);
        prop_assert_eq!(a == b, texts[0] == texts[1]);
        if a <= b && b <= c {
            prop_assert!(a <= c);
        }
    }

    #[test]
    fn plain_numbers_are_compared_one_by_one(
        one in prop::collection::vec(0..12_u64, 3),
        other in prop::collection::vec(0..12_u64, 3),
    ) {
        let text = |numbers: &[u64]| numbers.iter().map(u64::to_string).collect::<Vec<_>>().join(".");
        prop_assert_eq!(version(&text(&one)).cmp(&version(&text(&other))), one.cmp(&other));
    }

    #[test]
    fn a_prerelease_comes_before_its_release_and_after_the_one_before(
        numbers in prop::collection::vec(0..9_u64, 3),
        stage in prop::sample::select(vec!["alpha", "beta.3", "rc1", "preview"]),
    ) {
        let [major, minor, patch] = numbers.try_into().unwrap();
        let early = version(&format!("{major}.{minor}.{}-{stage}", patch + 1));
        let release = version(&format!("{major}.{minor}.{}", patch + 1));
        let before = version(&format!("{major}.{minor}.{patch}"));
        prop_assert!(early < release);
        prop_assert!(early > before);
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in prop_oneof![".{0,40}", "[v0-9a-z.+_-]{0,40}"]) {
        if let Ok(version) = Version::parse(&text) {
            prop_assert_eq!(version.as_str(), text);
        }
    }
}
