//! JSONata as Step Functions evaluates it.

use super::*;

async fn value(expression: &str, input: Value) -> Value {
    let states = json!({ "A": { "Type": "Pass", "Output": expression, "End": true } });
    output("A", &states, input).await
}

#[tokio::test]
async fn expressions_give_json() {
    for (expression, input, expected) in [
        (
            "{% $states.input.a.b %}",
            json!({ "a": { "b": null } }),
            json!(null),
        ),
        (
            "{% $count($states.input.items) %}",
            json!({ "items": [1, 2] }),
            json!(2),
        ),
        (
            "{% $states.input.items[name = 'x'].id %}",
            json!({ "items": [{ "name": "x", "id": 7 }] }),
            json!(7),
        ),
        (
            "{% $states.input.items.id %}",
            json!({ "items": [{ "id": 1 }, { "id": 2 }] }),
            json!([1, 2]),
        ),
        (
            "{% [$states.input.items.id] %}",
            json!({ "items": [{ "id": 1 }] }),
            json!([1]),
        ),
        (
            "{% $states.input.items[] %}",
            json!({ "items": 1 }),
            json!([1]),
        ),
        (
            "{% $exists($states.input.x) ? 'yes' : 'no' %}",
            json!({}),
            json!("no"),
        ),
        (
            "{% $merge([$states.input, { 'b': 2 }]) %}",
            json!({ "a": 1 }),
            json!({ "a": 1, "b": 2 }),
        ),
        ("{% { 'k': $states.input.absent } %}", json!({}), json!({})),
        (
            "{% $append([], $states.input.items) %}",
            json!({ "items": [] }),
            json!([]),
        ),
        ("{% $reverse([1..3]) %}", json!({}), json!([3, 2, 1])),
    ] {
        assert_eq!(value(expression, input).await, expected, "{expression}");
    }
}

#[tokio::test]
async fn expressions_see_the_context_and_the_functions_that_step_functions_adds() {
    for (expression, input, expected) in [
        (
            "{% $parse('{\"a\": [1.5, 20]}').a %}",
            json!({}),
            json!([1.5, 20]),
        ),
        (
            "{% $partition([1..3], 2) %}",
            json!({}),
            json!([[1, 2], [3]]),
        ),
        ("{% $string({ 'n': 1 }) %}", json!({}), json!("{\"n\":1}")),
        (
            "{% 'a' in ['a', 'b'] and $not(false) %}",
            json!({}),
            json!(true),
        ),
        (
            "{% $states.context.Execution.Name & '/' & $states.context.State.Name %}",
            json!({}),
            json!("run/A"),
        ),
        (
            "{% $states.context.Execution.Input.n %}",
            json!({ "n": 5 }),
            json!(5),
        ),
        (
            "{% $states.context.Execution.Id %}",
            json!({}),
            json!("arn:aws:states:eu-west-1:000000000000:execution:main:run"),
        ),
        (
            "{% $states.context.StateMachine.Name %}",
            json!({}),
            json!("main"),
        ),
        (
            "{% $number('9007199254740991') %}",
            json!({}),
            json!(9_007_199_254_740_991_i64),
        ),
    ] {
        assert_eq!(value(expression, input).await, expected, "{expression}");
    }
}

#[tokio::test]
async fn an_expression_that_gives_nothing_or_no_json_fails_and_names_its_field() {
    for expression in [
        "{% $states.input.absent %}",
        "{% $error('no') %}",
        "{% 'a' + 1 %}",
        "{% $sum %}",
        "{% $parse('{') %}",
        "{% absent %}",
    ] {
        let states = json!({ "A": { "Type": "Pass", "End": true,
            "Output": { "list": [1, expression] } } });
        let run = run("A", &states, json!({ "absent_at_the_top": 1 })).await;
        assert_eq!(failed(&run), "States.QueryEvaluationError", "{expression}");
        let cause = &run.error.as_ref().unwrap().cause;
        assert!(
            cause.contains("'A'") && cause.contains("'Output/list[1]'"),
            "{cause}"
        );
    }
}

#[tokio::test]
async fn a_variable_that_is_not_yet_assigned_fails_where_it_is_read() {
    let states = json!({
        "A": { "Type": "Pass", "Output": "{% $later %}", "Next": "B" },
        "B": { "Type": "Pass", "Assign": { "later": 1 }, "End": true },
    });
    assert_eq!(
        failed(&run("A", &states, json!({})).await),
        "States.QueryEvaluationError"
    );
}

#[tokio::test]
async fn an_expression_that_fails_after_a_task_is_retried_and_caught_with_it() {
    let world = World::answering("f", vec![Ok(json!({})), Ok(json!({ "a": 1 }))]);
    let task = with(
        invoke("f", json!({})),
        json!({
            "Output": "{% $states.result.Payload.a %}",
            "Retry": [{ "ErrorEquals": ["States.QueryEvaluationError"] }],
        }),
    );
    let run = run_in(&world, "A", &json!({ "A": task }), json!({})).await;
    assert_eq!(run.output, Some(json!(1)));
    assert_eq!(run.trace.invoked("f"), 2);
}

#[tokio::test]
async fn nothing_larger_than_a_payload_is_passed_on() {
    let large = "x".repeat(300 * 1024);
    let too_large = Ok(json!(large));
    // Arguments, results, output and variables alike; the wildcard does not catch it.
    let caught = json!({ "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "End" }] });
    let end = json!({ "Type": "Succeed" });
    for (answer, change) in [
        (too_large, json!({})),
        (
            Ok(json!({})),
            json!({ "Arguments": { "FunctionName": "f", "Payload": "{% $join($map([1..300], function($i) { $pad('', 1024, 'x') })) %}" } }),
        ),
        (
            Ok(json!({})),
            json!({ "Output": "{% $join($map([1..300], function($i) { $pad('', 1024, 'x') })) %}" }),
        ),
        (
            Ok(json!({})),
            json!({ "Assign": { "v": "{% $join($map([1..300], function($i) { $pad('', 1024, 'x') })) %}" } }),
        ),
    ] {
        let world = World::answering("f", vec![answer]);
        let task = with(with(invoke("f", json!({})), caught.clone()), change.clone());
        let states = json!({ "A": with(task, json!({ "Next": "End" })), "End": end });
        let run = run_in(&world, "A", &states, json!({})).await;
        assert_eq!(failed(&run), "States.DataLimitExceeded", "{change}");
    }
}
