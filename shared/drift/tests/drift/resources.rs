//! Resources to compare.

use groundplane_drift::{Known, Observation, Report, Rules, Seen, Source, compare};
use groundplane_model::UnitName;
use serde_json::Value;

/// A type that only the rules for all types speak of.
pub(crate) const THING: &str = "AWS::Test::Thing";

pub(crate) fn known(name: &str) -> Known {
    Known {
        unit: UnitName::parse("unit").unwrap(),
        logical_id: name.to_owned(),
        resource_type: THING.to_owned(),
        physical_id: Some(format!("{name}-1")),
    }
}

pub(crate) fn observed(name: &str, seen: Seen) -> Observation {
    Observation {
        unit: UnitName::parse("unit").unwrap(),
        logical_id: name.to_owned(),
        resource_type: THING.to_owned(),
        physical_id: Some(format!("{name}-1")),
        source: Source::CloudFormation,
        seen,
        scaling: None,
    }
}

pub(crate) fn there(expected: Value, actual: Value) -> Seen {
    Seen::There { expected, actual }
}

/// One resource with these properties.
pub(crate) fn compared(expected: &Value, actual: &Value, rules: &Rules) -> Report {
    let seen = there(expected.clone(), actual.clone());
    compare(&[known("Thing")], &[observed("Thing", seen)], &[], rules)
}
