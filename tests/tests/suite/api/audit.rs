//! The audit log: what each call leaves, that it is one with what it tells of, and who may ask.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use groundplane_lives::Definitions;
use groundplane_model::{Change, Index, Key, Partition, Record};
use groundplane_ports::{Page, PortError, ReadTable, Result, WriteTable};
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{
    Api, Call, ENVIRONMENT, Platform, WEB, apply, delete, get, identity, router, send, submit,
};
use crate::dynamo::TestTable;

/// A question of someone who runs the platform.
fn asked(uri: &str) -> Call {
    get(uri).by_the_platform()
}

async fn entries(api: &Api, uri: &str) -> Vec<Value> {
    let answer = api.send(asked(uri)).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_call_that_changes_something_leaves_who_did_what_to_what_and_why_it_was_allowed() {
    let api = Api::with_ground().await;
    api.accepted(submit(WEB)).await;
    let found = entries(&api, "/v1/audit?object=instances/web-service.dev").await;
    let [entry] = found.as_slice() else {
        panic!("{found:#?}");
    };
    assert_eq!(entry["actor"]["subject"], "dev-1");
    assert_eq!(entry["actor"]["tenant"], "acme");
    assert_eq!(entry["actor"]["roles"], json!(["user"]));
    assert_eq!(entry["action"], "instance:deploy");
    assert_eq!(entry["request"], "POST /v1/instances");
    assert_eq!(entry["allowed"], true);
    assert_eq!(entry["policies"], json!(["user"]));
    assert_eq!(entry["outcome"], "changed");
    let changes = entry["changes"].as_array().unwrap();
    let records: Vec<&str> = changes
        .iter()
        .map(|it| it["record"].as_str().unwrap())
        .collect();
    for record in ["instance", "deployment", "deployment-spec"] {
        assert!(records.contains(&record), "{records:?}");
    }
    assert!(
        changes
            .iter()
            .all(|it| it.get("before").is_none() && it["after"].is_string())
    );
    assert!(
        !entry.to_string().contains("nginx"),
        "digests tell of the spec, and nothing else"
    );
}

#[tokio::test]
async fn what_was_before_a_change_is_what_was_after_the_one_before_it() {
    let api = Api::with_ground().await;
    for spec in ["  production: true", "  production: true\n  approval: {}"] {
        let changed = ENVIRONMENT.replace("spec:", &format!("spec:\n{spec}"));
        let answer = api.send(apply("/v1/environments/dev", changed)).await;
        assert_eq!(answer.body["changed"], true, "{answer:?}");
    }
    let found = entries(&api, "/v1/audit?object=environments/dev").await;
    assert_eq!(found.len(), 3);
    let digest = |entry: &Value, side: &str| entry["changes"][0][side].clone();
    assert_eq!(digest(&found[0], "before"), Value::Null);
    for pair in found.windows(2) {
        assert!(digest(&pair[0], "after").is_string());
        assert_eq!(digest(&pair[0], "after"), digest(&pair[1], "before"));
    }
}

#[tokio::test]
async fn attempts_that_change_nothing_are_remembered_with_what_became_of_them() {
    let api = Api::with_ground().await;
    let stranger = json!({"sub": "mallory", "custom:tenant": "acme"});
    let denied = apply("/v1/environments/dev", ENVIRONMENT).claiming(stranger.clone());
    api.refused(denied, 403).await;
    api.refused(
        delete("/v1/instances/nobody.dev").claiming(stranger.clone()),
        404,
    )
    .await;
    api.refused(submit("kind: Service").claiming(stranger), 422)
        .await;
    let found = entries(&api, "/v1/audit?actor=mallory").await;
    let told: Vec<(&str, &str, bool)> = found
        .iter()
        .map(|entry| {
            let text = |field: &str| entry[field].as_str().unwrap();
            (
                text("action"),
                text("outcome"),
                entry["allowed"].as_bool().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("ground:manage", "denied", false),
            ("instance:destroy", "refused", true),
            ("instance:deploy", "refused", true),
        ]
    );
    let statuses: Vec<&Value> = found.iter().map(|entry| &entry["status"]).collect();
    assert_eq!(statuses, [403, 404, 422]);
    let unchanged = api.send(apply("/v1/environments/dev", ENVIRONMENT)).await;
    assert_eq!(unchanged.body["changed"], false);
    let found = entries(&api, "/v1/audit?actor=ops-1").await;
    assert_eq!(found.last().unwrap()["outcome"], "unchanged");
}

#[tokio::test]
async fn a_token_without_a_tenant_is_remembered_and_what_only_looks_is_not() {
    let api = Api::with_ground().await;
    let before = api.table.audit_log().await.len();
    api.send(get("/v1/instances")).await;
    api.send(get("/v1/whoami")).await;
    assert_eq!(api.table.audit_log().await.len(), before);
    let nobody = json!({"sub": "x", "cognito:groups": "[platform]"});
    api.refused(get("/v1/instances").claiming(nobody), 403)
        .await;
    let log = api.table.audit_log().await;
    assert_eq!(log.len(), before + 1);
    let unknown = log
        .iter()
        .find(|entry| entry["pk"]["S"] == "AUDIT##2026-01-01")
        .unwrap();
    assert_eq!(unknown["actor"]["M"]["subject"]["S"], "x");
    let unproved = Call {
        claims: None,
        ..submit(WEB)
    };
    assert_eq!(api.send(unproved).await.status, 401);
    assert_eq!(api.table.audit_log().await.len(), before + 1);
}

#[tokio::test]
async fn entries_are_found_by_time_and_page_by_page() {
    let api = Api::with_ground().await;
    for name in ["web-1", "web-2", "web-3"] {
        api.system.advance(SignedDuration::from_hours(30));
        api.accepted(submit(super::named(name))).await;
    }
    let objects = |found: Vec<Value>| -> Vec<String> {
        let object = |entry: &Value| entry["object"].as_str().unwrap().to_owned();
        found.iter().map(object).collect()
    };
    let span = "from=2026-01-02T00:00:00Z&to=2026-01-04T00:00:00Z";
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let uri = format!("/v1/audit?{span}&limit=1{cursor}");
        let answer = api.send(asked(&uri)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        seen.extend(objects(answer.body["items"].as_array().unwrap().clone()));
        let Some(next) = answer.body["next"].as_str() else {
            break;
        };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, ["instances/web-1.dev", "instances/web-2.dev"]);
    let last = objects(entries(&api, "/v1/audit").await);
    assert_eq!(
        last,
        ["instances/web-3.dev"],
        "a day, unless something else is said"
    );
    for wrong in [
        "cursor=x",
        "cursor=2026-13-01.",
        "from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z",
        "from=yesterday",
        "limit=0",
    ] {
        api.refused(asked(&format!("/v1/audit?{wrong}")), 400).await;
    }
}

#[tokio::test]
async fn an_object_with_a_long_history_is_asked_about_by_time() {
    let api = Api::with_ground().await;
    for policy in ["  production: true", "  approval: {}", "  production: true"] {
        api.system.advance(SignedDuration::from_hours(30));
        let changed = ENVIRONMENT.replace("spec:", &format!("spec:\n{policy}"));
        let answer = api.send(apply("/v1/environments/dev", changed)).await;
        assert_eq!(answer.body["changed"], true, "{answer:?}");
    }
    let uri = "/v1/audit?object=environments/dev&limit=1";
    let newest = entries(&api, uri).await;
    assert_eq!(newest.len(), 1, "what is asked for, not the oldest page");
    let span = format!("{uri}&from=2026-01-01T00:00:00Z&to=2026-01-03T00:00:00Z");
    let mut pages = Vec::new();
    let mut cursor = String::new();
    loop {
        let answer = api.send(asked(&format!("{span}{cursor}"))).await;
        pages.push(answer.body["items"].as_array().unwrap().len());
        let Some(next) = answer.body["next"].as_str() else {
            break;
        };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(
        pages,
        [1, 1, 0],
        "what is later than `to` is not paged through"
    );
}

#[tokio::test]
async fn an_object_has_one_name_however_its_path_is_written() {
    let api = Api::with_ground().await;
    api.send(delete("/v1/instances/%77eb-1.dev")).await;
    api.send(delete("/v1/iam/instances/web-1.dev")).await;
    let found = entries(&api, "/v1/audit?object=instances/web-1.dev").await;
    assert_eq!(found.len(), 2, "{found:?}");
    api.send(apply("/v1/environments/iam", ENVIRONMENT)).await;
    let found = entries(&api, "/v1/audit?object=environments/iam").await;
    assert_eq!(found.len(), 1, "{found:?}");
}

#[tokio::test]
async fn what_is_longer_than_any_name_is_refused() {
    let api = Api::with_ground().await;
    let long = "x".repeat(513);
    for uri in [
        format!("/v1/audit?object={long}"),
        format!("/v1/audit?actor={long}"),
        format!("/v1/images?family={long}"),
    ] {
        api.refused(asked(&uri), 400).await;
    }
}

#[tokio::test]
async fn a_tenant_asks_about_itself_alone_and_the_provider_about_all() {
    let api = Api::with_ground().await;
    api.accepted(submit(WEB).of_tenant("umbrella")).await;
    assert_eq!(
        entries(&api, "/v1/audit?object=instances/web-service.dev").await,
        Vec::<Value>::new()
    );
    let theirs = entries(
        &api,
        "/v1/audit?tenant=umbrella&object=instances/web-service.dev",
    )
    .await;
    assert_eq!(theirs.len(), 1);
    api.refused(get("/v1/audit?tenant=umbrella"), 403).await;
    api.refused(get("/v1/audit"), 403).await;
}

/// A table that writes no entry of the audit log by itself; what is one with a change goes through.
#[derive(Clone)]
struct Forgetful(TestTable, Arc<AtomicBool>);

impl ReadTable for Forgetful {
    async fn get<R: Record>(&self, key: &Key) -> Result<Option<R>> {
        self.0.get(key).await
    }

    async fn query<R: Record>(&self, partition: &Partition, prefix: &str) -> Result<Vec<R>> {
        self.0.query(partition, prefix).await
    }

    async fn list<R: Record>(
        &self,
        index: &Index,
        limit: u16,
        cursor: Option<&str>,
    ) -> Result<Page<R>> {
        self.0.list(index, limit, cursor).await
    }
}

impl WriteTable for Forgetful {
    async fn commit(&self, changes: Vec<Change>) -> Result<()> {
        let is_of_the_log = |change: &Change| change.key().partition.as_str().starts_with("AUDIT#");
        if changes.iter().any(is_of_the_log) {
            self.1.store(true, Ordering::Relaxed);
            return Err(PortError::Unavailable("no".to_owned()));
        }
        self.0.commit(changes).await
    }
}

#[tokio::test]
async fn without_its_entry_nothing_is_changed_and_a_denial_stays_a_denial() {
    let api = Api::with_ground().await;
    let was_tried = Arc::new(AtomicBool::new(false));
    let platform = Platform {
        table: Forgetful(api.table.clone(), Arc::clone(&was_tried)),
        system: api.system.clone(),
        definitions: Definitions::default(),
        guards: groundplane_guarding::Guards::default(),
    };
    let router = router(platform, identity());
    let before = api.table.dump().await;
    let denied = apply("/v1/environments/dev", ENVIRONMENT)
        .claiming(json!({"sub": "x", "custom:tenant": "acme"}));
    assert_eq!(send(router.clone(), denied).await.status, 403);
    assert!(was_tried.swap(false, Ordering::Relaxed));
    assert_eq!(send(router, submit(WEB)).await.status, 503);
    assert!(was_tried.load(Ordering::Relaxed));
    assert_eq!(api.table.dump().await, before);
}

#[tokio::test]
async fn an_entry_is_never_written_over() {
    let api = Api::with_ground().await;
    api.accepted(submit(WEB)).await;
    let day = "2026-01-01".parse().unwrap();
    let tenant = groundplane_model::TenantId::parse("acme").unwrap();
    let partition = Partition::audit(Some(&tenant), day);
    let found: Vec<groundplane_model::AuditEntry> = api.table.query(&partition, "").await.unwrap();
    assert!(!found.is_empty());
    for entry in found {
        let again = api.table.commit(vec![Change::save(&entry)]).await;
        assert!(matches!(again, Err(PortError::Conflict(_))), "{again:?}");
    }
}
