//! What happens to the resources of one unit.

use groundplane_preview::{Doubt, Effect, Operation, Protection, Remains};
use serde_json::{Value, json};

use crate::deployed::{change, resource, resources_between};

fn queue(properties: &Value) -> Value {
    json!({ "Type": "AWS::SQS::Queue", "Properties": properties })
}

fn database(attributes: &Value, name: &str) -> Value {
    let mut resource = json!({
        "Type": "AWS::RDS::DBInstance",
        "Properties": { "DBName": name, "MultiAZ": false, "AllocatedStorage": "20" },
    });
    for (name, value) in attributes.as_object().unwrap() {
        resource[name] = value.clone();
    }
    resource
}

#[test]
fn a_property_that_can_change_is_updated_in_place() {
    let preview = resources_between(
        json!({ "Queue": queue(&json!({ "VisibilityTimeout": 30 })) }),
        json!({ "Queue": queue(&json!({ "VisibilityTimeout": 60 })) }),
    );
    let queue = resource(&preview, "Queue");
    assert_eq!(queue.operation, Operation::Update);
    assert_eq!(queue.physical_id.as_deref(), Some("compute-Queue"));
    let change = change(queue, "/Properties/VisibilityTimeout");
    assert_eq!(change.effect, Effect::Update);
    assert_eq!(change.before.as_ref().unwrap().template, json!(30));
    assert_eq!(change.after.as_ref().unwrap().template, json!(60));
    assert_eq!(preview.counts.update, 1);
}

#[test]
fn a_create_only_property_replaces_and_is_named() {
    let preview = resources_between(
        json!({ "Queue": queue(&json!({ "FifoQueue": true, "VisibilityTimeout": 30 })) }),
        json!({ "Queue": queue(&json!({ "VisibilityTimeout": 60 })) }),
    );
    let queue = resource(&preview, "Queue");
    assert_eq!(queue.operation, Operation::Replace);
    assert_eq!(queue.because, ["/Properties/FifoQueue"]);
    assert_eq!(
        change(queue, "/Properties/VisibilityTimeout").effect,
        Effect::Update
    );
    assert!(preview.warnings.is_empty());
}

#[test]
fn a_property_that_replaces_under_conditions_may_replace() {
    let after = json!({ "MultiAZ": true, "DBName": "a" });
    let mut changed = database(&json!({ "DeletionPolicy": "Delete" }), "a");
    changed["Properties"]["MultiAZ"] = after["MultiAZ"].clone();
    let preview = resources_between(
        json!({ "Database": database(&json!({ "DeletionPolicy": "Delete" }), "a") }),
        json!({ "Database": changed }),
    );
    let database = resource(&preview, "Database");
    assert_eq!(database.operation, Operation::MayReplace);
    assert_eq!(
        change(database, "/Properties/MultiAZ").doubt,
        Some(Doubt::Conditional)
    );
    assert_eq!(preview.counts.may_replace, 1);
}

#[test]
fn another_name_in_the_template_is_another_resource() {
    let preview = resources_between(
        json!({ "Old": queue(&json!({ "DelaySeconds": 1 })) }),
        json!({ "New": queue(&json!({ "DelaySeconds": 1 })) }),
    );
    assert_eq!(resource(&preview, "Old").operation, Operation::Delete);
    assert_eq!(resource(&preview, "New").operation, Operation::Create);
    assert_eq!(resource(&preview, "New").physical_id, None);
}

#[test]
fn another_type_is_said_to_be_refused() {
    let preview = resources_between(
        json!({ "It": queue(&json!({})) }),
        json!({ "It": { "Type": "AWS::SNS::Topic", "Properties": {} } }),
    );
    assert_eq!(resource(&preview, "It").because, ["/Type"]);
    assert!(
        preview.warnings[0]
            .message
            .contains("refuses to change the type")
    );
}

#[test]
fn nothing_is_certain_about_a_type_that_is_not_known() {
    let custom = |value| json!({ "It": { "Type": "Custom::It", "Properties": { "A": value } } });
    let preview = resources_between(custom(1), custom(2));
    let it = resource(&preview, "It");
    assert_eq!(it.operation, Operation::MayReplace);
    assert_eq!(change(it, "/Properties/A").doubt, Some(Doubt::UnknownType));
}

#[test]
fn what_goes_goes_as_its_deletion_policy_says() {
    let of = |attributes: Value| json!({ "Database": database(&attributes, "a") });
    for (attributes, operation, remains, warnings) in [
        (
            json!({ "DeletionPolicy": "Delete" }),
            Operation::Delete,
            None,
            0,
        ),
        (json!({}), Operation::Delete, Some(Remains::Snapshot), 1),
        (
            json!({ "DeletionPolicy": "Retain" }),
            Operation::Retain,
            Some(Remains::Resource),
            1,
        ),
    ] {
        let preview = resources_between(of(attributes), json!({}));
        let database = resource(&preview, "Database");
        assert_eq!((database.operation, database.remains), (operation, remains));
        assert_eq!(preview.warnings.len(), warnings);
    }
}

#[test]
fn a_protected_resource_that_is_replaced_is_loud() {
    let kept = json!({ "DeletionPolicy": "Snapshot", "UpdateReplacePolicy": "Snapshot" });
    let mut before = database(&kept, "a");
    before["Properties"]["DeletionProtection"] = true.into();
    let preview = resources_between(
        json!({ "Database": before }),
        json!({ "Database": database(&kept, "b") }),
    );
    let database = resource(&preview, "Database");
    assert_eq!(database.operation, Operation::Replace);
    assert_eq!(database.remains, Some(Remains::Snapshot));
    assert_eq!(
        database.protected,
        [Protection::Snapshot, Protection::DeletionProtection]
    );
    assert_eq!(
        preview.warnings[0].message,
        "would be replaced; a snapshot of it stays; its deletion protection is on, so AWS refuses \
         to delete it"
    );
}

#[test]
fn a_policy_alone_changes_nothing_that_is_there() {
    let of =
        |policy: &str| json!({ "Database": database(&json!({ "DeletionPolicy": policy }), "a") });
    let preview = resources_between(of("Retain"), of("Delete"));
    let database = resource(&preview, "Database");
    assert_eq!(database.operation, Operation::Update);
    assert!(database.protected.is_empty() && preview.warnings.is_empty());
}

#[test]
fn an_order_of_making_is_no_change_of_the_resource() {
    let of = |others: Value| {
        json!({ "It": {
        "Type": "AWS::SQS::Queue", "Properties": {}, "DependsOn": others,
    } })
    };
    let preview = resources_between(of(json!(["A"])), of(json!([])));
    assert_eq!(resource(&preview, "It").operation, Operation::Keep);
    assert_eq!((preview.counts.keep, preview.counts.update), (1, 0));
    assert!(!preview.is_empty(), "the template is another one");
}

#[test]
fn a_change_of_properties_as_a_whole_is_looked_into() {
    let with = |properties: Option<Value>| {
        let mut queue = json!({ "Type": "AWS::SQS::Queue" });
        if let Some(properties) = properties {
            queue["Properties"] = properties;
        }
        json!({ "Queue": queue })
    };
    let preview = resources_between(with(None), with(Some(json!({ "QueueName": "q" }))));
    assert_eq!(resource(&preview, "Queue").operation, Operation::Replace);
    let preview = resources_between(with(None), with(Some(json!({ "DelaySeconds": 1 }))));
    assert_eq!(resource(&preview, "Queue").operation, Operation::Update);
}
