//! Keys, versions and states of blocks.

use groundplane_model::{InstanceId, UnitName};

use super::*;
use crate::ipam::{Step, Tree};

fn pool() -> Within {
    Within::Pool(PoolName::parse("dev").unwrap())
}

fn cidr(text: &str) -> Cidr {
    Cidr::parse(text).unwrap()
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn owner(tenant: &str) -> Owner {
    Owner {
        tenant: TenantId::parse(tenant).unwrap(),
        instance: InstanceId::parse("web.dev").unwrap(),
        incarnation: "1".to_owned(),
        unit: UnitName::parse("compute").unwrap(),
        input: "subnet".to_owned(),
    }
}

fn block(text: &str) -> Block {
    Block {
        within: pool(),
        cidr: cidr(text),
        holder: Holder::Instance(owner("acme")),
        state: BlockState::Held,
        quarantine_minutes: 15,
        allocated_at: at(0),
        taken_at: 3,
        version: 0,
    }
}

#[test]
fn blocks_sort_by_their_addresses() {
    let sorted = [
        "0.0.0.0/8",
        "9.255.0.0/16",
        "10.0.0.0/8",
        "10.0.0.0/24",
        "10.0.0.128/25",
        "192.168.0.0/16",
        "::/16",
        "2001:db8::/32",
        "2001:db8:1::/48",
        "fd00::/8",
    ];
    let keys = sorted.map(|text| Block::key_of(&pool(), cidr(text)).sort);
    assert!(keys.is_sorted(), "{keys:?}");
    assert_eq!(keys[3], "BLOCK#4#0a000000/024");
}

#[test]
fn a_pool_and_a_space_of_the_same_name_are_kept_apart() {
    let space = Within::Space(SpaceName::parse("dev").unwrap());
    assert_ne!(space.partition(), pool().partition());
}

#[test]
fn what_ends_by_itself_is_listed_in_the_order_of_its_ends() {
    let resting = |text: &str, second: i64| Block {
        state: BlockState::Resting { due: at(second) },
        ..block(text)
    };
    let sort = |block: &Block| block.index().unwrap().sort;
    assert!(sort(&resting("10.9.0.0/16", 9)) < sort(&resting("10.0.0.0/16", 10)));
    assert!(
        sort(&resting("10.0.0.0/16", 999_999_999)) < sort(&resting("10.0.0.0/16", 1_000_000_000))
    );
    assert_ne!(
        sort(&resting("10.0.0.0/16", 1)),
        sort(&resting("10.1.0.0/16", 1))
    );
    assert_eq!(block("10.0.0.0/16").index(), None);
    let in_a_space = Block {
        within: Within::Space(SpaceName::parse("default").unwrap()),
        ..resting("10.0.0.0/16", 1)
    };
    assert_eq!(in_a_space.index(), None);
}

#[test]
fn a_block_rests_for_as_long_as_it_was_taken_for_to() {
    let rested = block("10.0.0.0/24").put_to_rest(at(100));
    assert_eq!(rested.state.due(), Some(at(100 + 15 * 60)));
    assert!(!rested.is_due(at(999)));
    assert!(rested.is_due(at(1000)));
    assert!(!block("10.0.0.0/24").is_due(at(1_000_000)));
}

#[test]
fn who_has_given_back_holds_nothing() {
    let held = block("10.0.0.0/24");
    assert!(held.is_held_by(&owner("acme")));
    assert!(!held.is_held_by(&owner("umbrella")));
    let reserved = Block {
        state: BlockState::Reserved { due: at(1) },
        ..held.clone()
    };
    assert!(reserved.is_held_by(&owner("acme")));
    assert!(!held.put_to_rest(at(0)).is_held_by(&owner("acme")));
}

#[test]
fn tenants_learn_nothing_of_each_other() {
    let tenant = TenantId::parse("acme").unwrap();
    let words = |holder: &Holder| (holder.seen_by(Some(&tenant)), holder.seen_by(None));
    assert_eq!(
        words(&Holder::Instance(owner("acme"))),
        ("`web.dev`".to_owned(), "`web.dev` of `acme`".to_owned())
    );
    assert_eq!(
        words(&Holder::Instance(owner("umbrella"))),
        (
            "another tenant".to_owned(),
            "`web.dev` of `umbrella`".to_owned()
        )
    );
}

#[test]
fn a_version_of_a_block_never_comes_again_in_its_place() {
    let tree = Tree::pool(&PoolName::parse("dev").unwrap(), "1", cidr("10.0.0.0/16"));
    let mut stored: Vec<Edit> = View::of_new_pool(tree.clone(), &[]).edits();
    let mut highest = 0;
    for _ in 0..6 {
        // Takes a block, changes it often, and gives it back.
        let mut view = view_of(&tree, &stored);
        let taken = cidr("10.0.7.0/28");
        assert!(matches!(view.allocate_exact(taken), Ok(Step::Done(_))));
        let first = Block {
            version: 0,
            ..Block::taken(&view, (pool(), taken), Holder::Import(String::new()), at(0))
        };
        assert!(first.next_version() > highest, "{first:?}");
        highest = first.next_version() + 1000;
        commit(&mut stored, &view);
        let mut view = view_of(&tree, &stored);
        assert_eq!(view.release(taken), Ok(Step::Done(())));
        commit(&mut stored, &view);
    }
}

/// A view in which everything that is stored has been read, and that nothing else is.
fn view_of(tree: &Tree, stored: &[Edit]) -> View {
    let mut view = View::new(tree.clone());
    for edit in stored {
        if let Edit::Save(node) = edit {
            view.learn(node.node, Some(node.clone()));
        }
    }
    while let Ok(Step::Read(ids)) = view.clone().allocate_exact(cidr("10.0.7.0/28")) {
        ids.into_iter().for_each(|id| view.learn(id, None));
    }
    view
}

/// Keeps what the view has changed, with the versions that the table would give.
fn commit(stored: &mut Vec<Edit>, view: &View) {
    for edit in view.edits() {
        let (Edit::Save(node) | Edit::Remove(node)) = &edit;
        let id = node.node;
        stored.retain(|other| {
            let (Edit::Save(other) | Edit::Remove(other)) = other;
            other.node != id
        });
        if let Edit::Save(mut node) = edit {
            node.version = node.next_version();
            stored.push(Edit::Save(node));
        }
    }
}
