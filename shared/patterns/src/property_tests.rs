//! What holds for every pattern and event.

use proptest::collection::{hash_map, vec};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::{Pattern, PatternIndex};

const KEYS: [&str; 7] = ["source", "detail-type", "detail", "a", "b", "c.a", "$or"];
const TEXTS: [&str; 8] = ["", "a", "ab", "AB", "abc", "b*", "10.0.0.1", "é"];

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => prop::sample::select(&TEXTS[..]).prop_map(Value::from),
        2 => (-2..3_i64).prop_map(Value::from),
        1 => prop::sample::select(vec![json!(1.0), json!(0.5), json!(6e9), json!(1e-7)]),
        1 => any::<bool>().prop_map(Value::from),
        1 => Just(Value::Null),
    ]
}

/// Values that share their keys and texts with the patterns.
fn event() -> impl Strategy<Value = Value> {
    let object = scalar().prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            1 => vec(inner.clone(), 0..4).prop_map(Value::from),
            3 => object(inner),
        ]
    });
    prop_oneof![10 => object_of(object.clone()), 1 => object]
}

fn object_of(inner: impl Strategy<Value = Value> + 'static) -> impl Strategy<Value = Value> {
    object(inner.boxed())
}

fn object(inner: BoxedStrategy<Value>) -> impl Strategy<Value = Value> {
    hash_map(prop::sample::select(&KEYS[..]), inner, 0..5).prop_map(|fields| {
        let fields = fields
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value));
        Value::Object(fields.collect::<Map<_, _>>())
    })
}

fn operator() -> impl Strategy<Value = Value> {
    let text = || prop::sample::select(&TEXTS[..]);
    let number = || -2..3_i64;
    prop_oneof![
        text().prop_map(|text| json!({ "prefix": text })),
        text().prop_map(|text| json!({ "suffix": text })),
        text().prop_map(|text| json!({ "prefix": { "equals-ignore-case": text } })),
        text().prop_map(|text| json!({ "suffix": { "equals-ignore-case": text } })),
        text().prop_map(|text| json!({ "equals-ignore-case": text })),
        "[ab]{0,2}\\*?[ab]{0,2}\\*?".prop_map(|text| json!({ "wildcard": text })),
        text().prop_map(|text| json!({ "anything-but": text })),
        vec(number(), 1..3).prop_map(|numbers| json!({ "anything-but": numbers })),
        vec("[ab]{1,2}", 1..3).prop_map(|texts| json!({ "anything-but": { "prefix": texts } })),
        "[ab]\\*".prop_map(|text| json!({ "anything-but": { "wildcard": text } })),
        (number(), 1..3_i64)
            .prop_map(|(from, size)| json!({ "numeric": [">", from, "<=", from + size] })),
        any::<bool>().prop_map(|wanted| json!({ "exists": wanted })),
        (0..32_u8).prop_map(|length| json!({ "cidr": format!("10.0.0.0/{length}") })),
    ]
}

fn leaf() -> impl Strategy<Value = Value> {
    let one = prop_oneof![2 => scalar(), 1 => operator()];
    vec(one, 1..4).prop_map(Value::from)
}

/// Patterns; a few are refused.
fn pattern() -> impl Strategy<Value = Value> {
    let inner = leaf().prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            4 => object(inner.clone()),
            1 => vec(object(inner.clone()), 2..4).prop_map(|or| json!({ "$or": or, "b": ["a"] })),
        ]
    });
    object_of(inner)
}

fn parsed() -> impl Strategy<Value = Pattern> {
    pattern().prop_filter_map("refused", |pattern| Pattern::parse(&pattern).ok())
}

/// Anything that JSON can say.
fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<String>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        scalar(),
        operator(),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        let key = prop_oneof![
            prop::sample::select(&KEYS[..]).prop_map(String::from),
            prop::sample::select(vec![
                "numeric",
                "anything-but",
                "exists",
                "cidr",
                "wildcard"
            ])
            .prop_map(String::from),
            ".{0,4}",
        ];
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Value::from),
            hash_map(key, inner, 0..5)
                .prop_map(|fields| Value::Object(fields.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn the_index_finds_what_each_pattern_matches(
        patterns in vec(parsed(), 0..10),
        events in vec(event(), 1..8),
    ) {
        let index = PatternIndex::new(patterns.iter().cloned().zip(0..));
        for event in &events {
            let found: Vec<usize> = index.matching(event).into_iter().copied().collect();
            let matching = patterns.iter().enumerate().filter(|(_, one)| one.matches(event));
            let expected: Vec<usize> = matching.map(|(number, _)| number).collect();
            prop_assert_eq!(&found, &expected, "{}", event);
        }
    }

    #[test]
    fn no_document_makes_reading_or_matching_fail(pattern in anything(), event in anything()) {
        let both = json!({ "source": [{ "anything-but": "x" }], "detail": pattern });
        for pattern in [&pattern, &both] {
            match Pattern::parse(pattern) {
                Ok(parsed) => {
                    let index = PatternIndex::new([(parsed.clone(), ())]);
                    prop_assert_eq!(index.matching(&event).len() == 1, parsed.matches(&event));
                    let _ = parsed.never_matches();
                }
                Err(mistakes) => {
                    prop_assert!(!mistakes.is_empty());
                    for mistake in mistakes {
                        let place = pattern.pointer(&mistake.pointer);
                        prop_assert!(place.is_some(), "{} in {}", mistake.pointer, pattern);
                    }
                }
            }
        }
    }

    #[test]
    fn an_event_matches_the_pattern_of_its_own_values(event in event()) {
        if let Ok(pattern) = Pattern::parse(&asking_for(&event)) {
            prop_assert!(pattern.matches(&event), "{}", event);
        }
    }

    #[test]
    fn what_never_matches_does_not_match(
        pattern in parsed(),
        source in prop::sample::select(&TEXTS[..]),
        detail in event(),
    ) {
        let detail = Some(detail).filter(Value::is_object).unwrap_or_else(|| json!({}));
        let event = json!({
            "version": "0", "id": "1", "detail-type": source, "source": source, "account": "1",
            "time": "2026-11-20T09:30:00Z", "region": "r", "resources": [], "detail": detail,
        });
        prop_assert!(!(pattern.matches(&event) && pattern.never_matches().is_some()));
    }
}

/// The pattern that asks for every value of an event, except for what lies in lists.
fn asking_for(event: &Value) -> Value {
    let Some(fields) = event.as_object() else {
        return json!([event]);
    };
    let asked = fields.iter().filter(|(key, value)| {
        !key.contains(['$', '.']) && !value.is_array() && **value != json!({})
    });
    let asked = asked.map(|(key, value)| (key.clone(), asking_for(value)));
    Value::Object(asked.collect())
}
