//! Pass, Succeed, Fail, Wait, Choice and Task.

use super::*;

#[tokio::test]
async fn pass_gives_its_input_unless_it_says_otherwise() {
    let plain = json!({ "A": { "Type": "Pass", "End": true } });
    assert_eq!(
        output("A", &plain, json!({ "n": 1 })).await,
        json!({ "n": 1 })
    );
    let other = json!({ "A": { "Type": "Pass", "End": true,
        "Output": { "twice": "{% $states.input.n * 2 %}", "text": "$states.input.n" } } });
    assert_eq!(
        output("A", &other, json!({ "n": 2 })).await,
        json!({ "twice": 4, "text": "$states.input.n" })
    );
}

#[tokio::test]
async fn output_and_assignments_see_the_variables_as_they_were_on_entry() {
    let states = json!({
        "A": { "Type": "Pass", "Assign": { "x": 1, "y": 2 }, "Next": "B" },
        "B": { "Type": "Pass", "Assign": { "x": "{% $y %}", "y": "{% $x %}" },
               "Output": "{% [$x, $y] %}", "Next": "C" },
        "C": { "Type": "Succeed", "Output": { "before": "{% $states.input %}", "after": "{% [$x, $y] %}" } },
    });
    assert_eq!(
        output("A", &states, json!({})).await,
        json!({ "before": [1, 2], "after": [2, 1] })
    );
}

#[tokio::test]
async fn fail_ends_the_execution_with_its_error_and_cause() {
    let states =
        json!({ "A": { "Type": "Fail", "Error": "{% $states.input.name %}", "Cause": "why" } });
    let run = run("A", &states, json!({ "name": "Lost" })).await;
    assert_eq!(run.error, Some(TaskError::new("Lost", "why")));
    assert_eq!((run.status, run.output), (Status::Failed, None));
}

#[tokio::test]
async fn wait_passes_virtual_time_and_nothing_else() {
    let states = json!({
        "A": { "Type": "Wait", "Seconds": "{% $states.input.s %}", "Next": "B" },
        "B": { "Type": "Wait", "Timestamp": "2026-01-01T01:00:00Z", "Next": "C" },
        "C": { "Type": "Wait", "Timestamp": "2025-01-01T00:00:00Z", "Next": "D" },
        "D": { "Type": "Succeed", "Output": "{% $states.context.State.EnteredTime %}" },
    });
    let world = World::default();
    let run = run_in(&world, "A", &states, json!({ "s": 90 })).await;
    assert_eq!(run.output, Some(json!("2026-01-01T01:00:00Z")));
    assert_eq!(run.trace.elapsed, Duration::from_secs(3600));
    let passed = world
        .passed
        .borrow()
        .iter()
        .map(Duration::as_secs)
        .collect::<Vec<_>>();
    assert_eq!(passed, [90, 3510, 0]);
}

#[tokio::test]
async fn wait_refuses_what_is_no_whole_number_of_seconds() {
    for seconds in [json!(-1), json!(0.5), json!("soon"), json!(100_000_000)] {
        let states = json!({ "A": { "Type": "Wait", "Seconds": seconds, "End": true } });
        let run = run("A", &states, json!({})).await;
        assert_eq!(failed(&run), "States.QueryEvaluationError");
    }
}

#[tokio::test]
async fn choice_takes_the_first_rule_that_holds_and_otherwise_the_default() {
    let states = json!({
        "A": { "Type": "Choice", "Default": "End",
            "Assign": { "size": "none" }, "Output": { "by": "default" },
            "Choices": [
                { "Condition": "{% $states.input.n > 10 %}", "Next": "End", "Assign": { "size": "big" } },
                { "Condition": "{% $states.input.n > 1 %}", "Next": "End",
                  "Assign": { "size": "some" }, "Output": { "by": "rule" } },
            ] },
        "End": { "Type": "Succeed", "Output": "{% [$size, $states.input] %}" },
    });
    assert_eq!(
        output("A", &states, json!({ "n": 11 })).await,
        json!(["big", { "n": 11 }])
    );
    assert_eq!(
        output("A", &states, json!({ "n": 2 })).await,
        json!(["some", { "by": "rule" }])
    );
    assert_eq!(
        output("A", &states, json!({ "n": 0 })).await,
        json!(["none", { "by": "default" }])
    );
}

