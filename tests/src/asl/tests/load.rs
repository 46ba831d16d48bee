//! What is refused before anything runs.

use super::*;

fn assert_problem(problems: &[String], part: &str) {
    assert!(
        problems.iter().any(|problem| problem.contains(part)),
        "no problem says `{part}`: {problems:#?}"
    );
}

#[test]
fn every_problem_is_told_at_once_with_its_place() {
    let found = problems(
        "A",
        &json!({
            "A": { "Type": "Pass", "Next": "Nowhere", "Colour": "red" },
            "B": { "Type": "Dance" },
            "C": { "Type": "Wait", "Next": "A" },
        }),
    );
    assert_problem(&found, "there is no state `Nowhere`");
    assert_problem(&found, "A: unknown field `Colour`");
    assert_problem(&found, "B: unknown `Type` `Dance`");
    assert_problem(&found, "C: no way leads here");
    assert_problem(&found, "C: one of `Seconds` and `Timestamp`");
}

#[test]
fn a_state_must_say_how_it_goes_on_once() {
    for state in [
        json!({ "Type": "Pass" }),
        json!({ "Type": "Pass", "End": false }),
        json!({ "Type": "Pass", "Next": "A", "End": true }),
    ] {
        let found = problems("A", &json!({ "A": state }));
        assert_problem(&found, "one of `Next` and `\"End\": true`");
    }
}

#[test]
fn fields_of_the_other_query_language_are_unknown() {
    for field in [
        "InputPath",
        "Parameters",
        "ResultPath",
        "ResultSelector",
        "OutputPath",
    ] {
        let found = problems(
            "A",
            &json!({ "A": { "Type": "Pass", field: "$", "End": true } }),
        );
        assert_problem(&found, &format!("unknown field `{field}`"));
    }
    let found = Machine::load(
        r#"{ "StartAt": "A", "States": { "A": { "Type": "Succeed" } } }"#,
        &BTreeMap::new(),
    );
    assert_problem(&found.unwrap_err().0, "`QueryLanguage`");
}

#[test]
fn ends_take_neither_retries_nor_assignments() {
    let found = problems(
        "A",
        &json!({
            "A": { "Type": "Choice", "Choices": [{ "Condition": true, "Next": "B" }],
                   "Default": "C", "Retry": [] },
            "B": { "Type": "Succeed", "Assign": { "x": 1 } },
            "C": { "Type": "Fail", "Output": {} },
        }),
    );
    assert_problem(&found, "A: unknown field `Retry`");
    assert_problem(&found, "B: unknown field `Assign`");
    assert_problem(&found, "C: unknown field `Output`");
}

#[test]
fn placeholders_are_substituted_and_must_be_known() {
    let text = text("A", &json!({ "A": invoke("${Function}", json!({})) }));
    assert_eq!(
        super::super::placeholders(&text),
        ["Function".to_owned()].into()
    );
    let missing = Machine::load(&text, &BTreeMap::new()).unwrap_err();
    assert_problem(&missing.0, "no substitution for `${Function}`");
    let known = BTreeMap::from([("Function".to_owned(), "a \"quoted\" name".to_owned())]);
    let machine = Machine::load(&text, &known).unwrap();
    assert_eq!(machine.functions(), ["a \"quoted\" name".to_owned()].into());
}

#[test]
fn a_name_that_stands_twice_is_refused_wherever_it_stands() {
    let doubled = r#"{ "QueryLanguage": "JSONata", "StartAt": "A", "States": {
        "A": { "Type": "Succeed" }, "A": { "Type": "Fail" } } }"#;
    let found = Machine::load(doubled, &BTreeMap::new()).unwrap_err();
    assert_problem(&found.0, "`A` stands twice in one object");

    let inside = json!({ "StartAt": "A", "States": { "A": { "Type": "Succeed" } } });
    let found = problems(
        "A",
        &json!({ "A": { "Type": "Parallel", "Branches": [inside], "End": true } }),
    );
    assert_problem(&found, "A: the name stands twice in the machine");
}

