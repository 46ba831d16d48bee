//! What holds for any templates.

use groundplane_planner::PlannedUnit;
use groundplane_preview::{Colour, Operation, UnitOperation, markdown, text};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Map, Value, json};

use crate::applying::{Templates, applied};
use crate::deployed::{Deployed, between, over, reading, with_template, writing};

const NAMES: [&str; 4] = ["A", "B", "C", "D"];

/// Any JSON, with the words in it that mean something in a template.
fn any_json() -> impl Strategy<Value = Value> {
    let words = select(vec![
        "A",
        "B",
        "P",
        "Ref",
        "Fn::GetAtt",
        "Fn::Sub",
        "Fn::Join",
        "Fn::If",
        "${A.Arn}",
        "${",
        "}",
        "Type",
        "Properties",
        "Resources",
        "Outputs",
        "Parameters",
        "DeletionPolicy",
        "Retain",
        "",
        "AWS::SQS::Queue",
        "QueueName",
        "AWS::RDS::DBInstance",
        "Value",
        "Name",
        "PASSWORD",
        "~1/0",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        words.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((words.clone(), inner), 0..5).prop_map(|fields| {
                let fields = fields
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), value));
                Value::Object(fields.collect())
            }),
        ]
    })
}

/// A value of a property: literals, lists, and references.
fn property() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        (0..3_u8).prop_map(|number| json!(number)),
        select(vec!["x", "y", "1"]).prop_map(Value::from),
        select(NAMES.to_vec()).prop_map(|name| json!({ "Ref": name })),
        select(NAMES.to_vec()).prop_map(|name| json!({ "Fn::GetAtt": [name, "Endpoint"] })),
        Just(json!({ "Ref": "P" })),
        select(NAMES.to_vec())
            .prop_map(|name| json!({ "Fn::Sub": format!("{name}-${{{name}.Arn}}") })),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(select(vec!["k", "l", "m/n"]), inner, 0..3).prop_map(
                |map| {
                    let fields = map
                        .into_iter()
                        .map(|(name, value)| (name.to_owned(), value));
                    Value::Object(fields.collect())
                }
            ),
        ]
    })
}

prop_compose! {
    fn resource()(
        resource_type in select(vec!["AWS::SQS::Queue", "AWS::EFS::AccessPoint", "Custom::It"]),
        names in subsequence(vec!["QueueName", "Tags", "RootDirectory", "PosixUser"], 0..=4),
        values in prop::collection::vec(property(), 4),
        policy in prop::option::of(select(vec!["Retain", "Delete", "Snapshot"])),
    ) -> Value {
        let properties: Map<String, Value> =
            names.into_iter().map(str::to_owned).zip(values).collect();
        let mut resource = json!({ "Type": resource_type, "Properties": properties });
        if let Some(policy) = policy {
            resource["DeletionPolicy"] = policy.into();
        }
        resource
    }
}

prop_compose! {
    fn template()(
        names in subsequence(NAMES.to_vec(), 0..=4),
        resources in prop::collection::vec(resource(), 4),
        description in select(vec!["one", "two"]),
    ) -> Value {
        let resources: Map<String, Value> =
            names.into_iter().map(str::to_owned).zip(resources).collect();
        json!({ "Description": description, "Resources": resources })
    }
}

/// Two units of which the second reads what the first writes.
fn stack() -> impl Strategy<Value = Vec<PlannedUnit>> {
    (template(), template(), property(), 0..=2_usize).prop_map(|(one, two, output, count)| {
        let first = writing(with_template("first", &one), "first.out", output);
        let second = reading(with_template("second", &two), "P", "first.out");
        [first, second].into_iter().take(count).collect()
    })
}

/// The templates of the units; one without resources is the same as one with none.
fn templates(units: &[PlannedUnit]) -> Templates {
    let parsed = units.iter().map(|unit| {
        let template: Value = serde_json::from_slice(&unit.template).unwrap();
        (unit.unit.to_string(), without_empty_resources(template))
    });
    parsed.collect()
}

fn without_empty_resources(mut template: Value) -> Value {
    if let Some(fields) = template.as_object_mut()
        && fields.get("Resources") == Some(&json!({}))
    {
        fields.remove("Resources");
    }
    template
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_is_announced_leads_from_the_old_templates_to_the_new(
        (before, after) in (stack(), stack())
    ) {
        let preview = between(&before, &after);
        prop_assert_eq!(applied(&preview, templates(&before)), templates(&after));
        let changed = templates(&before) != templates(&after);
        prop_assert!(!changed || !preview.is_empty());
    }

    #[test]
    fn what_is_there_already_is_nothing_to_do(units in stack()) {
        let preview = between(&units, &units);
        prop_assert!(preview.is_empty(), "{preview:#?}");
        prop_assert!(preview.units.iter().all(|unit| unit.operation == UnitOperation::Keep));
    }

    #[test]
    fn every_resource_is_counted_once((before, after) in (stack(), stack())) {
        let preview = between(&before, &after);
        let counts = preview.counts;
        let all = |units: &[PlannedUnit]| -> usize {
            let templates = templates(units);
            let resources = templates.values().filter_map(|it| it.get("Resources")?.as_object());
            resources.map(Map::len).sum()
        };
        let common = counts.update + counts.may_update + counts.replace + counts.may_replace + counts.keep;
        prop_assert_eq!(common + counts.delete + counts.retain, all(&before));
        prop_assert_eq!(common + counts.create, all(&after));
    }

    #[test]
    fn a_replacement_names_its_reason((before, after) in (stack(), stack())) {
        let preview = between(&before, &after);
        for resource in preview.units.iter().flat_map(|unit| &unit.resources) {
            let replaced = matches!(resource.operation, Operation::Replace | Operation::MayReplace);
            prop_assert_eq!(replaced, !resource.because.is_empty());
        }
    }

    #[test]
    fn any_json_for_a_template_is_previewed(
        (before, after, written) in (any_json(), any_json(), any_json())
    ) {
        let unit = |template: &Value| {
            reading(with_template("one", template), "P", "one.out")
        };
        let mut later = unit(&after);
        later.outputs.insert(groundplane_model::ContextKey::parse("one.out").unwrap(), "A".to_owned());
        let live = Deployed::of(&[unit(&before)]);
        let preview = over(&live, &[later, unit(&written)], &[]);
        prop_assert_eq!(preview.digest(), preview.digest());
        prop_assert!(!text(&preview, Colour::Ansi).is_empty());
        prop_assert!(!markdown(&preview).is_empty());
    }

    #[test]
    fn any_json_is_reached_where_nothing_is_hidden((before, after) in (any_json(), any_json())) {
        let unit = |template: &Value| vec![with_template("one", template)];
        let (before, after) = (unit(&before), unit(&after));
        let preview = between(&before, &after);
        prop_assume!(!serde_json::to_string(&preview).unwrap().contains("(hidden)"));
        let reached: Templates = applied(&preview, templates(&before))
            .into_iter()
            .map(|(name, template)| (name, without_empty_resources(template)))
            .collect();
        prop_assert_eq!(reached, templates(&after));
    }
}
