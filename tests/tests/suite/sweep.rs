//! The sweeper: no deployment stays stuck, and none that is at work is touched.

use std::collections::BTreeSet;
use std::sync::Mutex;

use groundplane_model::{
    Action, Change, Deployment, DeploymentId, DeploymentStatus, FailureKind, Index, InstanceId,
    Key, Origin, Partition, Record, TenantId,
};
use groundplane_ports::{
    Clock, Page, PortError, ReadDeploymentRuns, ReadTable, Result, StartDeployments, WriteTable,
};
use groundplane_sweep_deployments::{Answer, handle};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::dynamo::TestTable;
use crate::system::TestSystem;

/// A state machine that starts what it is told to; an execution runs until it is stopped.
#[derive(Debug, Default)]
struct Machine {
    running: Mutex<BTreeSet<String>>,
    started: Mutex<Vec<(String, Value)>>,
    /// Whether it refuses to start anything.
    is_down: Mutex<bool>,
}

impl Machine {
    fn begin(&self, execution: &str) {
        self.running.lock().unwrap().insert(execution.to_owned());
    }

    fn stop(&self, execution: &str) {
        assert!(
            self.running.lock().unwrap().remove(execution),
            "{execution} does not run"
        );
    }

    fn started(&self) -> Vec<(String, Value)> {
        self.started.lock().unwrap().clone()
    }
}

impl ReadDeploymentRuns for Machine {
    async fn is_running(&self, name: &str) -> Result<bool> {
        Ok(self.running.lock().unwrap().contains(name))
    }
}

impl StartDeployments for Machine {
    async fn start(&self, name: &str, input: &str) -> Result<()> {
        if *self.is_down.lock().unwrap() {
            return Err(PortError::Unavailable("no answer".to_owned()));
        }
        self.begin(name);
        let input = serde_json::from_str(input).unwrap();
        self.started.lock().unwrap().push((name.to_owned(), input));
        Ok(())
    }
}

struct Scene {
    table: TestTable,
    machine: Machine,
    system: TestSystem,
}

fn id(number: u128) -> DeploymentId {
    DeploymentId::from_number(number)
}

/// The execution that recovers the deployment of that number for the nth time.
fn recovery(number: u128, nth: u32) -> String {
    format!("{}-recovery-{nth}", id(number))
}

fn deployment(number: u128, status: DeploymentStatus) -> Deployment {
    Deployment {
        tenant: TenantId::parse("acme").unwrap(),
        id: id(number),
        instance: InstanceId::parse("web-service.dev").unwrap(),
        incarnation: "1".to_owned(),
        action: Action::Apply,
        status,
        outcome: None,
        waves: Vec::new(),
        plan_digest: None,
        revision: None,
        error: None,
        requested_by: "dev-1".to_owned(),
        created_at: TestSystem::default().now(),
        started_at: None,
        ended_at: None,
        recoveries: 0,
        recovered_at: None,
        origin: Origin::Wish,
        approval: None,
        cancelled: None,
        version: 0,
    }
}

fn answer(seen: usize, recovered: usize) -> Answer {
    Answer { seen, recovered }
}

impl Scene {
    /// A table with deployments that were accepted an hour ago, numbered from 1.
    async fn with(statuses: &[DeploymentStatus]) -> Self {
        let numbered = (1..).zip(statuses);
        Self::of(
            numbered
                .map(|(number, status)| deployment(number, *status))
                .collect(),
        )
        .await
    }

    async fn of(deployments: Vec<Deployment>) -> Self {
        let system = TestSystem::default();
        let table = TestTable::start().await;
        for some in deployments.chunks(100) {
            table
                .commit(some.iter().map(Change::save).collect())
                .await
                .unwrap();
        }
        system.advance(SignedDuration::from_hours(1));
        Self {
            table,
            machine: Machine::default(),
            system,
        }
    }

    async fn sweep(&self) -> std::result::Result<Answer, FailureKind> {
        let swept = handle(&*self.table, &self.machine, &self.system).await;
        swept.map_err(|failure| failure.kind)
    }
}

