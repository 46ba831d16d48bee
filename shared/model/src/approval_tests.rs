//! Policies of every age, and tokens that nobody reads.

use serde_json::{from_value, json, to_value};

use super::*;
use crate::EnvironmentSpec;

fn environment(approval: &serde_json::Value) -> Option<ApprovalPolicy> {
    let spec = json!({"landingZone": "sandbox", "production": false, "approval": approval});
    from_value::<EnvironmentSpec>(spec).unwrap().approval
}

#[test]
fn an_empty_policy_demands_an_approval_by_another_within_a_day() {
    let empty: ApprovalPolicy = from_value(json!({})).unwrap();
    assert_eq!(empty, ApprovalPolicy::default());
    assert_eq!(
        to_value(empty).unwrap(),
        json!({"required": true, "deadline": "24h", "selfApproval": false})
    );
}

#[test]
fn environments_of_before_policies_keep_their_meaning() {
    assert_eq!(environment(&json!(true)), Some(ApprovalPolicy::default()));
    for none in [json!(false), json!(null)] {
        assert_eq!(environment(&none), None);
    }
    let policy = environment(&json!({"deadline": "90m", "selfApproval": true})).unwrap();
    assert_eq!(policy.deadline, SignedDuration::from_mins(90));
    assert!(policy.required && policy.self_approval);
}

#[test]
fn a_token_is_not_shown_but_can_be_told_from_others() {
    let token = TaskToken::from("AAAA-secret".to_owned());
    let other = TaskToken::from("BBBB-secret".to_owned());
    assert!(!format!("{token:?}").contains("secret"));
    assert_ne!(format!("{token:?}"), format!("{other:?}"));
    assert_eq!(token.reveal(), "AAAA-secret");
}
