//! Random histories of a pool, held against a list of what is taken.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::fixture::*;
use super::*;

/// Pools whose sizes are no multiple of anything, in both families, with what they reserve.
const POOLS: [(&str, &[&str]); 12] = [
    ("10.0.0.0/8", &["10.0.0.0/24", "10.255.255.255/32"]),
    ("10.64.0.0/11", &[]),
    ("172.16.0.0/12", &["172.16.0.0/28", "172.20.0.0/14"]),
    ("192.168.8.0/22", &["192.168.8.0/30", "192.168.11.255/32"]),
    ("192.168.1.0/24", &[]),
    ("192.168.1.64/27", &["192.168.1.64/32", "192.168.1.80/29"]),
    ("192.168.1.8/30", &["192.168.1.9/32"]),
    ("192.168.1.9/32", &[]),
    ("2001:db8::/32", &["2001:db8::/64"]),
    ("2001:db8:0:8::/61", &["2001:db8:0:f::/64"]),
    ("2001:db8::c0/123", &["2001:db8::c0/127"]),
    ("2001:db8::1/128", &[]),
];

/// What becomes of the commit of an operation.
#[derive(Debug, Clone, Copy)]
enum Fate {
    /// It is committed.
    Committed,
    /// The caller dies before the commit.
    Lost,
    /// It is committed, and the commit arrives once more.
    Doubled,
}

#[derive(Debug, Clone, Copy)]
enum Deed {
    Allocate { attempt: u32 },
    Exactly { place: u128 },
    Release { twice: bool },
    ReleasePart,
}

#[derive(Debug, Clone, Copy)]
struct Event {
    owner: u8,
    deed: Deed,
    /// How many bits longer than the pool's the prefix length is, where there is one.
    bits: u8,
    fate: Fate,
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let fate = prop_oneof![
        6 => Just(Fate::Committed),
        1 => Just(Fate::Lost),
        1 => Just(Fate::Doubled),
    ];
    let deed = prop_oneof![
        5 => (0_u32..6).prop_map(|attempt| Deed::Allocate { attempt }),
        2 => any::<u128>().prop_map(|place| Deed::Exactly { place }),
        4 => any::<bool>().prop_map(|twice| Deed::Release { twice }),
        1 => Just(Deed::ReleasePart),
    ];
    // Mostly blocks that are large for the pool, so that it fills up.
    let bits = prop_oneof![3 => 1_u8..6, 1 => 0_u8..=96];
    let event = (0_u8..40, deed, bits, fate).prop_map(|(owner, deed, bits, fate)| Event {
        owner,
        deed,
        bits,
        fate,
    });
    prop::collection::vec(event, 1..120)
}

struct History {
    tree: Tree,
    reserved: Vec<Cidr>,
    nodes: Nodes,
    /// What each owner holds: the list that everything is held against.
    held: BTreeMap<u8, Cidr>,
}

impl History {
    fn new(tree: Tree, reserved: &[&str]) -> Self {
        let reserved: Vec<Cidr> = reserved.iter().map(|text| cidr(text)).collect();
        Self {
            nodes: Nodes::new(&tree, &reserved),
            tree,
            reserved,
            held: BTreeMap::new(),
        }
    }

