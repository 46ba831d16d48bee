//! Many events at once, shuffled and repeated: each transition once, and where one by one leads.

use std::sync::Arc;

use serde_json::Value;
use tokio::task::JoinSet;

use super::World;
use super::world::{alarm_ok, event, service, task_failed};

/// How many instances there are, and how many events each of them gets.
const INSTANCES: usize = 12;
const EVENTS: usize = 20;

/// Numbers that look random and are the same in each run (xorshift).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % most as u64) as usize
    }
}

/// Events of an instance, each of another resource, so that none makes another one stale.
fn events(number: usize) -> Vec<Value> {
    (0..EVENTS)
        .map(|count| {
            let id = format!("e-{number}-{count}");
            match count % 4 {
                0 | 1 => task_failed(&id, 10, number),
                2 => {
                    let mut over = alarm_ok(&id, 10, number);
                    over["resources"][0] =
                        Value::from(format!("arn:aws:cloudwatch:x:1:alarm:{id}"));
                    over
                }
                _ => event(
                    &id,
                    10,
                    ("aws.ecs", "Odd"),
                    (&[service(number)], serde_json::json!({})),
                ),
            }
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_a_storm_each_event_is_decided_once_and_no_transition_is_lost_or_doubled() {
    let world = Arc::new(World::with(INSTANCES).await);
    let mut numbers = Numbers(0x5eed);
    let mut deliveries: Vec<Value> = Vec::new();
    for number in 0..INSTANCES {
        for event in events(number) {
            let times = 1 + numbers.below(5);
            deliveries.extend(std::iter::repeat_n(event, times));
        }
    }
    for last in (1..deliveries.len()).rev() {
        deliveries.swap(last, numbers.below(last + 1));
    }
    let mut at_work = JoinSet::new();
    for batch in deliveries.chunks(10) {
        let (world, batch) = (Arc::clone(&world), batch.to_vec());
        at_work.spawn(async move { world.happen(&batch).await });
    }
    at_work.join_all().await;
    for number in 0..INSTANCES {
        let log = world.log(number).await;
        assert_eq!(log.len(), EVENTS, "each event has one entry");
        // The log in the order of the states: each entry begins where the one before has ended.
        let history = world.history(number).await;
        let moves: Vec<(&str, &str)> = history
            .iter()
            .map(|step| step.split(' ').next().unwrap().split_once('>').unwrap())
            .collect();
        for pair in moves.windows(2) {
            assert_eq!(pair[0].1, pair[1].0, "{history:?}");
        }
        let moved = log.iter().filter(|entry| entry.to.is_some()).count();
        assert_eq!(
            moved + 1,
            history.len(),
            "a transition for each that the log says"
        );
        assert_eq!(world.state(number).await, moves.last().unwrap().1);
    }
}
