//! The shipped state machine around the real steps: what its caller sees.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::Path;

use groundplane_model::{EngineInput, EngineOutput, EngineStatus};
use groundplane_provision_stack::handle;
use groundplane_tests::asl::{Host, Interpreter, Machine, Run, Status, TaskError};
use groundplane_tests::fake_stacks::FakeStacks;
use serde_json::Value;

use crate::support::{INSTALLATION, STACK, apply, artifact, destroy, failing};

/// A world with one function. While `crashes` lasts, its process dies after it has done its work,
/// and the answer is lost.
struct World {
    stacks: FakeStacks,
    crashes: Cell<u32>,
}

impl Host for World {
    async fn invoke(&self, _function: &str, payload: Value) -> Result<Value, TaskError> {
        let request = serde_json::from_value(payload).unwrap();
        let answer = handle(&self.stacks, INSTALLATION, request).await;
        if self.crashes.get() > 0 {
            self.crashes.set(self.crashes.get() - 1);
            return Err(TaskError::crash());
        }
        let answer =
            answer.map_err(|it| TaskError::function(it.kind.error_name(), &it.to_string()))?;
        Ok(serde_json::to_value(answer).unwrap())
    }
}

fn world() -> World {
    let stacks = FakeStacks::new();
    stacks.define(&artifact("bad"), failing());
    World {
        stacks,
        crashes: Cell::new(0),
    }
}

async fn execute(world: &World, input: &EngineInput) -> Run {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../statemachines/engines/cloudformation.asl.json");
    let function = "ProvisionStackFunctionArn".to_owned();
    let substitutions = BTreeMap::from([(function.clone(), function)]);
    let text = std::fs::read_to_string(path).unwrap();
    let machine = Machine::load(&text, &substitutions).unwrap();
    let interpreter = Interpreter::new(world).machine("engine", machine);
    let input = serde_json::to_value(input).unwrap();
    interpreter.run("engine", "once", input).await.unwrap()
}

#[tokio::test]
async fn an_engine_that_ends_well_gives_the_output_of_the_contract() {
    let world = world();
    for (input, expected) in [
        (apply("a", "good"), EngineStatus::Succeeded),
        (apply("b", "good"), EngineStatus::Unchanged),
        (destroy("c"), EngineStatus::Succeeded),
        (destroy("d"), EngineStatus::Unchanged),
    ] {
        let run = execute(&world, &input).await;
        assert_eq!(run.status, Status::Succeeded, "{:?}", run.error);
        let output: EngineOutput = serde_json::from_value(run.output.unwrap()).unwrap();
        assert_eq!(output.status, expected);
    }
}

#[tokio::test]
async fn an_engine_that_fails_gives_the_name_of_the_error_and_the_bare_cause() {
    let run = execute(&world(), &apply("a", "bad")).await;
    let error = run.error.unwrap();
    assert_eq!(error.error, "Groundplane.ProvisionFailed");
    assert_eq!(
        error.cause,
        "`Service` (AWS::Fake::Broken): no such cluster"
    );
}

#[tokio::test]
async fn steps_whose_process_dies_are_made_again() {
    let world = world();
    world.crashes.set(5);
    let run = execute(&world, &apply("a", "good")).await;
    assert_eq!(run.status, Status::Succeeded, "{:?}", run.error);
    assert_eq!(
        world.stacks.status(STACK).as_deref(),
        Some("CREATE_COMPLETE")
    );
}

#[tokio::test]
async fn a_function_that_always_dies_is_given_up_as_unavailable() {
    let world = world();
    world.crashes.set(u32::MAX);
    let error = execute(&world, &apply("a", "good")).await.error.unwrap();
    assert_eq!(error.error, "Groundplane.Unavailable");
    assert!(error.cause.contains("Runtime exited"), "{}", error.cause);
}
