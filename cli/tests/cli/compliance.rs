//! `groundplane compliance report`.

use serde_json::{Value, json};

use crate::answers::page;
use crate::platform::Platform;
use crate::scene::{Ended, Scene};

const REPORT: &str = "GET /v1/compliance/report";

fn row(control: &str, status: &str, because: &str) -> Value {
    json!({
        "instance": "web-service.dev", "environment": "dev", "revision": 4, "framework": "soc2",
        "edition": "2017", "control": control, "title": "=Encryption", "units": ["storage"],
        "status": status, "because": [because],
    })
}

fn report(arguments: &[&str]) -> Ended {
    let rows = [
        row(
            "CC6.1",
            "satisfied",
            "the rule `encryption-at-rest/file-system` is kept",
        ),
        row(
            "CC6.7",
            "violated",
            "`Files` of `storage` breaks `mine/files`: <b>no</b>",
        ),
    ];
    let platform = Platform::start().on(REPORT, [page(&rows, None)]);
    let mut line = vec!["compliance", "report"];
    line.extend(arguments);
    Scene::with(&platform).run(&line)
}

#[test]
fn every_control_has_a_line_and_what_is_not_satisfied_its_reason() {
    let ended = report(&[]);
    assert_eq!(ended.code, 0, "{}", ended.progress);
    insta::assert_snapshot!("compliance-report", ended.output);
}

#[test]
fn a_report_is_also_a_file_in_which_everything_is_text() {
    let csv = report(&["-o", "csv", "--framework", "soc2"]);
    assert_eq!(csv.code, 0, "{}", csv.progress);
    assert!(
        csv.output.contains("CC6.1,'=Encryption,storage"),
        "{}",
        csv.output
    );
    let html = report(&["-o", "html", "--env", "dev"]);
    assert!(
        html.output.contains("&lt;b&gt;no&lt;/b&gt;"),
        "{}",
        html.output
    );
    let json = report(&["-o", "json"]).json();
    assert_eq!(json["items"][1]["status"], "violated");
}

#[test]
fn other_commands_have_no_such_files() {
    let ended = Scene::empty().run(&["list", "-o", "csv"]);
    assert_eq!(ended.code, 2);
    assert!(
        ended
            .progress
            .contains("only `groundplane compliance report`"),
        "{}",
        ended.progress
    );
}
