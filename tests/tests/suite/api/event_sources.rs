//! Event sources: registered by tenants, each secret shown once.

mod secrets;

use axum::http::{Method, header};
use groundplane_model::{EventSource, EventSourceName, TenantId};
use groundplane_ports::{Clock as _, ReadTable as _};
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{Answer, Api, Call, call, delete, get};

pub(super) fn put(name: &str, format: &str, auth: &str) -> Call {
    let body = json!({"format": format, "auth": auth}).to_string();
    call(Method::PUT, &format!("/v1/event-sources/{name}"), body)
}

pub(super) fn rotate(name: &str, query: &str) -> Call {
    let uri = format!("/v1/event-sources/{name}/rotations{query}");
    call(Method::POST, &uri, "")
}

/// The secret that an answer shows.
pub(super) fn secret(answer: &Answer) -> &str {
    assert_eq!(answer.header(header::CACHE_CONTROL), "no-store");
    answer.body["secret"]
        .as_str()
        .unwrap_or_else(|| panic!("no secret: {answer:?}"))
}

impl Api {
    /// Registers a source of `acme`; gives its secret.
    pub(super) async fn register(&self, name: &str, format: &str, auth: &str) -> String {
        let answer = self.send(put(name, format, auth)).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        secret(&answer).to_owned()
    }

    async fn source(&self, name: &str) -> EventSource {
        let tenant = TenantId::parse("acme").unwrap();
        let key = EventSource::key_of(&tenant, &EventSourceName::parse(name).unwrap());
        self.table.get(&key).await.unwrap().unwrap()
    }
}

