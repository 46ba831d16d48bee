//! Whole runs, told step by step: what is asked of CloudFormation and what the caller sees.

use std::collections::BTreeMap;

use groundplane_model::{EngineInput, EngineStatus, FailureKind};
use groundplane_tests::fake_stacks::{FakeStacks, FakeTemplate, Leftover};
use serde_json::json;

use crate::support::{STACK, apply, artifact, destroy, failing, marks, run};

#[tokio::test]
async fn a_new_stack_is_made_with_our_marks_and_tells_its_outputs_and_resources() {
    let stacks = FakeStacks::new();
    let template = FakeTemplate {
        outputs: BTreeMap::from([("FileSystemId".to_owned(), "fs-1".to_owned())]),
        resources: BTreeMap::from([("Files".to_owned(), "AWS::EFS::FileSystem".to_owned())]),
        ..FakeTemplate::default()
    };
    stacks.define(&artifact("good"), template);
    let output = run(&stacks, &apply("a", "good")).await.0.unwrap();
    assert_eq!(output.status, EngineStatus::Succeeded);
    assert_eq!(output.outputs["FileSystemId"], "fs-1");
    assert_eq!(output.resources[0].logical_id, "Files");
    assert_eq!(output.resources[0].physical_id, "gp-one-web-compute-Files");
    assert_eq!(
        stacks.log(),
        ["change gp-one-web-compute", "execute gp-one-web-compute"]
    );
    let tags = stacks.tags(STACK).unwrap();
    assert!(
        marks()
            .iter()
            .all(|(key, value)| tags.get(key) == Some(value))
    );
    assert!(tags.contains_key("groundplane:deployment"));
}

#[tokio::test]
async fn the_same_call_again_changes_nothing_and_gives_the_same_answer() {
    for sweeping in [false, true] {
        let stacks = FakeStacks::new();
        if sweeping {
            stacks.sweep_executed_change_sets();
        }
        let (first, _) = run(&stacks, &apply("a", "good")).await;
        let log = stacks.log();
        let (second, steps) = run(&stacks, &apply("a", "good")).await;
        assert_eq!(first, second);
        assert_eq!((steps, stacks.log()), (1, log));
    }
}

#[tokio::test]
async fn a_template_that_is_applied_already_is_unchanged_and_leaves_no_change_set() {
    let stacks = FakeStacks::new();
    run(&stacks, &apply("a", "good")).await.0.unwrap();
    let before = stacks.change_sets(STACK);
    let output = run(&stacks, &apply("b", "good")).await.0.unwrap();
    assert_eq!(output.status, EngineStatus::Unchanged);
    assert_eq!(output.resources.len(), 1);
    assert_eq!(stacks.change_sets(STACK), before);
    assert_eq!(stacks.status(STACK).as_deref(), Some("CREATE_COMPLETE"));
}

#[tokio::test]
async fn a_create_that_fails_names_the_resource_and_leaves_nothing() {
    let stacks = FakeStacks::new();
    stacks.define(&artifact("bad"), failing());
    let failure = run(&stacks, &apply("a", "bad")).await.0.unwrap_err();
    assert_eq!(failure.kind, FailureKind::ProvisionFailed);
    assert_eq!(
        failure.message,
        "`Service` (AWS::Fake::Broken): no such cluster"
    );
    assert_eq!(stacks.status(STACK), None);
}

#[tokio::test]
async fn an_update_that_fails_leaves_what_was_there_and_says_so_again_when_asked_again() {
    for sweeping in [false, true] {
        let stacks = FakeStacks::new();
        if sweeping {
            stacks.sweep_executed_change_sets();
        }
        stacks.define(&artifact("bad"), failing());
        run(&stacks, &apply("a", "good")).await.0.unwrap();
        let (first, _) = run(&stacks, &apply("b", "bad")).await;
        let failure = first.unwrap_err();
        assert_eq!(
            failure.message,
            "`Service` (AWS::Fake::Broken): no such cluster"
        );
        assert_eq!(
            stacks.status(STACK).as_deref(),
            Some("UPDATE_ROLLBACK_COMPLETE")
        );
        let log = stacks.log();
        assert_eq!(run(&stacks, &apply("b", "bad")).await.0, Err(failure));
        assert_eq!(stacks.log(), log, "nothing is tried a second time");
    }
}

