//! Tests of the built-in lifecycle: it is what its document says, and real events move it.

use std::fs;
use std::path::Path;

use groundplane_model::Event;
use groundplane_spec::{ValidDocument, parse, validate};
use serde_json::{Value, json};

use super::*;
use crate::fixture::{at, beginning, newborn, request, saved, state};
use crate::{Occurrence, RunOutcome, Scenario, deliver, operate, settle, simulate};

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/lifecycles"))
}

/// After a change of the document, run the tests with `UPDATE_GOLDEN=1`.
#[test]
fn what_is_compiled_in_is_what_the_document_says() {
    let text = fs::read_to_string(folder().join("default.yaml")).unwrap();
    let document = validate(&parse(&text).unwrap()).unwrap().document;
    let ValidDocument::Lifecycle(lifecycle) = document else {
        panic!("{document:?}");
    };
    let shown = serde_json::to_string_pretty(&lifecycle.spec).unwrap() + "\n";
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(folder().join("default.json"), &shown).unwrap();
    }
    assert_eq!(
        fs::read_to_string(folder().join("default.json")).unwrap(),
        shown
    );
    let (reference, spec, _) = built_in();
    assert_eq!((reference, spec), (&lifecycle.reference, &lifecycle.spec));
}

fn event(source: &str, detail_type: &str, detail: Value) -> Event {
    let mut event = crate::fixture::event("e", 0, source, detail);
    event.detail_type = detail_type.to_owned();
    event
}

/// The signal that an event becomes.
fn signal_of(event: &Event) -> Option<String> {
    let (.., definition) = built_in();
    let routed = definition
        .route(&Occurrence::event(event), &newborn(definition), at(0))
        .0;
    routed.map(|routed| routed.signal.to_string())
}

/// The signal that an ECS task gives when it stops.
fn signal_of_task(code: &str, exit: u8) -> Option<String> {
    let containers = json!([{"name": "sidecar"}, {"exitCode": exit}]);
    let detail = json!({"lastStatus": "STOPPED", "stopCode": code, "containers": containers});
    signal_of(&event("aws.ecs", "ECS Task State Change", detail))
}

#[test]
fn a_task_that_ends_by_itself_with_an_error_is_a_failure() {
    let failure = Some("failure".to_owned());
    assert_eq!(signal_of_task("EssentialContainerExited", 137), failure);
    assert_eq!(signal_of_task("EssentialContainerExited", 0), None);
    assert_eq!(signal_of_task("UserInitiated", 137), None);
    assert_eq!(signal_of_task("ServiceSchedulerInitiated", 137), None);
}

/// Source, kind, the field of the detail that counts, its value, and the signal.
const EVENTS: &[[&str; 5]] = &[
    [
        "aws.ecs",
        "ECS Deployment State Change",
        "eventName",
        "SERVICE_DEPLOYMENT_FAILED",
        "broken",
    ],
    [
        "aws.ecs",
        "ECS Deployment State Change",
        "eventName",
        "SERVICE_DEPLOYMENT_COMPLETED",
        "",
    ],
    [
        "aws.ecs",
        "ECS Service Action",
        "eventName",
        "SERVICE_TASK_START_IMPAIRED",
        "failure",
    ],
    [
        "aws.ecs",
        "ECS Service Action",
        "eventName",
        "SERVICE_STEADY_STATE",
        "recovered",
    ],
    [
        "aws.rds",
        "RDS DB Instance Event",
        "EventID",
        "RDS-EVENT-0013",
        "failure",
    ],
    [
        "aws.rds",
        "RDS DB Instance Event",
        "EventID",
        "RDS-EVENT-0031",
        "broken",
    ],
    [
        "aws.rds",
        "RDS DB Instance Event",
        "EventID",
        "RDS-EVENT-0049",
        "recovered",
    ],
    [
        "aws.rds",
        "RDS DB Instance Event",
        "EventID",
        "RDS-EVENT-0001",
        "",
    ],
    [
        "groundplane.poller",
        "Service Health",
        "status",
        "degraded",
        "failure",
    ],
    [
        "groundplane.poller",
        "Service Health",
        "status",
        "healthy",
        "recovered",
    ],
    ["webhook.grafana", "Alert", "status", "firing", "failure"],
    [
        "webhook.grafana",
        "Alert",
        "status",
        "resolved",
        "recovered",
    ],
    ["tenant.own", "Alert", "status", "firing", ""],
    ["tenant.own", "Service Health", "status", "healthy", ""],
];

