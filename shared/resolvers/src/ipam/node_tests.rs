//! What sixteen slots say about what is free.

use groundplane_model::{Change, Record};
use proptest::prelude::*;
use serde_json::json;

use super::fixture::*;
use super::node::Run;
use super::*;

fn slots(text: &str) -> Slots {
    Slots::try_from(text.to_owned()).unwrap()
}

#[test]
fn the_largest_free_block_is_aligned() {
    for (text, largest) in [
        (". . . . . . . . . . . . . . . .", Some(16)),
        ("- . . . . . . . . . . . . . . .", Some(17)),
        (". . . . . . . - - . . . . . . .", Some(18)),
        ("- . . . - . . . - . . . - . . .", Some(19)),
        ("- . . - - . . - - . . - - . . -", Some(20)),
        ("/20 23 22 full - - - - - - - - - - - -", Some(22)),
        ("/17 /17 /17 /17 /17 /17 /17 /17 23 . - - - - - -", Some(20)),
        ("- - - - - - - - full full full full /18 /18 /18 /18", None),
    ] {
        assert_eq!(slots(text).largest_free(16), largest, "{text}");
        assert_eq!(slots(text).is_free(), largest == Some(16));
        assert_eq!(slots(text).to_string(), text);
    }
}

#[test]
fn a_run_is_taken_from_the_smallest_free_block() {
    let run = |first, span| Some(Run { first, span });
    for (text, span, expected) in [
        (". . . . . . . . . . . . . . . .", 1, run(0, 1)),
        (". . . . . . . . . . . . . . . .", 16, run(0, 16)),
        ("- . . . . . . . . . . . . . . .", 1, run(1, 1)),
        ("- . . . . . . . . . . . . . . .", 2, run(2, 2)),
        (". . . . . . . . - - - - . . - .", 1, run(15, 1)),
        (". . . . . . . . - - - - . . - .", 2, run(12, 2)),
        (". . . . . . . . - - - - . . - .", 4, run(0, 4)),
        ("- . . - - . . - - . . - - . . -", 2, None),
        ("21 22 full - - - - - - - - - - - - -", 1, None),
    ] {
        assert_eq!(slots(text).tightest_run(span), expected, "{span} of {text}");
    }
}

#[test]
fn what_does_not_describe_sixteen_slots_is_refused() {
    let sixteen = ". . . . . . . . . . . . . . .";
    for text in [
        String::new(),
        sixteen.to_owned(),
        format!("{sixteen} . ."),
        format!("{sixteen} x"),
        format!("{sixteen} /"),
        format!("{sixteen} 256"),
        format!("{sixteen}  "),
    ] {
        let error = Slots::try_from(text.clone()).unwrap_err();
        let message = format!("`{text}` does not describe the slots of a node");
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn a_node_is_kept_as_a_small_readable_record() {
    let tree = pool("10.0.0.0/22");
    let mut nodes = Nodes::new(&tree, &[cidr("10.0.0.0/28")]);
    nodes.exactly(&tree, cidr("10.0.2.0/23")).unwrap();
    let node = nodes.stored[&tree.root()].clone();
    let Change::Save {
        key,
        expected,
        version,
        content,
        ..
    } = Change::save(&node)
    else {
        panic!("not a save");
    };
    assert_eq!(key, tree.key_of(tree.root()));
    assert_eq!(key.partition.as_str(), "POOL#apps#1#NODE#10.0.0.0/20");
    assert_eq!((expected, version), (2, 3));
    let expected = json!({
        "tree": "POOL#apps#1",
        "node": "10.0.0.0/20",
        "slots": "25 . /23 /23 - - - - - - - - - - - -",
        "floor": 0,
        "version": 2,
    });
    assert_eq!(content, expected);
    let back: PoolNode = serde_json::from_value(content).unwrap();
    assert_eq!((back.largest_free(), back), (Some(24), node));
}

#[test]
fn a_new_node_starts_above_every_version_that_was_there() {
    let tree = pool("10.0.0.0/24");
    let mut node = Nodes::new(&tree, &[]).stored[&tree.root()].clone();
    node.floor = 5;
    assert_eq!(node.next_version(), 2);
    node.version = 0;
    assert_eq!(node.next_version(), 6);
}

fn any_slot() -> impl Strategy<Value = Slot> {
    prop_oneof![
        6 => Just(Slot::Free),
        1 => (21_u8..=28).prop_map(|largest| Slot::Split(Some(largest))),
        1 => Just(Slot::Split(None)),
        1 => (16_u8..=20).prop_map(Slot::Taken),
        1 => Just(Slot::Reserved),
    ]
}

proptest! {
    #[test]
    fn slots_are_read_back_and_have_room_where_they_say(
        given in prop::collection::vec(any_slot(), 16),
    ) {
        let run = |index| Run { first: index, span: 1 };
        let made = (0_u8..).zip(&given).fold(Slots::FREE, |slots, (index, slot)| {
            slots.with(run(index), *slot)
        });
        prop_assert_eq!(slots(&made.to_string()), made);
        let largest = made.largest_free(16);
        for bits in 0..=4_u8 {
            let has_run = made.tightest_run(16 >> bits);
            let is_free = |run: Run| made.run(run).all(|(_, slot)| slot == Slot::Free);
            prop_assert!(has_run.is_none_or(is_free));
            prop_assert_eq!(has_run.is_some(), largest.is_some_and(|length| length <= 16 + bits));
        }
    }
}
