//! Single operations on a tree, and views of it that do not go together.

use super::fixture::*;
use super::*;

/// Carries an operation on `view` on until it needs a node that was not read, gives it that one
/// only, and says whether it is done.
fn one_step(nodes: &mut Nodes, view: &mut View, length: u8) -> Result<bool, IpamError> {
    match view.allocate(length, CALM)? {
        Step::Read(ids) => {
            nodes.read(view, &ids);
            Ok(false)
        }
        Step::Done(_) => Ok(true),
    }
}

#[test]
fn blocks_of_a_pool_are_taken_side_by_side() {
    let tree = pool("10.0.0.0/22");
    let mut nodes = Nodes::new(&tree, &[cidr("10.0.0.0/28")]);
    let lengths = [28, 24, 24, 25, 24, 26];
    let blocks = lengths.map(|length| nodes.allocate(&tree, length).map(|block| block.to_string()));
    let expected = [
        Ok("10.0.0.16/28".to_owned()),
        Ok("10.0.1.0/24".to_owned()),
        Ok("10.0.2.0/24".to_owned()),
        Ok("10.0.0.128/25".to_owned()),
        Ok("10.0.3.0/24".to_owned()),
        Ok("10.0.0.64/26".to_owned()),
    ];
    assert_eq!(blocks, expected);
    let error = nodes.allocate(&tree, 26).unwrap_err();
    let message = "no /26 is free in `10.0.0.0/22`; the largest free block is a /27";
    assert_eq!(error.to_string(), message);
    nodes.allocate(&tree, 27).unwrap();
    let error = nodes.allocate(&tree, 27).unwrap_err();
    assert_eq!(
        error.to_string(),
        "no /27 is free in `10.0.0.0/22`; nothing is"
    );
}

#[test]
fn what_is_refused_says_why() {
    let tree = pool("10.0.0.0/16");
    let mut nodes = Nodes::new(&tree, &[cidr("10.0.9.0/24")]);
    nodes.exactly(&tree, cidr("10.0.4.16/28")).unwrap();
    nodes.exactly(&tree, cidr("10.0.128.0/17")).unwrap();
    for (block, message) in [
        ("10.1.0.0/24", "`10.1.0.0/24` is outside of `10.0.0.0/16`"),
        ("10.0.0.0/8", "`10.0.0.0/8` is outside of `10.0.0.0/16`"),
        (
            "2001:db8::/64",
            "`2001:db8::/64` is outside of `10.0.0.0/16`",
        ),
        (
            "10.0.0.0/20",
            "`10.0.0.0/20` overlaps with `10.0.4.16/28`, which is taken",
        ),
        (
            "10.0.4.16/28",
            "`10.0.4.16/28` overlaps with `10.0.4.16/28`, which is taken",
        ),
        (
            "10.0.4.17/32",
            "`10.0.4.17/32` overlaps with `10.0.4.16/28`, which is taken",
        ),
        (
            "10.0.200.0/24",
            "`10.0.200.0/24` overlaps with `10.0.128.0/17`, which is taken",
        ),
        (
            "10.0.9.128/25",
            "`10.0.9.128/25` overlaps with a reserved range",
        ),
        (
            "10.0.8.0/22",
            "`10.0.8.0/22` overlaps with a reserved range",
        ),
    ] {
        let before = nodes.slots();
        let error = nodes.exactly(&tree, cidr(block)).unwrap_err();
        assert_eq!(error.to_string(), message);
        assert_eq!(nodes.slots(), before);
    }
    let error = nodes.allocate(&tree, 33).unwrap_err();
    let message = "a prefix length of 33 is beyond 32, the longest of `10.0.0.0/16`";
    assert_eq!(error.to_string(), message);
    let error = nodes.allocate(&tree, 8).unwrap_err();
    let message = "no /8 is free in `10.0.0.0/16`; the largest free block is a /18";
    assert_eq!(error.to_string(), message);
}

#[test]
fn only_what_was_taken_as_one_block_is_given_back() {
    let tree = pool("10.0.0.0/16");
    let mut nodes = Nodes::new(&tree, &[cidr("10.0.9.0/24")]);
    nodes.exactly(&tree, cidr("10.0.4.0/24")).unwrap();
    nodes.exactly(&tree, cidr("10.0.5.0/24")).unwrap();
    for (block, message) in [
        (
            "10.0.4.0/23",
            "`10.0.4.0/23` was not handed out as one block",
        ),
        (
            "10.0.4.0/25",
            "`10.0.4.0/25` was not handed out as one block",
        ),
        (
            "10.0.9.0/24",
            "`10.0.9.0/24` was not handed out as one block",
        ),
        (
            "10.0.0.0/16",
            "`10.0.0.0/16` was not handed out as one block",
        ),
        ("10.0.6.0/24", "`10.0.6.0/24` is free already"),
        ("10.0.99.0/28", "`10.0.99.0/28` is free already"),
        ("10.1.0.0/24", "`10.1.0.0/24` is outside of `10.0.0.0/16`"),
    ] {
        let error = nodes.release(&tree, cidr(block)).unwrap_err();
        assert_eq!(error.to_string(), message);
    }
    nodes.release(&tree, cidr("10.0.4.0/24")).unwrap();
}

