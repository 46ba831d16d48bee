//! Pools: created and deleted by whoever runs the platform, read by everyone.

use std::collections::BTreeMap;

use axum::http::Method;
use groundplane_model::{
    Allocation, Change, DeploymentId, InstanceId, Layer, Owner, PoolName, ResolutionRequest,
    ResolverName, TenantId, UnitName,
};
use groundplane_ports::{Clock as _, ReadTable as _, WriteTable as _};
use groundplane_resolvers::{Block, Cidr, Holder, Pool, Step, View, Within};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{Api, Call, apply, call, get, send};

const DEV: &str = "cidr: 10.4.0.0/16\nallowedLengths: {min: 20, max: 28}\nreserved: [10.4.0.0/24]\n\
                   tags: {tier: private}\n";

/// A call of someone who runs the platform.
pub(super) fn ops(method: Method, uri: &str, body: &str) -> Call {
    let claims = apply("", "").claims.unwrap();
    call(method, uri, body).claiming(claims)
}

impl Api {
    pub(super) async fn with_pools() -> Self {
        let api = Self::start().await;
        for (name, settings) in [("corp", "cidr: 10.0.0.0/8"), ("dev", DEV)] {
            let settings = match name {
                "dev" => format!("parent: corp\n{settings}"),
                _ => settings.to_owned(),
            };
            let answer = api
                .send(apply(&format!("/v1/pools/{name}"), settings))
                .await;
            assert_eq!(answer.status, 201, "{answer:?}");
        }
        api
    }

    /// Has an instance of `tenant` hold a block of `dev`.
    pub(super) async fn hold(&self, tenant: &str, block: &str) {
        let owner = Owner {
            tenant: TenantId::parse(tenant).unwrap(),
            instance: InstanceId::parse("web-service.dev").unwrap(),
            incarnation: "1".to_owned(),
            unit: UnitName::parse("compute").unwrap(),
            input: format!("subnet of {block}"),
        };
        let name = PoolName::parse("dev").unwrap();
        let pool: Pool = self.table.get(&Pool::key_of(&name)).await.unwrap().unwrap();
        let cidr = Cidr::parse(block).unwrap();
        let mut view = View::new(pool.tree());
        while let Step::Read(ids) = view.allocate_exact(cidr).unwrap() {
            for id in ids {
                let node = self.table.get(&view.tree().key_of(id)).await.unwrap();
                view.learn(id, node);
            }
        }
        let now = self.system.now();
        let holder = Holder::Instance(owner.clone());
        let block = Block::taken(&view, (Within::Pool(name), cidr), holder, now);
        let request = ResolutionRequest {
            resolver: ResolverName::ipam(),
            owner,
            deployment: DeploymentId::from_number(1),
            inputs: BTreeMap::new(),
        };
        let value = cidr.to_string();
        let answer = (value.as_str(), BTreeMap::new());
        let allocation = Allocation::answer(&request, answer, Layer::Default, now);
        let mut changes: Vec<Change> = view.edits().into_iter().map(Change::from).collect();
        changes.extend([Change::save(&block), Change::save(&allocation)]);
        self.table.commit(changes).await.unwrap();
    }
}

#[tokio::test]
async fn a_pool_is_created_once() {
    let api = Api::start().await;
    let expected = json!({
        "name": "dev",
        "cidr": "10.4.0.0/16",
        "space": "default",
        "parent": null,
        "allowedLengths": {"min": 20, "max": 28},
        "reserved": ["10.4.0.0/24"],
        "tags": {"tier": "private"},
        "largestFree": 17,
        "createdAt": "2026-01-01T00:00:00Z",
        "createdBy": "ops-1",
    });
    let answer = api.send(apply("/v1/pools/dev", DEV)).await;
    assert_eq!((answer.status, &answer.body), (201, &expected));
    let before = api.table.dump().await;
    let answer = api.send(apply("/v1/pools/dev", DEV)).await;
    assert_eq!((answer.status, &answer.body), (200, &expected));
    assert_eq!(api.table.dump().await, before);

    let other = DEV.replace("private", "public");
    let problem = api.refused(apply("/v1/pools/dev", other), 409).await;
    assert_eq!(
        problem["detail"],
        "there is a pool `dev` with other settings: a pool does not change"
    );
}

