//! What the tests of this crate share: one lifecycle, instances in it, events.

use std::collections::BTreeMap;

use groundplane_model::{
    Event, InstanceId, Life, LifecycleRef, LifecycleSpec, OperationName, SignalName, StateName,
    TenantId,
};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{Beginning, Definition, Delivery, Effect, Request, Workflows, start};

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

pub(crate) fn state(name: &str) -> StateName {
    StateName::parse(name).unwrap()
}

pub(crate) fn signal(name: &str) -> SignalName {
    SignalName::parse(name).unwrap()
}

pub(crate) fn reference() -> LifecycleRef {
    LifecycleRef::parse("web-service@1.2.0").unwrap()
}

/// A lifecycle with a timeout, a guard, runs, an end and an operation of each kind.
pub(crate) fn document() -> Value {
    json!({
        "initial": "healthy",
        "states": {
            "healthy": {},
            "degraded": {"timeout": {"after": "10m", "signal": "escalate"}},
            "failing-over": {"timeout": {"after": "1h", "signal": "failure"}},
            "retired": {"terminal": true}
        },
        "transitions": [
            {"from": "healthy", "on": "failure", "to": "degraded", "timeout": "1h"},
            {"from": ["degraded", "failing-over"], "on": "recovered", "to": "healthy", "timeout": "1h"},
            {"from": "degraded", "on": "escalate", "to": "failing-over",
             "when": "instance.parameters.standby == true", "run": "failover",
             "onFailure": "degraded", "timeout": "30m"},
            {"from": "failing-over", "on": "failure", "to": "degraded", "timeout": "1h"},
            {"from": "*", "on": "retire", "to": "retired", "run": "destroy", "timeout": "1h"}
        ],
        "operations": {
            "restart": {"requiredStates": ["healthy", "degraded"], "run": "restart", "timeout": "20m"},
            "scale": {
                "requiredStates": ["healthy"],
                "input": {
                    "type": "object", "required": ["minCapacity"], "additionalProperties": false,
                    "properties": {"minCapacity": {"type": "integer", "minimum": 1}}
                },
                "run": {"workflow": "scale", "input": {"minCapacity": 1, "maxCapacity": 9}},
                "timeout": "1h"
            },
            "repair": {
                "requiredStates": ["degraded"], "run": "redeploy", "signalOnSuccess": "recovered",
                "timeout": "1h"
            }
        },
        "routes": [
            {"pattern": {"source": ["aws.ecs"], "detail": {"lastStatus": ["STOPPED"]}},
             "filter": "event.detail.containers.exists(c, c.exitCode != 0)", "signal": "failure"},
            {"pattern": {"source": ["aws.ecs"], "detail": {"lastStatus": ["STOPPED"]}},
             "filter": "event.detail.group == instance.labels.group", "signal": "retire"},
            {"pattern": {"source": ["aws.cloudwatch"], "detail": {"state": ["OK"]}}, "signal": "recovered"},
            {"pattern": {"source": ["aws.cloudwatch"], "detail": {"state": ["ALARM"]}}, "signal": "failure"}
        ]
    })
}

pub(crate) fn spec(document: &Value) -> LifecycleSpec {
    serde_json::from_value(document.clone()).unwrap()
}

pub(crate) fn compiled(document: &Value) -> Definition {
    Definition::parse(&spec(document), &Workflows::own()).unwrap_or_else(|all| panic!("{all:?}"))
}

pub(crate) fn definition() -> Definition {
    compiled(&document())
}

pub(crate) fn beginning(parameters: Value) -> Beginning {
    Beginning {
        tenant: TenantId::parse("shop").unwrap(),
        instance: InstanceId::parse("web-service.dev").unwrap(),
        incarnation: "first".to_owned(),
        lifecycle: reference(),
        labels: BTreeMap::from([("group".to_owned(), "web".to_owned())]),
        parameters,
    }
}

/// A life that has just begun, as it is after it was saved.
pub(crate) fn newborn(definition: &Definition) -> Life {
    saved(start(definition, beginning(json!({"standby": true})), None, at(0)).life)
}

/// A life that has entered a state by itself.
pub(crate) fn life_in(definition: &Definition, name: &str) -> Life {
    let mut draft = crate::draft::Draft::new(definition, &newborn(definition), at(0));
    draft.enter(state(name));
    saved(draft.finish(None).life)
}

pub(crate) fn saved(life: Option<Life>) -> Life {
    let mut life = life.unwrap();
    life.version += 1;
    life
}

pub(crate) fn request(id: &str, operation: &str, input: &Value) -> Request {
    Request {
        id: id.to_owned(),
        operation: OperationName::parse(operation).unwrap(),
        input: input.as_object().unwrap().clone(),
        by: "ada".to_owned(),
    }
}

pub(crate) fn event(id: &str, second: i64, source: &str, detail: Value) -> Event {
    Event {
        version: "0".to_owned(),
        id: id.to_owned(),
        source: source.to_owned(),
        detail_type: "Something".to_owned(),
        account: "123456789012".to_owned(),
        time: at(second),
        region: "eu-west-1".to_owned(),
        resources: vec!["arn:aws:x".to_owned()],
        detail,
    }
}

pub(crate) fn alarm(id: &str, second: i64, state: &str) -> Event {
    event(id, second, "aws.cloudwatch", json!({"state": state}))
}

pub(crate) fn started(delivery: &Delivery) -> Vec<&str> {
    let effects = delivery.effects.iter();
    let runs = effects.filter_map(|effect| match effect {
        Effect::StartRun { run } => Some(run.workflow.as_str()),
        Effect::StopRun { .. } | Effect::Schedule { .. } | Effect::Publish { .. } => None,
    });
    runs.collect()
}