#[tokio::test]
async fn choice_without_a_way_on_fails_and_a_condition_must_be_boolean() {
    let choice = |condition: &str| {
        json!({
            "A": { "Type": "Choice", "Choices": [{ "Condition": condition, "Next": "End" }] },
            "End": { "Type": "Succeed" },
        })
    };
    let none = run("A", &choice("{% false %}"), json!({})).await;
    assert_eq!(failed(&none), "States.NoChoiceMatched");
    for condition in [
        "{% 'true' %}",
        "{% 1 %}",
        "{% $states.input.absent %}",
        "true",
    ] {
        let wrong = run("A", &choice(condition), json!({})).await;
        assert_eq!(failed(&wrong), "States.QueryEvaluationError", "{condition}");
    }
}

#[tokio::test]
async fn a_task_invokes_a_function_and_wraps_what_it_returns() {
    let world = World::answering("f", vec![Ok(json!({ "sum": 3 }))]);
    let states = json!({ "A": {
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": { "FunctionName": "f", "Payload": { "a": "{% $states.input.a %}" } },
        "Assign": { "sum": "{% $states.result.Payload.sum %}" }, "Next": "B",
    }, "B": { "Type": "Succeed", "Output": { "sum": "{% $sum %}", "raw": "{% $states.input %}" } } });
    let run = run_in(&world, "A", &states, json!({ "a": 1 })).await;
    assert_eq!(
        run.output,
        Some(json!({ "sum": 3, "raw": {
            "ExecutedVersion": "$LATEST", "Payload": { "sum": 3 }, "StatusCode": 200,
        } }))
    );
    assert_eq!(world.payloads(), [json!({ "a": 1 })]);
    assert_eq!(run.trace.invoked("f"), 1);
    assert_eq!(run.trace.transitions, 2);
}

#[tokio::test]
async fn a_task_calls_any_other_resource_of_its_host() {
    struct Bus;
    impl Host for Bus {
        async fn invoke(&self, _: &str, _: Value) -> Result<Value, TaskError> {
            Err(TaskError::crash())
        }
        async fn call(&self, resource: &str, arguments: Value) -> Result<Value, TaskError> {
            Ok(json!({ "to": resource, "sent": arguments }))
        }
    }
    let put = json!({ "A": {
        "Type": "Task", "Resource": "arn:aws:states:::events:putEvents",
        "Arguments": { "Entries": [] }, "End": true,
    } });
    let interpreter = Interpreter::new(&Bus).machine(MAIN, machine("A", &put));
    let run = interpreter.run(MAIN, "run", json!({})).await.unwrap();
    let told = json!({ "to": "arn:aws:states:::events:putEvents", "sent": { "Entries": [] } });
    assert_eq!(run.output, Some(told));
    // A host that knows no resources fails them, and nothing catches that.
    let lost = super::run("A", &put, json!({})).await;
    assert_eq!(failed(&lost), "States.Runtime");
}

#[tokio::test]
async fn a_task_refuses_arguments_that_are_not_known_here() {
    let states = json!({ "A": {
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
        "Arguments": { "FunctionName": "f", "InvocationType": "Event" },
    } });
    let run = run("A", &states, json!({})).await;
    assert_eq!(failed(&run), "States.Runtime");
}

#[tokio::test]
async fn a_loop_without_end_gets_stuck_and_names_its_states() {
    let states = json!({
        "A": { "Type": "Pass", "Next": "B" },
        "B": { "Type": "Choice", "Default": "A", "Choices": [{ "Condition": false, "Next": "End" }] },
        "End": { "Type": "Succeed" },
    });
    let world = World::default();
    let interpreter = Interpreter::new(&world)
        .machine(MAIN, machine("A", &states))
        .budget(100);
    let stuck = interpreter.run(MAIN, "run", json!({})).await.unwrap_err();
    assert!(stuck.to_string().contains("A, B"), "{stuck}");
}

#[tokio::test]
async fn a_machine_that_takes_longer_than_its_timeout_is_timed_out() {
    let text = json!({ "QueryLanguage": "JSONata", "StartAt": "A", "TimeoutSeconds": 60,
        "States": { "A": { "Type": "Wait", "Seconds": 20, "Next": "A2" },
                    "A2": { "Type": "Choice", "Default": "A",
                            "Choices": [{ "Condition": false, "Next": "A" }] } } });
    let machine = Machine::load(&text.to_string(), &BTreeMap::new()).unwrap();
    let world = World::default();
    let interpreter = Interpreter::new(&world).machine(MAIN, machine);
    let run = interpreter.run(MAIN, "run", json!({})).await.unwrap();
    assert_eq!(run.status, Status::TimedOut);
    assert_eq!(run.trace.elapsed, Duration::from_secs(60));
}
