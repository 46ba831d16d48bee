//! The real program: what only a process of its own can show.

use std::io::{BufRead as _, BufReader, Read as _, pipe};
use std::process::{Command, Stdio};

use crate::answers::{DEPLOYMENT, ROUTE, deployment, page, summary};
use crate::platform::{Platform, Reply};
use crate::scene::TOKEN;

fn groundplane(platform: &Platform) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_groundplane"));
    command
        .env("GROUNDPLANE_ENDPOINT", platform.endpoint())
        .env("GROUNDPLANE_TOKEN", TOKEN)
        .stdin(Stdio::null());
    command
}

#[test]
fn a_reader_that_has_gone_away_is_no_reason_to_panic() {
    let platform = Platform::start().on(
        "GET /v1/instances",
        [page(&[summary("active", "dev")], None)],
    );
    let (reader, writer) = pipe().unwrap();
    drop(reader);
    let ended = groundplane(&platform)
        .arg("list")
        .stdout(writer)
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&ended.stderr), "");
    assert_eq!(ended.status.code(), Some(0));
}

#[test]
fn an_answer_that_cannot_be_written_is_a_failure() {
    let platform = Platform::start().on(
        "GET /v1/instances",
        [page(&[summary("active", "dev")], None)],
    );
    let full = std::fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let ended = groundplane(&platform)
        .arg("list")
        .stdout(full)
        .output()
        .unwrap();
    assert_eq!(ended.status.code(), Some(1));
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(
        said.starts_with("error: cannot write to standard output"),
        "{said}"
    );
}

#[test]
fn an_interrupt_ends_the_wait_and_says_how_to_go_on() {
    let running = deployment("running", &[]);
    let platform = Platform::start().on(ROUTE, [Reply::json(200, &running)]);
    let mut child = groundplane(&platform)
        .args(["watch", DEPLOYMENT])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut progress = BufReader::new(child.stderr.take().unwrap());
    let mut first = String::new();
    progress.read_line(&mut first).unwrap();
    assert!(first.contains("running"), "{first}");
    let id = child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &id])
            .status()
            .unwrap()
            .success()
    );
    let mut rest = String::new();
    progress.read_to_string(&mut rest).unwrap();
    assert!(
        rest.contains(&format!("`groundplane watch {DEPLOYMENT}`")),
        "{rest}"
    );
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

#[test]
fn the_exit_code_reaches_the_shell_and_nobody_is_asked_without_a_terminal() {
    let platform = Platform::start();
    let ended = groundplane(&platform)
        .args(["destroy", "web-service.dev"])
        .output()
        .unwrap();
    assert_eq!(ended.status.code(), Some(2));
    assert!(platform.asked().is_empty());
}
