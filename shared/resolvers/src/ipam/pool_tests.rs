//! Settings of pools: what is accepted, and every word of what is refused.

use serde_json::{Value, json};

use super::fixture::cidr;
use super::*;

fn check(settings: Value) -> Result<PoolSpec, Vec<String>> {
    let draft: PoolDraft = serde_json::from_value(settings).unwrap();
    let problems =
        |found: Vec<groundplane_model::Problem>| found.iter().map(ToString::to_string).collect();
    draft.check().map_err(problems)
}

fn refused(settings: Value, expected: &[&str]) {
    assert_eq!(check(settings).unwrap_err(), expected);
}

#[test]
fn a_pool_may_hand_out_of_an_existing_subnet() {
    let id = "subnet-0a1b2c3d4e5f60718";
    let spec = check(json!({"cidr": "10.0.0.0/24", "subnetId": id})).unwrap();
    assert_eq!(spec.subnet_id.as_deref(), Some(id));
    for wrong in [
        "",
        "subnet-",
        "subnet-0A1B2C3D",
        "vpc-0a1b2c3d",
        "subnet-0a1b2c3d\n",
        "${x}",
    ] {
        let problems = check(json!({"cidr": "10.0.0.0/24", "subnetId": wrong})).unwrap_err();
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(problems[0].starts_with("/subnetId: "), "{problems:?}");
    }
}

#[test]
fn a_pool_needs_no_more_than_a_block() {
    let spec = check(json!({"cidr": "10.0.0.0/16"})).unwrap();
    assert_eq!(spec.cidr, cidr("10.0.0.0/16"));
    assert_eq!(spec.space.as_str(), "default");
    assert_eq!(spec.allowed_lengths, Lengths { min: 16, max: 32 });
    assert!(spec.parent.is_none() && spec.reserved.is_empty() && spec.tags.is_empty());
}

#[test]
fn settings_are_kept_as_they_were_said() {
    let settings = json!({
        "cidr": "2001:db8::/32",
        "space": "lab",
        "parent": "everything",
        "allowedLengths": {"min": 48, "max": 64},
        "reserved": ["2001:db8::/64"],
        "tags": {"tier": "data"},
    });
    let spec = check(settings.clone()).unwrap();
    assert_eq!(serde_json::to_value(&spec).unwrap(), settings);
    assert_eq!(serde_json::from_value::<PoolSpec>(settings).unwrap(), spec);
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    refused(
        json!({
            "cidr": "10.0.0.0/16",
            "space": "x",
            "parent": "Everything",
            "allowedLengths": {"min": 8, "max": 33},
            "reserved": [
                "10.0.0.9/28",
                "10.1.0.0/24",
                "10.0.4.0/24",
                "10.0.0.0/21",
                "2001:db8::/64",
                "10.0.0.0/16",
                "ten",
            ],
            "tags": {"": "data"},
        }),
        &[
            "/space: `x` is not a space name: it must match ^[a-z][a-z0-9-]{1,30}[a-z0-9]$",
            "/parent: `Everything` is not a pool name: it must match ^[a-z][a-z0-9-]{1,30}[a-z0-9]$",
            "/tags: the tag `` must have a key of 1 to 128 characters and a value of at most 256",
            "/reserved/0: `10.0.0.9/28` has host bits set (did you mean `10.0.0.0/28`?)",
            "/reserved/6: `ten` is not a block of addresses (write an address and a prefix length, for example `10.0.0.0/16`)",
            "/reserved/1: `10.1.0.0/24` is outside of the pool `10.0.0.0/16`",
            "/reserved/3: `10.0.0.0/21` overlaps with the reserved range `10.0.4.0/24`",
            "/reserved/4: `2001:db8::/64` is IPv6, the pool `10.0.0.0/16` is IPv4",
            "/reserved/5: `10.0.0.0/16` is the whole pool: nothing could be handed out",
            "/reserved/5: `10.0.0.0/16` overlaps with the reserved range `10.0.4.0/24`",
            "/allowedLengths/min: `8` is not a prefix length within `10.0.0.0/16`, which has /16 to /32",
            "/allowedLengths/max: `33` is not a prefix length within `10.0.0.0/16`, which has /16 to /32",
        ],
    );
}

#[test]
fn a_pool_without_a_readable_block_says_so_beside_the_rest() {
    refused(
        json!({"cidr": "10.0.0.1/16", "reserved": ["ten/8"]}),
        &[
            "/cidr: `10.0.0.1/16` has host bits set (did you mean `10.0.0.0/16`?)",
            "/reserved/0: `ten/8` is not a block of addresses (write an address and a prefix length, for example `10.0.0.0/16`)",
        ],
    );
}

#[test]
fn prefix_lengths_go_from_short_to_long() {
    refused(
        json!({"cidr": "10.0.0.0/16", "allowedLengths": {"min": 28, "max": 24}}),
        &[
            "/allowedLengths: the shortest prefix length, `28`, is beyond the longest, `24` (`min` is the length of the largest block)",
        ],
    );
    let spec = check(json!({"cidr": "10.0.0.0/16", "allowedLengths": {"min": 24, "max": 28}}));
    let spec = spec.unwrap();
    assert!((24..=28).all(|length| spec.expect_allowed(length).is_ok()));
    assert_eq!(
        spec.expect_allowed(29).unwrap_err().to_string(),
        "a /29 is not allowed in `10.0.0.0/16`, which hands out /24 to /28"
    );
    assert!(spec.expect_allowed(23).is_err());
}

