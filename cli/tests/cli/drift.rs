//! `groundplane drift`.

use serde_json::{Value, json};

use crate::answers::{ENVIRONMENT, page};
use crate::platform::{Platform, Reply};
use crate::scene::{Ended, Scene};

const DRIFT: &str = "GET /v1/instances/web-service.dev/drift";
const CHECK: &str = "POST /v1/instances/web-service.dev/drift";
const SUMMARY: &str = "GET /v1/drift";
const BEGUN: &str = "2026-11-21T08:00:00.123456789Z";

fn severities(critical: u64, high: u64, medium: u64) -> Value {
    json!({"critical": critical, "high": high, "medium": medium, "low": 0})
}

fn check(status: &str) -> Value {
    let ended = (status == "ended").then_some("2026-11-21T08:00:07Z");
    json!({"status": status, "begunAt": BEGUN, "endedAt": ended})
}

fn drift(check: &Value, report: &Value) -> Reply {
    let body = json!({
        "instance": "web-service.dev", "revision": 4, "check": check, "report": report,
        "history": {"items": [], "next": null},
    });
    Reply::json(200, &body)
}

fn in_sync() -> Value {
    json!({
        "checkedAt": "2026-11-21T08:00:07Z", "revision": 4, "status": "in-sync", "severity": null,
        "severities": severities(0, 0, 0),
        "counts": {"differences": 0, "notChecked": 1, "orphans": 0},
        "since": "2026-11-20T08:00:00Z", "checked": 9, "differences": [], "omitted": 0,
        "notChecked": [{
            "unit": "compute", "resource": "Task", "resourceType": "AWS::ECS::TaskDefinition",
            "source": null, "reason": "CloudFormation does not detect drift of this type",
        }],
        "orphans": [], "actions": [],
    })
}

fn not_checked() -> Value {
    let mut report = in_sync();
    report["status"] = "not-checked".into();
    report["checked"] = 0.into();
    report
}

fn drifted() -> Value {
    let service = json!({
        "unit": "compute", "resource": "Service", "resourceType": "AWS::ECS::Service",
        "physicalId": "arn:aws:ecs:eu-west-1:1:service/main/web", "property": "/DesiredCount",
        "expected": 2, "actual": 5, "kind": "changed", "severity": "high",
        "class": "availability", "partial": false,
        "reportedOnly": "the cool-down is not over",
    });
    let role = json!({
        "unit": "foundation", "resource": "TaskRole", "resourceType": "AWS::IAM::Role",
        "property": "/AssumeRolePolicyDocument/Statement/0/Principal/AWS",
        "actual": "*\u{1b}[2J", "kind": "added", "severity": "critical",
        "class": "security", "partial": false,
    });
    let gone = json!({
        "unit": "foundation", "resource": "Key", "resourceType": "AWS::KMS::Key",
        "property": "", "expected": "key-1", "kind": "deleted", "severity": "critical",
        "class": "availability", "partial": false,
    });
    let long = json!({
        "unit": "foundation", "resource": "TaskRole", "resourceType": "AWS::IAM::Role",
        "property": "/Policies/0/PolicyDocument",
        "expected": {"Statement": [{"Effect": "Allow", "Action": "s3:GetObject"}]},
        "actual": {"Statement": [{"Effect": "Allow", "Action": "*"}]},
        "kind": "changed", "severity": "critical", "class": "security", "partial": false,
    });
    let mut report = in_sync();
    report["status"] = "drifted".into();
    report["severity"] = "critical".into();
    report["severities"] = severities(3, 1, 0);
    report["counts"] = json!({"differences": 6, "notChecked": 1, "orphans": 1});
    report["revision"] = 3.into();
    report["differences"] = json!([role, gone, long, service]);
    report["omitted"] = 2.into();
    report["orphans"] = json!([{
        "identifier": "arn:aws:sqs:eu-west-1:1:left", "resourceType": null, "unit": "queue",
    }]);
    report["actions"] = json!([{"action": "signal", "differences": 4}]);
    report
}

