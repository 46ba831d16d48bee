//! A deployed instance lives: events, timers and operations move it, and everything is in the log.

use std::time::Duration;

use serde_json::{Value, json};

use super::cloud::Cloud;
use super::command::{Platform, variable};
use super::{patient, spec};

/// How long anything may take that happens by itself.
const PATIENCE: Duration = Duration::from_secs(90);

/// A lifecycle whose instances stay degraded for a few seconds only.
fn lifecycle() -> String {
    json!({
        "apiVersion": "groundplane.dev/v1", "kind": "Lifecycle",
        "metadata": {"name": "impatient", "version": "1.0.0"},
        "spec": {
            "initial": "healthy",
            "states": {
                "healthy": {},
                "degraded": {"timeout": {"after": "4s", "signal": "escalate"}},
                "failed": {},
            },
            "transitions": [
                {"from": "healthy", "on": "failure", "to": "degraded"},
                {"from": ["degraded", "failed"], "on": "recovered", "to": "healthy"},
                {"from": "degraded", "on": "escalate", "to": "failed"},
            ],
            "operations": {
                "restart": {"requiredStates": ["healthy", "failed"], "run": "restart",
                            "signalOnSuccess": "recovered"},
            },
            "routes": [
                {"pattern": {"source": ["aws.ecs"], "detail-type": ["ECS Task State Change"],
                             "detail": {"lastStatus": ["STOPPED"],
                                        "stopCode": [{"anything-but": "UserInitiated"}]}},
                 "filter": "event.detail.containers.exists(c, has(c.exitCode) && c.exitCode != 0)",
                 "signal": "failure"},
                {"pattern": {"source": ["aws.cloudwatch"],
                             "detail-type": ["CloudWatch Alarm State Change"],
                             "detail": {"state": {"value": ["OK"]}}},
                 "signal": "recovered"},
            ],
        },
    })
    .to_string()
}

/// The account, region, cluster and name in the ARN of a service.
pub(super) struct Service<'a> {
    region: &'a str,
    account: &'a str,
    pub(super) cluster: &'a str,
    pub(super) name: &'a str,
}

impl<'a> Service<'a> {
    pub(super) fn read(arn: &'a str) -> Self {
        let parts: Vec<&str> = arn.split(':').collect();
        let path: Vec<&str> = parts[5].split('/').collect();
        Self {
            region: parts[3],
            account: parts[4],
            cluster: path[1],
            name: path[2],
        }
    }

    #[expect(
        clippy::needless_pass_by_value,
        clippy::disallowed_methods,
        reason = "callers make the detail for this; the platform under test has the real time"
    )]
    fn envelope(&self, id: &str, of: (&str, &str), resource: &str, detail: Value) -> Value {
        json!({
            "version": "0", "id": id, "source": of.0, "detail-type": of.1,
            "account": self.account, "region": self.region,
            "time": jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            "resources": [resource], "detail": detail,
        })
    }

    fn task_failed(&self, id: &str) -> Value {
        let (region, account, cluster) = (self.region, self.account, self.cluster);
        let task = format!("arn:aws:ecs:{region}:{account}:task/{cluster}/{id}");
        let detail = json!({
            "clusterArn": format!("arn:aws:ecs:{region}:{account}:cluster/{cluster}"),
            "group": format!("service:{}", self.name), "taskArn": task,
            "lastStatus": "STOPPED", "stopCode": "EssentialContainerExited",
            "containers": [{"exitCode": 137, "lastStatus": "STOPPED"}],
        });
        self.envelope(id, ("aws.ecs", "ECS Task State Change"), &task, detail)
    }

    fn alarm_ok(&self, id: &str) -> Value {
        let (region, account) = (self.region, self.account);
        let alarm = format!("arn:aws:cloudwatch:{region}:{account}:alarm:{id}");
        let dimensions = json!({"ClusterName": self.cluster, "ServiceName": self.name});
        let metric =
            json!({"namespace": "AWS/ECS", "name": "CPUUtilization", "dimensions": dimensions});
        let detail = json!({
            "alarmName": id, "state": {"value": "OK"},
            "configuration": {"metrics": [{"id": "m1", "metricStat": {"metric": metric}}]},
        });
        let of = ("aws.cloudwatch", "CloudWatch Alarm State Change");
        self.envelope(id, of, &alarm, detail)
    }
}

/// Puts an event into the queue, as the rule does.
fn put(cloud: &Cloud, event: &Value) {
    let message = json!({
        "QueueUrl": variable("GROUNDPLANE_TEST_EVENT_QUEUE"), "MessageBody": event.to_string(),
    });
    let answer = cloud.call("sqs", "AmazonSQS.SendMessage", &message);
    assert!(answer.contains("MessageId"), "{answer}");
}

/// Waits until the instance is in that state; gives it.
fn wait_for(platform: &Platform, state: &str) -> Value {
    patient(PATIENCE, || {
        let shown = platform.get("/v1/instances/alive.dev").body;
        let is_there = shown["life"]["state"] == state && shown["life"]["run"].is_null();
        is_there.then_some(shown)
    })
}