#[tokio::test]
async fn everything_that_is_wrong_with_a_pool_is_said_at_once_with_its_place() {
    let api = Api::start().await;
    let settings = "cidr: 10.4.0.1/16\nreservd: []\nspace: X\nallowedLengths: {min: wide}\n\
                    tags: [a]\n";
    let problem = api.refused(apply("/v1/pools/dev", settings), 422).await;
    assert_eq!(problem["detail"], "the pool has 5 problems");
    let found: Vec<(&Value, &Value)> = problem["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|problem| (&problem["pointer"], &problem["line"]))
        .collect();
    for expected in [
        ("/reservd", 2),
        ("/allowedLengths/min", 4),
        ("/tags", 5),
        ("/space", 3),
        ("/cidr", 1),
    ] {
        let (pointer, line) = (json!(expected.0), json!(expected.1));
        assert!(found.contains(&(&pointer, &line)), "{expected:?} {found:?}");
    }
    for (name, body) in [("dev", "tags: {}"), ("D", DEV)] {
        api.refused(apply(&format!("/v1/pools/{name}"), body), 422)
            .await;
    }
    for unreadable in ["[]", "a: b: c", ""] {
        api.refused(apply("/v1/pools/dev", unreadable), 400).await;
    }
}

#[tokio::test]
async fn a_pool_must_fit_its_parent_and_be_in_nobodys_way() {
    let api = Api::with_pools().await;
    for (settings, status, detail) in [
        (
            "{cidr: 11.0.0.0/16, parent: corp}",
            422,
            "the pool does not fit its parent `corp`",
        ),
        (
            "{cidr: 10.1.0.0/16, parent: none}",
            422,
            "there is no pool `none`",
        ),
        (
            "{cidr: 10.4.1.0/24, parent: corp}",
            409,
            "the pool `corp`: `10.4.1.0/24` overlaps with `10.4.0.0/16`, which the pool `dev` holds",
        ),
        (
            "{cidr: 10.1.0.0/16}",
            409,
            "the space `default`: `10.1.0.0/16` overlaps with `10.0.0.0/8`, which the pool `corp` \
             holds",
        ),
    ] {
        let problem = api.refused(apply("/v1/pools/new", settings), status).await;
        assert_eq!(problem["detail"], detail);
    }
    // What is in another space is in nobody's way.
    let elsewhere = "{cidr: 10.0.0.0/8, space: lab}";
    assert_eq!(
        api.send(apply("/v1/pools/lab", elsewhere)).await.status,
        201
    );
}

#[tokio::test]
async fn only_who_runs_the_platform_changes_pools_and_everyone_reads_them() {
    let api = Api::with_pools().await;
    let body = json!({"pool": "dev", "cidr": "10.4.7.0/24", "description": "old"}).to_string();
    for refused in [
        call(Method::PUT, "/v1/pools/new", "cidr: 11.0.0.0/8"),
        call(Method::DELETE, "/v1/pools/dev", ""),
        call(Method::POST, "/v1/allocations", body),
        call(
            Method::DELETE,
            "/v1/allocations?pool=dev&cidr=10.4.7.0/24",
            "",
        ),
    ] {
        api.refused(refused, 403).await;
    }
    for uri in ["/v1/pools", "/v1/pools/dev", "/v1/allocations?pool=dev"] {
        assert_eq!(api.send(get(uri).of_tenant("umbrella")).await.status, 200);
        assert_eq!(
            api.send(Call {
                claims: None,
                ..get(uri)
            })
            .await
            .status,
            401
        );
    }
}

#[tokio::test]
async fn pools_are_listed_page_by_page_with_what_is_free() {
    let api = Api::with_pools().await;
    let first = api.send(get("/v1/pools?limit=1")).await.body;
    let cursor = first["next"].as_str().unwrap();
    let second = api
        .send(get(&format!("/v1/pools?limit=1&cursor={cursor}")))
        .await;
    let items = [&first["items"][0], &second.body["items"][0]];
    assert_eq!(items.map(|item| &item["name"]), ["corp", "dev"]);
    assert_eq!(
        items.map(|item| &item["largestFree"]),
        [&json!(9), &json!(17)]
    );
    assert_eq!(items[1]["parent"], "corp");
    api.refused(get("/v1/pools?cursor=forged"), 400).await;
}

#[tokio::test]
async fn a_pool_is_shown_with_how_full_it_is() {
    let api = Api::with_pools().await;
    api.hold("acme", "10.4.128.0/18").await;
    let shown = api.send(get("/v1/pools/dev")).await.body;
    let used = &shown["utilisation"];
    assert_eq!(
        (
            &used["total"],
            &used["allocated"],
            &used["reserved"],
            &used["free"]
        ),
        (
            &json!("65536"),
            &json!("16384"),
            &json!("256"),
            &json!("48896")
        )
    );
    assert_eq!(
        (&used["largestFree"], &shown["largestFree"]),
        (&json!(18), &json!(18))
    );
    assert!((used["ratio"].as_f64().unwrap() - 16_384.0 / 65_280.0).abs() < 1e-9);
    for name in ["none", "N"] {
        api.refused(get(&format!("/v1/pools/{name}")), 404).await;
    }
}

#[tokio::test]
async fn a_pool_is_deleted_unless_someone_holds_something_of_it() {
    let api = Api::with_pools().await;
    api.hold("umbrella", "10.4.16.0/28").await;
    let problem = api
        .refused(ops(Method::DELETE, "/v1/pools/dev", ""), 409)
        .await;
    assert_eq!(
        problem["detail"],
        "the pool `dev` is in use: `10.4.16.0/28`, which `web-service.dev` of `umbrella` holds"
    );
    let problem = api
        .refused(ops(Method::DELETE, "/v1/pools/corp", ""), 409)
        .await;
    assert_eq!(
        problem["detail"],
        "the pool `corp` is in use: `10.4.0.0/16`, which the pool `dev` holds"
    );
    let lab = apply("/v1/pools/lab", "{cidr: 10.9.0.0/16, parent: corp}");
    assert_eq!(api.send(lab).await.status, 201);
    let answer = api.send(ops(Method::DELETE, "/v1/pools/lab", "")).await;
    assert_eq!((answer.status, answer.body), (200, json!({"name": "lab"})));
    api.refused(ops(Method::DELETE, "/v1/pools/lab", ""), 404)
        .await;
    api.refused(get("/v1/pools/lab"), 404).await;
}

#[tokio::test]
async fn of_the_same_pool_created_at_once_one_is_new_and_nobody_is_refused() {
    let api = Api::start().await;
    let mut callers = JoinSet::new();
    for _ in 0..8 {
        callers.spawn(send(api.router.clone(), apply("/v1/pools/dev", DEV)));
    }
    let mut statuses: Vec<u16> = callers
        .join_all()
        .await
        .into_iter()
        .map(|answer| answer.status)
        .collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 200, 200, 200, 200, 200, 200, 201]);
    assert_eq!(api.count("pool").await, 1);
}
