//! Tasks that run another state machine and wait for its end.

use super::*;

fn start(more: Value) -> Value {
    let task = json!({
        "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Arguments": { "StateMachineArn": CHILD, "Input": { "n": "{% $states.input.n %}" } },
        "End": true,
    });
    with(task, more)
}

fn child_of(states: &Value, timeout: u64) -> Machine {
    let text = json!({ "QueryLanguage": "JSONata", "StartAt": "In", "TimeoutSeconds": timeout,
                       "States": states });
    Machine::load(&text.to_string(), &BTreeMap::new()).unwrap()
}

async fn run_with(child: Machine, main: &Value) -> Run {
    let world = World::default();
    let interpreter = Interpreter::new(&world)
        .machine(MAIN, machine("A", main))
        .machine(CHILD, child);
    interpreter
        .run(MAIN, "run", json!({ "n": 1 }))
        .await
        .unwrap()
}

fn caught() -> Value {
    json!({
        "A": start(json!({
            "Output": "none", "Next": "End",
            "Catch": [{ "ErrorEquals": ["States.TaskFailed"], "Next": "End", "Output": {
                "error": "{% $states.errorOutput.Error %}",
                "child": "{% $parse($states.errorOutput.Cause) %}",
            } }],
        })),
        "End": { "Type": "Succeed" },
    })
}

#[tokio::test]
async fn a_child_gives_its_output_and_is_described() {
    let child = child_of(
        &json!({ "In": { "Type": "Wait", "Seconds": 5, "Output": { "got": "{% $states.input.n %}" }, "End": true } }),
        60,
    );
    let run = run_with(child, &json!({ "A": start(json!({})) })).await;
    let output = run.output.unwrap();
    assert_eq!(output["Output"], json!({ "got": 1 }));
    assert_eq!(output["Input"], json!({ "n": 1 }));
    assert_eq!(output["Status"], "SUCCEEDED");
    assert_eq!(output["StateMachineArn"], CHILD);
    assert_eq!(
        output["StopDate"].as_i64().unwrap() - output["StartDate"].as_i64().unwrap(),
        5000
    );
    assert_eq!((run.trace.executions, run.trace.transitions), (2, 2));
    assert_eq!(run.trace.elapsed, Duration::from_secs(5));
}

#[tokio::test]
async fn a_failed_child_is_a_failed_task_whose_cause_tells_the_childs_error() {
    let child = child_of(
        &json!({ "In": { "Type": "Fail", "Error": "Groundplane.ProvisionFailed", "Cause": "no room" } }),
        60,
    );
    let output = run_with(child, &caught()).await.output.unwrap();
    assert_eq!(output["error"], "States.TaskFailed");
    assert_eq!(output["child"]["Error"], "Groundplane.ProvisionFailed");
    assert_eq!(output["child"]["Cause"], "no room");
    assert_eq!(output["child"]["Status"], "FAILED");
}

#[tokio::test]
async fn a_childs_own_error_name_is_not_what_its_parent_can_match() {
    let child = child_of(
        &json!({ "In": { "Type": "Fail", "Error": "Lost", "Cause": "" } }),
        60,
    );
    let main = json!({
        "A": start(json!({
            "Catch": [{ "ErrorEquals": ["Lost"], "Next": "End" }], "Next": "End",
        })),
        "End": { "Type": "Succeed" },
    });
    assert_eq!(failed(&run_with(child, &main).await), "States.TaskFailed");
}

#[tokio::test]
async fn a_child_that_times_out_is_a_failed_task() {
    let child = child_of(
        &json!({ "In": { "Type": "Wait", "Seconds": 90, "End": true } }),
        60,
    );
    let run = run_with(child, &caught()).await;
    assert_eq!(run.output.unwrap()["child"]["Status"], "TIMED_OUT");
    assert_eq!(run.trace.elapsed, Duration::from_secs(60));
}

#[tokio::test]
async fn a_task_that_waits_too_long_for_its_child_times_out_itself() {
    let child = child_of(
        &json!({ "In": { "Type": "Wait", "Seconds": 90, "End": true } }),
        1000,
    );
    let main = json!({
        "A": start(json!({
            "TimeoutSeconds": 30, "Next": "End",
            "Catch": [{ "ErrorEquals": ["States.Timeout"], "Next": "End" }],
        })),
        "End": { "Type": "Succeed", "Output": "{% $states.input.Error %}" },
    });
    let run = run_with(child, &main).await;
    assert_eq!(run.output, Some(json!("States.Timeout")));
    assert_eq!(run.trace.elapsed, Duration::from_secs(30));
}

#[tokio::test]
async fn a_parents_own_timeout_is_not_caught_by_the_task_that_waits() {
    let text = json!({ "QueryLanguage": "JSONata", "StartAt": "A", "TimeoutSeconds": 30, "States": {
        "A": start(json!({ "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "End" }], "Next": "End" })),
        "End": { "Type": "Succeed" },
    } });
    let child = child_of(
        &json!({ "In": { "Type": "Wait", "Seconds": 90, "End": true } }),
        1000,
    );
    let world = World::default();
    let interpreter = Interpreter::new(&world)
        .machine(
            MAIN,
            Machine::load(&text.to_string(), &BTreeMap::new()).unwrap(),
        )
        .machine(CHILD, child);
    let run = interpreter
        .run(MAIN, "run", json!({ "n": 1 }))
        .await
        .unwrap();
    assert_eq!(run.status, Status::TimedOut);
}

#[tokio::test]
async fn a_name_is_used_once() {
    let child = child_of(&json!({ "In": { "Type": "Succeed" } }), 60);
    let named = json!({ "Arguments": { "StateMachineArn": CHILD, "Name": "same" } });
    let first = with(start(named.clone()), json!({ "Next": "B" }));
    let run = run_with(child, &json!({ "A": first, "B": start(named) })).await;
    assert_eq!(
        failed(&run),
        "StepFunctions.ExecutionAlreadyExistsException"
    );
}

#[tokio::test]
async fn a_child_is_stopped_when_a_sibling_of_the_branch_that_waits_fails() {
    let child = child_of(
        &json!({
            "In": { "Type": "Pass", "Next": "Later" },
            "Later": { "Type": "Pass", "End": true },
        }),
        60,
    );
    let states = json!({ "Both": { "Type": "Parallel", "End": true, "Branches": [
        { "StartAt": "Wait", "States": { "Wait": start(json!({})) } },
        { "StartAt": "Break", "States": { "Break": { "Type": "Fail", "Error": "Lost" } } },
    ] } });
    let world = World::default();
    let interpreter = Interpreter::new(&world)
        .machine(MAIN, machine("Both", &states))
        .machine(CHILD, child)
        .schedule(Schedule::Interleaved);
    let run = interpreter
        .run(MAIN, "run", json!({ "n": 1 }))
        .await
        .unwrap();
    assert_eq!(failed(&run), "Lost");
    assert_eq!(run.trace.entered("Later"), 0);
}

#[tokio::test]
async fn a_machine_that_was_not_given_gets_the_run_stuck() {
    let world = World::default();
    let interpreter =
        Interpreter::new(&world).machine(MAIN, machine("A", &json!({ "A": start(json!({})) })));
    let stuck = interpreter
        .run(MAIN, "run", json!({ "n": 1 }))
        .await
        .unwrap_err();
    assert_eq!(stuck, super::super::Stuck::UnknownMachine(CHILD.to_owned()));
}
