//! Events find the instances that they are about, and do what their lifecycle says, once.

use groundplane_lifecycle::end;
use groundplane_lives::changes_of;
use groundplane_model::{Event, Verdict};
use groundplane_ports::{Clock, WriteTable};
use serde_json::json;

use super::World;
use super::world::{alarm_ok, event, service, task_failed, whose};

#[tokio::test]
async fn a_task_that_ends_with_an_error_degrades_its_instance_and_an_alarm_that_is_over_heals_it() {
    let world = World::with(2).await;
    world.happen(&[task_failed("t-1", 10, 0)]).await;
    assert_eq!(world.state(0).await, "degraded");
    assert_eq!(world.state(1).await, "healthy");
    world.happen(&[alarm_ok("a-1", 20, 0)]).await;
    assert_eq!(world.state(0).await, "healthy");
    assert_eq!(
        world.history(0).await,
        [
            ">healthy entered",
            "healthy>degraded entered",
            "degraded>healthy entered"
        ]
    );
    let log = world.log(0).await;
    let said: Vec<_> = log
        .iter()
        .map(|entry| (entry.event.as_str(), entry.route, entry.verdict))
        .collect();
    assert_eq!(said.len(), 2);
    assert!(said.contains(&("t-1", Some(0), Verdict::Transition)));
    assert!(said.contains(&("a-1", Some(1), Verdict::Transition)));
}

#[tokio::test]
async fn an_event_is_decided_once_however_often_it_is_delivered() {
    let world = World::with(1).await;
    let failed = task_failed("t-1", 10, 0);
    world.happen(&[failed.clone(), failed.clone()]).await;
    world.happen(&[alarm_ok("a-1", 20, 0)]).await;
    let before = world.table.dump().await;
    // Long after: the entry in the log is what remembers, not a window of time.
    for _ in 0..5 {
        world
            .happen(&[failed.clone(), alarm_ok("a-1", 20, 0)])
            .await;
    }
    assert_eq!(world.table.dump().await, before);
    assert_eq!(world.state(0).await, "healthy");
}

#[tokio::test]
async fn an_older_event_of_the_same_resource_undoes_nothing() {
    let world = World::with(1).await;
    let task = "t-1";
    let stopped = |id: &str, seconds| {
        let mut event = task_failed(task, seconds, 0);
        event["id"] = json!(id);
        event
    };
    world.happen(&[stopped("late", 100)]).await;
    world.happen(&[alarm_ok("a-1", 110, 0)]).await;
    world.happen(&[stopped("early", 50)]).await;
    assert_eq!(world.state(0).await, "healthy");
    let log = world.log(0).await;
    let early = log.iter().find(|entry| entry.event == "early").unwrap();
    assert_eq!(early.verdict, Verdict::Ignored);
    assert!(
        early.why.as_ref().unwrap().starts_with("stale"),
        "{early:?}"
    );
}

#[tokio::test]
async fn an_event_without_meaning_is_logged_by_one_write() {
    let world = World::with(1).await;
    let before = world.table.dump().await;
    let resources = [service(0)];
    let of = ("aws.ecs", "ECS Service Action");
    let odd = event("e-1", 5, of, (&resources, json!({"eventName": "ODD"})));
    world.happen(&[odd]).await;
    let after = world.table.dump().await;
    assert_eq!(after.len(), before.len() + 1);
    let unchanged = before.iter().all(|(key, item)| after[key] == *item);
    assert!(unchanged, "nothing but the log was written");
    assert_eq!(world.log(0).await[0].verdict, Verdict::Ignored);
}

#[tokio::test]
async fn what_is_no_event_blocks_nobody() {
    let world = World::with(1).await;
    let mut large = task_failed("t-large", 10, 0);
    large["detail"]["padding"] = json!("x".repeat(1024 * 1024));
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let mut future = task_failed("t-future", 10, 0);
    future["time"] = json!("2999-01-01T00:00:00Z");
    let bodies = [
        String::new(),
        "not json".to_owned(),
        "{}".to_owned(),
        r#"{"id": 1, "source": [], "detail-type": null}"#.to_owned(),
        deep,
        large.to_string(),
        future.to_string(),
        task_failed("t-1", 20, 0).to_string(),
    ];
    assert_eq!(world.receive(&bodies).await, Vec::<String>::new());
    assert_eq!(world.state(0).await, "degraded");
    let log = world.log(0).await;
    let events: Vec<&str> = log.iter().map(|entry| entry.event.as_str()).collect();
    assert!(
        events.contains(&"t-future") && events.contains(&"t-1"),
        "{events:?}"
    );
    // A clock that is wrong does not make all that follows stale.
    world.happen(&[alarm_ok("a-1", 30, 0)]).await;
    assert_eq!(world.state(0).await, "healthy");
}