#[tokio::test]
async fn a_source_is_registered_and_its_secret_is_shown_once() {
    let api = Api::start().await;
    for (name, format, auth, start) in [
        ("disks", "json", "signature", "whsec_"),
        ("alerts", "alertmanager", "bearer", "gpw_"),
        ("panels", "grafana", "basic", "gpw_"),
    ] {
        let answer = api.send(put(name, format, auth)).await;
        assert_eq!(answer.status, 201);
        let value = secret(&answer).to_owned();
        assert!(value.starts_with(start) && value.len() > 40, "{value}");
        let mut expected = json!({
            "name": name, "format": format, "auth": auth,
            "path": format!("/v1/webhooks/acme.{name}"),
            "rotatedAt": "2026-01-01T00:00:00Z",
            "createdAt": "2026-01-01T00:00:00Z", "createdBy": "dev-1",
            "updatedAt": "2026-01-01T00:00:00Z", "updatedBy": "dev-1",
        });
        if auth == "basic" {
            expected["userName"] = json!("acme.panels");
        }
        let before = api.table.dump().await;
        let again = api.send(put(name, format, auth)).await;
        assert_eq!((again.status, &again.body), (200, &expected));
        assert_eq!(api.table.dump().await, before);
        let shown = api.send(get(&format!("/v1/event-sources/{name}"))).await;
        assert_eq!(shown.body, expected);
        expected["secret"] = json!(value);
        assert_eq!(answer.body, expected);
    }
    let listed = api.send(get("/v1/event-sources")).await.body;
    let names: Vec<&Value> = listed["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| &item["name"])
        .collect();
    assert_eq!(names, ["alerts", "disks", "panels"]);
    assert!(!listed.to_string().contains("secret"));
    // What signs is kept apart, under the tag that keeps other tenants from naming it in a spec.
    let kept = api.system.vault.dump();
    assert_eq!(kept.keys().collect::<Vec<_>>(), ["event-source/acme/disks"]);
    assert_eq!(
        kept["event-source/acme/disks"].tags["groundplane:tenant"],
        "acme"
    );
}

#[tokio::test]
async fn everything_that_is_wrong_with_a_source_is_said_at_once_with_its_place() {
    let api = Api::start().await;
    let uri = "/v1/event-sources/D";
    let body = "format: nagios\nauth: 7\nurl: https://example.org\n";
    let problem = api.refused(call(Method::PUT, uri, body), 422).await;
    let told: Vec<(&str, &str)> = problem["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (
                one["pointer"].as_str().unwrap(),
                one["message"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (
                "",
                "`D` is not an event source name: it must match ^[a-z][a-z0-9-]{1,30}[a-z0-9]$"
            ),
            ("/url", "`url` is not a setting of an event source"),
            (
                "/format",
                "`nagios` is not a format: it must be `alertmanager`, `grafana`, `json` or \
                 `cloudevents`"
            ),
            ("/auth", "`auth` must be a text"),
        ]
    );
    let problem = api
        .refused(put("alerts", "alertmanager", "signature"), 422)
        .await;
    assert_eq!(
        problem["problems"][0],
        json!({
            "severity": "error", "pointer": "/auth", "line": 1, "column": 33,
            "message": "what sends `alertmanager` cannot sign", "hint": "use `bearer` or `basic`",
        })
    );
    for body in ["[]", "{}", "{format: json}"] {
        let call = call(Method::PUT, "/v1/event-sources/disks", body);
        assert!((400..=422).contains(&api.send(call).await.status), "{body}");
    }
    assert!(api.table.dump().await.is_empty());
}

#[tokio::test]
async fn other_settings_change_a_source_and_another_proof_needs_another_secret() {
    let api = Api::start().await;
    let first = api.register("disks", "json", "signature").await;
    api.system.advance(SignedDuration::from_secs(5));
    let answer = api.send(put("disks", "cloudevents", "signature")).await;
    assert_eq!(
        (answer.status, &answer.body["format"]),
        (200, &json!("cloudevents"))
    );
    assert_eq!(answer.body["secret"], Value::Null);
    assert_eq!(answer.body["updatedAt"], "2026-01-01T00:00:05Z");
    assert_eq!(answer.body["rotatedAt"], "2026-01-01T00:00:00Z");

    let answer = api.send(put("disks", "cloudevents", "bearer")).await;
    assert_eq!(answer.status, 200);
    assert!(secret(&answer).starts_with("gpw_"));
    assert!(api.system.vault.dump().is_empty());
    let answer = api.send(put("disks", "cloudevents", "signature")).await;
    assert_ne!(secret(&answer), first);
    let source = api.source("disks").await;
    assert_eq!(source.proofs(api.system.now()).len(), 1);
}

#[tokio::test]
async fn a_tenant_has_sources_of_its_own() {
    let api = Api::start().await;
    let ours = api.register("disks", "json", "signature").await;
    let theirs = api
        .send(put("disks", "json", "signature").of_tenant("umbrella"))
        .await;
    assert_eq!(
        (theirs.status, &theirs.body["path"]),
        (201, &json!("/v1/webhooks/umbrella.disks"))
    );
    assert_ne!(secret(&theirs), ours);
    api.register("alerts", "grafana", "basic").await;
    for refused in [
        get("/v1/event-sources/alerts"),
        delete("/v1/event-sources/alerts"),
        rotate("alerts", ""),
    ] {
        let problem = api.refused(refused.of_tenant("umbrella"), 404).await;
        assert_eq!(problem["detail"], "there is no such event source");
    }
    let listed = api
        .send(get("/v1/event-sources").of_tenant("umbrella"))
        .await
        .body;
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    for name in ["none", "N"] {
        api.refused(get(&format!("/v1/event-sources/{name}")), 404)
            .await;
    }
    let open = Call {
        claims: None,
        ..get("/v1/event-sources")
    };
    api.refused(open, 401).await;
}

#[tokio::test]
async fn sources_are_listed_page_by_page() {
    let api = Api::start().await;
    for name in ["alerts", "disks", "panels"] {
        api.register(name, "json", "bearer").await;
    }
    let first = api.send(get("/v1/event-sources?limit=2")).await.body;
    let cursor = first["next"].as_str().unwrap();
    let second = api
        .send(get(&format!("/v1/event-sources?limit=2&cursor={cursor}")))
        .await
        .body;
    assert_eq!(second["items"][0]["name"], "panels");
    assert_eq!(second["items"].as_array().unwrap().len(), 1);
    api.refused(get("/v1/event-sources?cursor=forged"), 400)
        .await;
}

#[tokio::test]
async fn a_deleted_source_leaves_nothing_and_may_be_registered_again() {
    let api = Api::start().await;
    let first = api.register("disks", "json", "signature").await;
    let old = api.source("disks").await;
    let answer = api.send(delete("/v1/event-sources/disks")).await;
    assert_eq!(
        (answer.status, answer.body),
        (200, json!({"name": "disks"}))
    );
    assert!(api.system.vault.dump().is_empty() && api.table.dump().await.is_empty());
    api.refused(delete("/v1/event-sources/disks"), 404).await;
    api.system.advance(SignedDuration::from_secs(1));
    assert_ne!(api.register("disks", "json", "signature").await, first);
    assert!(api.source("disks").await.version > old.version);
}
