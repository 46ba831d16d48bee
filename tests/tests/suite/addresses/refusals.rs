//! What is refused, in the words of who asked.

use groundplane_addresses::import;

use super::*;

#[tokio::test]
async fn a_full_pool_says_what_is_left() {
    let world = World::with("10.0.0.0/24").await;
    world
        .ask(&owner(1), &[("prefixLength", "26")])
        .await
        .unwrap();
    assert_eq!(
        world.refused(&owner(2), &[("prefixLength", "24")]).await,
        "the pool `dev`: no /24 is free in `10.0.0.0/24`; the largest free block is a /25"
    );
}

#[tokio::test]
async fn without_a_configured_pool_nothing_is_handed_out() {
    let world = World::configured(&json!({"prefixLength": 28})).await;
    assert_eq!(
        world.refused(&owner(1), &[]).await,
        "no pool is configured for addresses: the request has no `pool`, and the resolver `ipam` \
         has neither `pool` nor `tags`"
    );
    assert_eq!(
        world.refused(&owner(1), &[("pool", "nowhere")]).await,
        "there is no pool `nowhere`"
    );
}

#[tokio::test]
async fn tags_that_no_pool_has_are_named() {
    let config = json!({"tags": {"tier": "private", "zone": "a"}, "prefixLength": 28});
    let world = World::configured(&config).await;
    let settings = json!({"cidr": "10.0.0.0/16", "tags": {"tier": "private"}});
    world.create("dev", &settings).await;
    assert_eq!(
        world.refused(&owner(1), &[]).await,
        "no pool has the tags `tier=private`, `zone=a`"
    );
}

#[tokio::test]
async fn a_length_that_the_pool_does_not_allow_is_refused() {
    let config = json!({"pool": "dev"});
    let world = World::configured(&config).await;
    let lengths = json!({"min": 20, "max": 28});
    let settings = json!({"cidr": "10.0.0.0/16", "allowedLengths": lengths});
    world.create("dev", &settings).await;
    for (inputs, length) in [
        ([("prefixLength", "16")], 16),
        ([("prefixLength", "29")], 29),
        ([("cidr", "10.0.0.1/32")], 32),
    ] {
        let expected = format!(
            "the pool `dev`: a /{length} is not allowed in `10.0.0.0/16`, which hands out /20 to \
             /28"
        );
        assert_eq!(world.refused(&owner(1), &inputs).await, expected);
    }
}

#[tokio::test]
async fn who_is_in_the_way_is_named_unless_it_is_another_tenant() {
    let world = World::with("10.0.0.0/16").await;
    let stranger = Owner {
        tenant: TenantId::parse("umbrella").unwrap(),
        ..owner(8)
    };
    world
        .ask(&owner(9), &[("cidr", "10.0.1.0/24")])
        .await
        .unwrap();
    world
        .ask(&stranger, &[("cidr", "10.0.2.0/24")])
        .await
        .unwrap();
    let nested = json!({"cidr": "10.0.3.0/24", "parent": "dev"});
    world.create("nested", &nested).await;
    let old = (within("dev"), cidr("10.0.4.0/24"));
    import(&*world.table, old, "the old firewall", world.clock.now())
        .await
        .unwrap();
    for (block, taken, who) in [
        ("10.0.1.0/28", "10.0.1.0/24", "`web-9.dev`"),
        ("10.0.0.0/22", "10.0.1.0/24", "`web-9.dev`"),
        ("10.0.2.0/28", "10.0.2.0/24", "another tenant"),
        ("10.0.3.0/24", "10.0.3.0/24", "the pool `nested`"),
        ("10.0.4.7/32", "10.0.4.0/24", "`the old firewall`"),
    ] {
        assert_eq!(
            world.refused(&owner(1), &[("cidr", block)]).await,
            format!("the pool `dev`: `{block}` overlaps with `{taken}`, which {who} holds")
        );
    }
}

#[tokio::test]
async fn a_block_outside_of_the_pool_or_reserved_in_it_is_refused() {
    let world = World::configured(&json!({"pool": "dev"})).await;
    let settings = json!({"cidr": "10.0.0.0/16", "reserved": ["10.0.0.0/24"]});
    world.create("dev", &settings).await;
    for (block, message) in [
        ("10.1.0.0/24", "`10.1.0.0/24` is outside of `10.0.0.0/16`"),
        (
            "10.0.0.16/28",
            "`10.0.0.16/28` overlaps with a reserved range",
        ),
    ] {
        assert_eq!(
            world.refused(&owner(1), &[("cidr", block)]).await,
            format!("the pool `dev`: {message}")
        );
    }
}

#[tokio::test]
async fn a_request_that_makes_no_sense_is_refused_before_anything_is_read() {
    let world = World::configured(&json!({"pool": "dev"})).await;
    for (inputs, message) in [
        (
            vec![("prefixLength", "wide")],
            "`wide` is not a prefix length",
        ),
        (
            vec![("cidr", "10.0.0.1/24")],
            "`10.0.0.1/24` has host bits set",
        ),
        (
            vec![("cidr", "10.0.0.0/24"), ("prefixLength", "28")],
            "`10.0.0.0/24` was asked for with the prefix length 28",
        ),
        (
            vec![("prefixLength", "28"), ("reserveSeconds", "0")],
            "`0` is not a number of seconds from 1 to 2678400",
        ),
    ] {
        assert_eq!(world.refused(&owner(1), &inputs).await, message);
    }
    let nothing = world.refused(&owner(1), &[]).await;
    assert!(nothing.starts_with("nothing says how large"), "{nothing}");
}