#[test]
fn inner_states_are_held_to_the_same_rules() {
    let found = problems(
        "Each",
        &json!({ "Each": { "Type": "Map", "End": true, "ItemProcessor": {
            "ProcessorConfig": { "Mode": "DISTRIBUTED" },
            "StartAt": "In", "States": {
                "In": { "Type": "Pass", "End": true },
                "Out": { "Type": "Pass", "Next": "Each" },
            },
        } } }),
    );
    assert_problem(&found, "`ExecutionType`");
    assert_problem(&found, "Out: no way leads here");
    // A way does not lead out of its own flow.
    let found = problems(
        "Each",
        &json!({ "Each": { "Type": "Map", "End": true, "ItemProcessor": {
            "StartAt": "In", "States": { "In": { "Type": "Pass", "Next": "Each" } },
        } } }),
    );
    assert_problem(&found, "there is no state `Each`");
}

#[test]
fn the_wildcard_stands_alone_and_last() {
    let retry = |errors: Value| with(invoke("f", json!({})), json!({ "Retry": errors }));
    let found = problems(
        "A",
        &json!({ "A": retry(json!([{ "ErrorEquals": ["States.ALL", "X"] }])) }),
    );
    assert_problem(&found, "A/Retry[0]: `States.ALL`");
    let found = problems(
        "A",
        &json!({ "A": retry(json!([
            { "ErrorEquals": ["States.ALL"] }, { "ErrorEquals": ["X"] },
        ])) }),
    );
    assert_problem(&found, "A/Retry[0]: `States.ALL`");
}

#[test]
fn an_error_of_step_functions_that_nothing_can_match_is_refused() {
    for name in ["States.Runtime", "States.TaskFailure"] {
        let catch = json!([{ "ErrorEquals": [name], "Next": "End" }]);
        let task = with(
            invoke("f", json!({})),
            json!({ "Catch": catch, "Next": "End" }),
        );
        let found = problems("A", &json!({ "A": task, "End": { "Type": "Succeed" } }));
        assert_problem(&found, &format!("A/Catch: nothing matches `{name}`"));
    }
}

#[test]
fn retriers_are_held_to_their_limits() {
    let retry = json!([{
        "ErrorEquals": [], "IntervalSeconds": 0, "BackoffRate": 0.5, "MaxAttempts": -1,
        "MaxDelaySeconds": 1, "JitterStrategy": "SOME",
    }]);
    let found = problems(
        "A",
        &json!({ "A": with(invoke("f", json!({})), json!({ "Retry": retry })) }),
    );
    for field in [
        "ErrorEquals",
        "IntervalSeconds",
        "BackoffRate",
        "MaxAttempts",
        "MaxDelaySeconds",
        "JitterStrategy",
    ] {
        assert_problem(&found, &format!("`{field}`"));
    }
}

#[test]
fn a_variable_that_nothing_assigns_is_refused() {
    let pass = |expression: &str| json!({ "Type": "Pass", "Output": expression, "End": true });
    let found = problems("A", &json!({ "A": pass("{% $unit.name %}") }));
    assert_problem(&found, "A/Output: nothing assigns the variable `$unit`");
    // What an expression binds itself is its own business.
    machine(
        "A",
        &json!({ "A": pass("{% ($x := 1; $map([1], function($y) { $x + $y })) %}") }),
    );
}

#[test]
fn an_inner_scope_cannot_assign_a_variable_of_an_outer_one() {
    let states = |inner: &str| {
        json!({
            "A": { "Type": "Pass", "Assign": { "x": 1 }, "Next": "Each" },
            "Each": { "Type": "Map", "Items": [1], "End": true, "ItemProcessor": {
                "StartAt": "In",
                "States": { "In": { "Type": "Pass", "Assign": { inner: 2 }, "End": true } },
            } },
        })
    };
    let found = problems("A", &states("x"));
    assert_problem(&found, "`x` belongs to an outer scope");
    machine("A", &states("y"));
    assert_problem(
        &problems("A", &states("states")),
        "`states` cannot be assigned",
    );
}

