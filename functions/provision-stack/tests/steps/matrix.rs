//! From every status with every change set, and from every point where a run can be cut off.

use std::collections::BTreeMap;

use groundplane_model::{EngineAction, EngineInput, EngineOutput, EngineStatus, Failure};
use groundplane_ports::{ChangeSet, ChangeSetState, ExecutionState};
use groundplane_tests::fake_stacks::{FakeStacks, FakeTemplate, Leftover};

use crate::support::{STACK, apply, artifact, destroy, failing, marks, run, run_losing, run_only};

const STATUSES: [&str; 22] = [
    "CREATE_IN_PROGRESS",
    "CREATE_FAILED",
    "CREATE_COMPLETE",
    "ROLLBACK_IN_PROGRESS",
    "ROLLBACK_FAILED",
    "ROLLBACK_COMPLETE",
    "DELETE_IN_PROGRESS",
    "DELETE_FAILED",
    "UPDATE_IN_PROGRESS",
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
    "UPDATE_COMPLETE",
    "UPDATE_FAILED",
    "UPDATE_ROLLBACK_IN_PROGRESS",
    "UPDATE_ROLLBACK_FAILED",
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
    "UPDATE_ROLLBACK_COMPLETE",
    "REVIEW_IN_PROGRESS",
    "IMPORT_IN_PROGRESS",
    "IMPORT_COMPLETE",
    "IMPORT_ROLLBACK_IN_PROGRESS",
    "IMPORT_ROLLBACK_FAILED",
    "IMPORT_ROLLBACK_COMPLETE",
];

/// One world and one call.
#[derive(Debug, Clone)]
struct Case {
    status: &'static str,
    change_set: Option<ChangeSet>,
    input: EngineInput,
    /// How many deletions and rollbacks fail.
    failing: u8,
}

/// A world where the template `good` succeeds, `bad` fails and `wrong` is refused.
fn world() -> FakeStacks {
    let stacks = FakeStacks::new();
    stacks.define(&artifact("bad"), failing());
    let refused = FakeTemplate {
        refused: Some("Unresolved resource dependencies [X]".to_owned()),
        ..FakeTemplate::default()
    };
    stacks.define(&artifact("wrong"), refused);
    stacks
}

/// The name that a call gives to its change set.
async fn change_set_name(token: &str) -> String {
    let stacks = world();
    run_only(&stacks, &apply(token, "good"), 1).await;
    stacks.change_sets(STACK).pop_first().unwrap()
}

fn change_sets() -> Vec<Option<ChangeSet>> {
    use ChangeSetState as C;
    use ExecutionState as E;
    let mut all = vec![None];
    for state in [C::Creating, C::Ready, C::Failed, C::Deleting] {
        for execution in [
            E::NotStarted,
            E::Running,
            E::Complete,
            E::Failed,
            E::Obsolete,
        ] {
            all.push(Some(ChangeSet {
                state,
                execution,
                reason: None,
            }));
        }
    }
    all
}

fn cases() -> impl Iterator<Item = Case> {
    let templates = ["good", "bad", "wrong"].map(|text| apply("t", text));
    let inputs = templates.into_iter().chain([destroy("t")]);
    let worlds = inputs.flat_map(|input| {
        STATUSES
            .iter()
            .flat_map(move |status| change_sets().into_iter().map(move |it| (*status, it)))
            .map(move |(status, change_set)| (input.clone(), status, change_set))
    });
    worlds.flat_map(|(input, status, change_set)| {
        (0..=3).map(move |failing| Case {
            status,
            change_set: change_set.clone(),
            input: input.clone(),
            failing,
        })
    })
}

/// What is there may be worked with, or the failure says that a person has to.
fn assert_at_rest(stacks: &FakeStacks, result: &Result<EngineOutput, Failure>, what: &str) {
    let status = stacks.status(STACK);
    let needs_a_person = result.as_ref().is_err_and(|it| {
        it.message.contains("could not be removed") || it.message.contains("stuck")
    });
    let at_rest = match status.as_deref() {
        None => true,
        Some("DELETE_FAILED" | "UPDATE_ROLLBACK_FAILED" | "IMPORT_ROLLBACK_FAILED") => {
            needs_a_person
        }
        Some(status) => {
            !status.ends_with("IN_PROGRESS")
                && !matches!(
                    status,
                    "CREATE_FAILED" | "ROLLBACK_FAILED" | "ROLLBACK_COMPLETE"
                )
        }
    };
    assert!(at_rest, "{what}: {result:?} leaves {status:?}");
}

#[tokio::test]
async fn every_status_with_every_change_set_comes_to_an_end_and_to_rest() {
    let name = change_set_name("t").await;
    assert_eq!(cases().count(), 22 * 21 * 4 * 4);
    for case in cases() {
        let stacks = world();
        stacks.fail_deletions(case.failing);
        stacks.fail_rollbacks(case.failing);
        let change_set = case.change_set.clone().map(|it| (name.clone(), it));
        stacks.leave(
            STACK,
            Leftover {
                status: case.status.to_owned(),
                tags: marks(),
                template: Some(artifact("earlier").digest),
                change_sets: change_set.into_iter().collect(),
                pending: case.input.artifact.as_ref().map(|it| it.digest.clone()),
            },
        );
        let (result, _) = run(&stacks, &case.input).await;
        assert_at_rest(&stacks, &result, &format!("{case:?}"));
        assert_said_rightly(&stacks, &case, &result);
    }
}