    fn closed(&self) -> impl Iterator<Item = Cidr> + '_ {
        self.held.values().chain(&self.reserved).copied()
    }

    /// Whether there is a block of `length` in `within` that overlaps with nothing.
    fn has_room(&self, within: Cidr, length: u8) -> bool {
        if self.closed().any(|block| block.contains(within)) {
            return false;
        }
        if !self.closed().any(|block| within.contains(block)) {
            return within.length() <= length;
        }
        within.length() < length
            && halves(within)
                .iter()
                .any(|half| self.has_room(*half, length))
    }

    fn happens(&mut self, event: Event) {
        let length = self.tree.cidr().length() + event.bits;
        let length = length.min(self.tree.cidr().family().longest());
        match (event.deed, self.held.get(&event.owner).copied()) {
            // Who asks again has what it asked for first; that is for the caller to remember.
            (Deed::Allocate { .. } | Deed::Exactly { .. }, Some(_)) => {}
            (Deed::Allocate { attempt }, None) => self.allocate(event, length, attempt),
            (Deed::Exactly { place }, None) => {
                let family = self.tree.cidr().family();
                let offset = place >> self.tree.cidr().length().min(127);
                let place = self.tree.cidr().bits() | offset;
                self.exactly(event, Cidr::at(family, place, length));
            }
            (Deed::Release { twice }, Some(block)) => self.release(event, block, twice),
            (Deed::ReleasePart, Some(block)) => self.release_part(block),
            (Deed::Release { .. } | Deed::ReleasePart, None) => {}
        }
    }

    fn commit(&mut self, event: Event, edits: &[Edit]) -> bool {
        if matches!(event.fate, Fate::Lost) {
            return false;
        }
        assert!(self.nodes.commit(edits));
        if matches!(event.fate, Fate::Doubled) {
            assert!(!self.nodes.commit(edits), "a commit took effect twice");
        }
        true
    }

    fn allocate(&mut self, event: Event, length: u8, attempt: u32) {
        let seed = u64::from(event.owner);
        let spread = Spread { seed, attempt };
        let room = self.has_room(self.tree.cidr(), length);
        let tree = self.tree.clone();
        match self.nodes.run(&tree, |view| view.allocate(length, spread)) {
            Ok((block, edits)) => {
                assert_eq!(block.length(), length);
                assert!(tree.cidr().contains(block));
                assert!(self.closed().all(|other| !other.overlaps(block)));
                if self.commit(event, &edits) {
                    self.held.insert(event.owner, block);
                }
            }
            Err(IpamError::Full { .. }) => assert!(!room, "/{length} was refused"),
            Err(error) => panic!("{error}"),
        }
    }

    fn exactly(&mut self, event: Event, block: Cidr) {
        let tree = self.tree.clone();
        match self.nodes.run(&tree, |view| view.allocate_exact(block)) {
            Ok((taken, edits)) => {
                assert_eq!(taken, block);
                assert!(self.closed().all(|other| !other.overlaps(block)));
                if self.commit(event, &edits) {
                    self.held.insert(event.owner, block);
                }
            }
            Err(IpamError::Overlaps { taken, .. }) => {
                assert!(taken.overlaps(block));
                assert!(self.held.values().any(|other| *other == taken));
            }
            Err(IpamError::Reserved { .. }) => {
                assert!(self.reserved.iter().any(|range| range.overlaps(block)));
            }
            Err(error) => panic!("{error}"),
        }
    }

    fn release(&mut self, event: Event, block: Cidr, twice: bool) {
        let tree = self.tree.clone();
        let ((), edits) = self.nodes.run(&tree, |view| view.release(block)).unwrap();
        if self.commit(event, &edits) {
            self.held.remove(&event.owner);
            if twice {
                let again = self.nodes.run(&tree, |view| view.release(block));
                assert_eq!(again, Err(IpamError::AlreadyFree { cidr: block }));
            }
        }
    }

    fn release_part(&mut self, block: Cidr) {
        let tree = self.tree.clone();
        for half in halves(block) {
            let refused = self.nodes.run(&tree, |view| view.release(half));
            assert_eq!(refused, Err(IpamError::NotTaken { cidr: half }));
        }
    }

    /// The nodes say what follows from what is taken, whatever came before; the root's summary is
    /// exact.
    fn check(&self) {
        let mut fresh = Nodes::new(&self.tree, &self.reserved);
        for block in self.held.values() {
            fresh.exactly(&self.tree, *block).unwrap();
        }
        let mut slots = self.nodes.slots();
        if self.tree.is_space() && fresh.stored.is_empty() {
            // A root stays, for its floor.
            slots.retain(|_, slots| !slots.is_free());
        }
        assert_eq!(slots, fresh.slots());
        let longest = self.tree.cidr().family().longest();
        let largest = (self.tree.cidr().length()..=longest)
            .find(|length| self.has_room(self.tree.cidr(), *length));
        assert_eq!(self.nodes.largest_free(&self.tree), largest);
    }

    fn end(mut self) {
        let held: Vec<Cidr> = self.held.values().copied().collect();
        for block in held {
            self.nodes.release(&self.tree, block).unwrap();
        }
        self.held.clear();
        self.check();
    }
}

/// The two halves of a block; none of a single address.
fn halves(block: Cidr) -> Vec<Cidr> {
    if block.length() == block.family().longest() {
        return Vec::new();
    }
    let length = block.length() + 1;
    let upper = block.bits() | 1 << (128 - u32::from(length));
    vec![
        Cidr::at(block.family(), block.bits(), length),
        Cidr::at(block.family(), upper, length),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_pool_never_overlaps_never_leaks_and_finds_every_free_block(
        index in 0..POOLS.len(),
        events in events(),
    ) {
        let (block, reserved) = POOLS[index];
        let mut history = History::new(pool(block), reserved);
        for event in events {
            history.happens(event);
            history.check();
        }
        history.end();
    }

    #[test]
    fn a_space_never_overlaps_and_never_leaks(is_v6 in any::<bool>(), events in events()) {
        let family = if is_v6 { Family::V6 } else { Family::V4 };
        let mut history = History::new(space(family), &[]);
        for event in events {
            history.happens(event);
        }
        history.check();
        history.end();
    }
}
