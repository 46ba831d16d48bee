//! Many events at once, shuffled and repeated: each transition once, and where one by one leads.

use std::sync::Arc;

use groundplane_model::{Partition, Passage};
use groundplane_ports::ReadTable as _;
use tokio::task::JoinSet;

use super::World;
use super::reference::must_follow;
use super::storm::{EVENTS, deliveries};
use super::world::whose;

/// How many instances there are.
const INSTANCES: usize = 12;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_a_storm_each_event_is_decided_once_and_no_transition_is_lost_or_doubled() {
    let world = Arc::new(World::with(INSTANCES).await);
    let mut at_work = JoinSet::new();
    for batch in deliveries(INSTANCES).chunks(10) {
        let (world, batch) = (Arc::clone(&world), batch.to_vec());
        at_work.spawn(async move { world.happen(&batch).await });
    }
    at_work.join_all().await;
    for number in 0..INSTANCES {
        let whose = whose(number);
        let partition = Partition::instance(&whose.tenant, &whose.instance);
        let history: Vec<Passage> = world
            .table
            .query(&partition, Passage::PREFIX)
            .await
            .unwrap();
        let state = must_follow(&world.log(number).await, &history, EVENTS);
        assert_eq!(world.state(number).await, state);
    }
}
