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
    let mut progress = Lines::default();
    let answer = deployment("running", &[step("storage", "apply", "running")]);
    assert_ne!(progress.news(&answer), "");
    assert_eq!(progress.news(&answer), "");
}

#[test]
fn a_step_that_was_never_seen_at_work_is_shown_at_its_end() {
    let mut progress = Lines::default();
    progress.news(&deployment("running", &[]));
    let answer = deployment("running", &[step("storage", "apply", "succeeded")]);
    assert_eq!(progress.news(&answer), "+ storage  succeeded      2.0s\n");
}

#[test]
fn a_step_whose_turn_has_not_come_is_not_shown() {
    let mut progress = Lines::default();
    progress.news(&deployment("running", &[]));
    let answer = deployment("running", &[step("storage", "apply", "pending")]);
    assert_eq!(progress.news(&answer), "");
}

#[test]
fn two_steps_of_one_unit_are_told_apart() {
    let mut progress = Lines::default();
    progress.news(&deployment("running", &[]));
    let both = [
        step("cache", "apply", "unchanged"),
        step("cache.destroy", "destroy", "running"),
    ];
    assert_eq!(
        progress.news(&deployment("running", &both)),
        "+ cache  unchanged      2.0s\n- cache  running\n"
    );
}

#[test]
fn units_are_aligned_by_the_longest_name_of_the_plan() {
    let mut progress = Lines::default();
    progress.news(&deployment("running", &[]));
    let wave = [
        step("efs", "apply", "running"),
        step("service-discovery", "apply", "pending"),
    ];
    assert_eq!(
        progress.news(&deployment("running", &wave)),
        "+ efs                running\n"
    );
}

#[test]
fn taking_back_is_announced_before_the_steps_that_were_taken_back_since() {
    let mut progress = Lines::default();
    progress.news(&deployment(
        "running",
        &[step("storage", "apply", "running")],
    ));
    let failed = deployment("compensating", &[step("storage", "apply", "failed")]);
    assert_eq!(
        progress.news(&failed),
        "+ storage  failed         2.0s\nweb-service.dev: failed, taking back what was done\n"
    );
    let stuck = deployment("failed", &[step("storage", "apply", "undo_failed")]);
    assert_eq!(progress.news(&stuck), "+ storage  not taken back 2.0s\n");
}

fn on_a_screen() -> Progress {
    Progress::on(Some(60))
}

#[test]
fn a_screen_is_drawn_over_and_never_wraps() {
    let mut progress = on_a_screen();
    let first = deployment("running", &[step("storage", "apply", "running")]);
    let drawn = progress.show(&first, Duration::from_secs(1));
    assert_eq!(
        drawn,
        "web-service.dev: running  [....................] 0 of 1\n  + storage  running        0ms\n"
    );
    let again = progress.show(&first, Duration::from_secs(4));
    assert!(again.starts_with("\u{1b}[2A\u{1b}[J"), "{again:?}");
    assert!(again.contains("running        3.0s"), "{again:?}");
    let mut narrow = Progress::on(Some(12));
    let narrow = narrow.show(&first, Duration::ZERO);
    assert!(narrow.lines().all(|line| line.len() < 12), "{narrow:?}");
}

#[test]
fn the_bar_counts_the_steps_that_are_over() {
    let mut progress = on_a_screen();
    let answer = deployment(
        "running",
        &[
            step("storage", "apply", "succeeded"),
            step("compute", "apply", "pending"),
        ],
    );
    let drawn = progress.show(&answer, Duration::ZERO);
    assert!(drawn.contains("[##########..........] 1 of 2"), "{drawn}");
}

#[test]
fn what_is_said_in_between_takes_the_place_of_the_board() {
    let mut progress = on_a_screen();
    progress.show(&deployment("running", &[]), Duration::ZERO);
    assert_eq!(
        progress.interject("trying again\n"),
        "\u{1b}[1A\u{1b}[Jtrying again\n"
    );
    let drawn = progress.show(&deployment("running", &[]), Duration::ZERO);
    assert!(drawn.starts_with("web-service.dev"), "{drawn:?}");
    assert_eq!(Progress::on(None).interject("x\n"), "x\n");
}
