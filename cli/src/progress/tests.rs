//! Each answer gives the lines for what is new in it, and no others.

use serde_json::{Value, json};

use super::*;

fn step(id: &str, action: &str, status: &str) -> Value {
    json!({
        "step": id,
        "unit": id.split('.').next(),
        "action": action,
        "status": status,
        "stackName": "stack",
        "startedAt": "2026-11-21T08:00:02Z",
        "endedAt": (status != "running").then_some("2026-11-21T08:00:04Z"),
    })
}

fn deployment(status: &str, wave: &[Value]) -> Deployment {
    serde_json::from_value(json!({
        "id": "dep-00000000000000000000000000000001",
        "instance": "web-service.dev",
        "action": "apply",
        "status": status,
        "requestedBy": "ada",
        "createdAt": "2026-11-21T08:00:00Z",
        "waves": [{"units": wave}],
    }))
    .unwrap()
}

#[test]
fn the_same_answer_again_is_no_news() {
    let mut progress = Progress::default();
    let answer = deployment("running", &[step("storage", "apply", "running")]);
    assert_ne!(progress.lines(&answer), "");
    assert_eq!(progress.lines(&answer), "");
}

#[test]
fn a_step_that_was_never_seen_at_work_is_shown_at_its_end() {
    let mut progress = Progress::default();
    progress.lines(&deployment("running", &[]));
    let answer = deployment("running", &[step("storage", "apply", "succeeded")]);
    assert_eq!(progress.lines(&answer), "+ storage  succeeded      2.0s\n");
}

#[test]
fn a_step_whose_turn_has_not_come_is_not_shown() {
    let mut progress = Progress::default();
    progress.lines(&deployment("running", &[]));
    let answer = deployment("running", &[step("storage", "apply", "pending")]);
    assert_eq!(progress.lines(&answer), "");
}

#[test]
fn two_steps_of_one_unit_are_told_apart() {
    let mut progress = Progress::default();
    progress.lines(&deployment("running", &[]));
    let both = [
        step("cache", "apply", "unchanged"),
        step("cache.destroy", "destroy", "running"),
    ];
    assert_eq!(
        progress.lines(&deployment("running", &both)),
        "+ cache  unchanged      2.0s\n- cache  running\n"
    );
}

#[test]
fn units_are_aligned_by_the_longest_name_of_the_plan() {
    let mut progress = Progress::default();
    progress.lines(&deployment("running", &[]));
    let wave = [
        step("efs", "apply", "running"),
        step("service-discovery", "apply", "pending"),
    ];
    assert_eq!(
        progress.lines(&deployment("running", &wave)),
        "+ efs                running\n"
    );
}

#[test]
fn taking_back_is_announced_before_the_steps_that_were_taken_back_since() {
    let mut progress = Progress::default();
    progress.lines(&deployment(
        "running",
        &[step("storage", "apply", "running")],
    ));
    let failed = deployment("compensating", &[step("storage", "apply", "failed")]);
    assert_eq!(
        progress.lines(&failed),
        "+ storage  failed         2.0s\nweb-service.dev: failed, taking back what was done\n"
    );
    let stuck = deployment("failed", &[step("storage", "apply", "undo_failed")]);
    assert_eq!(progress.lines(&stuck), "+ storage  not taken back 2.0s\n");
}
