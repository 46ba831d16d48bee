//! How fast addresses are handed out, and what each costs, as a table for the documentation.

use super::contention::{calls_for, carry_out};
use super::*;

/// How many blocks are taken in each row.
const COUNT: usize = 4_000;

#[tokio::test]
#[ignore = "prints figures; run it with --release and --nocapture"]
async fn figures_of_addresses() {
    println!(
        "| load | allocators | allocations per second | conflicts | reads | writes |\n\
         |---|---|---|---|---|---|"
    );
    for block in ["10.0.0.0/12", "10.0.0.0/16"] {
        for allocators in [1, 8, 64] {
            let world = World::with(block).await;
            let owners: Vec<Owner> = (0..COUNT).map(owner).collect();
            let (counts, seconds) = carry_out(&world, allocators, calls_for(&owners)).await;
            assert_eq!(world.sound("dev").await, COUNT);
            let each = |number: usize| number as f64 / COUNT as f64;
            println!(
                "| {COUNT} /28s in `{block}` | {allocators} | {:.0} | {:.2} | {:.1} | {:.2} |",
                COUNT as f64 / seconds,
                each(counts.conflicts),
                each(counts.reads),
                each(counts.writes)
            );
        }
    }
}