fn run(platform: &Platform, line: &str) -> Ended {
    let words: Vec<&str> = line.split(' ').collect();
    Scene::with(platform).run(&words)
}

#[test]
fn a_report_shows_what_was_asked_for_beside_what_is_there() {
    let platform = Platform::start().on(DRIFT, [drift(&check("ended"), &drifted())]);
    let ended = run(&platform, "drift web-service.dev");
    assert_eq!(ended.code, 3);
    insta::assert_snapshot!("drift", ended.transcript());
}

#[test]
fn programs_get_the_whole_report() {
    let platform = Platform::start().on(DRIFT, [drift(&check("ended"), &drifted())]);
    let ended = run(&platform, "drift web-service.dev -o json");
    assert_eq!(ended.code, 3);
    let shown = ended.json();
    assert_eq!(shown["report"]["differences"], drifted()["differences"]);
    assert_eq!(shown["report"]["notChecked"], drifted()["notChecked"]);
    assert_eq!(shown["report"]["orphans"], drifted()["orphans"]);
    assert_eq!(shown["check"]["begunAt"], BEGUN);
}

#[test]
fn the_exit_code_says_in_sync_or_drifted_and_anything_else_is_no_success() {
    for (report, code, word) in [
        (in_sync(), 0, "is as revision 4 asks for"),
        (drifted(), 3, "has drifted: 6 differences from revision 3"),
        (not_checked(), 1, "could not be checked"),
        (Value::Null, 1, "was never checked"),
    ] {
        let platform = Platform::start().on(DRIFT, [drift(&Value::Null, &report)]);
        let ended = run(&platform, "drift web-service.dev");
        assert_eq!(ended.code, code, "{ended:?}");
        assert!(ended.output.contains(word), "{ended:?}");
        assert_eq!(ended.progress.is_empty(), code != 1, "{ended:?}");
    }
    let absent = run(&Platform::start(), "drift web-service.dev");
    assert_eq!(absent.code, 1, "{absent:?}");
}

#[test]
fn an_instance_that_is_in_sync_still_names_what_was_not_checked() {
    let platform = Platform::start().on(DRIFT, [drift(&check("running"), &in_sync())]);
    let ended = run(&platform, "drift web-service.dev");
    insta::assert_snapshot!("drift-in-sync", ended.transcript());
}

#[test]
fn waiting_has_it_checked_now_and_shows_what_was_found() {
    let asked = json!({"instance": "web-service.dev", "check": check("running")});
    let platform = Platform::start().on(CHECK, [Reply::json(202, &asked)]).on(
        DRIFT,
        [
            drift(&check("running"), &in_sync()),
            drift(&check("running"), &in_sync()),
            drift(&check("ended"), &drifted()),
        ],
    );
    let ended = run(&platform, "drift web-service.dev --wait");
    assert_eq!(ended.code, 3, "{ended:?}");
    assert!(ended.output.contains("has drifted"), "{ended:?}");
    assert_eq!(platform.lines(), [CHECK, DRIFT, DRIFT, DRIFT]);
    let told = ended.on_interrupt.unwrap();
    assert!(told.contains("groundplane drift web-service.dev"), "{told}");
}

#[test]
fn a_check_that_another_one_has_followed_was_over() {
    let asked = json!({"instance": "web-service.dev", "check": check("running")});
    let mut later = check("running");
    later["begunAt"] = "2026-11-21T08:15:00Z".into();
    let platform = Platform::start()
        .on(CHECK, [Reply::json(202, &asked)])
        .on(DRIFT, [drift(&later, &in_sync())]);
    let ended = run(&platform, "drift web-service.dev --wait");
    assert_eq!(ended.code, 0, "{ended:?}");
}

#[test]
fn a_check_that_comes_to_nothing_or_takes_too_long_is_told() {
    let asked = json!({"instance": "web-service.dev", "check": check("running")});
    for (status, name) in [("given-up", "drift-given-up"), ("running", "drift-timeout")] {
        let platform = Platform::start()
            .on(CHECK, [Reply::json(202, &asked)])
            .on(DRIFT, [drift(&check(status), &in_sync())]);
        let ended = run(&platform, "drift web-service.dev --wait --timeout 5m");
        assert_eq!(ended.code, 1);
        insta::assert_snapshot!(name, ended.transcript());
    }
}