#[test]
fn what_step_functions_has_not_got_is_refused() {
    for (expression, problem) in [
        ("{% $eval('1') %}", "no function `$eval`"),
        ("{% $now() %}", "no function `$now`"),
        ("{% $states.input.a ?? 1 %}", "neither `??` nor `?:`"),
        ("{% $states.input.a ?: 1 %}", "neither `??` nor `?:`"),
        ("{% $states.inputs.a %}", "`$states.inputs` is not there"),
        ("{% $states.result.a %}", "`$states.result` is not there"),
        (
            "{% $states.errorOutput.Error %}",
            "`$states.errorOutput` is not there",
        ),
        ("{% 1 + %}", "is not JSONata"),
        ("prefix {% 1 %}", "with nothing before or after"),
    ] {
        let state = json!({ "Type": "Pass", "Output": expression, "End": true });
        assert_problem(&problems("A", &json!({ "A": state })), problem);
    }
}

#[test]
fn a_result_and_an_error_are_there_where_they_can_be() {
    let task = with(
        invoke("f", json!({})),
        json!({
            "Output": "{% $states.result %}",
            "Assign": { "r": "{% $states.result %}" },
            "Catch": [{
                "ErrorEquals": ["States.ALL"], "Next": "End",
                "Output": "{% $states.errorOutput %}",
            }],
        }),
    );
    machine(
        "A",
        &json!({ "A": with(task, json!({ "Next": "End" })), "End": { "Type": "Succeed" } }),
    );
    let early = with(
        invoke("f", json!("{% $states.result %}")),
        json!({ "End": true }),
    );
    let found = problems("A", &json!({ "A": early }));
    assert_problem(&found, "A/Arguments/Payload: `$states.result` is not there");
}

#[test]
fn a_machine_tells_what_it_uses() {
    let task = with(
        invoke("f", json!({})),
        json!({
            "Retry": [{ "ErrorEquals": ["Busy"] }],
            "Catch": [{ "ErrorEquals": ["Lost"], "Next": "Child" }],
            "Next": "Child",
        }),
    );
    let child = json!({
        "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Arguments": { "StateMachineArn": CHILD }, "End": true,
    });
    let machine = machine("A", &json!({ "A": task, "Child": child }));
    assert_eq!(machine.functions(), ["f".to_owned()].into());
    assert_eq!(machine.machines(), [CHILD.to_owned()].into());
    assert_eq!(
        machine.errors(),
        ["Busy".to_owned(), "Lost".to_owned()].into()
    );
    assert_eq!(
        machine.states(),
        ["A".to_owned(), "Child".to_owned()].into()
    );
    assert_eq!(machine.resources().len(), 2);
}

/// A map over an outer variable, run in this mode.
fn map_in(config: &Value) -> Value {
    json!({
        "Know": { "Type": "Pass", "Assign": { "outside": 1 }, "Next": "Each" },
        "Each": { "Type": "Map", "End": true, "Items": "{% [$outside] %}", "ItemProcessor": {
            "ProcessorConfig": config,
            "StartAt": "In", "States": {
                "In": { "Type": "Pass", "Output": "{% $outside %}", "End": true },
            },
        } },
    })
}

#[test]
fn only_what_runs_in_the_same_execution_sees_its_variables() {
    let inline = text("Know", &map_in(&json!({ "Mode": "INLINE" })));
    assert!(Machine::load(&inline, &BTreeMap::new()).is_ok());
    let config = json!({ "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" });
    let found = problems("Know", &map_in(&config));
    assert_problem(&found, "In/Output: nothing assigns the variable `$outside`");
}

#[test]
fn a_map_says_which_kind_of_execution_its_items_are() {
    for config in [
        json!({ "Mode": "INLINE", "ExecutionType": "STANDARD" }),
        json!({ "Mode": "DISTRIBUTED", "ExecutionType": "QUICK" }),
        json!({ "Mode": "SCATTERED" }),
    ] {
        let found = problems("Know", &map_in(&config));
        assert!(!found.is_empty(), "{config}");
    }
}
