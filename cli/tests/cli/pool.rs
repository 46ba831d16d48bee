//! `groundplane pool`.

use serde_json::{Value, json};

use crate::answers::page;
use crate::platform::{Platform, Reply};
use crate::scene::{Ended, Scene};

const POOLS: &str = "GET /v1/pools";
const POOL: &str = "GET /v1/pools/dev";
const CREATE: &str = "PUT /v1/pools/dev";
const BLOCKS: &str = "GET /v1/allocations";
const IMPORT: &str = "POST /v1/allocations";

fn summary(name: &str, cidr: &str) -> Value {
    json!({
        "name": name,
        "cidr": cidr,
        "space": "default",
        "parent": null,
        "allowedLengths": {"min": 20, "max": 28},
        "reserved": [],
        "tags": {},
        "largestFree": 17,
        "createdAt": "2026-11-21T08:00:00.123Z",
        "createdBy": "ops-1",
    })
}

fn nested() -> Value {
    let mut pool = summary("dev", "10.4.0.0/16");
    pool["parent"] = json!("corp");
    pool["tags"] = json!({"tier": "private", "team": "net"});
    pool["reserved"] = json!(["10.4.0.0/24"]);
    pool
}

fn detail() -> Value {
    let mut pool = nested();
    pool["utilisation"] = json!({
        "total": "65536",
        "allocated": "12288",
        "reserved": "256",
        "free": "52992",
        "ratio": 0.188_235,
        "largestFree": 17,
        "fragmentation": 0.381_6,
    });
    pool
}

fn block(cidr: &str, state: &str, holder: impl Into<Value>) -> Value {
    let until = (state != "held").then_some("2026-11-21T08:15:00Z");
    json!({
        "cidr": cidr,
        "state": state,
        "until": until,
        "holder": holder.into(),
        "allocatedAt": "2026-11-21T08:00:00Z",
    })
}

fn run(platform: &Platform, line: &str) -> Ended {
    let words: Vec<&str> = line.split(' ').collect();
    Scene::with(platform).run(&words)
}

#[test]
fn the_list_is_a_table_of_every_page() {
    let first = page(&[summary("corp", "10.0.0.0/8")], Some("next"));
    let second = page(&[nested()], None);
    let platform = Platform::start().on(POOLS, [first.clone(), second.clone(), first, second]);
    insta::assert_snapshot!("pool-list", run(&platform, "pool list").transcript());
    assert_eq!(
        platform.lines(),
        [
            "GET /v1/pools?limit=200",
            "GET /v1/pools?limit=200&cursor=next"
        ]
    );
    let names = run(&platform, "pool list -o json").json();
    assert_eq!(names["items"][1]["parent"], "corp");
}

#[test]
fn an_empty_list_says_what_to_do() {
    let platform = Platform::start().on(POOLS, [page(&[], None)]);
    assert_eq!(
        run(&platform, "pool list").output,
        "there are no pools; `groundplane pool create` makes one\n"
    );
}

#[test]
fn a_pool_is_shown_with_a_bar() {
    let platform = Platform::start().on(POOL, [Reply::json(200, &detail())]);
    insta::assert_snapshot!("pool-show", run(&platform, "pool show dev").transcript());
    let json = run(&platform, "pool show dev -o json");
    insta::assert_snapshot!("pool-show-json", json.transcript());
}

#[test]
fn a_pool_is_created_from_flags() {
    let platform = Platform::start().on(CREATE, [Reply::json(201, &nested())]);
    let ended = run(
        &platform,
        "pool create dev --cidr 10.4.0.0/16 --parent corp --min-length 20 --max-length 28 \
         --reserve 10.4.0.0/24 --tag tier=private --tag team=net",
    );
    assert_eq!(
        (ended.code, ended.output.as_str()),
        (0, "pool `dev` hands out of 10.4.0.0/16\n")
    );
    let sent: Value = serde_json::from_str(&platform.asked()[0].body).unwrap();
    let expected = json!({
        "cidr": "10.4.0.0/16",
        "parent": "corp",
        "space": null,
        "allowedLengths": {"min": 20, "max": 28},
        "reserved": ["10.4.0.0/24"],
        "tags": {"tier": "private", "team": "net"}, "subnetId": null,
    });
    assert_eq!(sent, expected);
}

