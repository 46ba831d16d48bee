//! The shipped state machine around the real functions: one instance, a whole environment page by
//! page, and instances that cannot be checked among others that can.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use groundplane_check_drift::{Sources, handle};
use groundplane_list_members as list_members;
use groundplane_model::{Change, Instance, Member};
use groundplane_ports::WriteTable as _;
use groundplane_tests::accounts::OwnAccount;
use groundplane_tests::asl::{
    self, Host, Interpreter, Machine, Schedule, Status, TaskError, placeholders,
};
use groundplane_tests::faults::{Fault, Faults, explore};
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::scene::Scene;
use crate::platform::Problem;
use crate::workflows::scene::{deployed, instance, tenant};

/// The function, and instances of which it knows nothing but that it cannot look at them.
struct World {
    scene: Scene,
    broken: BTreeSet<String>,
    /// Since when checks were asked for.
    asked: Mutex<BTreeSet<jiff::Timestamp>>,
}

impl World {
    async fn of(faults: Faults) -> Self {
        Self {
            scene: Scene::of(faults, json!({"default": "signal"})).await,
            broken: BTreeSet::new(),
            asked: Mutex::default(),
        }
    }

    /// Adds so many instances of which nothing is deployed.
    async fn add(&self, count: usize) {
        for number in 0..count {
            let id = format!("more-{number:03}.dev").parse().unwrap();
            let environment = "dev".parse().unwrap();
            let member = Member::new(environment, tenant(), id);
            let more = Instance {
                id: member.instance.clone(),
                revision: None,
                ..deployed()
            };
            let changes = vec![Change::save(&member), Change::save(&more)];
            self.scene.table.commit(changes).await.unwrap();
        }
    }

    async fn run(&self, input: Value, schedule: Schedule) -> asl::Run {
        let interpreter = Interpreter::new(self)
            .machine("drift", shipped())
            .schedule(schedule);
        interpreter.run("drift", "dev-1", input).await.unwrap()
    }

    async fn answer(
        &self,
        function: &str,
        payload: Value,
    ) -> Result<Value, groundplane_model::Failure> {
        let Scene {
            table,
            stacks,
            cloud,
            system,
            faults,
        } = &self.scene;
        let table = faults.wrap(table);
        Ok(match function {
            "ListMembersFunctionArn" => {
                let request = serde_json::from_value(payload).unwrap();
                json!(list_members::handle(&table, request).await?)
            }
            "CheckDriftFunctionArn" => {
                let mut request: groundplane_check_drift::Request =
                    serde_json::from_value(payload).unwrap();
                self.asked.lock().unwrap().insert(request.since);
                // The interpreter has a calendar of its own.
                request.since = jiff::Timestamp::UNIX_EPOCH;
                let (stacks, cloud) = (faults.wrap(stacks), faults.wrap(cloud));
                let sources = Sources {
                    stacks: &OwnAccount(&stacks),
                    services: &OwnAccount(&cloud),
                    tags: &OwnAccount(&stacks),
                };
                json!(handle(&table, sources, system, request).await?)
            }
            other => panic!("nothing is called {other}"),
        })
    }
}

impl Host for World {
    async fn invoke(&self, function: &str, payload: Value) -> Result<Value, TaskError> {
        if let Some(id) = payload["instance"].as_str()
            && self.broken.contains(id)
        {
            return Err(TaskError::function("Groundplane.Denied", "not allowed"));
        }
        let handled = self.answer(function, payload);
        self.scene
            .faults
            .invocation(handled)
            .await?
            .map_err(|failure| TaskError::function(failure.kind.error_name(), &failure.to_string()))
    }

    async fn pass_time(&self, duration: Duration) {
        let duration = SignedDuration::try_from(duration).unwrap();
        self.scene.system.advance(duration);
    }
}

fn shipped() -> Machine {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../statemachines/drift.asl.json");
    let text = fs::read_to_string(file).unwrap();
    let value = |name: &str| match name {
        "DriftMapMode" => "DISTRIBUTED".to_owned(),
        name => name.to_owned(),
    };
    let values: BTreeMap<String, String> = placeholders(&text)
        .into_iter()
        .map(|name| (name.clone(), value(&name)))
        .collect();
    Machine::load(&text, &values).unwrap()
}

fn one() -> Value {
    json!({"tenant": tenant(), "instance": instance()})
}