#[test]
fn a_pool_without_a_root_does_not_exist_and_a_space_always_does() {
    let mut nodes = Nodes::default();
    let missing = pool("10.0.0.0/16");
    assert_eq!(nodes.allocate(&missing, 24), Err(IpamError::NoPool));
    let block = cidr("10.0.1.0/24");
    assert_eq!(nodes.exactly(&missing, block), Err(IpamError::NoPool));
    assert_eq!(nodes.release(&missing, block), Err(IpamError::NoPool));
    nodes.exactly(&space(Family::V4), block).unwrap();
}

#[test]
fn pools_and_foreign_networks_of_a_space_never_overlap() {
    let tree = space(Family::V4);
    let mut nodes = Nodes::default();
    nodes.exactly(&tree, cidr("10.0.0.0/9")).unwrap();
    nodes.exactly(&tree, cidr("172.31.0.0/16")).unwrap();
    for refused in ["10.0.0.0/8", "10.64.0.0/10", "0.0.0.0/0", "172.16.0.0/12"] {
        let result = nodes.exactly(&tree, cidr(refused));
        assert!(
            matches!(result, Err(IpamError::Overlaps { .. })),
            "{refused}"
        );
    }
    nodes.exactly(&tree, cidr("10.128.0.0/9")).unwrap();
}

#[test]
fn several_blocks_are_taken_in_one_commit() {
    let tree = pool("10.0.0.0/16");
    let mut nodes = Nodes::new(&tree, &[]);
    let mut view = View::new(tree.clone());
    for length in [24, 24, 28] {
        while let Step::Read(ids) = view.allocate(length, CALM).unwrap() {
            nodes.read(&mut view, &ids);
        }
    }
    assert!(nodes.commit(&view.edits()));
    for block in ["10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/28"] {
        nodes.release(&tree, cidr(block)).unwrap();
    }
}

#[test]
fn what_is_taken_and_given_back_in_one_view_writes_nothing() {
    let tree = pool("10.0.0.0/16");
    let mut nodes = Nodes::new(&tree, &[]);
    let mut view = View::new(tree.clone());
    nodes.read(&mut view, &[tree.root()]);
    let Step::Done(block) = view.allocate(28, CALM).unwrap() else {
        panic!("the root is enough where all is free");
    };
    assert_eq!(view.edits().len(), 3);
    // What is read late does not undo what is about to be written.
    nodes.read(&mut view, &[tree.root()]);
    assert_eq!(view.edits().len(), 3);
    // The nodes below the root are known not to be there, so nothing has to be read.
    assert_eq!(view.release(block), Ok(Step::Done(())));
    assert_eq!(view.edits(), []);
}

#[test]
fn nodes_that_were_never_there_together_are_noticed() {
    let tree = pool("10.0.0.0/16");
    let mut nodes = Nodes::new(&tree, &[]);
    let first = nodes.allocate(&tree, 24).unwrap();
    nodes.allocate(&tree, 24).unwrap();

    let mut view = View::new(tree.clone());
    assert_eq!(one_step(&mut nodes, &mut view, 24), Ok(false));
    // Between the two reads the child's largest free block changes,
    nodes
        .exactly(&tree, cidr("10.0.0.0/16").enclosing(16))
        .unwrap_err();
    let inside = first.enclosing(20);
    let upper_half = Cidr::at(Family::V4, inside.bits() | 1 << (128 - 21), 21);
    nodes.exactly(&tree, upper_half).unwrap();
    assert_eq!(one_step(&mut nodes, &mut view, 24), Ok(false));
    assert_eq!(one_step(&mut nodes, &mut view, 24), Err(IpamError::Stale));

    // or the child goes altogether.
    let mut view = View::new(tree.clone());
    assert_eq!(one_step(&mut nodes, &mut view, 24), Ok(false));
    nodes.stored.retain(|id, _| *id == tree.root());
    assert_eq!(one_step(&mut nodes, &mut view, 24), Ok(false));
    assert_eq!(one_step(&mut nodes, &mut view, 24), Err(IpamError::Stale));
}

#[test]
fn a_node_that_went_and_came_again_is_not_taken_for_the_old_one() {
    let tree = pool("10.0.0.0/16");
    let mut nodes = Nodes::new(&tree, &[]);
    let one = nodes.allocate(&tree, 28).unwrap();
    let (_, slow) = nodes.run(&tree, |view| view.allocate(28, CALM)).unwrap();
    // Everything goes, and the same nodes come again, as often as it takes to count up.
    nodes.release(&tree, one).unwrap();
    for _ in 0..5 {
        let again = nodes.exactly(&tree, one).unwrap();
        let mut late = nodes.clone();
        assert!(!late.commit(&slow), "an old decision was committed");
        nodes.release(&tree, again).unwrap();
    }
}

#[test]
fn writes_reach_the_root_only_where_its_largest_free_block_changes() {
    let tree = pool("10.0.0.0/8");
    let mut nodes = Nodes::new(&tree, &[]);
    nodes.allocate(&tree, 28).unwrap();
    let root = nodes.stored[&tree.root()].version;
    for _ in 0..200 {
        nodes.allocate(&tree, 28).unwrap();
    }
    assert_eq!(nodes.stored[&tree.root()].version, root);
    assert!(nodes.writes < 300, "{}", nodes.writes);
}
