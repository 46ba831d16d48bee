//! The shipped state machine around the real steps: whatever call fails, a run is begun once and
//! settled as it went.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use groundplane_model::{Change, Run, WorkflowSpec};
use groundplane_ports::WriteTable as _;
use groundplane_run_workflow::handle;
use groundplane_tests::accounts::OwnAccount;
use groundplane_tests::asl::{self, Host, Interpreter, Machine, Status, TaskError};
use groundplane_tests::faults::{Fault, Faults, explore};
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::cloud::FakeCloud;
use super::scene::{
    INCARNATION, MACHINE, deployed, instance, life, machine_spec, nothing, run, tenant, units,
    workflow,
};
use crate::memory::MemoryTable;
use crate::platform::Problem;
use crate::system::TestSystem;

/// An instance for which something runs, behind ports that may fail.
pub(super) struct World {
    pub(super) table: MemoryTable,
    pub(super) cloud: FakeCloud,
    pub(super) system: TestSystem,
    pub(super) faults: Faults,
    run: Run,
    settled: RefCell<Vec<Value>>,
}

impl World {
    pub(super) async fn of(faults: Faults, name: &str, input: Value) -> Self {
        let system = TestSystem::default();
        let world = Self {
            table: MemoryTable::default(),
            cloud: FakeCloud::default(),
            faults,
            run: run(name, input, INCARNATION, &system),
            system,
            settled: RefCell::default(),
        };
        world.cloud.add_service("main", "web", 2);
        world.cloud.add_database("orders", true);
        let mut changes = vec![
            Change::save(&life(world.run.clone(), INCARNATION)),
            Change::save(&deployed()),
        ];
        changes.extend(units());
        world.table.commit(changes).await.unwrap();
        world
    }

    /// Runs the shipped machine; `other` is the registered one, if there is one.
    async fn execute(&self, other: Option<&str>) -> asl::Run {
        let interpreter = Interpreter::new(self).machine("transition", shipped());
        let interpreter = match other {
            Some(text) => {
                let other = Machine::load(text, &BTreeMap::new()).unwrap();
                interpreter.machine(MACHINE, other)
            }
            None => interpreter,
        };
        let input = json!({
            "tenant": tenant(), "instance": instance(), "run": self.run.id,
        });
        let name = self.run.id.as_str();
        interpreter.run("transition", name, input).await.unwrap()
    }

    /// How the run was settled: every time alike.
    fn settled(&self) -> Value {
        let settled = self.settled.borrow();
        let first = settled.first().cloned().unwrap_or_default();
        assert!(settled.iter().all(|one| *one == first), "{settled:?}");
        first
    }
}

impl Host for World {
    async fn invoke(&self, function: &str, payload: Value) -> Result<Value, TaskError> {
        match function {
            "RunWorkflowFunctionArn" => {
                let (table, cloud) = (self.faults.wrap(&self.table), self.faults.wrap(&self.cloud));
                let request = serde_json::from_value(payload).unwrap();
                let cloud = OwnAccount(&cloud);
                let handled = handle(&table, &cloud, &cloud, &self.system, request);
                let answer = self.faults.invocation(handled).await?.map_err(|failure| {
                    TaskError::function(failure.kind.error_name(), &failure.to_string())
                })?;
                Ok(serde_json::to_value(answer).unwrap())
            }
            "SettleRunFunctionArn" => {
                self.settled.borrow_mut().push(payload);
                Ok(json!({}))
            }
            other => panic!("nothing is called {other}"),
        }
    }

    async fn pass_time(&self, duration: Duration) {
        let duration = SignedDuration::try_from(duration).unwrap();
        self.system.advance(duration);
        self.cloud.tick();
    }
}

/// The machine; what the template would substitute stands for itself.
pub(super) fn shipped() -> Machine {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../statemachines/transition.asl.json");
    let text = fs::read_to_string(path).unwrap();
    let names = asl::placeholders(&text).into_iter();
    let names = names.map(|name| (name.clone(), name));
    Machine::load(&text, &names.collect()).unwrap()
}

/// What must hold after a run of this: it succeeds, and the cloud was asked for this once, unless
/// the very call was doubled on its way.
async fn once(
    faults: Faults,
    (name, input, asked): (&str, Value, &[&str]),
    may_fail: bool,
) -> Result<(), Problem> {
    let world = World::of(faults.clone(), name, input).await;
    let ended = world.execute(None).await;
    let outcome = &world.settled()["outcome"];
    if may_fail && ended.status == Status::Failed && outcome == "failed" {
        return Ok(());
    }
    if ended.status != Status::Succeeded || outcome != "succeeded" {
        return Err(format!("{:?} {}", ended.error, world.settled()));
    }
    let mut calls = world.cloud.calls();
    // Setting a number again changes nothing, and a call that is doubled on its way is two.
    if name == "scale" || faults.happened() == Some("services.restart") {
        calls.dedup();
    }
    if calls == asked {
        return Ok(());
    }
    Err(format!("the cloud was asked for {calls:?}"))
}

