//! How CloudFormation's words about drift are read.

use aws_sdk_cloudformation::primitives::DateTime;
use serde_json::json;

use super::*;

fn told(status: StackResourceDriftStatus) -> types::builders::StackResourceDriftBuilder {
    types::StackResourceDrift::builder()
        .stack_id("arn:stack")
        .logical_resource_id("Logs")
        .resource_type("AWS::Logs::LogGroup")
        .physical_resource_id("/web")
        .stack_resource_drift_status(status)
        .timestamp(DateTime::from_secs(60))
}

#[test]
fn both_sides_of_a_resource_are_read_whether_it_drifted_or_not() {
    for status in [
        StackResourceDriftStatus::InSync,
        StackResourceDriftStatus::Modified,
    ] {
        let found = told(status)
            .expected_properties(r#"{"RetentionInDays":30}"#)
            .actual_properties(r#"{"RetentionInDays":1}"#)
            .build();
        let read = drift(&found).unwrap();
        assert_eq!(read.logical_id, "Logs");
        assert_eq!(read.physical_id.as_deref(), Some("/web"));
        assert_eq!(read.checked_at.as_second(), 60);
        let there = Found::There {
            expected: json!({"RetentionInDays": 30}),
            actual: json!({"RetentionInDays": 1}),
        };
        assert_eq!(read.found, there);
    }
}

#[test]
fn what_is_gone_is_gone() {
    let found = told(StackResourceDriftStatus::Deleted).build();
    assert_eq!(drift(&found).unwrap().found, Found::Gone);
}

#[test]
fn whatever_was_not_looked_at_is_not_checked() {
    for status in StackResourceDriftStatus::values() {
        let is_seen = ["IN_SYNC", "MODIFIED", "DELETED"].contains(status);
        let found = told(StackResourceDriftStatus::from(*status)).build();
        let found = drift(&found).unwrap().found;
        assert_eq!(
            matches!(found, Found::NotChecked { .. }),
            !is_seen,
            "{status}: {found:?}"
        );
    }
    let newer = told(StackResourceDriftStatus::from("GUESSED")).build();
    let reason = UNSUPPORTED.to_owned();
    assert_eq!(drift(&newer).unwrap().found, Found::NotChecked { reason });
}

#[test]
fn properties_that_are_no_json_are_refused() {
    let found = told(StackResourceDriftStatus::Modified)
        .expected_properties("{")
        .build();
    assert!(matches!(drift(&found), Err(PortError::Internal(_))));
}

#[test]
fn every_status_of_a_detection_is_known() {
    for status in StackDriftDetectionStatus::values() {
        let status = StackDriftDetectionStatus::from(*status);
        assert!(progress(Some(&status), "").is_ok(), "{status:?}");
    }
    assert!(progress(None, "").is_err());
}

#[test]
fn a_look_that_is_under_way_is_no_error() {
    for (code, message, expected) in [
        (
            "ValidationError",
            "Drift detection is already in progress for stack arn:aws:x",
            Some(Detection::Busy),
        ),
        (
            "ValidationError",
            "Stack [x] is in ROLLBACK_COMPLETE state",
            Some(Detection::Unable {
                reason: "Stack [x] is in ROLLBACK_COMPLETE state".to_owned(),
            }),
        ),
        ("ValidationError", "StackName is required", None),
        ("AccessDenied", "already in progress", None),
        ("Throttling", "Rate exceeded", None),
    ] {
        assert_eq!(refused(code, message), expected, "{code}: {message}");
    }
}
