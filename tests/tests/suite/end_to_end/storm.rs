//! A storm of events on the local AWS: through the queue and the shipped function, to lives in the
//! shipped table. `cargo xtask bench` runs it with a hundred instances.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use groundplane_aws::{Aws, Table};
use groundplane_lifecycle::{Beginning, built_in, start};
use groundplane_lives::changes_of;
use groundplane_model::{
    Change, EventEntry, Index, InstanceId, Life, Partition, Passage, ResourceOwner, TenantId,
};
use groundplane_ports::{Page, ReadTable, WriteTable};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::cloud::Cloud;
use super::command::variable;
use crate::lives::reference::must_follow;
use crate::lives::storm::{EVENTS, alarm_over, deliveries};
use crate::lives::world::{service, task_failed};

/// How many instances there are, if nothing else is said.
const INSTANCES: usize = 10;
/// How many events are sent one by one, to see how long each takes.
const SINGLE: usize = 60;
/// How long the queue may take for one delivery.
const PATIENCE: Duration = Duration::from_secs(2);
/// How many deliveries the queue holds at most, more or less: the local AWS walks over all of them
/// for each that it hands out. Far more than the function takes at once.
const WAITING: usize = 500;
/// The most events of one call (SQS SendMessageBatch).
const BATCH: usize = 10;

struct Storm {
    table: Table,
    cloud: Cloud,
    queue: String,
    tenant: TenantId,
}

#[expect(
    clippy::disallowed_methods,
    reason = "the platform under test has the real time"
)]
fn now() -> Timestamp {
    Timestamp::now()
}

impl Storm {
    fn instance(number: usize) -> InstanceId {
        InstanceId::parse(&format!("service-{number}.dev")).unwrap()
    }

    /// Has an instance live that no deployment has made.
    async fn begin(&self, number: usize) {
        let (reference, _, definition) = built_in();
        let instance = Self::instance(number);
        let beginning = Beginning {
            tenant: self.tenant.clone(),
            instance: instance.clone(),
            incarnation: "storm".to_owned(),
            lifecycle: reference.clone(),
            labels: BTreeMap::new(),
            parameters: json!({}),
        };
        let now = now();
        let begun = start(definition, beginning, None, now);
        let mut changes = changes_of((&self.tenant, &instance), &begun, now);
        changes.push(Change::save(&ResourceOwner {
            identifier: service(number),
            tenant: self.tenant.clone(),
            instance,
            incarnation: "storm".to_owned(),
            unit: "compute".parse().unwrap(),
            logical_id: "Service".to_owned(),
            // Not one that the pollers would look for.
            resource_type: "AWS::ECS::TaskSet".to_owned(),
            physical_id: service(number),
            version: 0,
        }));
        self.table.commit(changes).await.unwrap();
    }

    /// Puts events into the queue, as the rule does.
    fn send(&self, events: &[Value]) {
        let time = now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let entries: Vec<Value> = events
            .iter()
            .enumerate()
            .map(|(number, event)| {
                let mut event = event.clone();
                event["time"] = Value::from(time.as_str());
                json!({"Id": number.to_string(), "MessageBody": event.to_string()})
            })
            .collect();
        let message = json!({"QueueUrl": self.queue, "Entries": entries});
        let answer = self
            .cloud
            .call("sqs", "AmazonSQS.SendMessageBatch", &message);
        assert!(!answer.contains("\"Failed\":[{"), "{answer}");
    }

    /// How many messages the queue holds.
    fn left(&self) -> usize {
        const COUNTS: [&str; 2] = [
            "ApproximateNumberOfMessages",
            "ApproximateNumberOfMessagesNotVisible",
        ];
        let ask = json!({"QueueUrl": self.queue, "AttributeNames": COUNTS});
        let answer = self.cloud.call("sqs", "AmazonSQS.GetQueueAttributes", &ask);
        let answer: Value = serde_json::from_str(&answer).unwrap();
        let count = |name: &&str| {
            answer["Attributes"][name]
                .as_str()
                .unwrap()
                .parse::<usize>()
        };
        COUNTS.iter().map(|name| count(name).unwrap()).sum()
    }

