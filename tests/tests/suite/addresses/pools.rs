//! Pools come and go whole, whatever happens at the same time.

use groundplane_addresses::{give_back_import, import, largest_free, remove_pool, utilisation};
use groundplane_model::FailureKind;

use super::*;

async fn remove(world: &World, name: &str) -> Result<(), Failure> {
    remove_pool(&*world.table, &pool_name(name), world.clock.now()).await
}

/// Every block of the space that pools are in.
async fn in_space(world: &World) -> Vec<String> {
    let blocks = blocks(&world.table, &space()).await;
    blocks.iter().map(|block| block.cidr.to_string()).collect()
}

/// Reads something that nobody has, as often as that.
async fn dawdle(world: &World, times: usize) {
    for _ in 0..times {
        assert_eq!(world.held(&owner(999)).await, None);
    }
}

#[tokio::test]
async fn a_pool_that_is_removed_leaves_nothing() {
    let world = World::configured(&json!({})).await;
    let before = world.table.kinds().await;
    let reserved = json!({"cidr": "10.0.0.0/8", "reserved": ["10.0.0.0/24", "10.255.255.0/24"]});
    world.create("all", &reserved).await;
    let nested = json!({"cidr": "10.4.0.0/16", "parent": "all"});
    world.create("nested", &nested).await;
    assert_eq!(in_space(&world).await, ["10.0.0.0/8"]);
    let refused = remove(&world, "all").await.unwrap_err();
    assert_eq!(refused.kind, FailureKind::Conflict);
    assert_eq!(
        refused.message,
        "the pool `all` is in use: `10.4.0.0/16`, which the pool `nested` holds"
    );
    remove(&world, "nested").await.unwrap();
    remove(&world, "all").await.unwrap();
    let left: Vec<String> = world.table.kinds().await;
    // The root of the space stays; it says that everything is free.
    let root = left.iter().filter(|kind| *kind == "pool-node").count();
    assert_eq!(left.len(), before.len() + root);
    assert!(root <= 1, "{left:?}");
    assert_eq!(in_space(&world).await, Vec::<String>::new());
    let gone = remove(&world, "all").await.unwrap_err();
    assert_eq!(gone.kind, FailureKind::NotFound);
}

#[tokio::test]
async fn of_pools_that_overlap_and_are_created_at_once_one_is() {
    let world = World::configured(&json!({})).await;
    let mut callers = JoinSet::new();
    for (number, block) in ["10.0.0.0/8", "10.0.0.0/9", "10.64.0.0/10", "10.0.0.0/12"]
        .into_iter()
        .enumerate()
    {
        let world = world.clone();
        let wanted = pool(&format!("pool-{number}"), &json!({"cidr": block}));
        callers.spawn(async move { create_pool(&*world.table, &wanted).await });
    }
    let outcomes = callers.join_all().await;
    let blocks = blocks(&world.table, &space()).await;
    for pair in blocks.windows(2) {
        assert!(!pair[0].cidr.overlaps(pair[1].cidr), "{blocks:?}");
    }
    let made = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(made, blocks.len());
    for failure in outcomes.into_iter().filter_map(Result::err) {
        assert_eq!(failure.kind, FailureKind::Conflict, "{failure}");
        assert!(
            failure.message.contains("which the pool `pool-"),
            "{failure}"
        );
    }
}

#[tokio::test]
async fn one_pool_that_is_created_many_times_at_once_is_there_once() {
    let world = World::configured(&json!({})).await;
    let mut callers = JoinSet::new();
    for number in 0..8 {
        let world = world.clone();
        let wanted = Pool {
            incarnation: format!("{number}"),
            ..pool("dev", &json!({"cidr": "10.0.0.0/16"}))
        };
        callers.spawn(async move { create_pool(&*world.table, &wanted).await.unwrap() });
    }
    let made = callers.join_all().await;
    let made = made.iter().filter(|made| matches!(made, Created::Made(_)));
    assert_eq!(made.count(), 1);
    assert_eq!(in_space(&world).await, ["10.0.0.0/16"]);
}

#[tokio::test]
async fn a_pool_is_removed_or_taken_from_but_not_both() {
    const ROUNDS: usize = 12;
    let mut removed = 0;
    for round in 0..ROUNDS {
        let world = World::with("10.0.0.0/16").await;
        let (taking, removing) = (world.clone(), world.clone());
        let take = tokio::spawn(async move {
            // Comes a little later each time.
            dawdle(&taking, round * 2).await;
            taking.ask(&owner(round), &[]).await
        });
        let remove = tokio::spawn(async move { remove(&removing, "dev").await });
        let (taken, gone) = (take.await.unwrap(), remove.await.unwrap());
        assert_ne!(taken.is_ok(), gone.is_ok(), "{taken:?} {gone:?}");
        let key = Pool::key_of(&pool_name("dev"));
        let is_there = world.table.get::<Pool>(&key).await.unwrap().is_some();
        assert_eq!(is_there, taken.is_ok());
        assert_eq!(world.sound("dev").await, usize::from(taken.is_ok()));
        removed += usize::from(gone.is_ok());
    }
    assert!(
        (1..ROUNDS).contains(&removed),
        "{removed} of {ROUNDS} pools were removed"
    );
}

