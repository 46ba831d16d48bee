//! The lifecycle, the instances and the events of these tests.

use std::collections::BTreeMap;

use groundplane_lifecycle::{Beginning, Definition, Workflows};
use groundplane_model::{Event, InstanceId, LifecycleRef, TenantId};
use jiff::Timestamp;
use serde_json::{Value, json};

/// The one moment at which everything is decided; events carry times of their own.
pub(crate) fn now() -> Timestamp {
    at(1_000)
}

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

/// A lifecycle with a timeout, runs, a failure and an end. An event becomes the signal that its
/// detail says.
pub(crate) fn definition() -> Definition {
    let signals = ["failure", "recovered", "escalate", "retire"];
    let routes: Vec<_> = signals
        .iter()
        .map(|signal| json!({"pattern": {"source": [{"prefix": "test"}], "detail": {"says": [signal]}}, "signal": signal}))
        .collect();
    let document = json!({
        "initial": "healthy",
        "states": {
            "healthy": {},
            "degraded": {"timeout": {"after": "10m", "signal": "escalate"}},
            "failing-over": {},
            "retired": {"terminal": true}
        },
        "transitions": [
            {"from": "healthy", "on": "failure", "to": "degraded", "timeout": "1h"},
            {"from": ["degraded", "failing-over"], "on": "recovered", "to": "healthy", "timeout": "1h"},
            {"from": "degraded", "on": "escalate", "to": "failing-over", "run": "failover",
             "timeout": "1h"},
            {"from": "*", "on": "retire", "to": "retired", "run": "destroy", "onFailure": "degraded",
             "timeout": "1h"}
        ],
        "operations": {
            "restart": {"requiredStates": ["healthy", "degraded"], "run": "restart", "timeout": "1h"},
            "repair": {"requiredStates": ["degraded"], "run": "redeploy",
                       "signalOnSuccess": "recovered", "timeout": "1h"}
        },
        "routes": routes
    });
    let spec = serde_json::from_value(document).unwrap();
    Definition::parse(&spec, &Workflows::own()).unwrap_or_else(|all| panic!("{all:?}"))
}

pub(crate) fn beginning(instance: &str) -> Beginning {
    Beginning {
        tenant: TenantId::parse("shop").unwrap(),
        instance: InstanceId::parse(instance).unwrap(),
        incarnation: "first".to_owned(),
        lifecycle: LifecycleRef::parse("web-service@1.0.0").unwrap(),
        labels: BTreeMap::new(),
        parameters: Value::Null,
    }
}

pub(crate) fn event(id: &str, second: i64, says: &str, resource: &str) -> Event {
    Event {
        version: "0".to_owned(),
        id: id.to_owned(),
        source: "test".to_owned(),
        detail_type: "Test".to_owned(),
        account: String::new(),
        time: at(second),
        region: String::new(),
        resources: vec![resource.to_owned()],
        detail: json!({"says": says}),
    }
}