#[test]
fn every_problem_of_a_new_pool_is_shown() {
    let problem = |pointer: &str, message: &str, hint: Option<&str>| {
        json!({
            "severity": "error", "pointer": pointer, "line": 1, "column": 9,
            "message": message, "hint": hint,
        })
    };
    let body = json!({
        "detail": "the pool has 2 problems",
        "problems": [
            problem("/cidr", "`10.4.0.1/16` has host bits set", Some("did you mean `10.4.0.0/16`?")),
            problem("/reserved/0", "`x` is not a block of addresses", None),
        ],
    });
    let platform = Platform::start().on(CREATE, [Reply::problem(422, &body)]);
    let ended = run(&platform, "pool create dev --cidr 10.4.0.1/16 --reserve x");
    insta::assert_snapshot!("pool-problems", ended.transcript());
}

#[test]
fn a_pool_that_is_in_use_stays_and_the_reason_is_shown() {
    let detail = "the pool `dev` is in use: `10.4.0.0/28`, which `web.dev` of `acme` holds";
    let refusal = Reply::problem(409, &json!({"detail": detail}));
    let deleted = Reply::json(200, &json!({"name": "dev"}));
    let platform = Platform::start().on("DELETE /v1/pools/dev", [refusal, deleted]);
    let ended = run(&platform, "pool delete dev");
    assert_eq!(ended.code, 1);
    assert_eq!(ended.progress, format!("error: {detail}\n"));
    let ended = run(&platform, "pool delete dev");
    assert_eq!(
        (ended.code, ended.output.as_str()),
        (0, "pool `dev` is deleted\n")
    );
}

#[test]
fn what_is_taken_is_a_table() {
    let instance = json!({
        "kind": "instance", "name": "web.dev", "tenant": "acme", "unit": "compute",
        "input": "subnet",
    });
    let other = json!({"kind": "instance", "name": "another tenant"});
    let blocks = [
        block("10.4.0.0/28", "held", instance),
        block("10.4.0.16/28", "resting", other.clone()),
        block("10.4.0.32/28", "reserved", other),
        block(
            "10.4.1.0/24",
            "held",
            json!({"kind": "pool", "name": "apps"}),
        ),
        block(
            "10.4.2.0/24",
            "held",
            json!({"kind": "import", "name": "old\u{1b}firewall"}),
        ),
    ];
    let platform = Platform::start().on(BLOCKS, [page(&blocks, None)]);
    let ended = run(&platform, "pool allocations --pool dev");
    insta::assert_snapshot!("pool-allocations", ended.transcript());
    run(&platform, "pool allocations --space default -o json");
    assert_eq!(
        platform.lines(),
        [
            "GET /v1/allocations?pool=dev&limit=200",
            "GET /v1/allocations?space=default&limit=200"
        ]
    );
}

#[test]
fn where_nothing_is_taken_that_is_said() {
    let platform = Platform::start().on(BLOCKS, [page(&[], None)]);
    assert_eq!(
        run(&platform, "pool allocations --space default").output,
        "nothing of the space `default` is taken\n"
    );
}

#[test]
fn a_block_is_imported_and_given_back() {
    let holder = json!({"kind": "import", "name": "office"});
    let taken = Reply::json(201, &block("172.16.0.0/12", "held", holder));
    let given_back = Reply::json(200, &json!({"cidr": "172.16.0.0/12"}));
    let platform = Platform::start()
        .on(IMPORT, [taken])
        .on("DELETE /v1/allocations", [given_back]);
    let line = "pool import 172.16.0.0/12 --space default --description office";
    assert_eq!(
        run(&platform, line).output,
        "172.16.0.0/12 is taken in the space `default` for office\n"
    );
    let sent: Value = serde_json::from_str(&platform.asked()[0].body).unwrap();
    let expected = json!({"space": "default", "cidr": "172.16.0.0/12", "description": "office"});
    assert_eq!(sent, expected);
    assert_eq!(
        run(&platform, "pool release 172.16.0.0/12 --space default").output,
        "172.16.0.0/12 is free in the space `default`\n"
    );
    assert_eq!(
        platform.lines()[1],
        "DELETE /v1/allocations?space=default&cidr=172.16.0.0%2F12"
    );
}