use DeploymentStatus::{Accepted, Compensating, Failed, Running, Succeeded};

#[tokio::test]
async fn a_deployment_that_never_began_is_begun() {
    let scene = Scene::with(&[Accepted]).await;
    assert_eq!(scene.sweep().await, Ok(answer(1, 1)));
    let input = json!({
        "tenant": "acme", "instance": "web-service.dev", "deployment": id(1), "mode": "run"
    });
    assert_eq!(scene.machine.started(), [(recovery(1, 1), input)]);
}

#[tokio::test]
async fn a_deployment_that_was_cut_short_is_taken_back() {
    let scene = Scene::with(&[Running, Compensating]).await;
    assert_eq!(scene.sweep().await, Ok(answer(2, 2)));
    let started = scene.machine.started();
    let names: BTreeSet<_> = started.iter().map(|(name, _)| name.clone()).collect();
    assert_eq!(names, BTreeSet::from([recovery(1, 1), recovery(2, 1)]));
    assert!(
        started.iter().all(|(_, input)| input["mode"] == "recover"),
        "{started:?}"
    );
}

#[tokio::test]
async fn a_deployment_whose_execution_runs_is_left_alone() {
    let scene = Scene::with(&[Accepted, Running, Compensating]).await;
    (1..=3).for_each(|number| scene.machine.begin(id(number).as_str()));
    let before = scene.table.dump().await;
    assert_eq!(scene.sweep().await, Ok(answer(3, 0)));
    assert_eq!(scene.machine.started(), []);
    assert_eq!(scene.table.dump().await, before);
}

#[tokio::test]
async fn a_deployment_that_has_ended_is_not_even_seen() {
    let scene = Scene::with(&[Succeeded, Failed]).await;
    assert_eq!(scene.sweep().await, Ok(answer(0, 0)));
}

#[tokio::test]
async fn a_deployment_has_five_minutes_to_start() {
    let young = Scene {
        system: TestSystem::default(),
        ..Scene::with(&[Accepted]).await
    };
    young.system.advance(SignedDuration::from_secs(5 * 60 - 1));
    assert_eq!(young.sweep().await, Ok(answer(1, 0)));
    young.system.advance(SignedDuration::from_secs(1));
    assert_eq!(young.sweep().await, Ok(answer(1, 1)));
}

#[tokio::test]
async fn sweeping_again_leaves_the_recovery_alone() {
    let scene = Scene::with(&[Accepted, Running]).await;
    scene.sweep().await.unwrap();
    assert_eq!(scene.sweep().await, Ok(answer(2, 0)));
    assert_eq!(scene.machine.started().len(), 2);
}

#[tokio::test]
async fn a_recovery_that_was_cut_short_is_followed_by_another() {
    let scene = Scene::with(&[Running]).await;
    scene.sweep().await.unwrap();
    scene.machine.stop(&recovery(1, 1));
    assert_eq!(scene.sweep().await, Ok(answer(1, 0)), "it may still start");
    scene.system.advance(SignedDuration::from_mins(5));
    assert_eq!(scene.sweep().await, Ok(answer(1, 1)));
    let names: Vec<_> = scene
        .machine
        .started()
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(names, [recovery(1, 1), recovery(1, 2)]);
}

#[tokio::test]
async fn a_start_that_was_lost_is_made_up_for_five_minutes_later() {
    let scene = Scene::with(&[Accepted]).await;
    *scene.machine.is_down.lock().unwrap() = true;
    assert_eq!(scene.sweep().await, Err(FailureKind::Unavailable));
    *scene.machine.is_down.lock().unwrap() = false;
    scene.system.advance(SignedDuration::from_mins(5));
    assert_eq!(scene.sweep().await, Ok(answer(1, 1)));
    assert_eq!(scene.machine.started()[0].0, recovery(1, 2));
}