#[tokio::test]
async fn a_pool_inside_another_and_that_one_s_removal_do_not_both_happen() {
    for round in 0..8 {
        let world = World::with("10.0.0.0/8").await;
        let (creating, removing) = (world.clone(), world.clone());
        let nested = pool("nested", &json!({"cidr": "10.4.0.0/16", "parent": "dev"}));
        let create = tokio::spawn(async move {
            dawdle(&creating, round).await;
            create_pool(&*creating.table, &nested).await
        });
        let remove = tokio::spawn(async move { remove(&removing, "dev").await });
        let (created, removed) = (create.await.unwrap(), remove.await.unwrap());
        assert_ne!(created.is_ok(), removed.is_ok(), "{created:?} {removed:?}");
        assert_eq!(world.sound("dev").await, usize::from(created.is_ok()));
    }
}

#[tokio::test]
async fn a_pool_of_the_same_name_has_nothing_of_the_one_before() {
    let world = World::with("10.0.0.0/16").await;
    let slow = world.create("slow", &json!({"cidr": "10.1.0.0/16"})).await;
    remove(&world, "slow").await.unwrap();
    let again = Pool {
        incarnation: "second".to_owned(),
        ..pool("slow", &json!({"cidr": "10.1.0.0/16"}))
    };
    create_pool(&*world.table, &again).await.unwrap();
    // Whoever still has the old one in mind finds no tree.
    assert_eq!(largest_free(&*world.table, &slow).await, Ok(None));
    assert_eq!(largest_free(&*world.table, &again).await, Ok(Some(16)));
}

#[tokio::test]
async fn whatever_fails_while_a_pool_is_created_and_removed_it_is_whole_or_not_there() {
    let report = explore(&Fault::ALL, |faults: Faults| async move {
        let world = World::configured(&json!({})).await;
        let wanted = pool(
            "dev",
            &json!({"cidr": "10.0.0.0/16", "reserved": ["10.0.0.0/28"]}),
        );
        let table = faults.wrap(&*world.table);
        let _ = faults.invocation(create_pool(&table, &wanted)).await;
        let again = create_pool(&*world.table, &wanted).await;
        again.map_err(|failure| failure.to_string())?;
        if in_space(&world).await != ["10.0.0.0/16"] {
            return Err("the space does not have it".to_owned());
        }
        let removal = remove_pool(&table, &wanted.name, world.clock.now());
        let _ = faults.invocation(removal).await;
        match remove(&world, "dev").await {
            Err(failure) if failure.kind != FailureKind::NotFound => Err(failure.to_string()),
            _ if !in_space(&world).await.is_empty() => Err("the space still has it".to_owned()),
            _ => Ok(()),
        }
    })
    .await;
    assert!(report.findings.is_empty(), "{report}");
    assert!(report.points.len() >= 8, "{report}");
}

#[tokio::test]
async fn what_has_rested_does_not_keep_a_pool_from_being_removed() {
    let world = World::with("10.0.0.0/16").await;
    world.block(&owner(1)).await;
    world.release(&owner(1)).await;
    let refused = remove(&world, "dev").await.unwrap_err();
    assert!(refused.message.contains("rests until"), "{refused}");
    world.pass(15);
    remove(&world, "dev").await.unwrap();
}

#[tokio::test]
async fn what_is_imported_is_taken_until_it_is_given_back() {
    let world = World::with("10.0.0.0/16").await;
    let now = world.clock.now();
    let peer = (space(), cidr("172.16.0.0/12"));
    let imported = import(&*world.table, peer.clone(), "peered: office", now).await;
    assert!(imported.unwrap().is_new);
    let before = world.table.dump().await;
    let again = import(&*world.table, peer.clone(), "peered: office", now).await;
    assert!(!again.unwrap().is_new);
    let other = import(&*world.table, peer.clone(), "something else", now).await;
    assert_eq!(
        other.unwrap_err().message,
        "the space `default`: `172.16.0.0/12` overlaps with `172.16.0.0/12`, which `peered: \
         office` holds"
    );
    let overlapping = pool("over", &json!({"cidr": "172.20.0.0/16"}));
    let refused = create_pool(&*world.table, &overlapping).await.unwrap_err();
    assert_eq!(refused.kind, FailureKind::Conflict);
    assert!(
        refused.message.contains("`peered: office` holds"),
        "{refused}"
    );
    assert_eq!(world.table.dump().await, before);

    give_back_import(&*world.table, &peer.0, peer.1)
        .await
        .unwrap();
    create_pool(&*world.table, &overlapping).await.unwrap();
    let gone = give_back_import(&*world.table, &peer.0, peer.1).await;
    assert_eq!(gone.unwrap_err().kind, FailureKind::NotFound);
    let not_imported = give_back_import(&*world.table, &space(), cidr("10.0.0.0/16")).await;
    let not_imported = not_imported.unwrap_err();
    assert_eq!(not_imported.kind, FailureKind::Conflict);
    assert_eq!(
        not_imported.message,
        "`10.0.0.0/16` was not imported: the pool `dev` holds it"
    );
}

#[tokio::test]
async fn the_utilisation_counts_everything_that_is_taken() {
    let world = World::configured(&json!({"pool": "dev"})).await;
    let settings = json!({"cidr": "10.0.0.0/16", "reserved": ["10.0.0.0/24"]});
    let pool = world.create("dev", &settings).await;
    world
        .ask(&owner(1), &[("prefixLength", "17")])
        .await
        .unwrap();
    let now = world.clock.now();
    let old = (within("dev"), cidr("10.0.64.0/24"));
    import(&*world.table, old, "old", now).await.unwrap();
    let used = utilisation(&*world.table, &pool).await.unwrap();
    let expected = (65_536, 32_768 + 256, 256, 65_536 - 32_768 - 512);
    assert_eq!(
        (used.total, used.allocated, used.reserved, used.free),
        expected
    );
    assert_eq!(used.largest_free, Some(19));
}