#[test]
#[ignore = "needs the local AWS: cargo xtask test"]
fn events_timers_and_operations_move_an_instance_and_all_is_in_its_log() {
    let (platform, cloud) = (Platform::from_env(), Cloud::from_env());
    let published = platform.run_with(&lifecycle(), &["apply", "-", "-o", "json"]);
    assert_eq!(published.code, 0, "{published:?}");
    let asking = spec("alive").replacen("spec:", "spec:\n  lifecycle: impatient@^1", 1);
    let first = platform.run_with(&asking, &["deploy", "-", "--wait", "-o", "json"]);
    assert_eq!(first.code, 0, "{first:?}");
    let shown = wait_for(&platform, "healthy");
    let arn = shown["outputs"]["compute.service.arn"].as_str().unwrap();
    let service = Service::read(arn);

    // A task ends with an error, twice delivered; an alarm is over.
    let failed = service.task_failed("alive-task-1");
    put(&cloud, &failed);
    put(&cloud, &failed);
    wait_for(&platform, "degraded");
    put(&cloud, &service.alarm_ok("alive-alarm-1"));
    wait_for(&platform, "healthy");

    // Degraded for too long: the timer escalates, with nobody's help.
    put(&cloud, &service.task_failed("alive-task-2"));
    wait_for(&platform, "degraded");
    wait_for(&platform, "failed");

    // A day-2 operation: ECS restarts the service, and its success is a signal.
    let restart = platform.run(&["run", "alive.dev", "restart", "-o", "json"]);
    assert_eq!(restart.code, 0, "{restart:?}");
    wait_for(&platform, "healthy");
    let refused = platform.run(&["run", "alive.dev", "no-such-thing", "-o", "json"]);
    assert_eq!(refused.code, 1, "{refused:?}");

    let history = platform.run(&["history", "alive.dev", "-o", "json"]);
    let states: Vec<&str> = history.answer["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["to"].as_str().unwrap())
        .collect();
    assert_eq!(
        states,
        [
            "healthy", "degraded", "healthy", "degraded", "failed", "failed", "failed", "healthy"
        ],
        "{history:?}"
    );
    let log = platform.run(&["events", "alive.dev", "-o", "json"]);
    let events: Vec<&str> = log.answer["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["event"].as_str().unwrap())
        .collect();
    for event in ["alive-task-1", "alive-alarm-1", "alive-task-2"] {
        let count = events.iter().filter(|it| **it == event).count();
        assert_eq!(count, 1, "{event}: {events:?}");
    }
    // And what nobody sent: the end of the stay, and the operation.
    let logged = log.answer["items"].as_array().unwrap();
    for (field, value) in [("signal", "escalate"), ("operation", "restart")] {
        let count = logged.iter().filter(|it| it[field] == value).count();
        assert_eq!(count, 1, "{field} {value}: {logged:?}");
    }
    let gone = platform.run(&["destroy", "alive.dev", "--wait", "--yes", "-o", "json"]);
    assert_eq!(gone.code, 0, "{gone:?}");
    let ended = platform.get("/v1/instances/alive.dev/history").body;
    let last = ended["items"].as_array().unwrap().last().unwrap();
    assert_eq!(last["outcome"], "ended");
}

/// Whether the pattern of a rule takes an event, as EventBridge says.
fn takes(cloud: &Cloud, rule: &str, event: &Value) -> bool {
    let (bus, name) = match rule.rsplit('/').collect::<Vec<_>>().as_slice() {
        [name, bus, _] => ((*bus).to_owned(), (*name).to_owned()),
        [name, ..] => ("default".to_owned(), (*name).to_owned()),
        [] => panic!("{rule}"),
    };
    let asked = json!({"Name": name, "EventBusName": bus});
    let described = cloud.call("events", "AWSEvents.DescribeRule", &asked);
    let described: Value = serde_json::from_str(&described).unwrap();
    let pattern = described["EventPattern"].as_str().unwrap();
    let asked = json!({"EventPattern": pattern, "Event": event.to_string()});
    let answer = cloud.call("events", "AWSEvents.TestEventPattern", &asked);
    let answer: Value = serde_json::from_str(&answer).unwrap();
    answer["Result"].as_bool().unwrap()
}

#[test]
#[ignore = "needs the local AWS: cargo xtask test"]
fn the_rules_take_what_is_said_of_resources_and_nothing_else() {
    let cloud = Cloud::from_env();
    let service = Service::read("arn:aws:ecs:us-east-1:000000000000:service/main/web");
    let rule = variable("GROUNDPLANE_TEST_CLOUD_RULE");
    for source in [
        "aws.ecs",
        "aws.cloudwatch",
        "aws.cloudformation",
        "aws.rds",
        "aws.elasticache",
        "aws.autoscaling",
        "aws.health",
    ] {
        let event = service.envelope("e", (source, "Anything"), "arn:x", json!({}));
        assert!(takes(&cloud, &rule, &event), "{source}");
    }
    for source in ["aws.ec2", "aws.s3", "com.example"] {
        let event = service.envelope("e", (source, "Anything"), "arn:x", json!({}));
        assert!(!takes(&cloud, &rule, &event), "{source}");
    }
    let rule = variable("GROUNDPLANE_TEST_PLATFORM_RULE");
    for (kind, expected) in [
        ("Alert", true),
        ("Service Health", true),
        ("Deployment Succeeded", true),
        ("Instance State Changed", false),
        ("Instance Run Ended", false),
    ] {
        let event = service.envelope("e", ("groundplane", kind), "arn:x", json!({}));
        assert_eq!(takes(&cloud, &rule, &event), expected, "{kind}");
    }
}
