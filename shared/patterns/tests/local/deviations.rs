//! Where the local AWS says something else than AWS does. If one of these fails because the local
//! AWS has been mended, it is to be removed here.

use serde_json::{Value, json};

use crate::corpus::{Case, in_envelope};
use crate::test_event_pattern::Answer::{self, Differs, Matches, Refused};

/// One case.
pub(crate) struct Deviation {
    /// What AWS does, and where that is written.
    pub(crate) name: &'static str,
    pub(crate) case: Case,
    pub(crate) ours: Answer,
    pub(crate) local: Answer,
}

/// Both are put into `detail`.
fn deviation(
    name: &'static str,
    (pattern, event): (Value, Value),
    (ours, local): (Answer, Answer),
) -> Deviation {
    let pattern = json!({ "detail": pattern });
    let event = in_envelope(&event);
    let case = Case { pattern, event };
    Deviation {
        name,
        case,
        ours,
        local,
    }
}

/// All that are known.
pub(crate) fn all() -> Vec<Deviation> {
    let mut all = numbers();
    all.extend(paths());
    all.extend(sizes());
    all
}

fn numbers() -> Vec<Deviation> {
    let above_zero = || json!({ "n": [{ "numeric": [">", 0] }] });
    vec![
        deviation(
            "numeric matching reaches to 5e9 (user guide, numeric matching)",
            (above_zero(), json!({ "n": 5_000_000_001_u64 })),
            (Differs, Matches),
        ),
        deviation(
            "numeric matching is precise to six decimals (user guide, numeric matching)",
            (above_zero(), json!({ "n": 0.123_456_7 })),
            (Differs, Matches),
        ),
        deviation(
            "a bound beyond 5e9 is refused (user guide, numeric matching)",
            (
                json!({ "n": [{ "numeric": ["<", 6e9] }] }),
                json!({ "n": 1 }),
            ),
            (Refused, Matches),
        ),
        deviation(
            "a bound with a seventh decimal is refused (Event Ruler, ComparableNumber)",
            (
                json!({ "n": [{ "numeric": [">", 0.000_000_1] }] }),
                json!({ "n": 1 }),
            ),
            (Refused, Matches),
        ),
        deviation(
            "anything-but compares numbers in the same limits (Event Ruler, ComparableNumber)",
            (
                json!({ "n": [{ "anything-but": 6_000_000_000_u64 }] }),
                json!({ "n": 1 }),
            ),
            (Refused, Matches),
        ),
    ]
}

fn paths() -> Vec<Deviation> {
    vec![
        deviation(
            "a key with dots in the event is a path (Event Ruler, Event)",
            (json!({ "a.b": ["x"] }), json!({ "a.b": "x" })),
            (Matches, Differs),
        ),
        deviation(
            "a field may be asked for a value and for fields (Event Ruler, JsonRuleCompiler)",
            (
                json!({ "a": ["x"], "a.b": ["y"] }),
                json!({ "a": ["x", { "b": "y" }] }),
            ),
            (Matches, Differs),
        ),
    ]
}

fn sizes() -> Vec<Deviation> {
    vec![deviation(
        "a pattern has at most 4,096 characters (API reference, TestEventPattern)",
        (json!({ "a": ["x".repeat(4_100)] }), json!({ "a": "y" })),
        (Refused, Differs),
    )]
}
