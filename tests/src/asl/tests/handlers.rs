//! Retriers and catchers.

use super::*;

fn error(name: &str) -> Result<Value, TaskError> {
    Err(TaskError::new(name, "because"))
}

fn task(more: Value) -> Value {
    json!({
        "A": with(with(invoke("f", json!({})), more), json!({ "Next": "End" })),
        "Caught": { "Type": "Succeed", "Output": { "caught": "{% $states.input %}" } },
        "End": { "Type": "Succeed" },
    })
}

fn catching(names: &[&str]) -> Value {
    task(json!({ "Catch": [{ "ErrorEquals": names, "Next": "Caught" }] }))
}

#[tokio::test]
async fn names_match_as_step_functions_documents() {
    for (names, name, caught) in [
        (["Lost"], "Lost", true),
        (["Lost"], "Found", false),
        (["States.ALL"], "Lost", true),
        (["States.ALL"], "States.Timeout", true),
        (["States.ALL"], "States.QueryEvaluationError", true),
        (["States.ALL"], "States.DataLimitExceeded", false),
        (["States.ALL"], "States.Runtime", false),
        (["States.TaskFailed"], "Lost", true),
        (["States.TaskFailed"], "States.TaskFailed", true),
        (["States.TaskFailed"], "States.Timeout", false),
        (["States.TaskFailed"], "States.DataLimitExceeded", false),
        (["States.Timeout"], "States.Timeout", true),
        (
            ["States.DataLimitExceeded"],
            "States.DataLimitExceeded",
            true,
        ),
    ] {
        let world = World::answering("f", vec![error(name)]);
        let run = run_in(&world, "A", &catching(&names), json!({})).await;
        assert_eq!(
            run.status == Status::Succeeded,
            caught,
            "{names:?} and {name}"
        );
    }
}

#[tokio::test]
async fn the_error_output_is_what_goes_on_unless_the_catcher_says_otherwise() {
    let world = World::answering("f", vec![error("Lost")]);
    let run = run_in(&world, "A", &catching(&["Lost"]), json!({})).await;
    assert_eq!(
        run.output,
        Some(json!({ "caught": { "Error": "Lost", "Cause": "because" } }))
    );
    let states = json!({
        "A": with(invoke("f", json!({})), json!({ "Catch": [
            { "ErrorEquals": ["Other"], "Next": "End", "Output": "wrong" },
            { "ErrorEquals": ["Lost"], "Next": "End",
              "Output": { "was": "{% $states.input.n %}", "why": "{% $states.errorOutput.Cause %}" },
              "Assign": { "error": "{% $states.errorOutput.Error %}" } },
        ], "Assign": { "error": "none" }, "Next": "End" })),
        "End": { "Type": "Succeed", "Output": "{% [$error, $states.input] %}" },
    });
    let run = run_in(&world, "A", &states, json!({ "n": 1 })).await;
    assert_eq!(
        run.output,
        Some(json!(["Lost", { "was": 1, "why": "because" }]))
    );
}

#[tokio::test]
async fn a_failing_catcher_is_not_caught_by_the_same_state() {
    let world = World::answering("f", vec![error("Lost")]);
    let states = task(json!({ "Catch": [
        { "ErrorEquals": ["Lost"], "Next": "End", "Output": "{% $states.input.absent %}" },
        { "ErrorEquals": ["States.ALL"], "Next": "Caught" },
    ] }));
    let run = run_in(&world, "A", &states, json!({})).await;
    assert_eq!(failed(&run), "States.QueryEvaluationError");
}

#[tokio::test]
async fn retries_back_off_up_to_the_longest_delay_and_then_the_error_is_caught() {
    let world = World::answering("f", vec![error("Busy")]);
    let states = task(json!({
        "Retry": [{ "ErrorEquals": ["Busy"], "IntervalSeconds": 2, "BackoffRate": 3,
                    "MaxAttempts": 4, "MaxDelaySeconds": 20, "JitterStrategy": "FULL" }],
        "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Caught" }],
    }));
    let run = run_in(&world, "A", &states, json!({})).await;
    assert_eq!(run.status, Status::Succeeded);
    assert_eq!(run.trace.invoked("f"), 5);
    // Two states entered and four retries.
    assert_eq!(run.trace.transitions, 6);
    let waits: Vec<u64> = world
        .passed
        .borrow()
        .iter()
        .map(Duration::as_secs)
        .collect();
    assert_eq!(waits, [2, 6, 18, 20]);
    assert_eq!(run.trace.elapsed, Duration::from_secs(46));
}

