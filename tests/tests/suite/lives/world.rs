//! A table with instances that live, and what can happen to them.

use std::collections::BTreeMap;
use std::sync::Mutex;

use groundplane_fire_deadlines as fire_deadlines;
use groundplane_lifecycle::{Beginning, RunOutcome, start};
use groundplane_lives::{Definitions, Lives, Whose, changes_of};
use groundplane_model::{
    Change, EventEntry, Index, InstanceId, Life, Lifecycle, LifecycleRef, LifecycleSpec, Partition,
    Passage, ResourceOwner, RunId, TenantId, UnitName,
};
use groundplane_ports::{Clock, Page, ReadRuns, ReadTable, Result, RunState, WriteTable};
use groundplane_route_event::{Answer, Batch, handle};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::dynamo::TestTable;
use crate::system::TestSystem;

/// The cluster and account that resources are in.
const SERVICES: &str = "arn:aws:ecs:eu-west-1:123456789012:service/main";

/// A table, a clock, and the lifecycles that were met.
pub(super) struct World {
    pub(super) table: TestTable,
    pub(super) clock: TestSystem,
    pub(super) definitions: Definitions,
    /// What became of the executions of runs, where they do not run.
    pub(super) executions: Mutex<BTreeMap<String, RunState>>,
}

/// The lifecycle of the tests: `healthy`, `degraded` for at most ten minutes, `failing-over` by a
/// run, `retired`.
pub(crate) fn lifecycle() -> LifecycleSpec {
    let spec = json!({
        "initial": "healthy",
        "states": {
            "healthy": {},
            "degraded": {"timeout": {"after": "10m", "signal": "escalate"}},
            "failing-over": {},
            "retired": {"terminal": true},
        },
        "transitions": [
            {"from": "healthy", "on": "failure", "to": "degraded", "timeout": "1h"},
            {"from": ["degraded", "failing-over"], "on": "recovered", "to": "healthy", "timeout": "1h"},
            {"from": "degraded", "on": "escalate", "to": "failing-over", "run": "failover",
             "onFailure": "degraded", "timeout": "30m"},
            {"from": "*", "on": "retire", "to": "retired", "timeout": "1h"},
        ],
        "operations": {
            "restart": {"requiredStates": ["healthy", "degraded"], "run": "restart",
                        "signalOnSuccess": "recovered", "timeout": "20m",
                        "input": {"type": "object", "additionalProperties": false,
                                  "properties": {"why": {"type": "string"}}}},
        },
        "routes": [
            {"pattern": {"source": ["aws.ecs"], "detail-type": ["ECS Task State Change"],
                         "detail": {"lastStatus": ["STOPPED"]}},
             "filter": "event.detail.containers.exists(c, has(c.exitCode) && c.exitCode != 0)",
             "signal": "failure"},
            {"pattern": {"source": ["aws.cloudwatch"], "detail": {"state": {"value": ["OK"]}}},
             "signal": "recovered"},
            {"pattern": {"source": [{"prefix": "webhook."}], "detail-type": ["Alert"]},
             "signal": "failure"},
        ],
    });
    serde_json::from_value(spec).unwrap()
}

pub(super) fn whose(number: usize) -> Whose {
    Whose {
        tenant: TenantId::parse("acme").unwrap(),
        instance: InstanceId::parse(&format!("service-{number}.dev")).unwrap(),
    }
}

/// The ARN of the service of that instance.
pub(crate) fn service(number: usize) -> String {
    format!("{SERVICES}/service-{number}")
}

/// An event in EventBridge's envelope, `seconds` after the world began.
#[expect(clippy::needless_pass_by_value, reason = "callers make it for this")]
pub(crate) fn event(id: &str, seconds: i64, of: (&str, &str), rest: (&[String], Value)) -> Value {
    let time = TestSystem::default().now() + SignedDuration::from_secs(seconds);
    json!({
        "version": "0", "id": id, "source": of.0, "detail-type": of.1,
        "account": "123456789012", "region": "eu-west-1",
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "resources": rest.0, "detail": rest.1,
    })
}

