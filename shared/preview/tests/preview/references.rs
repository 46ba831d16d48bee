//! How a change goes on to those that refer to what changes.

use groundplane_preview::{Doubt, Effect, Operation};
use serde_json::{Value, json};

use crate::deployed::{
    between, change, reading, resource, resources_between, unit, with_template, writing,
};

/// A file system and what stands on it.
fn storage(encrypted: bool, mode: &str) -> Value {
    json!({
        "FileSystem": {
            "Type": "AWS::EFS::FileSystem",
            "Properties": { "Encrypted": encrypted, "ThroughputMode": mode },
        },
        "Mount": {
            "Type": "AWS::EFS::MountTarget",
            "Properties": { "FileSystemId": { "Ref": "FileSystem" }, "SubnetId": "subnet-1" },
        },
        "Policy": {
            "Type": "AWS::IAM::Policy",
            "Properties": { "PolicyDocument": { "Resource": { "Fn::GetAtt": ["FileSystem", "Arn"] } } },
        },
    })
}

#[test]
fn what_refers_to_a_replaced_resource_changes_or_is_replaced_too() {
    let preview = resources_between(storage(false, "elastic"), storage(true, "elastic"));
    assert_eq!(
        resource(&preview, "FileSystem").operation,
        Operation::Replace
    );

    let mount = resource(&preview, "Mount");
    assert_eq!(mount.operation, Operation::MayReplace);
    let reference = change(mount, "/Properties/FileSystemId");
    assert_eq!(reference.doubt, Some(Doubt::Unknown));
    assert_eq!(
        reference.before.as_ref().unwrap().value,
        Some(json!("compute-FileSystem"))
    );
    assert_eq!(
        reference.after.as_ref().unwrap().unknown,
        ["`FileSystem` is replaced"]
    );

    let policy = resource(&preview, "Policy");
    assert_eq!(policy.operation, Operation::Update);
}

#[test]
fn what_refers_to_a_resource_that_is_updated_in_place_stays() {
    let preview = resources_between(storage(true, "elastic"), storage(true, "bursting"));
    assert_eq!(preview.counts.update, 1);
    assert_eq!(preview.counts.keep, 2);
}

#[test]
fn an_attribute_of_a_resource_that_is_updated_in_place_may_be_another() {
    let of = |storage: u32| {
        json!({
            "Database": {
                "Type": "AWS::RDS::DBInstance",
                "Properties": { "AllocatedStorage": storage.to_string() },
            },
            "Record": {
                "Type": "AWS::Route53::RecordSet",
                "Properties": { "ResourceRecords": [{ "Fn::GetAtt": ["Database", "Endpoint.Address"] }] },
            },
        })
    };
    let preview = resources_between(of(20), of(40));
    let record = resource(&preview, "Record");
    assert_eq!(record.operation, Operation::MayUpdate);
    let change = change(record, "/Properties/ResourceRecords/0");
    assert_eq!(
        change.after.as_ref().unwrap().unknown,
        ["`Database` is updated"]
    );
}

#[test]
fn a_reference_to_another_resource_is_no_certain_replacement() {
    let of = |target: Value| {
        let mut all = storage(true, "elastic");
        all["Mount"]["Properties"]["FileSystemId"] = target;
        all["Other"] = all["FileSystem"].clone();
        all
    };
    let preview = resources_between(
        of(json!("fs-1")),
        of(json!({ "Fn::GetAtt": ["Other", "FileSystemId"] })),
    );
    let mount = resource(&preview, "Mount");
    assert_eq!(mount.operation, Operation::MayReplace);
    // What is there is known by its name in the cloud.
    let preview = resources_between(of(json!("fs-1")), of(json!({ "Ref": "Other" })));
    assert_eq!(resource(&preview, "Mount").operation, Operation::Replace);
    let preview = resources_between(of(json!("compute-Other")), of(json!({ "Ref": "Other" })));
    assert_eq!(resource(&preview, "Mount").operation, Operation::Keep);
}

#[test]
fn resources_that_refer_to_each_other_are_no_trouble() {
    let of = |tag: &str| {
        let group = |other: &str, tag: &str| {
            json!({
                "Type": "AWS::EC2::SecurityGroup",
                "Properties": { "Tags": [tag], "SecurityGroupIngress": [{ "Ref": other }] },
            })
        };
        json!({ "A": group("B", tag), "B": group("A", "same") })
    };
    let preview = resources_between(of("one"), of("two"));
    assert_eq!(resource(&preview, "A").operation, Operation::Update);
    assert_eq!(preview.counts.keep, 1);
}