#[tokio::test]
async fn a_template_that_cloudformation_refuses_is_the_cause_and_leaves_no_change_set() {
    let stacks = FakeStacks::new();
    let refused = FakeTemplate {
        refused: Some("Unresolved resource dependencies [X]".to_owned()),
        ..FakeTemplate::default()
    };
    stacks.define(&artifact("wrong"), refused);
    let expected = "the template was refused: Unresolved resource dependencies [X]";
    let failure = run(&stacks, &apply("a", "wrong")).await.0.unwrap_err();
    assert_eq!(
        (failure.message.as_str(), stacks.status(STACK)),
        (expected, None)
    );
    run(&stacks, &apply("b", "good")).await.0.unwrap();
    let before = stacks.change_sets(STACK);
    let failure = run(&stacks, &apply("c", "wrong")).await.0.unwrap_err();
    assert_eq!(failure.message, expected);
    assert_eq!(stacks.change_sets(STACK), before);
}

#[tokio::test]
async fn a_rollback_that_fails_is_continued_and_the_first_cause_is_still_told() {
    let stacks = FakeStacks::new();
    stacks.define(&artifact("bad"), failing());
    run(&stacks, &apply("a", "good")).await.0.unwrap();
    stacks.fail_rollbacks(1);
    let failure = run(&stacks, &apply("b", "bad")).await.0.unwrap_err();
    assert_eq!(
        failure.message,
        "`Service` (AWS::Fake::Broken): no such cluster"
    );
    assert_eq!(
        stacks.status(STACK).as_deref(),
        Some("UPDATE_ROLLBACK_COMPLETE")
    );
}

#[tokio::test]
async fn a_rollback_that_keeps_failing_is_given_up_with_both_causes() {
    let stacks = FakeStacks::new();
    stacks.define(&artifact("bad"), failing());
    run(&stacks, &apply("a", "good")).await.0.unwrap();
    stacks.fail_rollbacks(9);
    let failure = run(&stacks, &apply("b", "bad")).await.0.unwrap_err();
    assert_eq!(
        failure.message,
        "`Service` (AWS::Fake::Broken): no such cluster; the stack `gp-one-web-compute` is stuck \
         in UPDATE_ROLLBACK_FAILED: `Thing` (AWS::Fake::Thing): cannot go back"
    );
    let output = run(&stacks, &destroy("c")).await.0.unwrap();
    assert_eq!(output.status, EngineStatus::Succeeded);
}

#[tokio::test]
async fn a_deletion_that_fails_once_is_repeated_and_one_that_fails_twice_names_the_resource() {
    let stacks = FakeStacks::new();
    run(&stacks, &apply("a", "good")).await.0.unwrap();
    stacks.fail_deletions(2);
    let failure = run(&stacks, &destroy("b")).await.0.unwrap_err();
    assert_eq!(
        failure.message,
        "the stack `gp-one-web-compute` could not be removed: `Thing` (AWS::Fake::Thing): still \
         in use"
    );
    stacks.fail_deletions(1);
    let output = run(&stacks, &destroy("c")).await.0.unwrap();
    assert_eq!(
        (output.status, stacks.status(STACK)),
        (EngineStatus::Succeeded, None)
    );
}

