//! What merging layers promises.

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn merged(layers: &[(Layer, Value)]) -> Effective {
    Effective::merge(
        layers
            .iter()
            .map(|(layer, value)| Layered::new(*layer, value.clone())),
    )
}

fn listed(effective: &Effective) -> Vec<(&str, Value, Layer)> {
    effective
        .entries
        .iter()
        .map(|entry| {
            (
                entry.pointer.as_str(),
                entry.from.value.clone(),
                entry.from.layer,
            )
        })
        .collect()
}

#[test]
fn a_later_layer_wins_field_by_field_and_every_value_knows_its_layer() {
    let effective = merged(&[
        (
            Layer::Environment,
            json!({"zone": "dev.example", "patterns": {"b": "3"}}),
        ),
        (Layer::Default, json!({"pattern": "1", "gapFree": false})),
        (
            Layer::Provider,
            json!({"pattern": "2", "patterns": {"a": "1", "b": "2"}}),
        ),
    ]);
    assert_eq!(
        effective.value,
        json!({"gapFree": false, "pattern": "2", "patterns": {"a": "1", "b": "3"}, "zone": "dev.example"})
    );
    assert_eq!(
        listed(&effective),
        [
            ("/gapFree", json!(false), Layer::Default),
            ("/pattern", json!("2"), Layer::Provider),
            ("/patterns/a", json!("1"), Layer::Provider),
            ("/patterns/b", json!("3"), Layer::Environment),
            ("/zone", json!("dev.example"), Layer::Environment),
        ]
    );
    assert_eq!(effective.layer_of("/patterns"), Some(Layer::Environment));
    assert_eq!(effective.layer_of("/patterns/a"), Some(Layer::Provider));
    assert_eq!(effective.layer_of("/pat"), None);
}

#[test]
fn lists_are_replaced_whole_and_null_says_nothing() {
    let effective = merged(&[
        (Layer::Provider, json!({"a": [1, 2], "b": 1, "c": {"d": 1}})),
        (
            Layer::LandingZone,
            json!({"a": [3], "b": null, "c": {"d": null}}),
        ),
    ]);
    assert_eq!(effective.value, json!({"a": [3], "b": 1, "c": {"d": 1}}));
    assert_eq!(effective.layer_of("/b"), Some(Layer::Provider));
}

#[test]
fn what_is_no_object_replaces_an_object_and_the_other_way_round() {
    let object = (Layer::Provider, json!({"a": {"b": 1}}));
    let plain = (Layer::Environment, json!({"a": 5}));
    let first = merged(&[object.clone(), plain.clone()]);
    assert_eq!(listed(&first), [("/a", json!(5), Layer::Environment)]);
    let second = merged(&[(Layer::Environment, object.1), (Layer::Provider, plain.1)]);
    assert_eq!(listed(&second), [("/a/b", json!(1), Layer::Environment)]);
}

#[test]
fn an_empty_object_is_listed_and_names_are_escaped() {
    let effective = merged(&[(Layer::Provider, json!({"a/b": {"c~d": {}}}))]);
    assert_eq!(
        listed(&effective),
        [("/a~1b/c~0d", json!({}), Layer::Provider)]
    );
    assert!(merged(&[]).entries.is_empty());
}

#[test]
fn an_entry_is_shown_flat() {
    let effective = merged(&[(Layer::LandingZone, json!({"zone": "x"}))]);
    assert_eq!(
        serde_json::to_value(&effective).unwrap(),
        json!({"value": {"zone": "x"}, "entries": [{"pointer": "/zone", "value": "x", "layer": "landing-zone"}]})
    );
}

#[test]
fn the_configuration_is_read_as_a_type() {
    let effective = merged(&[(Layer::Provider, json!({"zone": "x"}))]);
    let read: BTreeMap<String, String> = effective.read().unwrap();
    assert_eq!(read, BTreeMap::from([("zone".to_owned(), "x".to_owned())]));
    assert!(effective.read::<Vec<String>>().is_err());
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0..9_u8).prop_map(Value::from),
        prop::collection::vec("[ab]", 0..3).prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 3, |inner| {
        prop::collection::btree_map("[a-c~/]", inner, 0..4)
            .prop_map(|fields| Value::Object(fields.into_iter().collect()))
    })
}

fn any_object() -> impl Strategy<Value = Value> {
    prop::collection::btree_map("[a-c]", any_value(), 0..4)
        .prop_map(|fields| Value::Object(fields.into_iter().collect()))
}

proptest! {
    #[test]
    fn every_entry_is_what_the_configuration_says_and_what_its_layer_said(
        values in prop::collection::vec(any_object(), 3),
    ) {
        let layers = [Layer::Provider, Layer::LandingZone, Layer::Environment];
        let given: Vec<_> = layers.into_iter().zip(values).collect();
        let effective = merged(&given);
        for entry in &effective.entries {
            prop_assert_eq!(effective.value.pointer(&entry.pointer), Some(&entry.from.value));
            let said = given.iter().find(|(layer, _)| *layer == entry.from.layer);
            let said = said.and_then(|(_, value)| value.pointer(&entry.pointer)).cloned();
            let empty = entry.from.value == json!({});
            prop_assert!(said == Some(entry.from.value.clone()) || (empty && said.is_some()));
            // No stronger layer says anything else there.
            for (layer, value) in &given {
                let over = value.pointer(&entry.pointer).is_some_and(|value| !value.is_null());
                prop_assert!(*layer <= entry.from.layer || !over);
            }
        }
    }

    #[test]
    fn merging_in_two_steps_is_merging_at_once(
        values in prop::collection::vec(any_object(), 3),
    ) {
        let [a, b, c]: [Value; 3] = values.try_into().unwrap();
        let at_once = merged(&[(Layer::Default, a.clone()), (Layer::Provider, b.clone()), (Layer::Environment, c.clone())]);
        let first = merged(&[(Layer::Default, a), (Layer::Provider, b)]);
        let in_steps = merged(&[(Layer::Provider, first.value), (Layer::Environment, c)]);
        prop_assert_eq!(at_once.value, in_steps.value);
    }
}
