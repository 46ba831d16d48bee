//! The injector, tried on a counter.

use std::cell::Cell;
use std::sync::Mutex;

use groundplane_model::Event;
use groundplane_ports::{PublishEvents, StartDeployments};
use serde_json::{Value, json};

use super::*;
use crate::asl::{Host, Interpreter, Machine, Schedule};

/// Remembers what was published and started.
#[derive(Debug, Default)]
struct Ledger(Mutex<Vec<String>>);

impl Ledger {
    fn seen(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

impl PublishEvents for Ledger {
    async fn publish(&self, detail_type: &str, _: &str) -> Result<()> {
        self.0.lock().unwrap().push(detail_type.to_owned());
        Ok(())
    }

    async fn relay(&self, event: &Event) -> Result<()> {
        self.0.lock().unwrap().push(event.detail_type.clone());
        Ok(())
    }
}

impl StartDeployments for Ledger {
    async fn start(&self, name: &str, _: &str) -> Result<()> {
        let mut seen = self.0.lock().unwrap();
        if name == "taken" {
            return Err(PortError::Conflict(name.to_owned()));
        }
        seen.push(name.to_owned());
        Ok(())
    }
}

async fn publish_twice(port: &impl PublishEvents) -> Result<()> {
    port.publish("one", "{}").await?;
    port.publish("two", "{}").await
}

#[tokio::test]
async fn without_a_plan_calls_are_counted_and_go_through() {
    let ledger = Ledger::default();
    let faults = Faults::none();
    let port = faults.wrap(&ledger);
    publish_twice(&port).await.unwrap();
    port.start("three", "{}").await.unwrap();
    assert_eq!(ledger.seen(), ["one", "two", "three"]);
    assert_eq!(
        faults.points(),
        ["events.publish", "events.publish", "deployments.start"]
    );
    assert_eq!(faults.happened(), None);
}

#[tokio::test]
async fn each_fault_does_what_it_says_at_its_point_and_no_other() {
    let unavailable = PortError::Unavailable("events.publish did not answer".to_owned());
    let denied = PortError::Denied("events.publish is not allowed".to_owned());
    for (fault, result, seen) in [
        (Fault::Before, Err(unavailable.clone()), vec!["one"]),
        (Fault::After, Err(unavailable), vec!["one", "two"]),
        (Fault::Twice, Ok(()), vec!["one", "two", "two"]),
        (Fault::Denied, Err(denied), vec!["one"]),
    ] {
        let ledger = Ledger::default();
        let faults = Faults::at(1, fault);
        let port = faults.wrap(&ledger);
        assert_eq!(publish_twice(&port).await, result, "{fault:?}");
        assert_eq!(ledger.seen(), seen, "{fault:?}");
        assert_eq!(faults.happened(), Some("events.publish"));
        // It happens once: the next call goes through.
        port.publish("three", "{}").await.unwrap();
        assert_eq!(ledger.seen().last().unwrap(), "three");
    }
}

#[tokio::test]
async fn a_crash_ends_the_invocation_and_nothing_after_it_happens() {
    for (fault, seen) in [
        (Fault::CrashBefore, vec!["one", "again"]),
        (Fault::CrashAfter, vec!["one", "two", "again"]),
    ] {
        let ledger = Ledger::default();
        let faults = Faults::at(1, fault);
        let port = faults.wrap(&ledger);
        let went_on = Cell::new(false);
        let died = faults
            .invocation(async {
                let _ = publish_twice(&port).await;
                went_on.set(true);
            })
            .await;
        assert_eq!(died, Err(Crashed));
        assert!(!went_on.get());
        // The next invocation lives.
        let next = faults.invocation(port.publish("again", "{}")).await;
        assert_eq!(next, Ok(Ok(())));
        assert_eq!(ledger.seen(), seen, "{fault:?}");
    }
}

#[tokio::test]
async fn what_fails_by_itself_fails_as_it_would() {
    let ledger = Ledger::default();
    for fault in [Fault::After, Fault::Twice] {
        let port = Faults::at(0, fault).wrap(&ledger);
        let result = port.start("taken", "{}").await;
        assert_eq!(result, Err(PortError::Conflict("taken".to_owned())));
    }
}

#[tokio::test]
async fn an_exploration_tries_every_fault_at_every_point_and_tells_what_broke() {
    // A scenario that must end with both published, and does not cope with a lost answer.
    let scenario = async |faults: Faults| {
        let ledger = Ledger::default();
        let port = faults.wrap(&ledger);
        let result = faults.invocation(publish_twice(&port)).await;
        if matches!(result, Ok(Err(PortError::Unavailable(_)))) {
            return Err(format!("published {:?}", ledger.seen()));
        }
        Ok(())
    };
    let report = explore(&Fault::ALL, scenario).await;
    assert_eq!(report.points.len(), 2);
    assert_eq!(report.runs, 13);
    let found: Vec<_> = report.findings.iter().map(|f| (f.point, f.fault)).collect();
    assert_eq!(
        found,
        [
            (Some(0), Some(Fault::Before)),
            (Some(0), Some(Fault::After)),
            (Some(1), Some(Fault::Before)),
            (Some(1), Some(Fault::After)),
        ]
    );
    assert!(
        report
            .to_string()
            .contains("After at 1 (events.publish): published")
    );
}

#[tokio::test]
async fn an_exploration_stops_at_a_scenario_that_fails_by_itself_or_is_never_the_same() {
    let fails = explore(&Fault::ALL, async |_| Err("broken".to_owned())).await;
    assert_eq!(fails.runs, 1);
    assert_eq!(fails.findings.len(), 1);

    let runs = Cell::new(0);
    let changing = async |faults: Faults| {
        runs.set(runs.get() + 1);
        let ledger = Ledger::default();
        let port = faults.wrap(&ledger);
        if runs.get() == 1 {
            port.publish("one", "{}")
                .await
                .map_err(|error| error.to_string())?;
        }
        Ok(())
    };
    let report = explore(&[Fault::Before], changing).await;
    assert!(
        report
            .to_string()
            .contains("did not make `events.publish` its call 0 again")
    );
}

/// A world whose functions publish two events each.
struct Publishing<'l>(Faulty<'l, Ledger>);

impl Host for Publishing<'_> {
    async fn invoke(&self, _: &str, payload: Value) -> std::result::Result<Value, TaskError> {
        for step in ["a", "b"] {
            let done = self.0.publish(&format!("{step}{payload}"), "{}").await;
            done.map_err(|error| TaskError::function("Broken", &error.to_string()))?;
        }
        Ok(payload)
    }
}

#[tokio::test]
async fn branches_interleave_at_every_call_when_they_share_turns() {
    let machine = json!({ "QueryLanguage": "JSONata", "StartAt": "Each", "States": { "Each": {
        "Type": "Map", "Items": [1, 2], "End": true,
        "ItemProcessor": { "StartAt": "In", "States": { "In": {
            "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
            "Arguments": { "FunctionName": "f", "Payload": "{% $states.input %}" },
        } } },
    } } });
    let machine = Machine::load(&machine.to_string(), &std::collections::BTreeMap::new());
    let ledger = Ledger::default();
    let turns = Turns::default();
    let host = Publishing(Faults::none().turns(turns.clone()).wrap(&ledger));
    let interpreter = Interpreter::new(&host)
        .machine("main", machine.unwrap())
        .schedule(Schedule::Interleaved)
        .turns(turns);
    interpreter.run("main", "run", json!({})).await.unwrap();
    assert_eq!(ledger.seen(), ["a1", "a2", "b1", "b2"]);
}
