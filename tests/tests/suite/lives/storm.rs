//! Events for storms: many instances, shuffled, each delivered once to five times.

use serde_json::{Value, json};

use super::world::{alarm_ok, event, service, task_failed};

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

/// An alarm of its own that is over.
pub(crate) fn alarm_over(id: &str, number: usize) -> Value {
    let mut over = alarm_ok(id, 10, number);
    over["resources"][0] = Value::from(format!("arn:aws:cloudwatch:x:1:alarm:{id}"));
    over
}

/// How many events each instance gets.
pub(crate) const EVENTS: usize = 20;

/// Events of an instance, each of another resource, so that none makes another one stale.
fn events(number: usize) -> impl Iterator<Item = Value> {
    (0..EVENTS).map(move |count| {
        let id = format!("e-{number}-{count}");
        match count % 4 {
            0 | 1 => task_failed(&id, 10, number),
            2 => alarm_over(&id, number),
            _ => event(&id, 10, ("aws.ecs", "Odd"), (&[service(number)], json!({}))),
        }
    })
}

/// Every delivery of a storm over that many instances.
pub(crate) fn deliveries(instances: usize) -> Vec<Value> {
    let mut numbers = Numbers(0x5eed);
    let mut deliveries: Vec<Value> = Vec::new();
    for event in (0..instances).flat_map(events) {
        let times = 1 + numbers.below(5);
        deliveries.extend(std::iter::repeat_n(event, times));
    }
    for last in (1..deliveries.len()).rev() {
        deliveries.swap(last, numbers.below(last + 1));
    }
    deliveries
}
