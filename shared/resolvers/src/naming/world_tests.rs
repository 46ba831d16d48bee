//! Names as they are handed out: claims, counters and what each owner holds change together or
//! not at all, owners ask twice, crash before they save, and release.

use std::collections::{BTreeMap, BTreeSet};

use groundplane_model::{Key, Record};
use proptest::prelude::*;

use super::property_tests::any_owner;
use super::*;

const QUEUE: &str = "AWS::SQS::Queue";

/// What the table holds.
#[derive(Debug, Clone, Default)]
struct World {
    claims: BTreeMap<Key, NameClaim>,
    counters: BTreeMap<String, Counter>,
    held: BTreeMap<usize, (String, Option<(String, u32)>)>,
}

#[derive(Debug, Clone)]
enum Event {
    Ask { owner: usize, crash: bool },
    Release { owner: usize },
}

fn event(owners: usize) -> impl Strategy<Value = Event> {
    prop_oneof![
        3 => (0..owners, prop::bool::weighted(0.2)).prop_map(|(owner, crash)| Event::Ask { owner, crash }),
        2 => (0..owners).prop_map(|owner| Event::Release { owner }),
    ]
}

impl World {
    /// The world after `index` got a name, by the steps that a resolver takes.
    fn resolve(&self, naming: &Naming, sequence: Sequence, index: usize, owner: &Owner) -> Self {
        let mut after = self.clone();
        if self.held.contains_key(&index) {
            return after;
        }
        let wanted = wanted(owner, QUEUE);
        let scope = naming.counter_scope(&wanted, SequencePer::Name).unwrap();
        for attempt in 0..16 {
            let taken = scope.as_ref().map(|scope| {
                let fresh = Counter::new(scope.clone());
                let counter = self.counters.get(scope).unwrap_or(&fresh);
                counter.take(sequence, attempt).unwrap()
            });
            let number = taken.as_ref().map(|(number, _)| *number);
            let claim = naming.claim(&wanted, attempt, number).unwrap();
            if self.claims.contains_key(&claim.key()) {
                continue;
            }
            let counted = taken.map(|(number, counter)| {
                let scope = counter.scope.clone();
                after.counters.insert(scope.clone(), counter);
                (scope, number)
            });
            after.held.insert(index, (claim.name.clone(), counted));
            after.claims.insert(claim.key(), claim);
            return after;
        }
        panic!("no free name was found");
    }

    fn release(&mut self, sequence: Sequence, index: usize) {
        if let Some((name, counted)) = self.held.remove(&index) {
            self.claims
                .remove(&NameClaim::key_of(QUEUE, &name))
                .unwrap();
            if let Some((scope, number)) = counted {
                let after = self.counters[&scope].give_back(sequence, number).unwrap();
                self.counters.insert(scope, after);
            }
        }
    }
}

proptest! {
    #[test]
    fn no_two_owners_hold_one_name_and_nothing_leaks(
        owners in prop::collection::vec(any_owner(), 2..8),
        events in prop::collection::vec(event(8), 0..80),
        gap_free in any::<bool>(),
        pattern in prop::sample::select(vec!["gp-{env|short:1}-{seq}", "gp-{seq:03d}", "gp-{tenant}-{hash:8}"]),
        foreign in prop::collection::vec(1..6_u32, 0..4),
    ) {
        let sequence = if gap_free { Sequence::GapFree } else { Sequence::Plain };
        let naming = naming(pattern, "one");
        let mut world = World::default();
        // Names that another pattern made before.
        for number in &foreign {
            let claim = NameClaim {
                scope: QUEUE.to_owned(),
                name: format!("gp-{number:03}"),
                owner: owners[0].clone(),
                version: 1,
            };
            world.claims.insert(claim.key(), claim);
        }
        let before = world.claims.len();
        for event in events {
            match event {
                Event::Ask { owner, crash } if owner < owners.len() => {
                    let after = world.resolve(&naming, sequence, owner, &owners[owner]);
                    if !crash {
                        let again = after.resolve(&naming, sequence, owner, &owners[owner]);
                        prop_assert_eq!(&again.held, &after.held);
                        world = after;
                    }
                }
                Event::Ask { .. } => {}
                Event::Release { owner } => world.release(sequence, owner),
            }
            let names: BTreeSet<&String> = world.held.values().map(|(name, _)| name).collect();
            prop_assert_eq!(names.len(), world.held.len());
            prop_assert_eq!(world.claims.len(), world.held.len() + before);
        }
        for owner in 0..owners.len() {
            world.release(sequence, owner);
        }
        prop_assert_eq!(world.claims.len(), before);
        if gap_free {
            for counter in world.counters.values() {
                prop_assert_eq!((counter.next, counter.free.len()), (1, 0), "{:?}", counter);
            }
        }
    }
}
