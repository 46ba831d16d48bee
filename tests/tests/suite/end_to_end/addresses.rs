//! Addresses from a pool: disjoint for services that are deployed at once, and back when a service
//! is destroyed or was never deployed.

use std::thread;

use serde_json::{Value, json};

use super::cloud::Cloud;
use super::command::Platform;

const POOL: &str = "end-to-end";

fn spec(name: &str, compute: &str) -> String {
    format!(
        "
apiVersion: groundplane.dev/v1
kind: Service
metadata: {{ name: {name} }}
spec:
  network: {{ subnets: 2, prefixLength: 27 }}
  compute:
    image: public.ecr.aws/nginx/nginx:1.27
{compute}
"
    )
}

/// The first and the last address of a block.
fn range(cidr: &str) -> (u32, u32) {
    let (network, length) = cidr.split_once('/').unwrap();
    let network: std::net::Ipv4Addr = network.parse().unwrap();
    let first = u32::from(network);
    (
        first,
        first + (1 << (32 - length.parse::<u32>().unwrap())) - 1,
    )
}

/// The blocks of the pool, with what is the matter with each.
fn blocks(platform: &Platform) -> Vec<(String, String)> {
    let ran = platform.run(&["pool", "allocations", "--pool", POOL, "-o", "json"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let items = ran.answer["items"].as_array().unwrap();
    let text = |item: &Value, field: &str| item[field].as_str().unwrap().to_owned();
    items
        .iter()
        .map(|item| (text(item, "cidr"), text(item, "state")))
        .collect()
}

fn subnets(cloud: &Cloud) -> String {
    cloud.ask("ec2", "/?Action=DescribeSubnets&Version=2016-11-15")
}

/// Deploys `shop-one` and `shop-two` at once; each has its subnets, and no two overlap.
fn deployed_at_once_without_overlap(platform: &Platform, cloud: &Cloud) {
    let deployments: Vec<_> = ["shop-one", "shop-two"]
        .into_iter()
        .map(|name| {
            let platform = platform.clone();
            thread::spawn(move || {
                let arguments = ["deploy", "-", "--env", "addresses", "--wait", "-o", "json"];
                platform.run_with(&spec(name, ""), &arguments)
            })
        })
        .collect();
    let mut ranges = Vec::new();
    for deployment in deployments {
        let ran = deployment.join().unwrap();
        assert_eq!(ran.code, 0, "{ran:?}");
        let cidrs = ran.answer["instance"]["outputs"]["network.cidrs"]
            .as_str()
            .unwrap();
        for cidr in cidrs.split(',') {
            let there = subnets(cloud);
            assert!(
                there.contains(&format!("<cidrBlock>{cidr}</cidrBlock>")),
                "{cidr}: {there}"
            );
            ranges.push(range(cidr));
        }
    }
    ranges.sort_unstable();
    assert_eq!(ranges.len(), 4);
    assert!(
        ranges.windows(2).all(|pair| pair[0].1 < pair[1].0),
        "{ranges:?} overlap"
    );
}

#[test]
#[ignore = "needs the local AWS: cargo xtask test"]
fn services_deployed_at_once_get_addresses_of_their_own_and_give_them_back() {
    let (platform, cloud) = (Platform::from_env(), Cloud::from_env());
    let created = platform.run(&[
        "pool",
        "create",
        POOL,
        "--cidr",
        "10.64.128.0/24",
        "--min-length",
        "26",
        "--max-length",
        "28",
    ]);
    assert_eq!(created.code, 0, "{created:?}");
    platform.apply_environment("addresses", |landing_zone| {
        landing_zone["resolvers"] = json!({ "ipam": { "pool": POOL } });
    });

    deployed_at_once_without_overlap(&platform, &cloud);
    assert!(blocks(&platform).iter().all(|(_, state)| state == "held"));

    // Application Auto Scaling is what the local AWS refuses.
    let refused = spec("shop-three", "    minCapacity: 1\n    maxCapacity: 2");
    let arguments = ["deploy", "-", "--env", "addresses", "--wait", "-o", "json"];
    let ran = platform.run_with(&refused, &arguments);
    assert_eq!(ran.code, 1, "{ran:?}");
    for service in ["shop-one", "shop-two"] {
        let id = format!("{service}.addresses");
        let gone = platform.run(&["destroy", &id, "--wait", "--yes", "-o", "json"]);
        assert_eq!(gone.code, 0, "{gone:?}");
    }
    let left = blocks(&platform);
    assert_eq!(left.len(), 6, "two of each rest: {left:?}");
    assert!(left.iter().all(|(_, state)| state == "resting"), "{left:?}");
    assert!(!subnets(&cloud).contains("10.64.128."), "no subnet is left");
}
