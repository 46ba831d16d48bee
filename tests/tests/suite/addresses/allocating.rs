//! Who asks gets a block, and always the same one.

use super::*;

#[tokio::test]
async fn an_owner_gets_a_block_and_everything_that_goes_with_it() {
    let world = World::with("10.0.0.0/16").await;
    let held = world.ask(&owner(1), &[]).await.unwrap();
    let expected = [
        ("cidr", "10.0.0.0/28"),
        ("gateway", "10.0.0.1"),
        ("pool", "dev"),
        ("prefixLength", "28"),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(held.outputs, BTreeMap::from(expected));
    assert_eq!(held.value, "10.0.0.0/28");
    assert_eq!(held.layer, groundplane_model::Layer::Environment);
    assert_eq!(world.sound("dev").await, 1);
}

#[tokio::test]
async fn a_single_address_is_an_output_of_its_own() {
    let world = World::with("2001:db8::/48").await;
    let held = world
        .ask(&owner(1), &[("prefixLength", "/128")])
        .await
        .unwrap();
    assert_eq!(held.output("address"), "2001:db8::");
    assert_eq!(held.value, "2001:db8::/128");
    assert!(!held.outputs.contains_key("gateway"));
    let held = world
        .ask(&owner(2), &[("prefixLength", "64")])
        .await
        .unwrap();
    assert_eq!(held.output("gateway"), "2001:db8:0:1::1");
    assert!(!held.outputs.contains_key("address"));
    assert_eq!(world.sound("dev").await, 2);
}

#[tokio::test]
async fn who_gets_addresses_of_an_existing_subnet_is_told_which_one() {
    let world = World::with("10.0.0.0/16").await;
    let subnet = json!({"cidr": "10.9.0.0/24", "subnetId": "subnet-0a1b2c3d4e5f60718"});
    world.create("database", &subnet).await;
    let held = world.ask(&owner(1), &[("pool", "database")]).await.unwrap();
    assert_eq!(held.output("subnetId"), "subnet-0a1b2c3d4e5f60718");
    assert_eq!(held.value, "10.9.0.0/28");
}

#[tokio::test]
async fn a_certain_block_is_given_to_who_asks_for_it() {
    let world = World::with("10.0.0.0/16").await;
    let held = world
        .ask(&owner(1), &[("cidr", "10.0.77.0/24")])
        .await
        .unwrap();
    assert_eq!(held.value, "10.0.77.0/24");
    assert_eq!(world.sound("dev").await, 1);
}

#[tokio::test]
async fn a_request_may_name_its_pool() {
    let world = World::with("10.0.0.0/16").await;
    world.create("other", &json!({"cidr": "10.9.0.0/16"})).await;
    let held = world.ask(&owner(1), &[("pool", "other")]).await.unwrap();
    assert_eq!(
        (held.value.as_str(), held.output("pool")),
        ("10.9.0.0/28", "other")
    );
}

#[tokio::test]
async fn of_the_pools_with_the_tags_the_first_by_name_is_used() {
    let config = json!({"tags": {"tier": "private"}, "prefixLength": 24});
    let world = World::configured(&config).await;
    for (name, block, tier) in [
        ("charlie", "10.3.0.0/16", "private"),
        ("bravo", "10.2.0.0/16", "private"),
        ("alpha", "10.1.0.0/16", "public"),
    ] {
        let settings = json!({"cidr": block, "tags": {"tier": tier, "team": "net"}});
        world.create(name, &settings).await;
    }
    assert_eq!(world.block(&owner(1)).await, "10.2.0.0/24");
}

#[tokio::test]
async fn asking_again_changes_nothing() {
    let world = World::with("10.0.0.0/16").await;
    let first = world.block(&owner(1)).await;
    let before = world.table.dump().await;
    assert_eq!(world.block(&owner(1)).await, first);
    // Nor does it where something else is asked for: what is in use is not exchanged.
    for inputs in [[("prefixLength", "24")], [("cidr", "10.0.9.0/24")]] {
        assert_eq!(world.ask(&owner(1), &inputs).await.unwrap().value, first);
    }
    assert_eq!(world.table.dump().await, before);
}

#[tokio::test]
async fn one_owner_that_asks_many_times_at_once_gets_one_block() {
    let world = World::with("10.0.0.0/16").await;
    let mut callers = JoinSet::new();
    for _ in 0..16 {
        let world = world.clone();
        callers.spawn(async move { world.block(&owner(1)).await });
    }
    let blocks = callers.join_all().await;
    assert!(blocks.iter().all(|block| *block == blocks[0]), "{blocks:?}");
    assert_eq!(world.sound("dev").await, 1);
}

#[tokio::test]
async fn owners_who_fill_a_pool_at_once_share_it_without_rest() {
    let world = World::with("10.0.0.0/24").await;
    let mut callers = JoinSet::new();
    for number in 0..24 {
        let world = world.clone();
        callers.spawn(async move { world.ask(&owner(number), &[]).await.is_ok() });
    }
    let given = callers.join_all().await.into_iter().filter(|given| *given);
    assert_eq!(given.count(), 16);
    assert_eq!(world.sound("dev").await, 16);
}

/// An owner is deployed, destroyed unnoticed, deployed again and destroyed, beside one that stays.
async fn come_and_go(faults: Faults) -> Result<(), String> {
    let world = World::with("10.0.0.0/24").await;
    world.block(&owner(7)).await;
    let old = owner(1);
    world.block(&old).await;
    let new = reborn(&old);
    // A state machine asks again where it gets no answer.
    for call in [asking(vec![request(&new, &[])]), releasing(&[new])] {
        let table = faults.wrap(&*world.table);
        let first = handle(&table, &world.clock, call.clone());
        let _ = faults.invocation(first).await;
        let again = world.call(call).await;
        again.map_err(|failure| failure.to_string())?;
        world.sound("dev").await;
    }
    world.pass(15);
    world.sweep().await;
    match world.sound("dev").await {
        1 => Ok(()),
        count => Err(format!("{count} blocks are left")),
    }
}

#[tokio::test]
async fn whatever_fails_in_between_an_owner_has_one_block_and_gives_it_back() {
    let report = explore(&Fault::ALL, come_and_go).await;
    assert!(report.findings.is_empty(), "{report}");
    assert!(report.points.len() >= 8, "{report}");
}

#[tokio::test]
async fn what_an_earlier_incarnation_left_is_put_to_rest() {
    let world = World::with("10.0.0.0/16").await;
    let (old, new) = (owner(1), reborn(&owner(1)));
    let first = world.block(&old).await;
    let second = world.block(&new).await;
    assert_ne!(first, second);
    assert_eq!(world.sound("dev").await, 2);
    // Who is late gives back nothing that is not theirs.
    world.release(&old).await;
    assert_eq!(world.held(&new).await.unwrap().value, second);
    world.pass(15);
    assert_eq!(world.sweep().await, 1);
    assert_eq!(world.sound("dev").await, 1);
}

#[tokio::test]
async fn nobody_releases_what_is_not_theirs() {
    let world = World::with("10.0.0.0/16").await;
    let holder = reborn(&owner(1));
    world.block(&holder).await;
    let before = world.table.dump().await;
    let stranger = Owner {
        tenant: TenantId::parse("umbrella").unwrap(),
        ..holder.clone()
    };
    for other in [owner(1), owner(2), stranger] {
        world.release(&other).await;
    }
    assert_eq!(world.table.dump().await, before);
}
