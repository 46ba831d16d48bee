//! Reservations: blocks that become free by themselves unless they are asked for again.

use super::*;

const MINUTE: [(&str, &str); 1] = [("reserveSeconds", "60")];

async fn state(world: &World) -> BlockState {
    world.blocks("dev").await.remove(0).state
}

#[tokio::test]
async fn a_reservation_ends_by_itself() {
    let world = World::with("10.0.0.0/28").await;
    let reserved = world.ask(&owner(1), &MINUTE).await.unwrap();
    let due = "2026-01-01T00:01:00Z".parse().unwrap();
    assert_eq!(state(&world).await, BlockState::Reserved { due });
    assert_eq!(world.sound("dev").await, 1);
    assert_eq!(world.sweep().await, 0);
    world.pass(1);
    assert_eq!(world.sweep().await, 1);
    assert_eq!(world.held(&owner(1)).await, None);
    assert_eq!(world.sound("dev").await, 0);
    // Nobody has used it, so it does not rest.
    assert_eq!(world.block(&owner(2)).await, reserved.value);
}

#[tokio::test]
async fn who_finds_the_pool_full_gets_what_is_no_longer_reserved() {
    let world = World::with("10.0.0.0/28").await;
    world.ask(&owner(1), &MINUTE).await.unwrap();
    assert_eq!(
        world.refused(&owner(2), &[("cidr", "10.0.0.0/28")]).await,
        "the pool `dev`: `10.0.0.0/28` overlaps with `10.0.0.0/28`, which is reserved for \
         `web-1.dev` until 2026-01-01T00:01:00Z"
    );
    world.pass(1);
    world.block(&owner(2)).await;
    assert_eq!(world.held(&owner(1)).await, None);
    assert_eq!(world.sound("dev").await, 1);
}

#[tokio::test]
async fn asked_for_again_without_an_end_it_stays() {
    let world = World::with("10.0.0.0/16").await;
    let reserved = world.ask(&owner(1), &MINUTE).await.unwrap();
    assert_eq!(world.block(&owner(1)).await, reserved.value);
    assert_eq!(state(&world).await, BlockState::Held);
    world.pass(60);
    assert_eq!(world.sweep().await, 0);
    // What is held does not become a reservation again.
    world.ask(&owner(1), &MINUTE).await.unwrap();
    assert_eq!(state(&world).await, BlockState::Held);
    assert_eq!(world.sound("dev").await, 1);
}

#[tokio::test]
async fn asked_for_again_with_an_end_it_lasts_longer_and_never_shorter() {
    let world = World::with("10.0.0.0/16").await;
    world.ask(&owner(1), &MINUTE).await.unwrap();
    let before = world.table.dump().await;
    world.ask(&owner(1), &MINUTE).await.unwrap();
    world
        .ask(&owner(1), &[("reserveSeconds", "5")])
        .await
        .unwrap();
    assert_eq!(world.table.dump().await, before);
    world
        .ask(&owner(1), &[("reserveSeconds", "600")])
        .await
        .unwrap();
    world.pass(9);
    assert_eq!(world.sweep().await, 0);
    world.pass(1);
    assert_eq!(world.sweep().await, 1);
    assert_eq!(world.sound("dev").await, 0);
}

#[tokio::test]
async fn whether_it_ends_or_stays_is_decided_once() {
    for _ in 0..4 {
        let world = World::with("10.0.0.0/16").await;
        world.ask(&owner(1), &MINUTE).await.unwrap();
        world.pass(1);
        let (asking, sweeping) = (world.clone(), world.clone());
        let asked = tokio::spawn(async move { asking.block(&owner(1)).await });
        let swept = tokio::spawn(async move { sweeping.sweep().await });
        asked.await.unwrap();
        swept.await.unwrap();
        assert_eq!(state(&world).await, BlockState::Held);
        assert_eq!(world.sound("dev").await, 1);
    }
}

#[tokio::test]
async fn a_reservation_that_is_released_rests_like_any_block() {
    let world = World::with("10.0.0.0/16").await;
    world.ask(&owner(1), &MINUTE).await.unwrap();
    world.release(&owner(1)).await;
    world.pass(1);
    assert_eq!(world.sweep().await, 0);
    world.pass(14);
    assert_eq!(world.sweep().await, 1);
    assert_eq!(world.sound("dev").await, 0);
}