    /// Waits until the queue holds no more than this.
    async fn wait_until_left(&self, most: usize) {
        let patience = PATIENCE * u32::try_from(WAITING).unwrap();
        wait_for(patience, async || (self.left() <= most).then_some(())).await;
    }

    async fn log(&self, number: usize) -> Vec<EventEntry> {
        let index = Index::events(&self.tenant, &Self::instance(number), "");
        let page: Page<EventEntry> = self.table.list(&index, 200, None).await.unwrap();
        page.records
    }

    async fn must_be_as_the_reference(&self, number: usize) {
        let instance = Self::instance(number);
        let partition = Partition::instance(&self.tenant, &instance);
        let history: Vec<Passage> = self.table.query(&partition, Passage::PREFIX).await.unwrap();
        let state = must_follow(&self.log(number).await, &history, EVENTS);
        let life: Life = self
            .table
            .require(&Life::key_of(&self.tenant, &instance))
            .await
            .unwrap();
        assert_eq!(life.state.as_str(), state);
    }

    /// Sends events one by one to an instance of their own, each a transition; gives how long each took from the
    /// queue to what is stored, the shortest first.
    async fn single(&self, number: usize) -> Vec<Duration> {
        self.begin(number).await;
        let mut times = Vec::new();
        for count in 0..SINGLE {
            let sent = now();
            let id = format!("single-{count}");
            let event = match count % 2 {
                0 => task_failed(&id, 0, number),
                _ => alarm_over(&id, number),
            };
            self.send(&[event]);
            let stored = wait_for(PATIENCE * 10, async || {
                let log = self.log(number).await;
                log.into_iter().find(|entry| entry.event == id)
            });
            let took = stored.await.received_at.duration_since(sent);
            times.push(took.try_into().unwrap());
        }
        times.sort();
        times
    }
}

/// Asks until there is an answer.
async fn wait_for<T>(patience: Duration, ask: impl AsyncFn() -> Option<T>) -> T {
    let begin = now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        let waited = now().duration_since(begin);
        assert!(waited.unsigned_abs() < patience, "nothing after {waited}");
        // Between two looks, not for luck: the condition decides.
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The time that this share of all took at most, in milliseconds.
fn percentile(times: &[Duration], percent: usize) -> u128 {
    times[(times.len() - 1) * percent / 100].as_millis()
}

#[tokio::test]
#[ignore = "needs the local AWS: cargo xtask test"]
async fn a_storm_of_events_moves_each_instance_as_one_event_after_the_other_would() {
    let storm = Storm {
        table: Aws::from_env()
            .await
            .table(variable("GROUNDPLANE_TEST_TABLE")),
        cloud: Cloud::from_env(),
        queue: variable("GROUNDPLANE_TEST_EVENT_QUEUE"),
        tenant: TenantId::parse("storm").unwrap(),
    };
    #[expect(clippy::disallowed_methods, reason = "the bench asks for more")]
    let instances = std::env::var("GROUNDPLANE_TEST_STORM").ok();
    let instances = instances.map_or(INSTANCES, |text| text.parse().unwrap());
    for number in 0..instances {
        storm.begin(number).await;
    }
    let deliveries = deliveries(instances);
    let begin = now();
    for portion in deliveries.chunks(WAITING / 2) {
        storm.wait_until_left(WAITING / 2).await;
        portion.chunks(BATCH).for_each(|batch| storm.send(batch));
    }
    storm.wait_until_left(0).await;
    let took = now().duration_since(begin).as_secs_f64();
    for number in 0..instances {
        storm.must_be_as_the_reference(number).await;
    }
    let times = storm.single(instances).await;
    let mut report = String::new();
    let count = deliveries.len();
    writeln!(
        report,
        "{instances} instances, {count} deliveries: {:.0}/s",
        count as f64 / took
    )
    .unwrap();
    let (middle, late) = (percentile(&times, 50), percentile(&times, 99));
    writeln!(
        report,
        "event to stored state: p50 {middle} ms, p99 {late} ms"
    )
    .unwrap();
    println!("{report}");
}
