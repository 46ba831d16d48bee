//! The figures of the decision on pools: `cargo test --release -p groundplane-resolvers figures --
//! --ignored --nocapture`.

use std::time::Instant;

use super::fixture::*;
use super::simulation::{Load, Simulation};
use super::*;

fn report(load: &Load<'_>) {
    let mut simulation = Simulation::new(load, 42);
    simulation.run();
    simulation.check();
    let tally = simulation.tally;
    let done = (tally.allocations + tally.releases) as f64;
    println!(
        "{} {:?} callers {} | conflicts {:.3} most attempts {} reads {:.2} writes {:.2} | nodes {} largest free {:?} whole sixteenths of sixteenths {}",
        load.pool,
        load.lengths,
        load.callers,
        tally.conflicts as f64 / done,
        tally.most_attempts,
        simulation.nodes.reads as f64 / done,
        simulation.nodes.writes as f64 / done,
        simulation.nodes.stored.len(),
        simulation.nodes.largest_free(&simulation.tree),
        whole(
            &simulation.nodes,
            simulation.tree.root(),
            simulation.tree.cidr().length() + 8
        ),
    );
}

/// How many blocks of `length` are wholly free.
fn whole(nodes: &Nodes, id: NodeId, length: u8) -> usize {
    let Some(node) = nodes.stored.get(&id) else {
        return 0;
    };
    let slot = id.length() + 4;
    node.slots
        .iter()
        .map(|(index, content)| match content {
            Slot::Free if slot <= length => 1 << (length - slot),
            Slot::Split(_) if slot < length => whole(nodes, id.child(index), length),
            Slot::Free | Slot::Split(_) | Slot::Taken(_) | Slot::Reserved => 0,
        })
        .sum()
}

#[test]
#[ignore = "prints figures"]
fn figures_of_contention() {
    for (pool, lengths, allocations, kept) in [
        ("10.0.0.0/8", &[24][..], 10_000, usize::MAX),
        ("172.16.0.0/12", &[28], 10_000, usize::MAX),
        ("10.0.0.0/16", &[24], 256, usize::MAX),
        ("10.0.0.0/8", &[20, 22, 24, 26, 28], 10_000, 2_500),
    ] {
        for callers in [1, 8, 64] {
            report(&Load {
                pool,
                lengths,
                callers,
                allocations,
                kept,
                lost: None,
            });
        }
    }
}

#[test]
#[ignore = "prints figures"]
fn figures_of_filling() {
    fill(&[20, 22, 24, 26, 28]);
    fill(&[24, 26, 28, 30, 32]);
}

/// Fills a /8 with blocks of these prefix lengths, all as often.
#[expect(clippy::disallowed_methods, reason = "time is what is measured")]
fn fill(lengths: &[u8]) {
    let tree = pool("10.0.0.0/8");
    let mut nodes = Nodes::new(&tree, &[]);
    let mut numbers = Numbers(42);
    let (mut taken, mut blocks) = (0_u128, 0_u64);
    for percent in [10, 50, 90] {
        let (start, before, reads, writes) = (Instant::now(), blocks, nodes.reads, nodes.writes);
        while taken * 100 < tree.cidr().addresses() * percent {
            let length = lengths[numbers.below(lengths.len())];
            let spread = Spread {
                seed: numbers.next(),
                attempt: 0,
            };
            let run = nodes.run(&tree, |view| view.allocate(length, spread));
            let (block, edits) = run.unwrap();
            assert!(nodes.commit(&edits));
            taken += block.addresses();
            blocks += 1;
        }
        let made = (blocks - before) as f64;
        let bytes: usize = nodes
            .stored
            .values()
            .map(|node| node.slots.to_string().len() + node.tree.len() + 60)
            .sum();
        println!(
            "{percent} % {blocks} blocks | {:.0}/s reads {:.2} writes {:.2} | nodes {} stored {:.1} MB memory {:.1} MB largest free {:?}",
            made / start.elapsed().as_secs_f64(),
            (nodes.reads - reads) as f64 / made,
            (nodes.writes - writes) as f64 / made,
            nodes.stored.len(),
            bytes as f64 / 1e6,
            (nodes.stored.len() * (size_of::<NodeId>() + size_of::<PoolNode>() + tree.name().len()))
                as f64
                / 1e6,
            nodes.largest_free(&tree),
        );
    }
}
