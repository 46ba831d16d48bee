//! Guardrails, what tenants are allowed, and how much of it.

use axum::body::to_bytes;
use axum::http::{Method, header};
use jiff::SignedDuration;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use groundplane_model::{Change, Instance, InstanceStatus, Revision, Ruling, TenantId};
use groundplane_ports::WriteTable as _;
use tower::ServiceExt as _;

use super::{Api, Call, ENVIRONMENT, WEB, apply, call, delete, get, named, send, submit};

fn tenant(spec: &Value) -> Call {
    let document = json!({
        "apiVersion": "groundplane.dev/v1", "kind": "Tenant",
        "metadata": {"name": "acme"}, "spec": spec,
    });
    apply("/v1/tenants/acme", document.to_string())
}

fn guardrail(spec: &Value) -> Call {
    let document = json!({
        "apiVersion": "groundplane.dev/v1", "kind": "Guardrail",
        "metadata": {"name": "images"}, "spec": spec,
    });
    apply("/v1/guardrails/images", document.to_string())
}

/// A rule that every template with a task definition breaks.
const POLICY: &str = "package images\n\nimport data.guardrails.template\n\ndeny contains template.violation(\"images/none\", id, [], \"there are no tasks here\") if {\n\tsome id in object.keys(template.of_type[\"AWS::ECS::TaskDefinition\"])\n}\n";

fn preview() -> Call {
    call(Method::POST, "/v1/instances:preview", WEB)
}

