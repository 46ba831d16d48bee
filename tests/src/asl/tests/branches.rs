//! Map and Parallel, under every schedule.

use super::*;

async fn run_as(schedule: Schedule, world: &World, start: &str, states: &Value) -> Run {
    let interpreter = Interpreter::new(world)
        .machine(MAIN, machine(start, states))
        .schedule(schedule);
    interpreter.run(MAIN, "run", json!({})).await.unwrap()
}

/// A map over `items` whose items go through two tasks.
fn two_steps(items: Value, more: Value) -> Value {
    let each = json!({
        "Type": "Map", "Items": items, "End": true,
        "ItemSelector": { "i": "{% $states.context.Map.Item.Index %}", "v": "{% $states.context.Map.Item.Value %}" },
        "ItemProcessor": { "ProcessorConfig": { "Mode": "INLINE" }, "StartAt": "One", "States": {
            "One": with(invoke("one", json!("{% $states.input %}")), json!({ "Next": "Two" })),
            "Two": invoke("two", json!("{% $states.input %}")),
        } },
    });
    json!({ "Each": with(each, more), "End": { "Type": "Succeed" } })
}

fn order(world: &World) -> Vec<String> {
    let seen = world.seen.borrow();
    seen.iter()
        .map(|(function, payload)| format!("{function}{}", payload["v"]))
        .collect()
}

fn map_only(mut states: Value) -> Value {
    states.as_object_mut().unwrap().remove("End");
    states
}

#[tokio::test]
async fn a_map_gives_results_in_the_order_of_its_items_whatever_the_schedule() {
    for schedule in Schedule::ALL {
        let world = World::default();
        let states = map_only(two_steps(json!([10, 20, 30]), json!({})));
        let run = run_as(schedule, &world, "Each", &states).await;
        assert_eq!(
            run.output,
            Some(json!([{ "i": 0, "v": 10 }, { "i": 1, "v": 20 }, { "i": 2, "v": 30 }])),
        );
        assert_eq!(run.trace.invoked("one"), 3);
    }
}

#[tokio::test]
async fn schedules_differ_in_the_order_of_work() {
    let states = |most: u64| {
        map_only(two_steps(
            json!([1, 2, 3]),
            json!({ "MaxConcurrency": most }),
        ))
    };
    for (schedule, most, expected) in [
        (Schedule::InOrder, 0, "one1 two1 one2 two2 one3 two3"),
        (Schedule::Reversed, 0, "one3 two3 one2 two2 one1 two1"),
        (Schedule::Reversed, 2, "one2 two2 one1 two1 one3 two3"),
        (Schedule::Reversed, 1, "one1 two1 one2 two2 one3 two3"),
        (Schedule::Interleaved, 0, "one1 one2 one3 two1 two2 two3"),
        (Schedule::Interleaved, 2, "one1 one2 two1 two2 one3 two3"),
        (Schedule::Interleaved, 1, "one1 two1 one2 two2 one3 two3"),
    ] {
        let world = World::default();
        run_as(schedule, &world, "Each", &states(most)).await;
        assert_eq!(order(&world).join(" "), expected, "{schedule:?} {most}");
    }
}

#[tokio::test]
async fn nested_maps_interleave_with_each_other() {
    let inner = json!({
        "Type": "Map", "Items": "{% $states.input %}", "End": true,
        "ItemProcessor": { "StartAt": "In", "States": {
            "In": with(invoke("one", json!({ "v": "{% $states.input %}" })), json!({ "Next": "Again" })),
            "Again": invoke("two", json!({ "v": "{% $states.input.v %}" })),
        } },
    });
    let states = json!({ "Outer": {
        "Type": "Map", "Items": [[1, 2], [3]], "End": true,
        "ItemProcessor": { "StartAt": "Inner", "States": { "Inner": inner } },
    } });
    let world = World::default();
    let run = run_as(Schedule::Interleaved, &world, "Outer", &states).await;
    assert_eq!(
        run.output,
        Some(json!([[{ "v": 1 }, { "v": 2 }], [{ "v": 3 }]]))
    );
    let order = order(&world);
    let at = |what: &str| order.iter().position(|one| one == what).unwrap();
    assert!(at("one3") < at("two2"), "{order:?}");
    assert!(at("one2") < at("two1"), "{order:?}");
}

