//! The pollers: every change is told once, whoever looks how often, and nothing keeps the others
//! from being looked at.

use std::collections::BTreeSet;

use groundplane_model::{Change, Event, Failure, Life, Outbox, OutboxMessage, ResourceOwner};
use groundplane_poll_services::{Answer, handle};
use groundplane_ports::{PortError, ReadTable, WriteTable};
use groundplane_tests::accounts::OwnAccount;
use groundplane_tests::faults::{Fault, Faults, explore};
use jiff::SignedDuration;
use serde_json::Value;

use crate::memory::MemoryTable;
use crate::platform::Problem;
use crate::system::TestSystem;
use crate::workflows::cloud::{FakeCloud, arn_of};
use crate::workflows::scene::{instance, life, nothing, run, tenant};

/// Resources that are looked at, and the events that came of it.
struct Scene {
    table: MemoryTable,
    cloud: FakeCloud,
    system: TestSystem,
    faults: Faults,
}

fn owner(resource_type: &str, identifier: &str, physical_id: &str) -> ResourceOwner {
    ResourceOwner {
        identifier: identifier.to_owned(),
        tenant: tenant(),
        instance: instance(),
        incarnation: "1".to_owned(),
        unit: "compute".parse().unwrap(),
        logical_id: "It".to_owned(),
        resource_type: resource_type.to_owned(),
        physical_id: physical_id.to_owned(),
        version: 0,
    }
}

const DATABASE: &str = "arn:aws:rds:eu-west-1:123456789012:db:orders";

impl Scene {
    /// Two services in two clusters and a database, all well.
    async fn start() -> Self {
        let scene = Self {
            table: MemoryTable::default(),
            cloud: FakeCloud::default(),
            system: TestSystem::default(),
            faults: Faults::none(),
        };
        scene.begin("1").await;
        for cluster in ["main", "other"] {
            scene.cloud.add_service(cluster, cluster, 2);
            let arn = arn_of(cluster, cluster);
            scene.own(&owner(ResourceOwner::SERVICE, &arn, &arn)).await;
        }
        scene.cloud.add_database("orders", true);
        let database = owner(ResourceOwner::DATABASE, DATABASE, "Orders");
        scene.own(&database).await;
        scene
    }

    /// Begins that life of the instance, over an earlier one.
    async fn begin(&self, incarnation: &str) {
        let key = Life::key_of(&tenant(), &instance());
        let before: Option<Life> = self.table.get(&key).await.unwrap();
        let none = run("restart", nothing(), incarnation, &self.system);
        let begun = Life {
            run: None,
            version: before.map_or(0, |before| before.version),
            ..life(none, incarnation)
        };
        self.table.commit(vec![Change::save(&begun)]).await.unwrap();
    }

    async fn own(&self, owner: &ResourceOwner) {
        let changes = vec![Change::save(owner)];
        self.table.commit(changes).await.unwrap();
    }

    /// Looks twice, a minute after the look before. What the second one finds it must have found
    /// itself: nothing.
    async fn look(&self) -> usize {
        self.system.advance(SignedDuration::from_mins(1));
        let first = self.deliver().await.unwrap();
        let again = self.deliver().await.unwrap();
        assert_eq!(again.changes, 0);
        first.changes
    }

    async fn deliver(&self) -> Result<Answer, Failure> {
        let (table, cloud) = (self.faults.wrap(&self.table), self.faults.wrap(&self.cloud));
        let cloud = OwnAccount(&cloud);
        let handled = handle(&table, &cloud, &cloud, &self.system);
        let crashed = PortError::Unavailable("crashed".to_owned()).into();
        self.faults
            .invocation(handled)
            .await
            .unwrap_or(Err(crashed))
    }

    /// The events in the outbox, in the order of their times.
    fn events(&self) -> Vec<Event> {
        let dump = self.table.dump().into_values();
        let outbox = dump.filter(|stored| stored.kind == "outbox");
        let mut events: Vec<Event> = outbox
            .filter_map(|stored| {
                let outbox: Outbox = serde_json::from_value(stored.content).unwrap();
                let OutboxMessage::PublishExternal { event } = outbox.message else {
                    return None;
                };
                Some(event)
            })
            .collect();
        events.sort_by_key(|event| (event.time, event.resources.clone()));
        events
    }

    /// Which resources changed to what, in the order of the events.
    fn told(&self) -> Vec<(String, Value)> {
        let told = |event: Event| {
            let resource = event.resources[0].rsplit(['/', ':']).next().unwrap();
            (resource.to_owned(), event.detail["status"].clone())
        };
        self.events().into_iter().map(told).collect()
    }
}

fn told(changes: &[(&str, &str)]) -> Vec<(String, Value)> {
    let changes = changes.iter();
    changes
        .map(|(name, status)| ((*name).to_owned(), Value::from(*status)))
        .collect()
}

#[tokio::test]
async fn what_is_well_is_not_worth_an_event() {
    let scene = Scene::start().await;
    assert_eq!(scene.look().await, 0);
    assert_eq!(scene.table.count("observation"), 0);
    let answer = scene.deliver().await.unwrap();
    assert_eq!((answer.watched, answer.changes), (3, 0));
}

#[tokio::test]
async fn every_change_is_told_once_and_says_what_it_is_about() {
    let scene = Scene::start().await;
    scene.look().await;
    scene.cloud.change("main", |service| service.running = 1);
    assert_eq!(scene.look().await, 1);
    assert_eq!(scene.look().await, 0);
    scene.cloud.change("main", |service| service.running = 2);
    assert_eq!(scene.look().await, 1);
    assert_eq!(
        scene.told(),
        told(&[("main", "degraded"), ("main", "healthy")])
    );
    let event = &scene.events()[0];
    assert_eq!(event.source, "groundplane.poller");
    assert_eq!(event.resources, [arn_of("main", "main")]);
    assert_eq!(event.detail["instance"], "web-service.dev");
    assert_eq!(event.detail["runningCount"], 1);
    assert_eq!(event.detail["lookedAtBefore"], "2026-01-01T00:01:00Z");
}