#[tokio::test]
async fn every_page_and_every_shard_is_swept() {
    // More in one shard than a page holds, and one in each of the others.
    let running = (1..).map(|number| deployment(number, Running));
    let shard = |deployment: &Deployment| deployment.index().unwrap().partition;
    let crowded = Index::active_deployments(0, "").partition;
    let mut deployments: Vec<_> = running
        .clone()
        .filter(|deployment| shard(deployment) == crowded)
        .take(101)
        .collect();
    for number in 1..Index::ACTIVE_SHARDS {
        let other = Index::active_deployments(number, "").partition;
        deployments.extend(
            running
                .clone()
                .find(|deployment| shard(deployment) == other),
        );
    }
    let scene = Scene::of(deployments).await;
    assert_eq!(scene.sweep().await, Ok(answer(104, 104)));
    let names: BTreeSet<_> = scene
        .machine
        .started()
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(names.len(), 104);
}

/// A table where someone else changes every deployment just after it was read.
struct Contended<'a>(&'a TestTable);

impl ReadTable for Contended<'_> {
    async fn get<R: Record>(&self, key: &Key) -> Result<Option<R>> {
        let read: Option<R> = self.0.get(key).await?;
        if let Some(read) = &read {
            self.0.commit(vec![Change::save(read)]).await?;
        }
        Ok(read)
    }

    async fn query<R: Record>(&self, partition: &Partition, prefix: &str) -> Result<Vec<R>> {
        self.0.query(partition, prefix).await
    }

    async fn list<R: Record>(
        &self,
        index: &Index,
        limit: u16,
        cursor: Option<&str>,
    ) -> Result<Page<R>> {
        self.0.list(index, limit, cursor).await
    }
}

impl WriteTable for Contended<'_> {
    async fn commit(&self, changes: Vec<Change>) -> Result<()> {
        self.0.commit(changes).await
    }
}

#[tokio::test]
async fn a_deployment_that_moves_meanwhile_is_not_stuck() {
    let scene = Scene::with(&[Running, Accepted]).await;
    let table = Contended(&scene.table);
    let swept = handle(&table, &scene.machine, &scene.system).await.unwrap();
    assert_eq!(swept, answer(2, 0));
    assert_eq!(scene.machine.started(), []);
}

/// A table whose listing is behind: it still shows what has ended since.
struct Behind<'a> {
    table: &'a TestTable,
    shown: Deployment,
}

impl ReadTable for Behind<'_> {
    async fn get<R: Record>(&self, key: &Key) -> Result<Option<R>> {
        self.table.get(key).await
    }

    async fn query<R: Record>(&self, partition: &Partition, prefix: &str) -> Result<Vec<R>> {
        self.table.query(partition, prefix).await
    }

    async fn list<R: Record>(&self, index: &Index, _: u16, _: Option<&str>) -> Result<Page<R>> {
        let mut records = Vec::new();
        if self
            .shown
            .index()
            .is_some_and(|shown| shown.partition == index.partition)
        {
            let value = serde_json::to_value(&self.shown).unwrap();
            records.push(serde_json::from_value(value).unwrap());
        }
        Ok(Page {
            records,
            next: None,
        })
    }
}

impl WriteTable for Behind<'_> {
    async fn commit(&self, changes: Vec<Change>) -> Result<()> {
        self.table.commit(changes).await
    }
}

#[tokio::test]
async fn what_has_ended_since_it_was_listed_is_left_alone() {
    let scene = Scene::with(&[Succeeded]).await;
    let key = Deployment::key_of(&TenantId::parse("acme").unwrap(), &id(1));
    let ended: Deployment = scene.table.require(&key).await.unwrap();
    for shown in [
        Deployment {
            status: Running,
            ..ended.clone()
        },
        Deployment {
            status: Running,
            id: id(99),
            ..ended
        },
    ] {
        let table = Behind {
            table: &scene.table,
            shown,
        };
        let swept = handle(&table, &scene.machine, &scene.system).await.unwrap();
        assert_eq!(swept, answer(1, 0));
    }
    assert_eq!(scene.machine.started(), []);
}
