//! Many allocators at once, on the real thing.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use super::counted::{Counted, Counts};
use super::*;

/// How many requests one invocation of the function has.
const BATCH: usize = 10;

/// Lets `allocators` carry out the calls, each of them one after the other. Gives what that took.
pub(super) async fn carry_out(
    world: &World,
    allocators: usize,
    calls: Vec<ResolverCall>,
) -> (Counts, f64) {
    let table = Arc::new(Counted::new(world.table.clone()));
    let (calls, next) = (Arc::new(calls), Arc::new(AtomicUsize::new(0)));
    let mut callers = JoinSet::new();
    let begin = now();
    for _ in 0..allocators {
        let (table, calls, next) = (Arc::clone(&table), Arc::clone(&calls), Arc::clone(&next));
        let clock = world.clock.clone();
        callers.spawn(async move {
            while let Some(call) = calls.get(next.fetch_add(1, Ordering::Relaxed)) {
                handle(&*table, &clock, call.clone()).await.unwrap();
            }
        });
    }
    callers.join_all().await;
    (table.take(), begin.elapsed().as_secs_f64())
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long it takes is what is measured"
)]
fn now() -> Instant {
    Instant::now()
}

/// Calls for as many owners, each for a block of the configured length.
pub(super) fn calls_for(owners: &[Owner]) -> Vec<ResolverCall> {
    let requests = |batch: &[Owner]| batch.iter().map(|owner| request(owner, &[])).collect();
    owners
        .chunks(BATCH)
        .map(|batch| asking(requests(batch)))
        .collect()
}

fn said(what: &str, count: usize, (counts, seconds): (Counts, f64)) {
    let each = |number: usize| number as f64 / count as f64;
    let Counts {
        reads,
        commits,
        writes,
        conflicts,
    } = counts;
    println!(
        "{what}: {count} in {seconds:.1} s; {commits} commits, {conflicts} conflicts; for each \
         {:.2} reads, {:.2} writes",
        each(reads),
        each(writes)
    );
}

/// Has `count` owners take a block and give it back, 64 at a time, and looks after each step at
/// whether anything is taken twice or lost.
async fn come_and_go(count: usize) {
    let world = World::with("10.0.0.0/12").await;
    let empty = world.table.dump().await;
    let owners: Vec<Owner> = (0..count).map(owner).collect();

    let allocated = carry_out(&world, 64, calls_for(&owners)).await;
    said("allocations by 64", count, allocated);
    assert_eq!(world.sound("dev").await, count);

    let calls = owners.chunks(BATCH).map(releasing).collect();
    said("releases by 64", count, carry_out(&world, 64, calls).await);
    world.pass(15);
    let calls = vec![ResolverCall::Sweep {}];
    said("swept", count, carry_out(&world, 1, calls).await);
    assert_eq!(world.sound("dev").await, 0);

    // What is left is what there was; only the versions of the nodes have moved on, and the tenant's
    // allocations were counted.
    let mut left = world.table.dump().await;
    left.retain(|_, item| {
        let is_count = item["kind"]["S"] == "usage";
        assert!(!is_count || item["used"]["N"] == "0", "{item}");
        !is_count
    });
    assert!(left.keys().eq(empty.keys()));
    let pool = pool("dev", &json!({"cidr": "10.0.0.0/12"}));
    let largest = groundplane_addresses::largest_free(&*world.table, &pool).await;
    assert_eq!(largest, Ok(Some(12)));
}

#[tokio::test]
async fn of_what_sixty_four_allocators_take_at_once_nothing_is_taken_twice_or_lost() {
    come_and_go(10_000).await;
}