#[tokio::test]
async fn when_one_item_fails_the_others_finish_their_state_and_no_more() {
    let lost = || Err(TaskError::new("Lost", "2"));
    for (schedule, seen) in [
        (Schedule::InOrder, "one1 two1 one2"),
        (Schedule::Reversed, "one3 two3 one2"),
        (Schedule::Interleaved, "one1 one2"),
    ] {
        let first = Ok(json!({ "v": if schedule == Schedule::Reversed { 3 } else { 1 } }));
        let world = World::answering("one", vec![first, lost()]);
        let states = two_steps(
            json!([1, 2, 3]),
            json!({ "Catch": [{ "ErrorEquals": ["Lost"], "Next": "End" }] }),
        );
        let run = run_as(schedule, &world, "Each", &states).await;
        assert_eq!(run.output, Some(json!({ "Error": "Lost", "Cause": "2" })));
        assert_eq!(order(&world).join(" "), seen, "{schedule:?}");
    }
}

#[tokio::test]
async fn a_map_is_retried_as_a_whole() {
    let lost = Err(TaskError::new("Lost", ""));
    let world = World::answering("two", vec![Ok(json!(1)), lost, Ok(json!(2))]);
    let states = map_only(two_steps(
        json!([1, 2]),
        json!({ "Retry": [{ "ErrorEquals": ["Lost"] }] }),
    ));
    let run = run_as(Schedule::InOrder, &world, "Each", &states).await;
    assert_eq!(run.output, Some(json!([2, 2])));
    assert_eq!(run.trace.invoked("one"), 4);
}

#[tokio::test]
async fn inner_flows_read_outer_variables_and_leave_none_behind() {
    let states = json!({
        "A": { "Type": "Pass", "Assign": { "outer": 5 }, "Next": "Each" },
        "Each": {
            "Type": "Map", "Items": [1, 2], "Assign": { "all": "{% $states.result %}" },
            "ItemProcessor": { "StartAt": "In", "States": {
                "In": { "Type": "Pass", "Assign": { "mine": "{% $states.input + $outer %}" }, "Next": "Out" },
                "Out": { "Type": "Pass", "Output": "{% $mine %}", "End": true },
            } },
            "Next": "B",
        },
        "B": { "Type": "Succeed", "Output": "{% $all %}" },
    });
    for schedule in Schedule::ALL {
        let run = run_as(schedule, &World::default(), "A", &states).await;
        assert_eq!(run.output, Some(json!([6, 7])), "{schedule:?}");
    }
}

#[tokio::test]
async fn a_map_without_items_gives_an_empty_list_and_items_must_be_a_list() {
    let states = |items: Value| map_only(two_steps(items, json!({})));
    assert_eq!(
        output("Each", &states(json!([])), json!({})).await,
        json!([])
    );
    let run = run("Each", &states(json!({ "a": 1 })), json!({})).await;
    assert_eq!(failed(&run), "States.QueryEvaluationError");
}

#[tokio::test]
async fn parallel_gives_what_each_branch_gives_and_its_assignments_see_the_result() {
    let branch = |name: &str, value: Value| {
        json!({ "StartAt": name, "States": {
        name: { "Type": "Pass", "Output": value, "End": true } } })
    };
    let states = json!({
        "Both": {
            "Type": "Parallel", "Arguments": { "n": 1 },
            "Branches": [branch("L", json!("{% $states.input.n %}")), branch("R", json!("right"))],
            "Assign": { "left": "{% $states.result[0] %}" }, "Output": "{% $states.result[1] %}",
            "Next": "End",
        },
        "End": { "Type": "Succeed", "Output": "{% [$left, $states.input] %}" },
    });
    for schedule in Schedule::ALL {
        let run = run_as(schedule, &World::default(), "Both", &states).await;
        assert_eq!(run.output, Some(json!([1, "right"])), "{schedule:?}");
    }
}

#[tokio::test]
async fn time_passes_side_by_side() {
    let each = |most: u64| {
        json!({ "Each": {
        "Type": "Map", "Items": [10, 20, 30], "MaxConcurrency": most, "End": true,
        "ItemProcessor": { "StartAt": "In", "States": {
            "In": { "Type": "Wait", "Seconds": "{% $states.input %}", "End": true } } },
    } })
    };
    for schedule in Schedule::ALL {
        for (most, seconds) in [(0, 30), (1, 60)] {
            let run = run_as(schedule, &World::default(), "Each", &each(most)).await;
            assert_eq!(
                run.trace.elapsed,
                Duration::from_secs(seconds),
                "{schedule:?} {most}"
            );
        }
    }
}