/// A task of the instance's service that has ended with an error.
pub(crate) fn task_failed(id: &str, seconds: i64, number: usize) -> Value {
    let task = format!("arn:aws:ecs:eu-west-1:123456789012:task/main/{id}");
    let detail = json!({
        "clusterArn": "arn:aws:ecs:eu-west-1:123456789012:cluster/main",
        "group": format!("service:service-{number}"),
        "lastStatus": "STOPPED", "stopCode": "EssentialContainerExited", "taskArn": task,
        "containers": [{"exitCode": 1, "lastStatus": "STOPPED"}],
    });
    event(
        id,
        seconds,
        ("aws.ecs", "ECS Task State Change"),
        (&[task], detail),
    )
}

/// An alarm of the instance's service that is over.
pub(crate) fn alarm_ok(id: &str, seconds: i64, number: usize) -> Value {
    let alarm = format!("arn:aws:cloudwatch:eu-west-1:123456789012:alarm:service-{number}-cpu");
    let dimensions = json!({"ClusterName": "main", "ServiceName": format!("service-{number}")});
    let metric =
        json!({"namespace": "AWS/ECS", "name": "CPUUtilization", "dimensions": dimensions});
    let detail = json!({
        "alarmName": format!("service-{number}-cpu"),
        "state": {"value": "OK"},
        "configuration": {"metrics": [{"id": "m1", "metricStat": {"metric": metric}}]},
    });
    let of = ("aws.cloudwatch", "CloudWatch Alarm State Change");
    event(id, seconds, of, (&[alarm], detail))
}

impl World {
    /// That many instances, each with a service of ECS, in their initial state.
    pub(super) async fn with(instances: usize) -> Self {
        let world = Self {
            table: TestTable::start().await,
            clock: TestSystem::default(),
            definitions: Definitions::default(),
            executions: Mutex::default(),
        };
        let reference = LifecycleRef::parse("web-service@1.0.0").unwrap();
        let published = Lifecycle::publish(reference, lifecycle(), "ops", world.clock.now());
        let changes = vec![Change::save(&published)];
        world.table.commit(changes).await.unwrap();
        for number in 0..instances {
            world.begin(number, None).await;
        }
        world
    }

    /// Begins the life of an instance, over what is left of an earlier one.
    pub(super) async fn begin(&self, number: usize, previous: Option<&Life>) {
        let reference = LifecycleRef::parse("web-service@1.0.0").unwrap();
        let definition = self
            .definitions
            .get(&*self.table, &reference)
            .await
            .unwrap();
        let whose = whose(number);
        let incarnation = previous.map_or("first", |_| "second").to_owned();
        let beginning = Beginning {
            tenant: whose.tenant.clone(),
            instance: whose.instance.clone(),
            incarnation: incarnation.clone(),
            lifecycle: reference,
            labels: BTreeMap::new(),
            parameters: json!({}),
        };
        let now = self.clock.now();
        let begun = start(&definition, beginning, previous, now);
        let mut changes = changes_of((&whose.tenant, &whose.instance), &begun, now);
        let key = ResourceOwner::key_of(&service(number));
        let stored: Option<ResourceOwner> = self.table.get(&key).await.unwrap();
        changes.push(Change::save(&ResourceOwner {
            identifier: service(number),
            tenant: whose.tenant,
            instance: whose.instance,
            incarnation,
            unit: UnitName::parse("compute").unwrap(),
            logical_id: "Service".to_owned(),
            resource_type: ResourceOwner::SERVICE.to_owned(),
            physical_id: service(number),
            version: stored.map_or(0, |stored| stored.version),
        }));
        self.table.commit(changes).await.unwrap();
    }