fn assert_said_rightly(stacks: &FakeStacks, case: &Case, result: &Result<EngineOutput, Failure>) {
    match (case.input.action, result) {
        (EngineAction::Destroy, Ok(output)) => {
            assert_eq!(stacks.status(STACK), None, "{case:?}");
            assert_eq!(output.status, EngineStatus::Succeeded);
        }
        (EngineAction::Apply, Ok(_)) => assert!(stacks.status(STACK).is_some(), "{case:?}"),
        (_, Err(failure)) => assert!(!failure.message.is_empty(), "{case:?}"),
    }
}

/// Everything that a unit can meet: made, changed to something good or bad, removed.
fn histories() -> Vec<Vec<EngineInput>> {
    vec![
        vec![apply("a", "good")],
        vec![apply("a", "bad")],
        vec![apply("a", "wrong")],
        vec![apply("a", "good"), apply("b", "better")],
        vec![apply("a", "good"), apply("b", "bad")],
        vec![apply("a", "good"), apply("b", "wrong")],
        vec![apply("a", "good"), apply("b", "good")],
        vec![apply("a", "good"), destroy("b")],
    ]
}

/// A world in which all but the last call of `history` has run, and the last one.
async fn before_the_last(history: &[EngineInput], sweeping: bool) -> (FakeStacks, EngineInput) {
    let stacks = world();
    if sweeping {
        stacks.sweep_executed_change_sets();
    }
    let (last, earlier) = history.split_last().unwrap();
    for input in earlier {
        let (result, _) = run(&stacks, input).await;
        result.unwrap();
    }
    (stacks, last.clone())
}

#[tokio::test]
async fn an_answer_that_is_lost_at_any_step_changes_nothing_about_the_end() {
    for (history, sweeping) in histories().iter().flat_map(|it| [(it, false), (it, true)]) {
        let (stacks, last) = before_the_last(history, sweeping).await;
        let (expected, steps) = run(&stacks, &last).await;
        for lost in 1..=steps {
            let (repeated, last) = before_the_last(history, sweeping).await;
            let (result, _) = run_losing(&repeated, &last, lost).await;
            let what = format!("{last:?} losing answer {lost} of {steps}, sweeping {sweeping}");
            assert_eq!(repeated.status(STACK), stacks.status(STACK), "{what}");
            assert_eq!(
                repeated.change_sets(STACK),
                stacks.change_sets(STACK),
                "{what}"
            );
            assert_eq!(executions(&repeated), executions(&stacks), "{what}");
            assert_eq!(result, expected, "{what}");
        }
    }
}

fn executions(stacks: &FakeStacks) -> usize {
    stacks
        .log()
        .iter()
        .filter(|it| it.starts_with("execute"))
        .count()
}

/// Cuts the last call of `history` off after each number of steps, and then makes `next`.
async fn cut_off_and_take_up(history: &[EngineInput], sweeping: bool, next: &EngineInput) {
    for steps in 0..14 {
        let (stacks, last) = before_the_last(history, sweeping).await;
        run_only(&stacks, &last, steps).await;
        let (result, _) = run(&stacks, next).await;
        let what = format!("{last:?} cut off after {steps}, then {next:?}");
        assert_at_rest(&stacks, &result, &what);
        // A call with a token of its own ends as if nothing had been there.
        if next.token == "c" {
            assert_eq!(result.is_ok(), *next != apply("c", "bad"), "{what}");
        }
    }
}

#[tokio::test]
async fn a_run_that_is_cut_off_anywhere_is_taken_up_by_the_next_call_whatever_it_wants() {
    let next = [
        apply("a", "good"),
        apply("b", "better"),
        apply("c", "better"),
        apply("c", "bad"),
        destroy("c"),
    ];
    for history in histories() {
        for next in &next {
            cut_off_and_take_up(&history, false, next).await;
            cut_off_and_take_up(&history, true, next).await;
        }
    }
}

#[tokio::test]
async fn nothing_is_left_of_a_create_that_failed() {
    for template in ["bad", "wrong"] {
        let stacks = world();
        let (result, _) = run(&stacks, &apply("a", template)).await;
        assert!(result.is_err());
        assert_eq!(stacks.names().len(), 0);
    }
}

#[tokio::test]
async fn a_stack_of_someone_else_is_refused_in_every_status_and_stays_as_it_is() {
    for status in STATUSES {
        for input in [apply("t", "good"), destroy("t")] {
            let stacks = world();
            let mut tags = marks();
            tags.insert("groundplane:tenant".to_owned(), "team-b".to_owned());
            let leftover = Leftover {
                status: status.to_owned(),
                tags,
                template: None,
                change_sets: BTreeMap::new(),
                pending: None,
            };
            stacks.leave(STACK, leftover);
            let (result, steps) = run(&stacks, &input).await;
            let failure = result.unwrap_err();
            assert_eq!(failure.kind.error_name(), "Groundplane.Denied");
            assert!(failure.message.contains("tenant `team-b`"), "{failure}");
            assert_eq!((steps, stacks.log()), (1, Vec::new()));
        }
    }
}