#[test]
fn events_of_services_and_databases_become_signals() {
    for [source, kind, field, value, signal] in EVENTS {
        let found = signal_of(&event(source, kind, json!({*field: value})));
        assert_eq!(found.unwrap_or_default(), *signal, "{kind} {value}");
    }
}

#[test]
fn an_outage_that_the_poller_sees_is_a_failure_unless_nothing_is_wanted() {
    let seen = |detail| signal_of(&event("groundplane.poller", "Service Health", detail));
    let service = |desired: u32| {
        seen(json!({"status": "stopped", "desiredCount": desired, "runningCount": 0}))
    };
    let failure = Some("failure".to_owned());
    assert_eq!(service(2), failure);
    assert_eq!(service(0), None, "it is scaled to none");
    let database = seen(json!({"status": "stopped", "databaseStatus": "failed"}));
    assert_eq!(database, failure);
    assert_eq!(seen(json!({"status": "unknown", "desiredCount": 2})), None);
}

#[test]
fn an_outage_degrades_an_instance_but_not_one_that_was_stopped() {
    let (.., definition) = built_in();
    let detail = json!({"status": "stopped", "databaseStatus": "stopped"});
    let outage = event("groundplane.poller", "Service Health", detail);
    let after = |life: &groundplane_model::Life| {
        let delivery = deliver(definition, life, &Occurrence::event(&outage), at(1));
        delivery.life.unwrap().state
    };
    assert_eq!(after(&newborn(definition)), state("degraded"));
    let stopped = crate::fixture::life_in(definition, "stopped");
    assert_eq!(after(&stopped), state("stopped"));
}

fn alarm(value: &str) -> Event {
    event(
        "aws.cloudwatch",
        "CloudWatch Alarm State Change",
        json!({"state": {"value": value}}),
    )
}

#[test]
fn alarms_fail_and_recover() {
    assert_eq!(signal_of(&alarm("ALARM")).as_deref(), Some("failure"));
    assert_eq!(signal_of(&alarm("OK")).as_deref(), Some("recovered"));
    assert_eq!(signal_of(&alarm("INSUFFICIENT_DATA")), None);
}

#[test]
fn an_instance_that_does_not_recover_has_failed_and_can_recover_still() {
    let (.., definition) = built_in();
    let at_second = |second: i64, mut event: Event| {
        event.time = at(second);
        event.id = second.to_string();
        event
    };
    let scenario = Scenario {
        events: vec![
            at_second(0, alarm("ALARM")),
            at_second(3_600, alarm("ALARM")),
            at_second(3_700, alarm("OK")),
        ],
        ..Scenario::default()
    };
    let steps = simulate(definition, beginning(json!({})), &scenario);
    let states: Vec<_> = steps.iter().map(|step| step.state.as_str()).collect();
    assert_eq!(states, ["degraded", "failed", "failed", "healthy"]);
}

#[test]
fn an_instance_can_be_stopped_and_started_again() {
    let (.., definition) = built_in();
    let mut life = newborn(definition);
    for (operation, next) in [("stop", "stopped"), ("start", "healthy")] {
        let begun = operate(
            definition,
            &life,
            &request(operation, operation, &json!({})),
            at(1),
        )
        .unwrap();
        life = saved(begun.life);
        let run = life.run.clone().unwrap();
        assert_eq!(run.workflow.as_str(), operation);
        life = saved(settle(definition, &life, &run.id, &RunOutcome::Succeeded, at(2)).life);
        assert_eq!(life.state, state(next));
    }
}

#[test]
fn what_happens_to_a_stopped_instance_changes_nothing() {
    let (.., definition) = built_in();
    let mut life = newborn(definition);
    life.state = state("stopped");
    let delivery = deliver(
        definition,
        &life,
        &Occurrence::event(&alarm("ALARM")),
        at(1),
    );
    assert!(delivery.passages.is_empty());
}

#[test]
fn the_picture_in_the_documentation_is_the_built_in_lifecycle() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/lifecycles.md");
    let drawn = crate::diagram(built_in().1, None);
    let page = fs::read_to_string(page).unwrap();
    assert!(page.contains(&format!("```mermaid\n{drawn}```")), "{drawn}");
}

#[test]
fn the_example_in_the_documentation_is_sound() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/lifecycles.md");
    let page = fs::read_to_string(page).unwrap();
    let (_, example) = page.split_once("```yaml\n").unwrap();
    let (example, _) = example.split_once("```").unwrap();
    let document = validate(&parse(example).unwrap()).unwrap().document;
    let ValidDocument::Lifecycle(lifecycle) = document else {
        panic!("{document:?}");
    };
    let problems = Definition::parse(&lifecycle.spec, &Workflows::own()).err();
    assert_eq!(problems, None);
}
