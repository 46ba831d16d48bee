//! What changes do.

use std::borrow::Cow;

use serde_json::json;

use super::*;
use crate::reading::Cause;

fn edit<'a>(pointer: &str, before: Option<&'a Value>, after: Option<&'a Value>) -> Edit<'a> {
    Edit {
        pointer: pointer.to_owned(),
        before,
        after,
        hidden: false,
    }
}

/// The effect of a change between two known values.
fn between(
    resource_type: &str,
    pointer: &str,
    before: &Value,
    after: &Value,
) -> (Effect, Option<Doubt>) {
    let known = |value| Reading::Known(Cow::Borrowed(value));
    let edit = edit(pointer, Some(before), Some(after));
    effect(
        resource_type,
        &edit,
        Some(&known(before)),
        Some(&known(after)),
    )
    .unwrap()
}

#[test]
fn the_type_of_the_resource_says_what_a_change_does() {
    let database = "AWS::RDS::DBInstance";
    let (one, two) = (json!("a"), json!("b"));
    for (resource_type, pointer, effect, doubt) in [
        (
            database,
            "/Properties/AllocatedStorage",
            Effect::Update,
            None,
        ),
        (
            database,
            "/Properties/StorageEncrypted",
            Effect::Replace,
            None,
        ),
        (
            database,
            "/Properties/Engine",
            Effect::MayReplace,
            Some(Doubt::Conditional),
        ),
        (
            "AWS::EFS::AccessPoint",
            "/Properties/RootDirectory/CreationInfo/OwnerUid",
            Effect::Replace,
            None,
        ),
        (
            "AWS::No::Such",
            "/Properties/Any",
            Effect::MayReplace,
            Some(Doubt::UnknownType),
        ),
        (database, "/DeletionPolicy", Effect::Update, None),
        (database, "/DependsOn/0", Effect::None, None),
        (database, "/Type", Effect::Replace, None),
        (database, "", Effect::Replace, None),
    ] {
        assert_eq!(
            between(resource_type, pointer, &one, &two),
            (effect, doubt),
            "{pointer}"
        );
    }
}

#[test]
fn what_is_only_written_differently_does_nothing() {
    let (number, text) = (json!(5432), json!("5432"));
    let found = between(
        "AWS::ElastiCache::ReplicationGroup",
        "/Properties/Port",
        &number,
        &text,
    );
    assert_eq!(found, (Effect::None, None));
}

#[test]
fn a_part_that_comes_or_goes_is_replaced_for_what_is_in_it() {
    let path = json!({ "Path": "/data" });
    let known = Reading::Known(Cow::Borrowed(&path));
    let come = edit("/Properties/RootDirectory", None, Some(&path));
    let found = effect("AWS::EFS::AccessPoint", &come, None, Some(&known));
    assert_eq!(found, Some((Effect::Replace, None)));

    let properties = json!({ "FileSystemTags": [], "KmsKeyId": "k" });
    let gone = edit("/Properties", Some(&properties), None);
    let found = effect("AWS::EFS::FileSystem", &gone, Some(&known), None);
    assert_eq!(found, Some((Effect::Replace, None)));
    let properties = json!({ "FileSystemTags": [] });
    let gone = edit("/Properties", Some(&properties), None);
    let found = effect("AWS::EFS::FileSystem", &gone, Some(&known), None);
    assert_eq!(found, Some((Effect::Update, None)));
}

#[test]
fn what_is_not_known_yet_may_replace() {
    let reference = json!({ "Ref": "Other" });
    let steady = Reading::Steady([String::new()].into());
    let unknown = |certain| Reading::Unknown(Cause::new(String::new(), certain));
    for (pointer, after, expected) in [
        (
            "/Properties/VpcId",
            unknown(true),
            Some((Effect::MayReplace, Some(Doubt::Unknown))),
        ),
        (
            "/Properties/VpcId",
            unknown(false),
            Some((Effect::MayReplace, Some(Doubt::Unknown))),
        ),
        ("/Properties/VpcId", steady.clone(), None),
        (
            "/Properties/Tags",
            unknown(true),
            Some((Effect::Update, None)),
        ),
        (
            "/Properties/Tags",
            unknown(false),
            Some((Effect::MayUpdate, Some(Doubt::Unknown))),
        ),
        (
            "/Metadata/A",
            unknown(false),
            Some((Effect::MayUpdate, None)),
        ),
    ] {
        let same = edit(pointer, Some(&reference), Some(&reference));
        let found = effect(
            "AWS::EC2::SecurityGroup",
            &same,
            Some(&steady),
            Some(&after),
        );
        assert_eq!(found, expected, "{pointer} {after:?}");
    }
    let literal = json!("vpc-1");
    let known = Reading::Known(Cow::Borrowed(&literal));
    let other = edit("/Properties/VpcId", Some(&literal), Some(&reference));
    let found = effect(
        "AWS::EC2::SecurityGroup",
        &other,
        Some(&known),
        Some(&steady),
    );
    assert_eq!(found, Some((Effect::MayReplace, Some(Doubt::Unknown))));
}

#[test]
fn a_pointer_with_a_star_finds_any_item() {
    let value = json!({ "a": [{ "b": 1 }, { "c": 2 }], "d": 3 });
    assert!(has(&value, ""));
    assert!(has(&value, "/a/*/c"));
    assert!(!has(&value, "/a/*/d"));
    assert!(!has(&value, "/d/*"));
}