#[tokio::test]
async fn an_event_of_no_instance_is_no_error() {
    let world = World::with(1).await;
    let before = world.table.dump().await;
    world.happen(&[task_failed("t-1", 10, 99)]).await;
    assert_eq!(world.table.dump().await, before);
}

#[tokio::test]
async fn what_does_not_come_from_aws_reaches_the_instances_of_its_own_tenant_only() {
    let world = World::with(1).await;
    let alert = |id: &str, detail| {
        let resources = [service(0)];
        event(id, 10, ("webhook.grafana", "Alert"), (&resources, detail))
    };
    let nobody = alert("e-1", json!({}));
    let stranger = alert(
        "e-2",
        json!({Event::TENANT: "umbrella", Event::INSTANCE: "service-0.dev"}),
    );
    world.happen(&[nobody, stranger]).await;
    assert_eq!(world.state(0).await, "healthy");
    assert_eq!(world.log(0).await, Vec::new());
    let own = alert(
        "e-3",
        json!({Event::TENANT: "acme", Event::INSTANCE: "service-0.dev"}),
    );
    world.happen(&[own]).await;
    assert_eq!(world.state(0).await, "degraded");
}

#[tokio::test]
async fn an_event_of_the_platforms_bus_is_known_by_its_own_id() {
    let world = World::with(1).await;
    let detail = json!({
        Event::TENANT: "acme", Event::INSTANCE: "service-0.dev", Event::ID: "alert-1",
    });
    let put = |id: &str| event(id, 10, ("webhook.grafana", "Alert"), (&[], detail.clone()));
    world.happen(&[put("bus-1"), put("bus-2")]).await;
    let log = world.log(0).await;
    assert_eq!(log.len(), 1);
    assert_eq!(log[0].event, "alert-1");
}

#[tokio::test]
async fn a_destroyed_instance_records_what_comes_too_late_and_its_next_life_does_not() {
    let world = World::with(1).await;
    let life = world.life(0).await;
    let reference = life.lifecycle.clone();
    let definition = world
        .definitions
        .get(&*world.table, &reference)
        .await
        .unwrap();
    let now = world.clock.now();
    let at = whose(0);
    let ended = end(&definition, &life, now);
    let changes = changes_of((&at.tenant, &at.instance), &ended, now);
    world.table.commit(changes).await.unwrap();

    world.happen(&[task_failed("t-1", 10, 0)]).await;
    let log = world.log(0).await;
    assert_eq!(log[0].why.as_deref(), Some("the instance is destroyed"));

    // The same event delivered once more, and a new one of the new life.
    world.begin(0, Some(&world.life(0).await)).await;
    world.happen(&[task_failed("t-1", 10, 0)]).await;
    assert_eq!(world.state(0).await, "healthy");
    world.happen(&[task_failed("t-2", 20, 0)]).await;
    assert_eq!(world.state(0).await, "degraded");
}

#[tokio::test]
async fn a_resource_of_an_earlier_life_does_not_move_the_present_one() {
    let world = World::with(1).await;
    // The life began anew, and the owner's record is still the one of before.
    let old = world.life(0).await;
    let owner = groundplane_model::ResourceOwner::key_of(&service(0));
    let stale: groundplane_model::ResourceOwner =
        groundplane_ports::ReadTable::get(&*world.table, &owner)
            .await
            .unwrap()
            .unwrap();
    world.begin(0, Some(&old)).await;
    let current: groundplane_model::ResourceOwner =
        groundplane_ports::ReadTable::get(&*world.table, &owner)
            .await
            .unwrap()
            .unwrap();
    let back = groundplane_model::ResourceOwner {
        version: current.version,
        ..stale
    };
    let changes = vec![groundplane_model::Change::save(&back)];
    world.table.commit(changes).await.unwrap();
    world.happen(&[task_failed("t-1", 10, 0)]).await;
    assert_eq!(world.state(0).await, "healthy");
    assert_eq!(world.log(0).await, Vec::new());
}