#[test]
fn a_deployment_in_the_way_is_named() {
    let body = json!({
        "detail": "`web-service.dev` is being deployed; it can be checked when that has ended",
        "link": "/v1/deployments/dep-019aa5d1b2c37e0f8a1b2c3d4e5f6071",
    });
    let platform = Platform::start().on(CHECK, [Reply::problem(409, &body)]);
    let ended = run(&platform, "drift web-service.dev --wait");
    assert_eq!(ended.code, 1);
    insta::assert_snapshot!("drift-deploying", ended.transcript());
}

fn member(name: &str, status: Option<&str>, grave: &Value) -> Value {
    json!({
        "instance": format!("{name}.dev"), "status": status, "severity": null,
        "severities": grave, "counts": {"differences": 0, "notChecked": 2, "orphans": 0},
        "checkedAt": status.map(|_| "2026-11-21T08:00:07Z"), "skipped": null,
    })
}

#[test]
fn an_environment_is_a_table_of_its_instances() {
    let mut skipped = member("shop", Some("in-sync"), &severities(0, 0, 0));
    skipped["skipped"] = json!({"at": "2026-11-21T08:15:00Z", "reason": "deployment-in-progress"});
    let members = [
        member("web-service", Some("drifted"), &severities(1, 0, 2)),
        skipped,
        member("young", None, &severities(0, 0, 0)),
    ];
    let platform = Platform::start().on(SUMMARY, [page(&members, None)]);
    let ended = run(&platform, "drift --environment dev");
    assert_eq!(ended.code, 3);
    insta::assert_snapshot!("drift-environment", ended.transcript());
    assert!(platform.lines()[0].starts_with("GET /v1/drift?environment=dev"));
}

#[test]
fn an_environment_is_a_success_where_every_instance_is_in_sync() {
    let calm = member("web-service", Some("in-sync"), &severities(0, 0, 0));
    for (other, code) in [(Some("in-sync"), 0), (Some("not-checked"), 1), (None, 1)] {
        let members = [calm.clone(), member("shop", other, &severities(0, 0, 0))];
        let platform = Platform::start().on(SUMMARY, [page(&members, None)]);
        let ended = run(&platform, "drift --env dev");
        assert_eq!(ended.code, code, "{ended:?}");
    }
    let platform = Platform::start().on(SUMMARY, [page(&[], None)]);
    let ended = run(&platform, "drift --environment dev");
    assert_eq!(
        (ended.code, ended.output.as_str()),
        (0, "nothing is deployed there\n")
    );
}

#[test]
fn an_instance_or_an_environment_is_named_and_not_both() {
    for line in [
        "drift",
        "drift web-service.dev --environment dev",
        "drift --environment dev --wait",
        "drift web-service.dev --timeout 5m",
    ] {
        let ended = run(&Platform::start(), line);
        assert_eq!(ended.code, 2, "{line}: {ended:?}");
    }
}

#[test]
fn what_the_platform_remarks_about_an_environment_is_shown_with_its_place() {
    let document = ENVIRONMENT.replace(
        "  landingZone: sandbox\n",
        "  landingZone: sandbox\n  drift:\n    rules:\n      - { class: security, action: report }\n      \
         - { class: security, action: signal }\n",
    );
    let warning = json!({
        "severity": "warning", "pointer": "/spec/drift/rules/1",
        "message": "an earlier rule speaks of all that this one speaks of",
        "hint": "move it up, or leave it out",
    });
    let body = json!({
        "kind": "Environment", "name": "dev", "version": 2, "changed": true,
        "warnings": [warning],
    });
    let platform = Platform::start().on("PUT /v1/environments/dev", [Reply::json(200, &body)]);
    let scene = Scene::with(&platform).file("dev.yaml", document);
    let ended = scene.run(&["apply", "dev.yaml"]);
    assert_eq!(ended.code, 0);
    insta::assert_snapshot!("apply-warning", ended.transcript());
}
