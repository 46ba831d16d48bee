//! Every order in which four events, delivered more than once, two workers, a crash, runs and
//! timers can meet, for two instances: nothing is lost, nothing is doubled, nothing is stuck, and
//! what comes out could have come out of one worker that took the events one by one.

use std::collections::{BTreeSet, HashSet};
use std::hash::{BuildHasher, RandomState};

use crate::ground::definition;
use crate::world::{Limits, Sender, Sent, Setting, World};

/// Walks through every world that can be reached, and gives the states in which things come to
/// rest, and how many worlds there were.
fn search(setting: &Setting, instances: usize) -> (BTreeSet<Vec<String>>, usize) {
    let hasher = RandomState::new();
    let first = World::new(setting, instances);
    let mut seen = HashSet::from([hasher.hash_one(first.key())]);
    let mut next = vec![first];
    let mut rests = BTreeSet::new();
    while let Some(world) = next.pop() {
        let actions = world.actions(setting);
        if actions.is_empty() {
            world.check_rest(setting);
            rests.insert(world.states());
        }
        for action in &actions {
            let after = world.after(action, setting);
            if seen.insert(hasher.hash_one(after.key())) {
                next.push(after);
            }
        }
    }
    (rests, seen.len())
}

/// One worker that takes the events one by one, with and without a run that fails.
const CALM: Limits = Limits {
    workers: 1,
    deliveries: 1,
    crashes: 0,
    failures: 0,
};
const ROUGH: Limits = Limits {
    workers: 2,
    deliveries: 2,
    crashes: 1,
    failures: 0,
};

fn compare(sent: &[Sent], instances: usize, failures: u8) -> usize {
    let setting = |limits| Setting::new(definition(), sent, Limits { failures, ..limits });
    let (calm, _) = search(&setting(CALM), instances);
    let (rough, worlds) = search(&setting(ROUGH), instances);
    assert!(!calm.is_empty());
    assert_eq!(
        rough, calm,
        "what comes out is what could have come out one by one"
    );
    worlds
}

/// An event of one source. It has no other second, so that serves as its id.
fn sent(says: &'static str, second: i64, instances: &'static [usize]) -> Sent {
    let ids = ["e-0", "e-1", "e-2", "e-3", "e-4"];
    Sent {
        sender: Sender::Source("test.a"),
        id: ids[usize::try_from(second).unwrap()],
        says,
        second,
        instances,
    }
}

#[test]
fn four_events_for_two_instances_in_every_order_with_a_crash() {
    let events = [
        sent("failure", 1, &[0, 1]),
        sent("recovered", 2, &[0]),
        sent("failure", 3, &[0]),
        sent("retire", 4, &[1]),
    ];
    let worlds = compare(&events, 2, 0);
    println!("{worlds} worlds");
    assert!(worlds > 10_000, "{worlds}");
}

#[test]
fn four_events_for_one_instance_in_every_order_with_a_run_that_fails() {
    let events = [
        sent("failure", 1, &[0]),
        sent("escalate", 2, &[0]),
        sent("recovered", 3, &[0]),
        sent("retire", 4, &[0]),
    ];
    let worlds = compare(&events, 1, 1);
    println!("{worlds} worlds");
    assert!(worlds > 10_000, "{worlds}");
}

#[test]
fn events_of_two_senders_that_number_alike_in_every_order() {
    let of_the_other = |event: Sent| Sent {
        sender: Sender::Source("test.b"),
        ..event
    };
    let events = [
        sent("failure", 1, &[0]),
        of_the_other(sent("escalate", 1, &[0])),
        sent("recovered", 2, &[0]),
        of_the_other(sent("retire", 2, &[0])),
    ];
    let worlds = compare(&events, 1, 0);
    println!("{worlds} worlds");
    assert!(worlds > 1_000, "{worlds}");
}

#[test]
fn operations_that_stays_end_under_in_every_order() {
    let request = |id, says| Sent {
        sender: Sender::Person,
        id,
        ..sent(says, 0, &[0])
    };
    let all = [
        sent("failure", 1, &[0]),
        request("r-1", "repair"),
        request("r-2", "restart"),
        sent("retire", 2, &[0]),
    ];
    let worlds = compare(&all, 1, 1);
    println!("{worlds} worlds");
    assert!(worlds > 1_000, "{worlds}");
}
