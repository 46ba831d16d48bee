//! The outbox: what the table's stream delivers is published, at least once and in order.

use std::sync::Mutex;

use groundplane_dispatch_outbox::{Answer, Batch, ItemFailure, Outlets, handle};
use groundplane_model::{
    Change, DeploymentId, Event, InstanceId, LifeTimer, Outbox, OutboxMessage, Record, RunId,
    TaskToken, TenantId,
};
use groundplane_ports::{
    PortError, PublishEvents, Result, ResumeDeployments, SetTimers, StartChecks, StartDeployments,
    StartRuns, WriteTable,
};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::dynamo::TestTable;

/// A state machine and a bus that write down what reaches them.
#[derive(Debug, Default)]
struct Recorder {
    calls: Mutex<Vec<String>>,
    /// The calls that fail, by their number.
    failing: Vec<usize>,
}

impl Recorder {
    fn failing_at(call: usize) -> Self {
        Self {
            failing: vec![call],
            ..Self::default()
        }
    }

    fn record(&self, call: String) -> Result<()> {
        let mut calls = self.calls.lock().unwrap();
        calls.push(call);
        if self.failing.contains(&(calls.len() - 1)) {
            return Err(PortError::Unavailable("no answer".to_owned()));
        }
        Ok(())
    }

    fn calls(&self) -> Vec<String> {
        self.calls.lock().unwrap().clone()
    }
}

impl StartDeployments for Recorder {
    async fn start(&self, name: &str, input: &str) -> Result<()> {
        self.record(format!("start {name} {input}"))
    }
}

impl ResumeDeployments for Recorder {
    async fn resume(&self, token: &TaskToken) -> Result<()> {
        self.record(format!("resume {}", token.reveal()))
    }
}

impl PublishEvents for Recorder {
    async fn publish(&self, detail_type: &str, detail: &str) -> Result<()> {
        self.record(format!("publish {detail_type} {detail}"))
    }

    async fn relay(&self, event: &Event) -> Result<()> {
        let event = serde_json::to_value(event).unwrap();
        self.record(format!("relay {event}"))
    }
}

impl StartRuns for Recorder {
    async fn start_run(&self, name: &str, input: &str) -> Result<()> {
        self.record(format!("run {name} {input}"))
    }

    async fn stop_run(&self, name: &str, _cause: &str) -> Result<()> {
        self.record(format!("stop {name}"))
    }
}

impl StartChecks for Recorder {
    async fn start_check(&self, name: &str, input: &str) -> Result<()> {
        self.record(format!("check {name} {input}"))
    }
}

impl SetTimers for Recorder {
    async fn set_timer(&self, name: &str, at: Timestamp, input: &str) -> Result<()> {
        self.record(format!("timer {name} {at} {input}"))
    }
}

fn start(number: u128) -> Outbox {
    let deployment = DeploymentId::from_number(number);
    let message = OutboxMessage::StartDeployment {
        tenant: TenantId::parse("acme").unwrap(),
        instance: InstanceId::parse("web-service.dev").unwrap(),
        deployment: deployment.clone(),
    };
    Outbox::new(
        format!("{deployment}.start"),
        message,
        Timestamp::UNIX_EPOCH,
    )
}

fn event(id: &str, detail: Value) -> Outbox {
    let detail_type = "Deployment Succeeded".to_owned();
    Outbox::new(
        id,
        OutboxMessage::PublishEvent {
            detail_type,
            detail,
        },
        Timestamp::UNIX_EPOCH,
    )
}

/// The call that starting the deployment of that number comes to.
fn started(number: u128) -> String {
    let id = DeploymentId::from_number(number);
    let input = json!({
        "tenant": "acme", "instance": "web-service.dev", "deployment": id, "mode": "run"
    });
    format!("start {id} {input}")
}

/// A record of the stream as Lambda delivers it.
fn record(sequence_number: usize, image: &Value) -> Value {
    json!({
        "eventID": format!("event-{sequence_number}"),
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "eu-west-1",
        "dynamodb": {
            "ApproximateCreationDateTime": 1_767_225_600.0,
            "Keys": {"pk": image["pk"], "sk": image["sk"]},
            "NewImage": image,
            "SequenceNumber": sequence_number.to_string(),
            "SizeBytes": 26,
            "StreamViewType": "NEW_IMAGE",
        },
        "eventSourceARN": "arn:aws:dynamodb:eu-west-1:123456789012:table/groundplane/stream/x",
    })
}

/// What the table really stores for these messages, in their order.
async fn images(messages: &[Outbox]) -> Vec<Value> {
    let table = TestTable::start().await;
    table
        .commit(messages.iter().map(Change::save).collect())
        .await
        .unwrap();
    let dump = table.dump().await;
    let image = |message: &Outbox| {
        let key = message.key();
        dump[&format!("{} {}", key.partition.as_str(), key.sort)].clone()
    };
    messages.iter().map(image).collect()
}

fn batch(records: &[Value]) -> Batch {
    serde_json::from_value(json!({ "Records": records })).unwrap()
}

