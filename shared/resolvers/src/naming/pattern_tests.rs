//! What parsing a pattern gives.

use proptest::prelude::*;

use super::*;

fn parts(text: &str) -> Vec<Part> {
    Pattern::parse(text).unwrap().0
}

fn text(text: &str) -> Part {
    Part::Text(text.to_owned())
}

#[test]
fn a_pattern_is_taken_apart() {
    assert_eq!(
        parts("gp-{env|short:3|upper}{service}/{hash:8}"),
        [
            text("gp-"),
            Part::Value(Source::Environment, vec![Filter::Short(3), Filter::Upper]),
            Part::Value(Source::Service, Vec::new()),
            text("/"),
            Part::Hash(8),
        ]
    );
    assert_eq!(
        parts("{ type | lower | hash:4 }-{seq:04d}"),
        [
            Part::Value(Source::Type, vec![Filter::Lower, Filter::Hash(4)]),
            text("-"),
            Part::Sequence(4),
        ]
    );
    assert_eq!(parts("{seq}"), [Part::Sequence(1)]);
}

#[test]
fn a_pattern_says_what_tells_its_names_apart() {
    for (pattern, hashed, numbered) in [
        (Pattern::DEFAULT, true, false),
        ("{env}-{seq}", false, true),
        ("{seq}-{env}-{hash:6}", true, true),
    ] {
        let pattern = Pattern::parse(pattern).unwrap();
        assert_eq!(
            (pattern.is_hashed(), pattern.is_numbered()),
            (hashed, numbered)
        );
    }
}

#[test]
fn only_values_that_are_not_cut_already_give_way() {
    for (placeholder, gives_way) in [
        ("{tenant}", true),
        ("{env|lower}", true),
        ("{service|upper}", true),
        ("{unit|short:8}", false),
        ("{input|hash:8}", false),
        ("{type}", false),
        ("{region}", false),
        ("{account}", false),
        ("x", false),
        ("{hash:7}", false),
    ] {
        let parts = parts(&format!("{placeholder}-{{hash:6}}"));
        assert_eq!(parts[0].gives_way(), gives_way, "{placeholder}");
    }
}

#[test]
fn the_number_stands_where_it_can_be_told_from_its_neighbours() {
    for accepted in [
        "{seq}",
        "x{seq}",
        "x{seq}y",
        "{env}-{seq}",
        "{env}{service}.{seq}-x",
        "{seq}-{env}",
        "x-{seq}-{env}{hash:6}",
    ] {
        assert!(Pattern::parse(accepted).is_ok(), "{accepted}");
    }
    for refused in [
        "{env}{seq}",
        "{seq}{env}",
        "x1{seq}",
        "{seq}2",
        "{env}-{seq}-{env}",
        "{hash:6}{seq}",
    ] {
        assert_eq!(
            Pattern::parse(refused),
            Err(PatternError::UnclearSequence),
            "{refused}"
        );
    }
}

fn any_part() -> impl Strategy<Value = (String, Part)> {
    let filter = prop_oneof![
        Just(("lower".to_owned(), Filter::Lower)),
        Just(("upper".to_owned(), Filter::Upper)),
        (1..=63_usize).prop_map(|length| (format!("short:{length}"), Filter::Short(length))),
        (4..=32_usize).prop_map(|digits| (format!("hash:{digits}"), Filter::Hash(digits))),
    ];
    let filters = prop::collection::vec(filter, 0..3);
    prop_oneof![
        (prop::sample::select(Source::ALL.to_vec()), filters).prop_map(
            |((name, source), filters)| {
                let written: String = filters
                    .iter()
                    .map(|(written, _)| format!("|{written}"))
                    .collect();
                let filters = filters.into_iter().map(|(_, filter)| filter).collect();
                (format!("{{{name}{written}}}"), Part::Value(source, filters))
            }
        ),
        (6..=32_usize).prop_map(|digits| (format!("{{hash:{digits}}}"), Part::Hash(digits))),
    ]
}

proptest! {
    #[test]
    fn every_pattern_that_is_written_is_read_again(
        written in prop::collection::vec((any_part(), "[a-zA-Z0-9._/-]{1,4}"), 0..6),
    ) {
        let mut pattern = "gp-{hash:6}-".to_owned();
        let mut expected = vec![text("gp-"), Part::Hash(6), text("-")];
        for ((placeholder, part), between) in written {
            pattern += &placeholder;
            pattern += &between;
            expected.extend([part, text(&between)]);
        }
        prop_assert_eq!(parts(&pattern), expected);
    }
}
