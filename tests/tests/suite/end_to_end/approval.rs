//! Approvals, cancelling, rollbacks and retries: what Step Functions really does with a task token, and
//! what people see of it.

use std::time::Duration;

use serde_json::{Value, json};

use super::cloud::Cloud;
use super::command::{Platform, Ran};
use super::{larger, patient, spec};

/// How long anything may take that happens by itself.
const PATIENCE: Duration = Duration::from_secs(90);

/// A platform with an environment whose plans wait, for so long.
fn guarded(name: &str, deadline: &str) -> Platform {
    let platform = Platform::from_env();
    let document = json!({
        "apiVersion": "groundplane.dev/v1", "kind": "Environment", "metadata": {"name": name},
        "spec": {
            "landingZone": "sandbox",
            "approval": {"deadline": deadline, "selfApproval": true},
        },
    });
    let applied = platform.run_with(&document.to_string(), &["apply", "-", "-o", "json"]);
    assert_eq!(applied.code, 0, "{applied:?}");
    platform
}

fn deployment_of(ran: &Ran) -> String {
    assert_eq!(ran.code, 0, "{ran:?}");
    ran.answer["deployment"].as_str().unwrap().to_owned()
}

fn view(platform: &Platform, deployment: &str) -> Value {
    platform.get(&format!("/v1/deployments/{deployment}")).body
}

/// The deployment once it is as `status` says.
fn once(platform: &Platform, deployment: &str, status: &str) -> Value {
    patient(PATIENCE, || {
        let view = view(platform, deployment);
        assert!(
            status == "failed" || view["status"] != "failed",
            "it failed: {view}"
        );
        (view["status"] == status).then_some(view)
    })
}

#[test]
#[ignore = "needs the local AWS: cargo xtask test"]
fn a_plan_waits_for_its_approval_and_a_rejected_one_leaves_nothing() {
    let (platform, cloud) = (guarded("guarded", "1h"), Cloud::from_env());
    let mine = spec("gate");
    let submit = ["deploy", "-", "--env", "guarded", "-o", "json"];

    let first = deployment_of(&platform.run_with(&mine, &submit));
    let waiting = once(&platform, &first, "waiting");
    assert_eq!(waiting["waitingFor"]["on"], "approval", "{waiting}");
    assert!(!cloud.stacks().contains("-gate-"), "nothing is provisioned");
    let other = [
        "approve", &first, "--yes", "--plan", "sha256:0", "-o", "json",
    ];
    assert_eq!(platform.run(&other).code, 1);
    let approved = platform.run(&["approve", "gate.guarded", "--yes", "-o", "json"]);
    assert_eq!(approved.code, 0, "{approved:?}");
    let done = once(&platform, &first, "succeeded");
    assert_eq!(done["approval"]["decision"]["verdict"], "approved");
    assert!(cloud.stacks().contains("-gate-compute-"));

    let second = deployment_of(&platform.run_with(&larger(&mine), &submit));
    once(&platform, &second, "waiting");
    let rejected = platform.run(&["reject", &second, "--reason", "not today", "-o", "json"]);
    assert_eq!(rejected.code, 0, "{rejected:?}");
    let failed = once(&platform, &second, "failed");
    assert_eq!(failed["error"]["name"], "Groundplane.Rejected", "{failed}");
    let again = platform.run_with(
        &mine,
        &["deploy", "-", "--env", "guarded", "--wait", "-o", "json"],
    );
    assert_eq!(
        again.answer["deployment"]["outcome"], "unchanged",
        "{again:?}"
    );

    let gone = deployment_of(&platform.run(&["destroy", "gate.guarded", "--yes", "-o", "json"]));
    once(&platform, &gone, "waiting");
    assert_eq!(platform.run(&["approve", &gone, "--yes"]).code, 0);
    once(&platform, &gone, "succeeded");
    assert!(!cloud.stacks().contains("-gate-"), "nothing is left");
}

#[test]
#[ignore = "needs the local AWS: cargo xtask test"]
fn a_plan_that_nobody_approves_in_time_fails() {
    let (platform, cloud) = (guarded("hasty", "2s"), Cloud::from_env());
    let submit = ["deploy", "-", "--env", "hasty", "-o", "json"];
    let first = deployment_of(&platform.run_with(&spec("late"), &submit));
    once(&platform, &first, "waiting");
    // The sweep comes by itself every five minutes; here it comes earlier.
    let failed = patient(PATIENCE, || {
        cloud.invoke("SweepDeployments");
        let view = view(&platform, &first);
        (view["status"] == "failed").then_some(view)
    });
    assert_eq!(
        failed["error"]["name"], "Groundplane.ApprovalExpired",
        "{failed}"
    );
    assert!(!cloud.stacks().contains("-late-"));
}

#[test]
#[ignore = "needs the local AWS: cargo xtask test"]
fn a_deployment_is_cancelled_half_way_tried_again_and_rolled_back() {
    let (platform, cloud) = (Platform::from_env(), Cloud::from_env());
    let mine = spec("second-thoughts");
    let first = deployment_of(&platform.run_with(&mine, &["deploy", "-", "-o", "json"]));
    patient(PATIENCE, || {
        let view = view(&platform, &first).to_string();
        view.contains("\"status\":\"running\",\"stackName\"")
            .then_some(())
    });
    let cancelled = platform.run(&["cancel", &first, "--wait", "-o", "json"]);
    assert_eq!(cancelled.code, 0, "{cancelled:?}");
    assert_eq!(
        cancelled.answer["deployment"]["error"]["name"],
        "Groundplane.Cancelled"
    );
    assert!(
        !cloud.stacks().contains("-second-thoughts-"),
        "it is taken back"
    );

    let retried = platform.run(&["retry", "second-thoughts.dev", "--wait", "-o", "json"]);
    assert_eq!(retried.code, 0, "{retried:?}");
    assert_eq!(retried.answer["deployment"]["retryOf"], json!(first));
    let update = platform.run_with(&larger(&mine), &["deploy", "-", "--wait", "-o", "json"]);
    assert_eq!(update.answer["instance"]["revision"], 2, "{update:?}");
    let back = [
        "rollback",
        "second-thoughts.dev",
        "--to",
        "1",
        "--yes",
        "--wait",
        "-o",
        "json",
    ];
    let back = platform.run(&back);
    assert_eq!(back.code, 0, "{back:?}");
    assert_eq!(back.answer["instance"]["revision"], 3);
    assert_eq!(back.answer["deployment"]["rollbackTo"], 1);
    let again = platform.run_with(&mine, &["deploy", "-", "--wait", "-o", "json"]);
    assert_eq!(
        again.answer["deployment"]["outcome"], "unchanged",
        "{again:?}"
    );
    let gone = platform.run(&["destroy", "second-thoughts.dev", "--wait", "--yes"]);
    assert_eq!(gone.code, 0, "{gone:?}");
}
