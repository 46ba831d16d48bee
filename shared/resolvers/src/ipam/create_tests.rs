//! Pools are made and removed.

use super::fixture::*;
use super::*;

fn remove(nodes: &mut Nodes, tree: &Tree, reserved: &[Cidr]) -> Result<Vec<Edit>, IpamError> {
    let mut view = View::new(tree.clone());
    loop {
        match view.remove_pool(reserved)? {
            Step::Read(ids) => nodes.read(&mut view, &ids),
            Step::Done(edits) => return Ok(edits),
        }
    }
}

#[test]
fn a_new_pool_is_closed_where_it_is_reserved_or_ends() {
    for (block, reserved, expected) in [
        (
            "10.0.0.0/24",
            &[][..],
            &[("10.0.0.0/24", ". . . . . . . . . . . . . . . .")][..],
        ),
        (
            "10.0.4.0/22",
            &[],
            &[("10.0.0.0/20", "- - - - . . . . - - - - - - - -")],
        ),
        (
            "10.0.0.9/32",
            &[],
            &[("10.0.0.0/28", "- - - - - - - - - . - - - - - -")],
        ),
        (
            "10.0.0.0/8",
            &["10.16.0.0/12"],
            &[("10.0.0.0/8", ". - . . . . . . . . . . . . . .")],
        ),
        (
            "10.0.0.0/20",
            &["10.0.1.0/28", "10.0.2.0/23"],
            &[
                ("10.0.0.0/20", ". 25 - - . . . . . . . . . . . ."),
                ("10.0.1.0/24", "- . . . . . . . . . . . . . . ."),
            ],
        ),
        (
            "2001:db8::/31",
            &[],
            &[("2001:db0::/28", "- - - - - - - - . . - - - - - -")],
        ),
    ] {
        let reserved: Vec<Cidr> = reserved.iter().map(|text| cidr(text)).collect();
        let nodes = Nodes::new(&pool(block), &reserved);
        let slots = nodes.slots().into_iter();
        let found: Vec<(String, String)> = slots
            .map(|(id, slots)| (id.to_string(), slots.to_string()))
            .collect();
        let expected: Vec<(String, String)> = expected
            .iter()
            .map(|(id, slots)| ((*id).to_owned(), (*slots).to_owned()))
            .collect();
        assert_eq!(found, expected);
    }
}

#[test]
fn a_pool_is_removed_once_nobody_holds_anything_of_it() {
    let tree = pool("10.0.0.0/12");
    let reserved = [cidr("10.0.0.0/24"), cidr("10.15.255.255/32")];
    let mut nodes = Nodes::new(&tree, &reserved);
    let mut held = Vec::new();
    for length in [14, 20, 24, 28, 32, 32, 24] {
        held.push(nodes.allocate(&tree, length).unwrap());
    }
    while let Some(block) = held.pop() {
        let refused = remove(&mut nodes, &tree, &reserved).unwrap_err();
        assert_eq!(refused.to_string(), "`10.0.0.0/12` is in use");
        nodes.release(&tree, block).unwrap();
    }
    let edits = remove(&mut nodes, &tree, &reserved).unwrap();
    assert!(nodes.commit(&edits));
    assert!(nodes.stored.is_empty());
    assert_eq!(remove(&mut nodes, &tree, &reserved), Err(IpamError::NoPool));
}

#[test]
fn a_pool_that_someone_takes_of_meanwhile_is_not_removed() {
    let tree = pool("10.0.0.0/12");
    let reserved = [cidr("10.0.0.0/24"), cidr("10.15.255.255/32")];
    for length in 14..=32 {
        for seed in 0..8 {
            let spread = Spread { seed, attempt: 9 };
            let mut nodes = Nodes::new(&tree, &reserved);
            let removal = remove(&mut nodes, &tree, &reserved).unwrap();
            let (_, taking) = nodes
                .run(&tree, |view| view.allocate(length, spread))
                .unwrap();

            let mut other = nodes.clone();
            assert!(nodes.commit(&taking) && !nodes.commit(&removal));
            assert!(other.commit(&removal) && !other.commit(&taking));
        }
    }
}

#[test]
fn a_tree_knows_its_size() {
    for (block, root, depth) in [
        ("10.0.0.0/8", "10.0.0.0/8", 6),
        ("10.0.0.0/10", "10.0.0.0/8", 6),
        ("10.0.0.9/32", "10.0.0.0/28", 1),
        ("2001:db8::/32", "2001:db8::/32", 24),
        ("::/0", "::/0", 32),
    ] {
        let tree = pool(block);
        assert_eq!(
            (tree.root().to_string().as_str(), tree.depth()),
            (root, depth)
        );
    }
    assert_eq!(space(Family::V6).name(), "SPACE#default");
    assert_eq!(pool("10.0.0.0/8").name(), "POOL#apps#1");
}
