//! Generated rules and events.
//!
//! The mix is that of a platform whose rules each belong to one instance: 200 pairs of source and
//! detail type, the rules spread evenly over them. Of 20 rules,
//! - 9 ask for a service group, a status, and any stop code but one,
//! - 3 for a resource by its ARN, 2 for resources by the prefix of it, and a status,
//! - 3 for one of two alarm names, and the state of the alarm,
//! - 2 for a service group and, with `$or`, one of two signs of a failed task,
//! - 1 for nothing exactly: by turns the suffix of an ARN and a wildcard, or a range of numbers and
//!   any group but one.
//!
//! Three more have all rules of one pair: the same mix, ranges of numbers only, and rules that ask
//! for nothing that can be looked up, which is the worst case.

use serde_json::{Value, json};

/// How rules are spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mix {
    /// Over 200 pairs of source and detail type.
    Spread,
    /// All of one pair, otherwise the same mix.
    OnePair,
    /// All of one pair, and each asks for a range of numbers and any group but one.
    Ranges,
    /// All of one pair, and none asks for anything that can be looked up.
    NothingToLookUp,
}

impl Mix {
    pub(crate) const ALL: [Self; 4] = [
        Self::Spread,
        Self::OnePair,
        Self::Ranges,
        Self::NothingToLookUp,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Spread => "200 pairs of source and detail type",
            Self::OnePair => "one pair",
            Self::Ranges => "one pair, nothing but ranges",
            Self::NothingToLookUp => "one pair, nothing to look up",
        }
    }

    fn pairs(self, rules: usize) -> usize {
        match self {
            Self::Spread => rules.min(200),
            Self::OnePair | Self::Ranges | Self::NothingToLookUp => 1,
        }
    }

    /// The rule with this number.
    pub(crate) fn rule(self, number: usize, rules: usize) -> Value {
        let pairs = self.pairs(rules);
        let instance = number / pairs;
        let pair = number % pairs;
        // Each pair has rules of every kind.
        let kind = match (self, (instance + pair) % 40) {
            (Self::NothingToLookUp, _) => 21,
            (Self::Ranges, _) | (_, 39) => 20,
            (Self::Spread | Self::OnePair, kind) => kind % 20,
        };
        let mut pattern = json!({ "source": [source(pair)], "detail-type": [detail_type(pair)] });
        if let (Value::Object(fields), Value::Object(asked)) = (&mut pattern, asked(kind, instance))
        {
            fields.extend(asked);
        }
        pattern
    }

    /// An event about the instance that the rule with this number belongs to.
    pub(crate) fn event(self, number: usize, rules: usize) -> Value {
        let pairs = self.pairs(rules);
        event(number % pairs, number / pairs)
    }
}

fn source(pair: usize) -> String {
    format!("aws.service-{}", pair / 4)
}

fn detail_type(pair: usize) -> String {
    format!("Service {} State Change {}", pair / 4, pair % 4)
}

fn arn(instance: usize) -> String {
    format!("arn:aws:ecs:eu-central-1:111122223333:service/production/web-{instance}")
}

fn asked(kind: usize, instance: usize) -> Value {
    let group = format!("service:web-{instance}");
    match kind {
        0..9 => json!({ "detail": {
            "group": [group],
            "lastStatus": ["STOPPED"],
            "stopCode": [{ "anything-but": "UserInitiated" }],
        } }),
        9..12 => json!({
            "resources": [arn(instance)],
            "detail": { "desiredStatus": ["STOPPED", "RUNNING"] },
        }),
        12..14 => json!({
            "resources": [{ "prefix": arn(instance) }],
            "detail": { "desiredStatus": ["STOPPED", "RUNNING"] },
        }),
        14..17 => json!({ "detail": {
            "alarmName": [format!("web-{instance}-cpu"), format!("web-{instance}-memory")],
            "state": { "value": ["ALARM"] },
        } }),
        17..19 => json!({ "detail": {
            "group": [group],
            "$or": [
                { "stopCode": ["TaskFailedToStart"] },
                { "containers": { "exitCode": [{ "numeric": [">", 0] }] } },
            ],
        } }),
        19 => json!({
            "resources": [{ "suffix": format!("/web-{instance}") }],
            "detail": { "stoppedReason": [{ "wildcard": "*container*" }] },
        }),
        20 => json!({ "detail": {
            "version": [{ "numeric": [">", instance] }],
            "group": [{ "anything-but": group }],
        } }),
        _ => json!({ "detail": {
            "group": [{ "anything-but": group }],
            "stopCode": [{ "anything-but": ["EssentialContainerExited", group] }],
        } }),
    }
}

/// A task that stopped, and an alarm about it in one, so that every kind of rule may match.
fn event(pair: usize, instance: usize) -> Value {
    json!({
        "version": "0",
        "id": "3f1c2b8e-6f0a-4d7e-9a55-0c6a4a1f7d21",
        "detail-type": detail_type(pair),
        "source": source(pair),
        "account": "111122223333",
        "time": "2026-11-20T09:30:00Z",
        "region": "eu-central-1",
        "resources": [arn(instance)],
        "detail": {
            "alarmName": format!("web-{instance}-cpu"),
            "state": { "value": "ALARM", "timestamp": "2026-11-20T09:30:00.000+0000" },
            "availabilityZone": "eu-central-1a",
            "clusterArn": "arn:aws:ecs:eu-central-1:111122223333:cluster/production",
            "containers": [
                { "name": "web", "exitCode": 137, "lastStatus": "STOPPED" },
                { "name": "log-router", "exitCode": 0, "lastStatus": "STOPPED" },
            ],
            "cpu": "512",
            "memory": "1024",
            "desiredStatus": "STOPPED",
            "group": format!("service:web-{instance}"),
            "lastStatus": "STOPPED",
            "launchType": "FARGATE",
            "stopCode": "EssentialContainerExited",
            "stoppedReason": "Essential container in task exited",
            "version": 5,
        },
    })
}