#[test]
fn a_pool_can_be_made_and_removed_in_one_commit() {
    let single = |count: u32| -> Vec<String> {
        (0..count)
            .map(|i| format!("10.{}.0.0/32", i * 16))
            .collect()
    };
    let many: Vec<String> = (0..17).map(|i| format!("10.0.{i}.0/24")).collect();
    refused(
        json!({"cidr": "10.0.0.0/8", "reserved": many}),
        &["/reserved: there are 17 reserved ranges; a pool has at most 16"],
    );
    refused(
        json!({"cidr": "10.0.0.0/8", "reserved": single(16)}),
        &[
            "/reserved: the reserved ranges lie too far apart: they take 81 records, a new pool has at most 64 (reserve fewer or larger ranges)",
        ],
    );
    let spec = check(json!({"cidr": "10.0.0.0/8", "reserved": single(12)})).unwrap();
    let tree = super::fixture::pool("10.0.0.0/8");
    assert_eq!(View::of_new_pool(tree, &spec.reserved).edits().len(), 61);
}

#[test]
fn a_pool_goes_into_a_parent_that_has_it() {
    let parent = json!({"cidr": "10.0.0.0/8", "reserved": ["10.9.0.0/16"]});
    let parent = check(parent).unwrap();
    let problems = |settings: Value| -> Vec<String> {
        let found = check(settings).unwrap().problems_within(&parent);
        found.iter().map(ToString::to_string).collect()
    };
    assert_eq!(problems(json!({"cidr": "10.8.0.0/16"})), [""; 0]);
    assert_eq!(
        problems(json!({"cidr": "10.8.0.0/13", "space": "lab"})),
        [
            "/space: the parent is in the space `default`",
            "/cidr: `10.8.0.0/13` overlaps with `10.9.0.0/16`, which the parent reserves",
        ]
    );
    assert_eq!(
        problems(json!({"cidr": "11.0.0.0/16"})),
        ["/cidr: `11.0.0.0/16` is outside of the parent `10.0.0.0/8`"]
    );
    assert_eq!(
        problems(json!({"cidr": "2001:db8::/48"})),
        ["/cidr: `2001:db8::/48` is IPv6, the parent `10.0.0.0/8` is IPv4"]
    );
}

#[test]
fn a_pool_is_chosen_by_all_of_its_wanted_tags() {
    let tags = json!({"tier": "data", "zone": "a"});
    let spec = check(json!({"cidr": "10.0.0.0/8", "tags": tags})).unwrap();
    let wanted = |tags: Value| serde_json::from_value(tags).unwrap();
    assert!(spec.has_tags(&wanted(json!({}))));
    assert!(spec.has_tags(&wanted(json!({"zone": "a"}))));
    assert!(!spec.has_tags(&wanted(json!({"zone": "b"}))));
    assert!(!spec.has_tags(&wanted(json!({"zone": "a", "owner": "x"}))));
}

#[test]
fn utilisation_counts_what_can_be_handed_out() {
    let spec = check(json!({"cidr": "10.0.0.0/24", "reserved": ["10.0.0.0/26"]})).unwrap();
    let empty = Utilisation::of(&spec, [], Some(25));
    assert_eq!((empty.total, empty.reserved, empty.free), (256, 64, 192));
    assert_eq!((empty.ratio, empty.fragmentation), (0.0, 1.0 / 3.0));

    let held = [cidr("10.0.0.64/26"), cidr("10.0.0.128/27")];
    let used = Utilisation::of(&spec, held, Some(26));
    assert_eq!((used.allocated, used.free), (96, 96));
    assert_eq!((used.ratio, used.fragmentation), (0.5, 1.0 / 3.0));

    let full = Utilisation::of(&spec, [cidr("10.0.0.64/26"), cidr("10.0.0.128/25")], None);
    assert_eq!((full.free, full.ratio, full.fragmentation), (0, 1.0, 0.0));
    let json = serde_json::to_value(full).unwrap();
    assert_eq!(
        (&json["total"], &json["largestFree"]),
        (&json!("256"), &Value::Null)
    );
}

#[test]
fn utilisation_of_all_of_ipv6_does_not_overflow() {
    let spec = check(json!({"cidr": "::/0"})).unwrap();
    let halves = [cidr("::/1"), cidr("8000::/1")];
    let all = Utilisation::of(&spec, halves, None);
    assert_eq!(
        (all.total, all.allocated, all.free),
        (u128::MAX, u128::MAX, 0)
    );
    let half = Utilisation::of(&spec, [cidr("::/1")], Some(1));
    assert!((half.ratio - 0.5).abs() < 1e-9 && half.fragmentation.abs() < 1e-9);
    assert_eq!(
        serde_json::to_value(all).unwrap()["total"],
        json!(u128::MAX.to_string())
    );
}