#[tokio::test]
async fn a_failed_create_that_cannot_be_removed_tells_both_stories() {
    let stacks = FakeStacks::new();
    stacks.define(&artifact("bad"), failing());
    stacks.fail_deletions(9);
    let failure = run(&stacks, &apply("a", "bad")).await.0.unwrap_err();
    assert_eq!(
        failure.message,
        "`Service` (AWS::Fake::Broken): no such cluster; the stack `gp-one-web-compute` could not \
         be removed: `Thing` (AWS::Fake::Thing): still in use"
    );
}

#[tokio::test]
async fn destroying_what_is_not_there_is_unchanged() {
    let stacks = FakeStacks::new();
    let (result, steps) = run(&stacks, &destroy("a")).await;
    let output = result.unwrap();
    assert_eq!((output.status, steps), (EngineStatus::Unchanged, 1));
    assert_eq!(stacks.log(), Vec::<String>::new());
}

#[tokio::test]
async fn a_destroy_waits_for_an_operation_that_runs() {
    let stacks = FakeStacks::new();
    let leftover = Leftover {
        status: "UPDATE_IN_PROGRESS".to_owned(),
        tags: marks(),
        template: Some(artifact("good").digest),
        change_sets: BTreeMap::new(),
        pending: None,
    };
    stacks.leave(STACK, leftover);
    let (result, steps) = run(&stacks, &destroy("a")).await;
    assert_eq!(result.unwrap().status, EngineStatus::Succeeded);
    assert_eq!(stacks.log(), ["delete gp-one-web-compute"]);
    assert!(steps >= 4, "two waits, the deletion, the end: {steps}");
}

#[tokio::test]
async fn an_apply_without_an_artifact_is_invalid() {
    let mut input = apply("a", "good");
    input.artifact = None;
    let failure = run(&FakeStacks::new(), &input).await.0.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Invalid);
    assert_eq!(failure.message, "an apply needs the artifact to apply");
}

/// A call that brings back what drifted.
fn repair(token: &str) -> EngineInput {
    EngineInput {
        repair: true,
        ..apply(token, "good")
    }
}

#[tokio::test]
async fn a_repair_takes_back_what_drifted_although_the_template_is_the_same() {
    let stacks = FakeStacks::new();
    run(&stacks, &apply("a", "good")).await.0.unwrap();
    stacks.drift(STACK, "Thing", Some(("Size", json!(9))));
    let output = run(&stacks, &apply("b", "good")).await.0.unwrap();
    assert_eq!(output.status, EngineStatus::Unchanged);
    let output = run(&stacks, &repair("c")).await.0.unwrap();
    assert_eq!(output.status, EngineStatus::Succeeded);
    assert!(stacks.drifted(STACK).is_empty());
    let log = stacks.log();
    assert!(log.contains(&format!("repair {STACK}")), "{log:?}");
    let output = run(&stacks, &repair("d")).await.0.unwrap();
    assert_eq!(output.status, EngineStatus::Unchanged, "nothing drifted");
}

#[tokio::test]
async fn a_stack_that_is_gone_is_made_anew_by_a_repair() {
    let stacks = FakeStacks::new();
    let output = run(&stacks, &repair("a")).await.0.unwrap();
    assert_eq!(output.status, EngineStatus::Succeeded);
    let log = stacks.log();
    assert!(!log.contains(&format!("repair {STACK}")), "{log:?}");
}

#[tokio::test]
async fn a_repair_that_fails_leaves_the_stack_and_its_drift_as_they_were() {
    let stacks = FakeStacks::new();
    run(&stacks, &apply("a", "good")).await.0.unwrap();
    stacks.drift(STACK, "Thing", None);
    stacks.define(&artifact("good"), failing());
    let failure = run(&stacks, &repair("b")).await.0.unwrap_err();
    assert_eq!(failure.kind, FailureKind::ProvisionFailed);
    assert!(!stacks.drifted(STACK).is_empty());
    // As it is taken back: with the same template and without repairing anything.
    let output = run(&stacks, &apply("c", "good")).await.0.unwrap();
    assert_eq!(output.status, EngineStatus::Unchanged);
}