/// Faults after which a retry must get there.
const PASSING: [Fault; 5] = [
    Fault::Before,
    Fault::After,
    Fault::Twice,
    Fault::CrashBefore,
    Fault::CrashAfter,
];

async fn survives(name: &str, input: Value, asked: &[&str]) {
    let scenario = |faults, may_fail| once(faults, (name, input.clone(), asked), may_fail);
    let passing = explore(&PASSING, |faults| scenario(faults, false)).await;
    assert!(passing.findings.is_empty(), "{passing}");
    assert!(passing.points.len() > 8, "{passing}");
    let denied = explore(&[Fault::Denied], |faults| scenario(faults, true)).await;
    assert!(denied.findings.is_empty(), "{denied}");
}

#[tokio::test]
async fn a_restart_is_begun_once_whatever_call_fails() {
    survives("restart", nothing(), &["restart web"]).await;
}

#[tokio::test]
async fn scaling_gets_there_whatever_call_fails() {
    survives("scale", json!({"desiredCount": 5}), &["count web 5"]).await;
}

#[tokio::test]
async fn a_failover_is_begun_once_whatever_call_fails() {
    survives("failover", nothing(), &["fail over orders"]).await;
}

#[tokio::test]
async fn a_run_that_fails_is_settled_with_its_cause() {
    let world = World::of(Faults::none(), "restart", nothing()).await;
    world.cloud.lock().is_broken = true;
    let ended = world.execute(None).await;
    assert_eq!(ended.status, Status::Failed);
    let settled = world.settled();
    assert_eq!(settled["outcome"], "failed");
    assert_eq!(settled["error"], "Groundplane.ProvisionFailed");
    let cause = settled["cause"].as_str().unwrap();
    assert!(cause.contains("tasks failed to"), "{cause}");
}

#[tokio::test]
async fn a_run_that_never_ends_is_settled_once_its_time_is_over() {
    let world = World::of(Faults::none(), "restart", nothing()).await;
    let deployment = groundplane_model::DeploymentId::from_number(9);
    let mut busy = deployed();
    busy.active_deployment = Some(deployment);
    busy.version = 1;
    world.table.commit(vec![Change::save(&busy)]).await.unwrap();
    let ended = world.execute(None).await;
    assert_eq!(ended.status, Status::Failed);
    let minutes = ended.trace.elapsed.as_secs() / 60;
    assert_eq!(minutes, 10, "{:?}", ended.trace.elapsed);
    let cause = world.settled()["cause"].clone();
    let cause = cause.as_str().unwrap();
    assert!(cause.contains("did not end before"), "{cause}");
    assert_eq!(world.cloud.calls(), Vec::<String>::new());
}

/// A run of a registered workflow whose machine is `text`.
async fn registered(text: &str, spec: Value) -> (World, asl::Run) {
    let world = World::of(Faults::none(), "warm-cache", nothing()).await;
    let _: WorkflowSpec = serde_json::from_value(spec.clone()).unwrap();
    let record = workflow("warm-cache", spec);
    world
        .table
        .commit(vec![Change::save(&record)])
        .await
        .unwrap();
    let ended = world.execute(Some(text)).await;
    (world, ended)
}

#[expect(clippy::needless_pass_by_value, reason = "callers make it for this")]
fn one_state(state: Value) -> String {
    json!({ "QueryLanguage": "JSONata", "StartAt": "It", "States": { "It": state } }).to_string()
}

#[tokio::test]
async fn a_registered_machine_that_ends_well_is_settled_as_a_success() {
    let text = one_state(json!({"Type": "Succeed"}));
    let (world, ended) = registered(&text, machine_spec()).await;
    assert_eq!(ended.status, Status::Succeeded, "{:?}", ended.error);
    assert_eq!(world.settled()["outcome"], "succeeded");
    assert_eq!(ended.trace.executions, 2);
}

#[tokio::test]
async fn a_registered_machine_that_fails_is_settled_with_its_own_words() {
    let text = one_state(json!({"Type": "Fail", "Error": "Cold", "Cause": "the cache is cold"}));
    let (world, ended) = registered(&text, machine_spec()).await;
    assert_eq!(ended.status, Status::Failed);
    let settled = world.settled();
    let error = settled["error"].as_str().unwrap();
    let cause = settled["cause"].as_str().unwrap();
    let told = groundplane_deployment::cause_of(error, cause);
    assert_eq!(
        (told.name.as_str(), told.cause.as_str()),
        ("Cold", "the cache is cold")
    );
}

#[tokio::test]
async fn a_registered_machine_that_does_not_end_is_timed_out() {
    let text = json!({
        "QueryLanguage": "JSONata", "StartAt": "Sleep", "States": {
            "Sleep": {"Type": "Wait", "Seconds": 100_000, "Next": "End"},
            "End": {"Type": "Succeed"},
        },
    })
    .to_string();
    for (spec, seconds) in [
        (machine_spec(), 600),
        (json!({"stateMachineArn": MACHINE, "timeout": "2m"}), 120),
    ] {
        let (world, ended) = registered(&text, spec).await;
        assert_eq!(world.settled()["error"], "States.Timeout");
        assert_eq!(ended.trace.elapsed.as_secs(), seconds);
    }
}