    pub(super) fn lives(&self) -> Lives<'_, groundplane_aws::Table, TestSystem> {
        Lives {
            table: &self.table,
            clock: &self.clock,
            definitions: &self.definitions,
        }
    }

    /// Hands messages over as the queue does; gives those that were not dealt with.
    pub(super) async fn receive(&self, bodies: &[String]) -> Vec<String> {
        let records: Vec<Value> = bodies
            .iter()
            .enumerate()
            .map(|(number, body)| json!({"messageId": number.to_string(), "body": body}))
            .collect();
        let batch: Batch = serde_json::from_value(json!({"Records": records})).unwrap();
        let Answer { failures } = handle(&self.lives(), batch).await.unwrap();
        failures.into_iter().map(|failure| failure.id).collect()
    }

    /// Lets events happen, each of which must be dealt with.
    pub(super) async fn happen(&self, events: &[Value]) {
        let bodies: Vec<String> = events.iter().map(Value::to_string).collect();
        assert_eq!(self.receive(&bodies).await, Vec::<String>::new());
    }

    pub(super) async fn life(&self, number: usize) -> Life {
        let whose = whose(number);
        let key = Life::key_of(&whose.tenant, &whose.instance);
        self.table.get(&key).await.unwrap().unwrap()
    }

    pub(super) async fn state(&self, number: usize) -> String {
        self.life(number).await.state.to_string()
    }

    /// The history of an instance, a word for each step: `from>to`, and how it went.
    pub(super) async fn history(&self, number: usize) -> Vec<String> {
        let whose = whose(number);
        let partition = Partition::instance(&whose.tenant, &whose.instance);
        let passages: Vec<Passage> = self.table.query(&partition, Passage::PREFIX).await.unwrap();
        let numbers: Vec<u64> = passages.iter().map(|passage| passage.number).collect();
        let expected: Vec<u64> = (1..=passages.len() as u64).collect();
        assert_eq!(numbers, expected, "the history has no gap");
        passages.iter().map(word).collect()
    }

    /// What the log says of each event, in the order in which it was decided.
    pub(super) async fn log(&self, number: usize) -> Vec<EventEntry> {
        let whose = whose(number);
        let index = Index::events(&whose.tenant, &whose.instance, "");
        let page: Page<EventEntry> = self.table.list(&index, 200, None).await.unwrap();
        assert_eq!(page.next, None);
        page.records
    }

    /// The messages that wait in the outbox, by their kind.
    pub(super) async fn outbox(&self, kind: &str) -> Vec<Value> {
        let dump = self.table.dump().await;
        let messages = dump
            .into_iter()
            .filter(|(key, _)| key.starts_with("OUTBOX#"));
        messages
            .map(|(_, item)| item["message"]["M"].clone())
            .filter(|message| message["type"]["S"] == kind)
            .collect()
    }

    pub(super) async fn settle(&self, number: usize, run: &RunId, outcome: &RunOutcome) {
        self.lives()
            .settle(&whose(number), run, outcome)
            .await
            .unwrap();
    }

    /// Lets time pass, and then the sweeper come.
    pub(super) async fn pass(&self, minutes: i64) -> fire_deadlines::Answer {
        self.clock.advance(SignedDuration::from_mins(minutes));
        self.sweep().await
    }

    pub(super) async fn sweep(&self) -> fire_deadlines::Answer {
        let request = fire_deadlines::Request::Sweep(fire_deadlines::Nothing {});
        self.fire(request).await
    }

    pub(super) async fn fire(&self, request: fire_deadlines::Request) -> fire_deadlines::Answer {
        fire_deadlines::handle(&self.lives(), self, request)
            .await
            .unwrap()
    }
}

/// The executions of runs: they run, unless something else is said.
impl ReadRuns for World {
    async fn run_state(&self, name: &str) -> Result<RunState> {
        let said = self.executions.lock().unwrap();
        Ok(said.get(name).copied().unwrap_or(RunState::Running))
    }
}

pub(super) fn word(passage: &Passage) -> String {
    let from = passage.from.as_ref().map_or("", |from| from.as_str());
    let outcome = serde_json::to_value(passage.outcome).unwrap();
    format!("{from}>{} {}", passage.to, outcome.as_str().unwrap())
}