/// The records of these images, numbered from 100.
fn records(images: &[Value]) -> Vec<Value> {
    images
        .iter()
        .enumerate()
        .map(|(index, image)| record(100 + index, image))
        .collect()
}

async fn dispatch(recorder: &Recorder, records: &[Value]) -> Answer {
    let outlets = Outlets {
        deployments: recorder,
        checks: recorder,
        runs: recorder,
        timers: recorder,
        bus: recorder,
    };
    handle(&outlets, batch(records)).await.unwrap()
}

#[tokio::test]
async fn a_check_is_named_by_its_instance_and_when_it_was_asked_for() {
    let ask = |instance: &str, since: Timestamp| {
        let message = OutboxMessage::CheckDrift {
            tenant: TenantId::parse("acme").unwrap(),
            instance: InstanceId::parse(instance).unwrap(),
            since,
        };
        Outbox::new(format!("{instance}.{since}.check"), message, since)
    };
    let early: Timestamp = "2026-11-21T10:00:00.123456789Z".parse().unwrap();
    let late: Timestamp = "2026-11-21T10:00:00.123457Z".parse().unwrap();
    let asked = [
        ask("web-service.dev", early),
        ask("web-service.dev", late),
        ask("other.dev", early),
    ];
    let recorder = Recorder::default();
    let images = images(&asked).await;
    for _ in 0..2 {
        dispatch(&recorder, &records(&images)).await;
    }
    let calls = recorder.calls();
    let input = json!({"tenant": "acme", "instance": "web-service.dev", "since": early});
    assert!(calls[0].ends_with(&input.to_string()), "{}", calls[0]);
    let names: Vec<&str> = calls
        .iter()
        .map(|call| call.split(' ').nth(1).unwrap())
        .collect();
    let distinct: std::collections::BTreeSet<&&str> = names.iter().collect();
    assert_eq!(distinct.len(), 3, "{names:?}");
    assert_eq!(
        names[..3],
        names[3..],
        "a repeated message starts nothing new"
    );
    // "Name", StartExecution, Step Functions API reference.
    assert!(names.iter().all(|name| name.len() <= 80), "{names:?}");
}

#[tokio::test]
async fn messages_are_published_in_their_order() {
    let recorder = Recorder::default();
    let messages = [
        start(1),
        event("e-1", json!({"deployment": "dep-1"})),
        start(2),
    ];
    let answer = dispatch(&recorder, &records(&images(&messages).await)).await;
    assert_eq!(
        serde_json::to_value(&answer).unwrap(),
        json!({"batchItemFailures": []})
    );
    let published = r#"publish Deployment Succeeded {"deployment":"dep-1","id":"e-1","groundplane.dev/event-id":"e-1"}"#;
    assert_eq!(
        recorder.calls(),
        [started(1), published.to_owned(), started(2)]
    );
}

#[tokio::test]
async fn a_repeated_delivery_asks_for_the_same_execution_and_the_same_event() {
    let recorder = Recorder::default();
    let records = records(&images(&[start(1), event("e-1", json!({}))]).await);
    dispatch(&recorder, &records).await;
    dispatch(&recorder, &records).await;
    let calls = recorder.calls();
    assert_eq!((calls.len(), &calls[..2]), (4, &calls[2..]));
}