#[tokio::test]
async fn retries_are_three_from_one_second_doubling_unless_said_otherwise() {
    let world = World::answering("f", vec![error("Busy")]);
    let states = json!({ "A": with(invoke("f", json!({})),
        json!({ "Retry": [{ "ErrorEquals": ["States.ALL"] }] })) });
    let run = run_in(&world, "A", &states, json!({})).await;
    assert_eq!(failed(&run), "Busy");
    let waits: Vec<u64> = world
        .passed
        .borrow()
        .iter()
        .map(Duration::as_secs)
        .collect();
    assert_eq!(waits, [1, 2, 4]);
}

#[tokio::test]
async fn each_retrier_counts_for_itself_and_the_first_that_matches_decides() {
    // The documented example: ErrorA, ErrorB, ErrorC, ErrorB.
    let errors = ["ErrorA", "ErrorB", "ErrorC", "ErrorB"].map(error);
    let world = World::answering("f", errors.to_vec());
    let states = task(json!({
        "Retry": [
            { "ErrorEquals": ["ErrorA", "ErrorB"], "IntervalSeconds": 1, "MaxAttempts": 2 },
            { "ErrorEquals": ["ErrorC"], "IntervalSeconds": 5 },
            { "ErrorEquals": ["States.ALL"], "IntervalSeconds": 9 },
        ],
        "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Caught" }],
    }));
    let run = run_in(&world, "A", &states, json!({})).await;
    assert_eq!(run.trace.entered("Caught"), 1);
    let waits: Vec<u64> = world
        .passed
        .borrow()
        .iter()
        .map(Duration::as_secs)
        .collect();
    assert_eq!(waits, [1, 2, 5]);
}

#[tokio::test]
async fn no_attempts_means_no_retry() {
    let world = World::answering("f", vec![error("Busy"), Ok(json!({}))]);
    let states = json!({ "A": with(invoke("f", json!({})),
        json!({ "Retry": [{ "ErrorEquals": ["Busy"], "MaxAttempts": 0 },
                          { "ErrorEquals": ["States.ALL"] }] })) });
    assert_eq!(
        failed(&run_in(&world, "A", &states, json!({})).await),
        "Busy"
    );
}

#[tokio::test]
async fn a_retry_evaluates_its_arguments_anew_and_knows_its_number() {
    let world = World::answering("f", vec![error("Busy"), Ok(json!({}))]);
    let states = json!({ "A": with(
        invoke("f", json!("{% $states.context.State.RetryCount %}")),
        json!({ "Retry": [{ "ErrorEquals": ["Busy"] }] }),
    ) });
    run_in(&world, "A", &states, json!({})).await;
    assert_eq!(world.payloads(), [json!(0), json!(1)]);
}

#[tokio::test]
async fn assignments_of_a_failed_attempt_leave_nothing_behind() {
    let world = World::answering("f", vec![Ok(json!({}))]);
    let states = json!({
        "Start": { "Type": "Pass", "Assign": { "x": "old" }, "Next": "A" },
        "A": with(invoke("f", json!({})), json!({
            "Assign": { "x": "new", "y": "{% $states.result.Payload.absent %}" },
            "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "End" }], "Next": "End",
        })),
        "End": { "Type": "Succeed", "Output": "{% $x %}" },
    });
    let run = run_in(&world, "Start", &states, json!({})).await;
    assert_eq!(run.output, Some(json!("old")));
}

#[tokio::test]
async fn functions_that_fail_and_functions_that_crash_look_as_lambda_shows_them() {
    let failed_function = TaskError::function("Groundplane.Invalid", "no name");
    assert_eq!(failed_function.error, "Groundplane.Invalid");
    let cause: Value = serde_json::from_str(&failed_function.cause).unwrap();
    assert_eq!(cause["errorMessage"], "no name");
    assert_eq!(TaskError::crash().error, "Runtime.ExitError");
    let long = TaskError::new("Long", "x".repeat(40_000));
    assert_eq!(long.cause.len(), 32_768);
}
