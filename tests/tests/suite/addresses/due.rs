//! Released blocks rest, and are free again after that and not before.

use super::*;

#[tokio::test]
async fn a_released_block_rests_before_anyone_gets_it() {
    let world = World::with("10.0.0.0/28").await;
    assert_eq!(world.block(&owner(1)).await, "10.0.0.0/28");
    world.release(&owner(1)).await;
    assert_eq!(world.held(&owner(1)).await, None);
    world.pass(14);
    let full = "the pool `dev`: no /28 is free in `10.0.0.0/28`; nothing is";
    assert_eq!(world.refused(&owner(2), &[]).await, full);
    assert_eq!(world.refused(&owner(1), &[]).await, full);
    assert_eq!(world.sweep().await, 0);
    world.pass(1);
    // Whoever finds the pool full frees what has rested for long enough.
    assert_eq!(world.block(&owner(2)).await, "10.0.0.0/28");
    assert_eq!(world.sound("dev").await, 1);
}

#[tokio::test]
async fn a_certain_block_is_free_again_once_it_has_rested() {
    let world = World::with("10.0.0.0/16").await;
    let wish = [("cidr", "10.0.4.0/24")];
    world.ask(&owner(1), &wish).await.unwrap();
    world.release(&owner(1)).await;
    assert_eq!(
        world.refused(&owner(2), &wish).await,
        "the pool `dev`: `10.0.4.0/24` overlaps with `10.0.4.0/24`, which was released and rests \
         until 2026-01-01T00:15:00Z"
    );
    world.pass(15);
    world.ask(&owner(2), &wish).await.unwrap();
    assert_eq!(world.sound("dev").await, 1);
}

#[tokio::test]
async fn a_release_that_happens_twice_or_late_does_nothing() {
    let world = World::with("10.0.0.0/16").await;
    world.block(&owner(1)).await;
    world.release(&owner(1)).await;
    let before = world.table.dump().await;
    world.pass(5);
    world.release(&owner(1)).await;
    assert_eq!(world.table.dump().await, before);
    world.pass(10);
    assert_eq!(world.sweep().await, 1);
    let before = world.table.dump().await;
    world.release(&owner(1)).await;
    assert_eq!(world.sweep().await, 0);
    assert_eq!(world.table.dump().await, before);
    assert_eq!(world.sound("dev").await, 0);
}

#[tokio::test]
async fn how_long_blocks_rest_is_configured() {
    let config = json!({"pool": "dev", "prefixLength": 28, "quarantineMinutes": 0});
    let world = World::configured(&config).await;
    world.create("dev", &json!({"cidr": "10.0.0.0/28"})).await;
    world.block(&owner(1)).await;
    world.release(&owner(1)).await;
    assert_eq!(world.block(&owner(2)).await, "10.0.0.0/28");
    assert_eq!(world.sound("dev").await, 1);
}

#[tokio::test]
async fn blocks_that_have_rested_grow_together_again() {
    let world = World::with("10.0.0.0/24").await;
    let owners: Vec<Owner> = (0..16).map(owner).collect();
    let ask = owners.iter().map(|owner| request(owner, &[])).collect();
    world.call(asking(ask)).await.unwrap();
    world.call(releasing(&owners)).await.unwrap();
    world.pass(15);
    let whole = world.ask(&owner(99), &[("prefixLength", "24")]).await;
    assert_eq!(whole.unwrap().value, "10.0.0.0/24");
    assert_eq!(world.sound("dev").await, 1);
}

#[tokio::test]
async fn a_sweep_frees_what_is_due_everywhere_page_by_page() {
    let world = World::with("10.0.0.0/16").await;
    world.create("other", &json!({"cidr": "10.9.0.0/16"})).await;
    let many: Vec<Owner> = (0..250).map(owner).collect();
    let few: Vec<Owner> = (250..255).map(owner).collect();
    let in_other = [("pool", "other")];
    let mut asked: Vec<ResolutionRequest> = many.iter().map(|one| request(one, &[])).collect();
    asked.extend(few.iter().map(|one| request(one, &in_other)));
    world.call(asking(asked)).await.unwrap();
    let stay = many.len() - 7;
    world.call(releasing(&many[..stay])).await.unwrap();
    world.call(releasing(&few)).await.unwrap();
    world.pass(15);
    assert_eq!(world.sweep().await, stay + 5);
    assert_eq!(world.sound("dev").await, 7);
    assert_eq!(world.sound("other").await, 0);
}

#[tokio::test]
async fn a_block_that_is_given_anew_is_not_put_to_rest_by_a_late_release() {
    let world = World::with("10.0.0.0/28").await;
    // Someone reads what the first owner has, and is slow.
    world.block(&owner(1)).await;
    let held = world.held(&owner(1)).await.unwrap();
    let seen = world.blocks("dev").await.remove(0);
    // Meanwhile it is released, rests, is freed and given to another.
    world.release(&owner(1)).await;
    world.pass(15);
    world.block(&owner(2)).await;
    world.release(&owner(2)).await;
    world.pass(15);
    // The first owner, deployed again, even has an allocation of the same version.
    world.block(&owner(1)).await;
    assert_eq!(world.held(&owner(1)).await.unwrap().version, held.version);
    let late = vec![
        Change::remove(&held),
        Change::save(&seen.put_to_rest(world.clock.now())),
    ];
    let outcome = world.table.commit(late).await;
    assert!(
        matches!(outcome, Err(groundplane_ports::PortError::Conflict(_))),
        "{outcome:?}"
    );
    assert_eq!(world.sound("dev").await, 1);
}

#[tokio::test]
async fn sweeps_at_the_same_time_and_allocations_between_them_do_no_harm() {
    let world = World::with("10.0.0.0/22").await;
    let owners: Vec<Owner> = (0..40).map(owner).collect();
    let ask = owners.iter().map(|owner| request(owner, &[])).collect();
    world.call(asking(ask)).await.unwrap();
    world.call(releasing(&owners)).await.unwrap();
    world.pass(15);
    let mut callers = JoinSet::new();
    for number in 100..108 {
        let world = world.clone();
        callers.spawn(async move {
            world.sweep().await;
            world.block(&owner(number)).await;
            world.sweep().await;
        });
    }
    callers.join_all().await;
    assert_eq!(world.sound("dev").await, 8);
}