fn group(description: &str) -> Value {
    json!({ "Group": {
        "Type": "AWS::EC2::SecurityGroup",
        "Properties": { "GroupDescription": description, "VpcId": "vpc-1" },
    } })
}

/// A unit whose resources read the group of another one.
fn reader() -> groundplane_planner::PlannedUnit {
    let resources = json!({
        "Mount": {
            "Type": "AWS::EFS::MountTarget",
            "Properties": { "SecurityGroups": [{ "Ref": "GroupId" }], "SubnetId": { "Ref": "GroupId" } },
        },
        "Logs": { "Type": "AWS::Logs::LogGroup", "Properties": {} },
    });
    reading(unit("storage", resources), "GroupId", "foundation.group")
}

fn writer(description: &str) -> groundplane_planner::PlannedUnit {
    writing(
        unit("foundation", group(description)),
        "foundation.group",
        json!({ "Ref": "Group" }),
    )
}

#[test]
fn what_another_unit_may_write_anew_is_unknown() {
    let preview = between(&[writer("a"), reader()], &[writer("b"), reader()]);
    assert_eq!(resource(&preview, "Group").operation, Operation::Replace);
    let mount = resource(&preview, "Mount");
    assert_eq!(mount.operation, Operation::MayReplace);
    assert_eq!(mount.because, ["/Properties/SubnetId"]);
    let groups = change(mount, "/Properties/SecurityGroups/0");
    assert_eq!(groups.effect, Effect::Update);
    assert_eq!(
        groups.before.as_ref().unwrap().value,
        Some(json!("foundation-Group"))
    );
    let unknown = &groups.after.as_ref().unwrap().unknown;
    assert_eq!(unknown[..], ["`foundation` writes `foundation.group`"]);
    assert_eq!(preview.counts.keep, 1, "the logs read nothing");
}

#[test]
fn what_another_unit_writes_as_before_is_as_before() {
    let mut described = group("a");
    described["Group"]["Properties"]["Tags"] = json!(["new"]);
    let after = writing(
        unit("foundation", described),
        "foundation.group",
        json!({ "Ref": "Group" }),
    );
    let preview = between(&[writer("a"), reader()], &[after, reader()]);
    assert_eq!(preview.counts.update, 1);
    assert_eq!(preview.counts.changed_units, 1);
}

#[test]
fn a_text_that_another_unit_writes_anew_is_known() {
    let writer = |text: &str| {
        writing(
            unit("foundation", group("a")),
            "foundation.group",
            json!(text),
        )
    };
    let preview = between(&[writer("one"), reader()], &[writer("two"), reader()]);
    let mount = resource(&preview, "Mount");
    assert_eq!(mount.operation, Operation::Replace);
    let change = change(mount, "/Properties/SubnetId");
    assert_eq!(change.before.as_ref().unwrap().value, Some(json!("one")));
    assert_eq!(change.after.as_ref().unwrap().value, Some(json!("two")));
}

#[test]
fn what_is_imported_anew_is_unknown() {
    let of = |name: &str| {
        json!({ "Queue": {
        "Type": "AWS::SQS::Queue",
        "Properties": { "KmsMasterKeyId": { "Fn::ImportValue": name } },
    } })
    };
    let preview = resources_between(of("one"), of("two"));
    let change = change(resource(&preview, "Queue"), "/Properties/KmsMasterKeyId");
    assert_eq!(
        change.after.as_ref().unwrap().unknown,
        ["it is imported from another stack"]
    );
    assert!(resources_between(of("one"), of("one")).is_empty());
}

#[test]
fn another_default_of_a_parameter_is_another_value() {
    let of = |default: &str| {
        let queue =
            json!({ "Type": "AWS::SQS::Queue", "Properties": { "QueueName": { "Ref": "Name" } } });
        let template = json!({
            "Parameters": { "Name": { "Type": "String", "Default": default } },
            "Resources": { "Queue": queue },
        });
        [with_template("compute", &template)]
    };
    let preview = between(&of("one"), &of("two"));
    let queue = resource(&preview, "Queue");
    assert_eq!(queue.operation, Operation::Replace);
    let name = change(queue, "/Properties/QueueName");
    assert_eq!(name.after.as_ref().unwrap().value, Some(json!("two")));
}