async fn applied(api: &Api, call: Call) {
    let answer = api.send(call).await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

#[tokio::test]
async fn a_preview_is_refused_by_a_guardrail_with_rule_and_owner() {
    let api = Api::with_ground().await;
    let spec = json!({"owner": "container-team", "policy": POLICY});
    applied(&api, guardrail(&spec)).await;
    let problem = api.refused(preview(), 422).await;
    let said = problem["problems"][0]["message"].as_str().unwrap();
    assert!(
        said.contains("there are no tasks here")
            && said.contains("the rule `images/none` of the guardrail `images`"),
        "{problem}"
    );
    assert_eq!(problem["problems"][0]["pointer"], "/spec/compute");
    assert_eq!(
        problem["problems"][0]["hint"],
        "`container-team` can say more about it"
    );

    let spec = json!({"owner": "container-team", "policy": POLICY, "severity": "warn"});
    applied(&api, guardrail(&spec)).await;
    let answer = api.send(preview()).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let remarks = answer.body["remarks"].to_string();
    assert!(remarks.contains("images/none"), "{remarks}");
}

#[tokio::test]
async fn a_policy_that_does_not_parse_is_refused_with_its_place_and_the_old_one_stays() {
    let api = Api::with_ground().await;
    let spec = json!({"owner": "container-team", "policy": POLICY});
    applied(&api, guardrail(&spec)).await;
    for (policy, place) in [
        (POLICY.replace("if {", "if ("), "images:6:5"),
        (POLICY.replace("object.keys", "objekt.keys"), "objekt"),
        (
            POLICY.replace("images/none", "others/none"),
            "call them `images/…`",
        ),
        (
            POLICY.replace("package images", "package guardrails.template"),
            "own",
        ),
    ] {
        let spec = json!({"owner": "container-team", "policy": policy});
        let problem = api.refused(guardrail(&spec), 422).await;
        assert_eq!(problem["problems"][0]["pointer"], "/spec/policy");
        let said = problem["problems"][0]["message"].as_str().unwrap();
        assert!(said.contains(place), "{problem}");
    }
    let shown = api.send(get("/v1/guardrails/images")).await.body;
    assert_eq!(
        (&shown["version"], &shown["spec"]["policy"]),
        (&json!(1), &json!(POLICY))
    );
    api.refused(preview(), 422).await;
}

#[tokio::test]
async fn an_exception_with_a_reason_lets_a_template_pass() {
    let api = Api::with_ground().await;
    let exception = json!({
        "rule": "images/none", "unit": "compute", "resource": "*", "tenant": "acme",
        "reason": "it moves away next month",
    });
    let spec = json!({"owner": "x", "policy": POLICY, "exceptions": [exception]});
    applied(&api, guardrail(&spec)).await;
    assert_eq!(api.send(preview()).await.status, 200);
    for reason in ["", "   "] {
        let exception = json!({
            "rule": "images/none", "unit": "compute", "resource": "*", "reason": reason,
        });
        let spec = json!({"owner": "x", "exceptions": [exception]});
        api.refused(guardrail(&spec), 422).await;
    }
    api.refused(guardrail(&json!({"owner": "x"})), 422).await;
}

#[tokio::test]
async fn only_those_who_run_the_platform_say_what_is_allowed() {
    let api = Api::with_ground().await;
    let developer = json!({"sub": "dev-1", "custom:tenant": "acme"});
    for call in [
        tenant(&json!({"owner": "me"})),
        guardrail(&json!({"owner": "me", "policy": POLICY})),
    ] {
        api.refused(call.claiming(developer.clone()), 403).await;
    }
    api.refused(get("/v1/tenants"), 403).await;
    applied(&api, tenant(&json!({"owner": "platform-team"}))).await;
    assert_eq!(api.send(get("/v1/tenants/acme")).await.status, 200);
    let other = get("/v1/tenants/acme").of_tenant("globex");
    let missing = get("/v1/tenants/nobody").of_tenant("globex");
    assert_eq!(
        api.refused(other, 404).await,
        api.refused(missing, 404).await
    );
}

#[tokio::test]
async fn what_a_tenant_is_not_allowed_is_neither_accepted_nor_previewed() {
    let api = Api::with_ground().await;
    let rules = json!({
        "owner": "platform-team",
        "sections": {"allow": ["compute"]},
        "limits": [{"name": "small-tasks", "owner": "finops", "input": "/spec/compute/cpu",
                    "maximum": 128}],
        "requiredLabels": [{"name": "cost-center"}],
    });
    applied(&api, tenant(&rules)).await;
    for call in [submit(WEB), preview()] {
        let problem = api.refused(call, 422).await;
        let problems = problem["problems"].as_array().unwrap();
        let said = |text: &str| {
            problems
                .iter()
                .any(|it| it["message"].to_string().contains(text))
        };
        assert!(said("the section `storage` is not allowed"), "{problem}");
        assert!(
            said("the limit `small-tasks` of the tenant `acme`"),
            "{problem}"
        );
        assert!(said("the label `cost-center` is missing"), "{problem}");
        assert!(problems.iter().all(|it| it["line"].is_u64()), "{problem}");
    }
    let elsewhere = api.send(submit(WEB).of_tenant("globex")).await;
    assert_eq!(elsewhere.status, 202, "{elsewhere:?}");
}

#[tokio::test]
async fn rules_with_mistakes_are_refused_all_at_once() {
    let api = Api::with_ground().await;
    let rules = json!({
        "owner": "platform-team",
        "sections": {"deny": ["databse"]},
        "limits": [{"name": "odd", "owner": "x", "input": "/spec/compute/cpus", "maximum": 1}],
        "requiredLabels": [{"name": "team", "pattern": "("}],
    });
    let problem = api.refused(tenant(&rules), 422).await;
    let places: Vec<&str> = problem["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["pointer"].as_str().unwrap())
        .collect();
    assert_eq!(
        places,
        [
            "/spec/limits/0/input",
            "/spec/requiredLabels/0/pattern",
            "/spec/sections",
        ]
    );
}

#[tokio::test]
async fn no_more_instances_than_the_quota_however_many_are_asked_for_at_once() {
    let api = Api::with_ground().await;
    let rules = json!({"owner": "platform-team", "quotas": {"instances": 3}});
    applied(&api, tenant(&rules)).await;
    let mut calls = JoinSet::new();
    for number in 0..8 {
        let submitted = submit(named(&format!("web-{number}")));
        calls.spawn(send(api.router.clone(), submitted));
    }
    let answers = calls.join_all().await;
    let count = |status| {
        answers
            .iter()
            .filter(|answer| answer.status == status)
            .count()
    };
    // Who meets too many others may be asked to come again, but never more than three come in.
    assert!(
        count(202) <= 3 && count(202) + count(429) + count(503) == 8,
        "{answers:?}"
    );
    for number in 0..8 {
        api.send(submit(named(&format!("web-{number}")))).await;
    }
    assert_eq!(api.count("instance").await, 3);
    let usage = api.send(get("/v1/tenants/acme")).await.body;
    assert_eq!(usage["usage"]["instances"], json!({"used": 3, "most": 3}));
    let refused = api.send(submit(named("one-more"))).await;
    assert_eq!(refused.header(header::RETRY_AFTER), "");
    let problem = refused.problem(429);
    let said = problem["detail"].as_str().unwrap();
    assert!(
        said.contains("the quota `instances` is 3, and 3 are used"),
        "{said}"
    );
}

#[tokio::test]
async fn a_destroyed_instance_makes_room_for_one_and_a_repeated_request_takes_none() {
    let api = Api::with_ground().await;
    let rules = json!({"owner": "platform-team", "quotas": {"instances": 1}});
    applied(&api, tenant(&rules)).await;
    let first = api.accepted(submit(WEB).keyed("one")).await;
    assert_eq!(api.accepted(submit(WEB).keyed("one")).await, first);
    api.end(&first, InstanceStatus::Active).await;
    let update = api.accepted(submit(WEB)).await;
    api.end(&update, InstanceStatus::Active).await;
    api.refused(submit(named("other")), 429).await;
    let removal = api.accepted(delete("/v1/instances/web-service.dev")).await;
    api.refused(submit(named("other")), 429).await;
    api.end(&removal, InstanceStatus::Destroyed).await;
    api.accepted(submit(named("other"))).await;
}

#[tokio::test]
async fn deployments_are_counted_by_the_hour_and_destroys_are_not() {
    let api = Api::with_ground().await;
    let rules = json!({"owner": "platform-team", "quotas": {"deploymentsPerHour": 2}});
    applied(&api, tenant(&rules)).await;
    let first = api.accepted(submit(WEB)).await;
    api.end(&first, InstanceStatus::Active).await;
    api.accepted(submit(named("other"))).await;
    let refused = api.send(submit(named("third"))).await;
    let wait: i64 = refused.header(header::RETRY_AFTER).parse().unwrap();
    assert!((1..=3600).contains(&wait), "{wait}");
    let problem = refused.problem(429);
    let said = problem["detail"].as_str().unwrap();
    assert!(
        said.contains("the quota `deploymentsPerHour` is 2"),
        "{said}"
    );
    api.accepted(delete("/v1/instances/web-service.dev")).await;
    api.system.advance(SignedDuration::from_secs(wait));
    api.accepted(submit(named("third"))).await;
}

#[tokio::test]
async fn calls_are_counted_by_the_minute_for_each_tenant_alone() {
    let api = Api::with_ground().await;
    let rules = json!({"owner": "platform-team", "quotas": {"requestsPerMinute": 3}});
    applied(&api, tenant(&rules)).await;
    for _ in 0..3 {
        assert_eq!(api.send(get("/v1/instances")).await.status, 200);
    }
    let refused = api.send(get("/v1/instances")).await;
    let wait: i64 = refused.header(header::RETRY_AFTER).parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    refused.problem(429);
    let other = api.send(get("/v1/instances").of_tenant("globex")).await;
    assert_eq!(other.status, 200);
    api.system.advance(SignedDuration::from_secs(wait));
    assert_eq!(api.send(get("/v1/instances")).await.status, 200);
}

#[tokio::test]
async fn calls_that_are_denied_are_counted_too_and_too_many_of_them_cost_no_entry() {
    let api = Api::with_ground().await;
    let rules = json!({"owner": "platform-team", "quotas": {"requestsPerMinute": 2}});
    applied(&api, tenant(&rules)).await;
    let denied = || {
        apply("/v1/environments/dev", ENVIRONMENT)
            .claiming(json!({"sub": "dev-1", "custom:tenant": "acme"}))
    };
    for _ in 0..2 {
        assert_eq!(api.send(denied()).await.status, 403);
    }
    let before = api.table.audit_log().await.len();
    assert_eq!(api.send(denied()).await.status, 429);
    assert_eq!(api.table.audit_log().await.len(), before);
}

/// A framework with a control of storage that one rule proves, and one that nothing proves.
fn framework() -> Call {
    let document = json!({
        "apiVersion": "groundplane.dev/v1", "kind": "ComplianceFramework",
        "metadata": {"name": "soc2"},
        "spec": {"version": "2017", "controls": [
            {"id": "CC6.1", "title": "=Encryption & more", "appliesTo": {"sections": ["storage"]},
             "evidence": {"rules": ["encryption-at-rest/file-system"]}},
            {"id": "CC9.9", "title": "Other", "appliesTo": {"resourceTypes": ["AWS::IAM::Role"]}},
        ]},
    });
    apply("/v1/compliance-frameworks/soc2", document.to_string())
}

/// Deploys the service of the examples, as if its storage had been judged.
async fn deploy_judged(api: &Api) {
    let deployment = api.accepted(submit(WEB)).await;
    let tenant = TenantId::parse("acme").unwrap();
    let ruling = json!({
        "tenant": "acme", "deployment": deployment, "limits": [], "findings": [],
        "rules": ["encryption-at-rest/file-system"],
        "units": {
            "foundation": {"resource_types": ["AWS::IAM::Role"]},
            "storage": {"section": "storage", "resource_types": ["AWS::EFS::FileSystem"]},
        },
    });
    let ruling: Ruling = serde_json::from_value(ruling).unwrap();
    let instance = api.instance("web-service.dev").await;
    let instance = Instance {
        revision: Some(1),
        ..instance
    };
    let revision = json!({
        "tenant": tenant, "instance": "web-service.dev", "number": 1, "deployment": deployment,
        "spec": "{}", "ground": {}, "resolved": [], "artifacts": {}, "outputs": {},
        "created_at": "2026-11-21T08:00:00Z",
    });
    let revision: Revision = serde_json::from_value(revision).unwrap();
    let changes = vec![
        Change::save(&ruling),
        Change::save(&instance),
        Change::save(&revision),
    ];
    api.table.commit(changes).await.unwrap();
}

#[tokio::test]
async fn a_report_says_how_every_control_stands_for_what_is_deployed() {
    let api = Api::with_ground().await;
    applied(&api, framework()).await;
    let empty = api.send(get("/v1/compliance/report")).await;
    assert_eq!(empty.body["items"], json!([]));
    deploy_judged(&api).await;

    let report = api.send(get("/v1/compliance/report?framework=soc2")).await;
    let rows: Vec<(&Value, &Value)> = report.body["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (&row["control"], &row["status"]))
        .collect();
    assert_eq!(
        rows,
        [
            (&json!("CC6.1"), &json!("satisfied")),
            (&json!("CC9.9"), &json!("not-evaluated")),
        ]
    );
    for uri in [
        "/v1/compliance/report?environment=prod",
        "/v1/compliance/report?limit=1&environment=prod",
    ] {
        assert_eq!(api.send(get(uri)).await.body["items"], json!([]));
    }
}

#[tokio::test]
async fn a_report_is_of_the_tenant_alone_and_comes_as_a_file_too() {
    let api = Api::with_ground().await;
    applied(&api, framework()).await;
    deploy_judged(&api).await;
    let other = get("/v1/compliance/report").of_tenant("globex");
    assert_eq!(api.send(other).await.body["items"], json!([]));
    api.refused(get("/v1/compliance/report?framework=nope"), 404)
        .await;
    api.refused(get("/v1/compliance/report?format=pdf"), 400)
        .await;
    for (call, kind, text) in [
        (
            get("/v1/compliance/report?format=csv"),
            "text/csv",
            "'=Encryption & more",
        ),
        (
            get("/v1/compliance/report").with("accept", "text/html"),
            "text/html",
            "&amp; more",
        ),
    ] {
        let response = api.router.clone().oneshot(call.request()).await.unwrap();
        let given = response.headers()["content-type"]
            .to_str()
            .unwrap()
            .to_owned();
        assert!(given.starts_with(kind), "{given}");
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        assert!(String::from_utf8_lossy(&body).contains(text), "{body:?}");
    }
}

#[tokio::test]
async fn a_control_about_a_section_that_there_is_not_is_refused() {
    let api = Api::with_ground().await;
    let document = json!({
        "apiVersion": "groundplane.dev/v1", "kind": "ComplianceFramework",
        "metadata": {"name": "soc2"},
        "spec": {"version": "2017", "controls": [
            {"id": "A", "title": "t", "appliesTo": {"sections": ["databse"]}},
        ]},
    });
    let call = apply("/v1/compliance-frameworks/soc2", document.to_string());
    let problem = api.refused(call, 422).await;
    assert_eq!(
        problem["problems"][0]["pointer"],
        "/spec/controls/0/appliesTo/sections"
    );
}