#[tokio::test]
async fn a_deployment_is_woken_by_its_token_and_started_again_under_another_name() {
    let (tenant, instance) = (
        TenantId::parse("acme").unwrap(),
        InstanceId::parse("web-service.dev").unwrap(),
    );
    let messages = [
        OutboxMessage::ResumeDeployment {
            token: TaskToken::from("AAAA".to_owned()),
        },
        OutboxMessage::RestartDeployment {
            tenant,
            instance,
            deployment: DeploymentId::from_number(1),
            execution: "dep-1-recovery-2".to_owned(),
            mode: "recover".to_owned(),
        },
    ];
    let messages: Vec<Outbox> = messages
        .into_iter()
        .enumerate()
        .map(|(number, message)| Outbox::new(format!("m-{number}"), message, Timestamp::UNIX_EPOCH))
        .collect();
    let recorder = Recorder::default();
    dispatch(&recorder, &records(&images(&messages).await)).await;
    let calls = recorder.calls();
    assert_eq!(calls[0], "resume AAAA");
    assert!(calls[1].starts_with("start dep-1-recovery-2 "), "{calls:?}");
    assert!(calls[1].contains(r#""mode":"recover""#), "{calls:?}");
}

#[tokio::test]
async fn what_a_life_sets_going_is_named_by_what_it_is() {
    let (tenant, instance) = (
        TenantId::parse("acme").unwrap(),
        InstanceId::parse("web-service.dev").unwrap(),
    );
    let run = RunId::of(&tenant, &instance, "first", 1);
    let set = |timer| OutboxMessage::SetTimer {
        tenant: tenant.clone(),
        instance: instance.clone(),
        timer,
        at: "2026-11-21T10:00:00Z".parse().unwrap(),
    };
    let messages = [
        OutboxMessage::StartRun {
            tenant: tenant.clone(),
            instance: instance.clone(),
            run: run.clone(),
        },
        set(LifeTimer::Run(run.clone())),
        set(LifeTimer::Stay(7)),
        OutboxMessage::StopRun { run: run.clone() },
    ];
    let messages: Vec<Outbox> = messages
        .into_iter()
        .enumerate()
        .map(|(number, message)| Outbox::new(format!("m-{number}"), message, Timestamp::UNIX_EPOCH))
        .collect();
    let recorder = Recorder::default();
    dispatch(&recorder, &records(&images(&messages).await)).await;
    let calls = recorder.calls();
    let whose = r#"{"tenant":"acme","instance":"web-service.dev"}"#;
    assert_eq!(
        calls[0],
        format!(r#"run {run} {{"tenant":"acme","instance":"web-service.dev","run":"{run}"}}"#)
    );
    assert_eq!(
        calls[1],
        format!("timer {run} 2026-11-21T10:00:00Z {whose}")
    );
    assert!(calls[2].starts_with("timer stay-") && calls[2].contains("-7 2026-11-21T10:00:00Z"));
    assert!(
        calls[2].split(' ').nth(1).unwrap().len() <= 64,
        "{}",
        calls[2]
    );
    assert_eq!(calls[3], format!("stop {run}"));
}

#[tokio::test]
async fn an_event_about_an_instance_can_be_routed_to_it() {
    let recorder = Recorder::default();
    let detail = json!({"tenant": "acme", "instance": "web-service.dev"});
    dispatch(&recorder, &records(&images(&[event("e-1", detail)]).await)).await;
    for field in [
        r#""groundplane.dev/tenant":"acme""#,
        r#""groundplane.dev/instance":"web-service.dev""#,
    ] {
        assert!(
            recorder.calls()[0].contains(field),
            "{:?}",
            recorder.calls()
        );
    }
}

#[tokio::test]
async fn a_message_that_cannot_be_read_is_left_out() {
    let recorder = Recorder::default();
    let mut images = images(&[start(1), start(2), start(3), start(4)]).await;
    images[0]["message"]["M"]["type"] = json!({"S": "dance"});
    images[1]["message"]["M"]["deployment"] = json!({"S": "not a deployment"});
    images[2] = json!({"pk": {"S": "OUTBOX#x"}, "sk": {"S": "META"}});
    let answer = dispatch(&recorder, &records(&images)).await;
    assert_eq!(answer, Answer::default());
    assert_eq!(recorder.calls(), [started(4)]);
}

#[tokio::test]
async fn a_message_of_a_later_version_with_more_fields_is_published() {
    let recorder = Recorder::default();
    let mut images = images(&[start(1)]).await;
    images[0]["shape"] = json!({"M": {"set": {"SS": ["a"]}, "bytes": {"B": "AAEC"}}});
    dispatch(&recorder, &records(&images)).await;
    assert_eq!(recorder.calls(), [started(1)]);
}

#[tokio::test]
async fn the_first_failure_is_reported_and_what_follows_is_left_to_the_next_delivery() {
    let records = records(&images(&[start(1), start(2), start(3)]).await);
    let recorder = Recorder::failing_at(1);
    let answer = dispatch(&recorder, &records).await;
    let failure = ItemFailure {
        sequence_number: "101".to_owned(),
    };
    assert_eq!(
        answer,
        Answer {
            failures: vec![failure]
        }
    );
    let reported = json!({"batchItemFailures": [{"itemIdentifier": "101"}]});
    assert_eq!(serde_json::to_value(&answer).unwrap(), reported);
    assert_eq!(recorder.calls(), [started(1), started(2)]);

    // The stream delivers again from there.
    assert_eq!(dispatch(&recorder, &records[1..]).await, Answer::default());
    assert_eq!(recorder.calls()[2..], [started(2), started(3)]);
}

#[tokio::test]
async fn an_event_that_cannot_be_put_is_reported_too() {
    let recorder = Recorder::failing_at(0);
    let records = records(&images(&[event("e-1", json!({}))]).await);
    assert_eq!(dispatch(&recorder, &records).await.failures.len(), 1);
}

#[tokio::test]
async fn removals_and_empty_batches_publish_nothing() {
    let recorder = Recorder::default();
    let mut removal = record(100, &images(&[start(1)]).await[0]);
    removal["eventName"] = json!("REMOVE");
    removal["dynamodb"]
        .as_object_mut()
        .unwrap()
        .remove("NewImage");
    assert_eq!(dispatch(&recorder, &[removal]).await, Answer::default());
    assert_eq!(dispatch(&recorder, &[]).await, Answer::default());
    assert_eq!(recorder.calls(), Vec::<String>::new());
}

#[tokio::test]
async fn an_event_whose_detail_has_no_fields_is_put_as_it_is() {
    let recorder = Recorder::default();
    dispatch(
        &recorder,
        &records(&images(&[event("e-1", json!("text"))]).await),
    )
    .await;
    assert_eq!(recorder.calls(), [r#"publish Deployment Succeeded "text""#]);
}
