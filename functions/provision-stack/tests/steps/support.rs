//! Calls as the state machine makes them: the same input again and again, with the last progress.

use std::collections::BTreeMap;

use groundplane_model::{
    Artifact, Digest, EngineAction, EngineInput, EngineOutput, Failure, FailureKind,
};
use groundplane_ports::{ChangeStacks, ReadStacks};
use groundplane_provision_stack::{Answer, Progress, Request, handle};
use groundplane_tests::fake_stacks::FakeTemplate;
use serde_json::json;

/// The installation that all calls are of.
pub(crate) const INSTALLATION: &str = "one";

/// The stack that all calls are about.
pub(crate) const STACK: &str = "gp-one-web-compute";

/// More steps than any run needs.
const TOO_MANY: usize = 60;

/// The artifact whose content is `text`.
pub(crate) fn artifact(text: &str) -> Artifact {
    Artifact {
        bucket: "artifacts".to_owned(),
        key: format!("templates/{text}.json"),
        digest: Digest::of(text.as_bytes()),
    }
}

/// A call that applies the template `text`.
pub(crate) fn apply(token: &str, text: &str) -> EngineInput {
    EngineInput {
        artifact: Some(artifact(text)),
        ..call(token, EngineAction::Apply)
    }
}

/// A call that destroys.
pub(crate) fn destroy(token: &str) -> EngineInput {
    call(token, EngineAction::Destroy)
}

fn call(token: &str, action: EngineAction) -> EngineInput {
    let input = json!({
        "tenant": "team-a", "instance": "web-service.dev", "unit": "compute",
        "deployment": format!("dep-{:032x}", 7), "step": "compute", "token": token,
        "action": action, "stack_name": STACK,
        "tags": {"groundplane:deployment": format!("dep-{:032x}", 7)},
    });
    serde_json::from_value(input).unwrap()
}

/// Runs the engine to its end and says how many steps it took.
pub(crate) async fn run<S: ReadStacks + ChangeStacks>(
    stacks: &S,
    input: &EngineInput,
) -> (Result<EngineOutput, Failure>, usize) {
    run_losing(stacks, input, 0).await
}

/// The same, where the answer of the step `lost` (counted from 1) never arrives and the state
/// machine calls again with what it had.
pub(crate) async fn run_losing<S: ReadStacks + ChangeStacks>(
    stacks: &S,
    input: &EngineInput,
    lost: usize,
) -> (Result<EngineOutput, Failure>, usize) {
    let mut progress = Progress::default();
    for step in 1..=TOO_MANY {
        let answer = once(stacks, input, &progress).await;
        match answer {
            _ if step == lost => {}
            Ok(Answer::Pending { progress: next, .. }) => progress = next,
            Ok(Answer::Done(output)) => return (Ok(output), step),
            Err(failure) if is_retried(&failure) => {}
            Err(failure) => return (Err(failure), step),
        }
    }
    panic!("the engine has not ended after {TOO_MANY} steps");
}

/// Runs `steps` steps and then no more, as an execution that was stopped.
pub(crate) async fn run_only<S: ReadStacks + ChangeStacks>(
    stacks: &S,
    input: &EngineInput,
    steps: usize,
) {
    let mut progress = Progress::default();
    for _ in 0..steps {
        match once(stacks, input, &progress).await {
            Ok(Answer::Pending { progress: next, .. }) => progress = next,
            Ok(Answer::Done(_)) | Err(_) => return,
        }
    }
}

async fn once<S: ReadStacks + ChangeStacks>(
    stacks: &S,
    input: &EngineInput,
    progress: &Progress,
) -> Result<Answer, Failure> {
    let request = json!({ "input": input, "progress": progress });
    let request: Request = serde_json::from_value(request).unwrap();
    handle(stacks, INSTALLATION, request).await
}

fn is_retried(failure: &Failure) -> bool {
    matches!(
        failure.kind,
        FailureKind::Conflict | FailureKind::Unavailable
    )
}

/// The marks of the stack of all calls.
pub(crate) fn marks() -> BTreeMap<String, String> {
    [
        ("groundplane:installation", INSTALLATION),
        ("groundplane:tenant", "team-a"),
        ("groundplane:instance", "web-service.dev"),
        ("groundplane:unit", "compute"),
    ]
    .map(|(key, value)| (key.to_owned(), value.to_owned()))
    .into()
}

/// A template whose resource `Service` fails.
pub(crate) fn failing() -> FakeTemplate {
    FakeTemplate {
        fails: Some(("Service".to_owned(), "no such\ncluster".to_owned())),
        ..FakeTemplate::default()
    }
}
