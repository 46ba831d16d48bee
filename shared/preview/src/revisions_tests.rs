use serde_json::json;

use super::*;

fn templates(units: &[(&str, &Value)]) -> BTreeMap<UnitName, Vec<u8>> {
    units
        .iter()
        .map(|(name, template)| {
            (
                UnitName::parse(name).unwrap(),
                template.to_string().into_bytes(),
            )
        })
        .collect()
}

fn between(
    before: (&Value, &[(&str, &Value)]),
    after: (&Value, &[(&str, &Value)]),
) -> RevisionDifference {
    let (old, new) = (templates(before.1), templates(after.1));
    RevisionDifference::between(
        Rendered {
            spec: before.0,
            templates: &old,
        },
        Rendered {
            spec: after.0,
            templates: &new,
        },
    )
    .unwrap()
}

fn cache(node: &str) -> Value {
    json!({
        "Parameters": { "Vpc": { "Type": "String" } },
        "Resources": {
            "Cluster": { "Type": "AWS::ElastiCache::ReplicationGroup",
                "Properties": { "CacheNodeType": node, "Vpc": { "Ref": "Vpc" } } },
            "Group": { "Type": "AWS::EC2::SecurityGroup",
                "Properties": { "VpcId": { "Ref": "Vpc" } } },
        },
        "Outputs": { "Id": { "Value": { "Ref": "Cluster" } } },
    })
}

#[test]
fn the_same_revision_differs_in_nothing() {
    let (spec, cache) = (json!({"spec": {"cache": {}}}), cache("small"));
    let same = between((&spec, &[("cache", &cache)]), (&spec, &[("cache", &cache)]));
    assert!(same.is_empty());
    assert_eq!(same.text(Colour::Never), "");
}

#[test]
fn a_changed_value_shows_in_the_spec_and_in_the_resource_that_it_is_rendered_into() {
    let (old, new) = (cache("small"), cache("large"));
    let found = between(
        (
            &json!({"spec": {"cache": {"nodeType": "small"}}}),
            &[("cache", &old)],
        ),
        (
            &json!({"spec": {"cache": {"nodeType": "large"}}}),
            &[("cache", &new)],
        ),
    );
    assert_eq!(
        found.text(Colour::Never),
        "spec\n    ~ /spec/cache/nodeType: \"small\" -> \"large\"\n\
         \n~ cache changes (1 the same)\n    ~ Cluster AWS::ElastiCache::ReplicationGroup\n        \
         ~ /CacheNodeType: \"small\" -> \"large\"\n"
    );
}

#[test]
fn units_come_and_go_with_their_resources() {
    let cache = cache("small");
    let came = between((&json!({}), &[]), (&json!({}), &[("cache", &cache)]));
    let [unit] = came.units.as_slice() else {
        panic!("one unit differs");
    };
    assert_eq!(
        (unit.operation, unit.resources.len()),
        (UnitOperation::Create, 2)
    );
    let went = between((&json!({}), &[("cache", &cache)]), (&json!({}), &[]));
    let [unit] = went.units.as_slice() else {
        panic!("one unit differs");
    };
    let operations: Vec<_> = unit.resources.iter().map(|it| it.operation).collect();
    assert_eq!(operations, [Operation::Delete, Operation::Delete]);
    assert_eq!(unit.operation, UnitOperation::Delete);
}

#[test]
fn secrets_are_hidden_on_both_sides() {
    let found = between(
        (&json!({"spec": {"password": "one"}}), &[]),
        (&json!({"spec": {"password": "two"}}), &[]),
    );
    let shown = serde_json::to_string(&found).unwrap();
    assert!(!shown.contains("one") && !shown.contains("two"), "{shown}");
    assert_eq!(found.spec.len(), 1);
}

#[test]
fn what_is_no_json_is_said_of_its_unit() {
    let broken = BTreeMap::from([(UnitName::parse("cache").unwrap(), b"{".to_vec())]);
    let rendered = Rendered {
        spec: &Value::Null,
        templates: &broken,
    };
    let error = RevisionDifference::between(rendered, rendered).unwrap_err();
    assert_eq!(error.unit.as_str(), "cache");
}