#[tokio::test]
async fn a_database_is_looked_at_under_its_name_in_any_case() {
    let scene = Scene::start().await;
    let set = |status: &str| {
        let mut state = scene.cloud.lock();
        state.databases.get_mut("orders").unwrap().status = status.to_owned();
    };
    set("storage-full");
    assert_eq!(scene.look().await, 1);
    set("available");
    assert_eq!(scene.look().await, 1);
    let expected = told(&[("orders", "degraded"), ("orders", "healthy")]);
    assert_eq!(scene.told(), expected);
}

#[tokio::test]
async fn what_has_vanished_is_unknown_and_no_failure() {
    let scene = Scene::start().await;
    scene.cloud.lock().services.clear();
    scene.cloud.lock().databases.clear();
    assert_eq!(scene.look().await, 3);
    let told = scene.told();
    assert!(
        told.iter().all(|(_, status)| status == "unknown"),
        "{told:?}"
    );
}

#[tokio::test]
async fn a_source_that_does_not_answer_keeps_no_other_from_being_looked_at() {
    let scene = Scene::start().await;
    scene.cloud.lock().down.push("main".to_owned());
    for name in ["main", "other"] {
        scene.cloud.change(name, |service| service.running = 0);
    }
    let failure = scene.deliver().await.unwrap_err();
    assert_eq!(failure.message, "no answer");
    assert_eq!(scene.told(), told(&[("other", "stopped")]));
    scene.cloud.lock().down.clear();
    assert_eq!(scene.look().await, 1);
}

#[tokio::test]
async fn what_nobody_owns_any_more_is_forgotten_without_an_event() {
    let scene = Scene::start().await;
    scene.cloud.change("main", |service| service.running = 0);
    scene.look().await;
    let key = ResourceOwner::key_of(&arn_of("main", "main"));
    let owner: ResourceOwner = scene.table.require(&key).await.unwrap();
    let changes = vec![Change::remove(&owner)];
    scene.table.commit(changes).await.unwrap();
    assert_eq!(scene.look().await, 0);
    assert_eq!(scene.table.count("observation"), 0);
    assert_eq!(scene.events().len(), 1);
}

#[tokio::test]
async fn what_goes_by_the_same_name_as_before_is_told_anew() {
    let scene = Scene::start().await;
    let service = arn_of("main", "main");
    for expected in 1..=2 {
        scene.cloud.change("main", |service| service.running = 0);
        scene.look().await;
        assert_eq!(scene.events().len(), expected);
        // The resource is removed, and with it what is remembered; later it is added again.
        let key = ResourceOwner::key_of(&service);
        let owner: ResourceOwner = scene.table.require(&key).await.unwrap();
        scene
            .table
            .commit(vec![Change::remove(&owner)])
            .await
            .unwrap();
        scene.look().await;
        scene
            .own(&ResourceOwner {
                version: 0,
                ..owner
            })
            .await;
    }
    let ids: BTreeSet<String> = scene.events().into_iter().map(|event| event.id).collect();
    assert_eq!(ids.len(), 2);
}

#[tokio::test]
async fn what_is_seen_before_a_life_begins_is_told_once_it_has() {
    let scene = Scene::start().await;
    scene.begin("an earlier one").await;
    scene.cloud.change("main", |service| service.running = 0);
    assert_eq!(scene.look().await, 0);
    assert_eq!(scene.table.count("observation"), 0);
    scene.begin("1").await;
    assert_eq!(scene.look().await, 1);
    assert_eq!(scene.told(), told(&[("main", "stopped")]));
}

#[tokio::test]
async fn where_nothing_is_owned_nothing_is_written() {
    let scene = Scene {
        table: MemoryTable::default(),
        cloud: FakeCloud::default(),
        system: TestSystem::default(),
        faults: Faults::none(),
    };
    assert_eq!(scene.look().await, 0);
    assert_eq!(scene.table.dump().len(), 0);
}

#[tokio::test]
async fn more_than_a_page_of_resources_is_looked_at_whole() {
    let scene = Scene::start().await;
    for number in 0..1_000 {
        let name = format!("web-{number}");
        scene.cloud.add_service("large", &name, 1);
        let arn = arn_of("large", &name);
        scene.own(&owner(ResourceOwner::SERVICE, &arn, &arn)).await;
        scene.cloud.change(&name, |service| service.running = 0);
    }
    assert_eq!(scene.look().await, 1_000);
    assert_eq!(scene.events().len(), 1_000);
}

/// What must hold after changes, whatever goes wrong in one of three looks: each is told once.
async fn told_once(faults: Faults) -> Result<(), Problem> {
    let scene = Scene::start().await;
    scene.cloud.change("main", |service| service.running = 1);
    scene.cloud.change("other", |service| service.running = 0);
    let scene = Scene { faults, ..scene };
    for _ in 0..3 {
        // The schedule comes again, whatever came of the look before.
        let _ = scene.deliver().await;
    }
    let expected = told(&[("main", "degraded"), ("other", "stopped")]);
    if scene.told() == expected {
        return Ok(());
    }
    Err(format!("{:?}", scene.told()))
}

#[tokio::test]
async fn a_change_is_told_once_whatever_call_fails() {
    let report = explore(&Fault::ALL, told_once).await;
    assert!(report.findings.is_empty(), "{report}");
    assert!(report.points.len() > 30, "{report}");
}
