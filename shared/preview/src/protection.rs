//! What becomes of a resource that goes, and what shows that it should not be lost.

use serde_json::Value;

use crate::report::{Protection, Remains};

/// The types that CloudFormation takes a snapshot of where a template says nothing else (AWS
/// CloudFormation User Guide, `DeletionPolicy` attribute).
const SNAPSHOT_BY_DEFAULT: [&str; 2] = ["AWS::RDS::DBInstance", "AWS::RDS::DBCluster"];

/// The properties by which a resource refuses to be deleted.
const DELETION_PROTECTION: [&str; 3] = [
    "DeletionProtection",
    "DeletionProtectionEnabled",
    "DeletionProtectionCheck",
];

/// The type of a resource; empty where it has none.
pub(crate) fn type_of(resource: &Value) -> &str {
    resource
        .get("Type")
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// What stays of a resource when it is deleted.
pub(crate) fn remains_of_deleted(resource: &Value) -> Option<Remains> {
    let cluster = resource.pointer("/Properties/DBClusterIdentifier");
    let by_default = SNAPSHOT_BY_DEFAULT.contains(&type_of(resource)) && cluster.is_none();
    match resource.get("DeletionPolicy").and_then(Value::as_str) {
        Some(policy) => remains(policy),
        None => by_default.then_some(Remains::Snapshot),
    }
}

/// What stays of a resource that another one takes the place of; the new template says so.
pub(crate) fn remains_of_replaced(resource: &Value) -> Option<Remains> {
    let policy = resource.get("UpdateReplacePolicy").and_then(Value::as_str);
    policy.and_then(remains)
}

fn remains(policy: &str) -> Option<Remains> {
    match policy {
        "Retain" | "RetainExceptOnCreate" => Some(Remains::Resource),
        "Snapshot" => Some(Remains::Snapshot),
        _ => None,
    }
}

/// What shows that a resource should not be lost.
pub(crate) fn protections(resource: &Value) -> Vec<Protection> {
    let kept = remains_of_deleted(resource).map(|remains| match remains {
        Remains::Resource => Protection::Retained,
        Remains::Snapshot => Protection::Snapshot,
    });
    let properties = resource.get("Properties");
    let refuses = DELETION_PROTECTION.iter().any(|name| {
        let flag = properties.and_then(|properties| properties.get(*name));
        flag.is_some_and(is_on)
    });
    let refuses = refuses.then_some(Protection::DeletionProtection);
    kept.into_iter().chain(refuses).collect()
}

fn is_on(flag: &Value) -> bool {
    match flag {
        Value::Bool(flag) => *flag,
        Value::String(flag) => ["true", "active"]
            .iter()
            .any(|on| flag.eq_ignore_ascii_case(on)),
        Value::Null | Value::Number(_) | Value::Array(_) | Value::Object(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn database(attributes: &Value) -> Value {
        let mut resource = json!({ "Type": "AWS::RDS::DBInstance" });
        for (name, value) in attributes.as_object().unwrap() {
            resource[name] = value.clone();
        }
        resource
    }

    #[test]
    fn the_deletion_policy_says_what_stays() {
        for (attributes, remains) in [
            (json!({ "DeletionPolicy": "Delete" }), None),
            (
                json!({ "DeletionPolicy": "Retain" }),
                Some(Remains::Resource),
            ),
            (
                json!({ "DeletionPolicy": "RetainExceptOnCreate" }),
                Some(Remains::Resource),
            ),
            (
                json!({ "DeletionPolicy": "Snapshot" }),
                Some(Remains::Snapshot),
            ),
            (json!({}), Some(Remains::Snapshot)),
            (
                json!({ "Properties": { "DBClusterIdentifier": "c" } }),
                None,
            ),
        ] {
            assert_eq!(
                remains_of_deleted(&database(&attributes)),
                remains,
                "{attributes}"
            );
        }
        assert_eq!(
            remains_of_deleted(&json!({ "Type": "AWS::SQS::Queue" })),
            None
        );
        assert_eq!(remains_of_deleted(&json!(5)), None);
    }

    #[test]
    fn a_replaced_database_leaves_nothing_unless_the_template_says_so() {
        assert_eq!(remains_of_replaced(&database(&json!({}))), None);
        let kept = database(&json!({ "UpdateReplacePolicy": "Snapshot" }));
        assert_eq!(remains_of_replaced(&kept), Some(Remains::Snapshot));
    }

    #[test]
    fn every_protection_is_named() {
        let both =
            json!({ "DeletionPolicy": "Retain", "Properties": { "DeletionProtection": true } });
        assert_eq!(
            protections(&database(&both)),
            [Protection::Retained, Protection::DeletionProtection]
        );
        let off =
            json!({ "DeletionPolicy": "Delete", "Properties": { "DeletionProtection": "false" } });
        assert!(protections(&database(&off)).is_empty());
        let pool = json!({ "Type": "AWS::Cognito::UserPool", "Properties": { "DeletionProtection": "ACTIVE" } });
        assert_eq!(protections(&pool), [Protection::DeletionProtection]);
    }
}