fn counts(numbers: [u64; 5]) -> Value {
    let [in_sync, drifted, not_checked, skipped, failed] = numbers;
    json!({
        "in_sync": in_sync, "drifted": drifted, "not_checked": not_checked,
        "skipped": skipped, "failed": failed,
    })
}

#[tokio::test]
async fn one_instance_is_checked_until_it_is_done() {
    let world = World::of(Faults::none()).await;
    let ended = world.run(one(), Schedule::InOrder).await;
    assert_eq!(ended.status, Status::Succeeded, "{:?}", ended.error);
    let output = ended.output.unwrap();
    assert_eq!(output["counts"], counts([1, 0, 0, 0, 0]));
    assert_eq!(
        (&output["skipped"], &output["failed"]),
        (&json!([]), &json!([]))
    );
    assert_eq!(ended.trace.invoked("ListMembersFunctionArn"), 0);
}

#[tokio::test]
async fn a_check_takes_four_transitions_and_three_for_each_further_look() {
    let world = World::of(Faults::none()).await;
    let ended = world.run(one(), Schedule::InOrder).await;
    let entered = |state: &str| ended.trace.entered(state);
    let looks = entered("Pause");
    assert!(looks > 0, "CloudFormation takes its time");
    let states = ["Remember", "Advance", "WhatNext", "Pause", "Checked"];
    let all: usize = states.into_iter().map(entered).sum();
    assert_eq!(all, 4 + 3 * looks);
}

#[tokio::test]
async fn who_asks_for_a_check_says_since_when_it_counts() {
    let world = World::of(Faults::none()).await;
    let since: jiff::Timestamp = "2026-11-21T10:00:00.123456789Z".parse().unwrap();
    let mut input = one();
    input["since"] = json!(since);
    let ended = world.run(input, Schedule::InOrder).await;
    assert_eq!(ended.status, Status::Succeeded, "{:?}", ended.error);
    let asked = world.asked.lock().unwrap().clone();
    assert_eq!(asked, BTreeSet::from([since]), "whenever it was begun");
}

#[tokio::test]
async fn an_environment_is_checked_page_by_page_and_who_was_left_out_is_named() {
    for schedule in Schedule::ALL {
        let mut world = World::of(Faults::none()).await;
        world.add(120).await;
        world.scene.change_logs(1);
        world.broken.insert("more-007.dev".to_owned());
        let ended = world.run(json!({"environment": "dev"}), schedule).await;
        assert_eq!(ended.status, Status::Succeeded, "{:?}", ended.error);
        let output = ended.output.unwrap();
        assert_eq!(output["counts"], counts([0, 1, 0, 119, 1]), "{schedule:?}");
        assert_eq!(output["failed"], json!(["more-007.dev"]));
        let skipped = output["skipped"].as_array().unwrap();
        assert_eq!(skipped.len(), 100, "no more than fit");
        assert_eq!(skipped[0], "more-000.dev");
        assert_eq!(ended.trace.invoked("ListMembersFunctionArn"), 2);
        assert_eq!(world.scene.events().len(), 1);
    }
}

#[tokio::test]
async fn an_environment_without_instances_is_done_at_once() {
    let world = World::of(Faults::none()).await;
    let ended = world
        .run(json!({"environment": "empty"}), Schedule::InOrder)
        .await;
    assert_eq!(ended.output.unwrap()["counts"], counts([0, 0, 0, 0, 0]));
}

/// What must hold after a fleet run with a fault in any call.
async fn checked_once(faults: Faults) -> Result<(), Problem> {
    let world = World::of(faults).await;
    world.add(2).await;
    world.scene.change_logs(1);
    let ended = world
        .run(json!({"environment": "dev"}), Schedule::Interleaved)
        .await;
    if ended.status != Status::Succeeded {
        return Err(format!("{:?}", ended.error));
    }
    let told = ended.output.unwrap_or_default();
    if told["counts"] != counts([0, 1, 0, 2, 0]) {
        return Err(told.to_string());
    }
    match world.scene.events().len() {
        1 => Ok(()),
        events => Err(format!("{events} events")),
    }
}

#[tokio::test]
async fn a_fleet_is_checked_whatever_call_fails() {
    let faults = [
        Fault::Before,
        Fault::After,
        Fault::CrashBefore,
        Fault::CrashAfter,
        Fault::Twice,
    ];
    let report = explore(&faults, checked_once).await;
    assert!(report.findings.is_empty(), "{report}");
    assert!(report.points.len() > 20, "{report}");
}
