//! Deployments that a run asks for, on the whole platform: they go the way of every other, the run
//! waits for their end, and each run accepts one.

use groundplane_model::{
    Change, Deployment, Environment, Failure, FailureKind, Instance, InstanceStatus, Key,
    LandingZone, Life, Partition, ResourceOwner, RunId, UnitState, WorkflowRun,
};
use groundplane_ports::{Ids as _, ReadTable as _, WriteTable as _};
use groundplane_run_workflow::{Answer, Request, handle};
use groundplane_tests::accounts::OwnAccount;
use groundplane_tests::asl::Schedule;
use groundplane_tests::faults::{Fault, Faults, explore};
use serde_json::{Value, json};

use super::cloud::FakeCloud;
use super::scene::{instance, life, nothing, run, tenant, waits};
use crate::platform::{Problem, TestPlatform, example};
use crate::system::TestSystem;

fn web_service() -> String {
    example("web-service.yaml").unwrap()
}

/// The same spec with another size.
fn larger() -> String {
    let spec = web_service();
    let changed = spec
        .replace("cpu: 256", "cpu: 512")
        .replace("memory: 512", "memory: 1024");
    assert_ne!(changed, spec);
    changed
}

/// A deployed instance for which something runs.
struct Scene {
    platform: TestPlatform,
    faults: Faults,
    system: TestSystem,
    cloud: FakeCloud,
    id: RunId,
}

impl Scene {
    /// The specs are deployed one after another; then this runs.
    async fn of(specs: &[String], workflow: &str, input: Value) -> Self {
        let platform = TestPlatform::start(Faults::none(), Schedule::InOrder)
            .await
            .unwrap();
        let sandbox = "sandbox".parse().unwrap();
        let key = Key::meta(Partition::landing_zone(&sandbox));
        let mut zone: LandingZone = platform.table.require(&key).await.unwrap();
        zone.spec.hosted_zone_id = Some("Z0123456789ABCDEFGHIJ".to_owned());
        if let Some(balancer) = &mut zone.spec.load_balancer {
            balancer.dns_name = Some("balancer.example.com".to_owned());
        }
        let changes = vec![Change::save(&zone)];
        platform.table.commit(changes).await.unwrap();
        for spec in specs {
            let (deployed, _) = platform.deploy(spec).await.unwrap();
            assert!(deployed.error.is_none(), "{:?}", deployed.error);
        }
        let found = platform.instance(&instance()).await.unwrap().unwrap();
        let system = TestSystem::default();
        // The platform of the test counts its own identifiers from 1 as well.
        for _ in 0..1_000 {
            let _ = system.next();
        }
        let run = run(workflow, input, &found.incarnation, &system);
        let id = run.id.clone();
        let key = Life::key_of(&tenant(), &instance());
        let stored: Option<Life> = platform.table.get(&key).await.unwrap();
        let life = Life {
            version: stored.map_or(0, |life| life.version),
            ..life(run, &found.incarnation)
        };
        let changes = vec![Change::save(&life)];
        platform.table.commit(changes).await.unwrap();
        Self {
            platform,
            faults: Faults::none(),
            system,
            cloud: FakeCloud::default(),
            id,
        }
    }

    async fn advance(&self) -> Result<Answer, Failure> {
        let request = Request {
            tenant: tenant(),
            instance: instance(),
            run: self.id.clone(),
        };
        let cloud = &self.cloud;
        let table = self.faults.wrap(self.platform.table.as_ref());
        let cloud = &OwnAccount(cloud);
        let handled = handle(&table, cloud, cloud, &self.system, request);
        let crashed = Failure::new(FailureKind::Unavailable, "crashed");
        self.faults
            .invocation(handled)
            .await
            .unwrap_or(Err(crashed))
    }

    /// The deployment that the run has begun.
    async fn begun(&self) -> Option<Deployment> {
        let key = WorkflowRun::key_of(&tenant(), &instance(), &self.id);
        let record: Option<WorkflowRun> = self.platform.table.get(&key).await.unwrap();
        let groundplane_model::Begun::Deployment { deployment } = record?.begun else {
            return None;
        };
        let key = Deployment::key_of(&tenant(), &deployment);
        Some(self.platform.table.require(&key).await.unwrap())
    }

    /// Moves the run on until it does not wait any more; its deployment comes to its end.
    async fn finish(&self) -> Result<Answer, Failure> {
        for _ in 0..20 {
            match self.advance().await {
                Ok(Answer::Poll { .. }) => {}
                // The state machine tries these again.
                Err(failure)
                    if matches!(
                        failure.kind,
                        FailureKind::Unavailable | FailureKind::Conflict
                    ) => {}
                end => return end,
            }
            self.cloud.tick();
            if let Some(deployment) = self.begun().await {
                self.platform.settle(&deployment).await.unwrap();
            }
        }
        panic!("the run never ends");
    }

    async fn instance(&self) -> Instance {
        let found = self.platform.instance(&instance()).await.unwrap();
        found.unwrap()
    }

    /// The size of the service at the revision that is deployed.
    async fn cpu(&self) -> Value {
        let number = self.instance().await.revision.unwrap();
        let revision = self.platform.revision(&instance(), number).await.unwrap();
        revision.spec["spec"]["compute"]["cpu"].clone()
    }
}

#[tokio::test]
async fn who_asks_for_an_operation_asks_for_what_it_deploys() {
    let scene = Scene::of(&[web_service(), larger()], "rollback", nothing()).await;
    let key = Life::key_of(&tenant(), &instance());
    let mut life: Life = scene.platform.table.require(&key).await.unwrap();
    if let Some(run) = &mut life.run {
        run.cause.by = Some("kim".to_owned());
    }
    let changes = vec![Change::save(&life)];
    scene.platform.table.commit(changes).await.unwrap();
    assert!(waits(&scene.advance().await));
    let deployment = scene.begun().await.unwrap();
    assert_eq!(deployment.requested_by, "kim", "who may not approve it");
}

#[tokio::test]
async fn a_redeploy_deploys_what_is_deployed() {
    let scene = Scene::of(&[web_service(), larger()], "redeploy", nothing()).await;
    assert!(waits(&scene.advance().await));
    assert!(waits(&scene.advance().await), "it is under way");
    let deployment = scene.begun().await.unwrap();
    assert_eq!(deployment.requested_by, "lifecycle", "nobody asked");
    assert_eq!(scene.finish().await, Ok(Answer::Done));
    assert_eq!(scene.begun().await.unwrap().id, deployment.id);
    assert_eq!(scene.cpu().await, json!(512));
    assert_eq!(scene.instance().await.status, InstanceStatus::Active);
}

#[tokio::test]
async fn a_rollback_goes_back_one_revision_or_to_the_one_that_is_asked_for() {
    for input in [nothing(), json!({"revision": 1})] {
        let scene = Scene::of(&[web_service(), larger()], "rollback", input).await;
        assert_eq!(scene.cpu().await, json!(512));
        assert_eq!(scene.finish().await, Ok(Answer::Done));
        assert_eq!(scene.cpu().await, json!(256));
        let instance = scene.instance().await;
        assert_eq!((instance.revision, instance.last_revision), (Some(3), 3));
    }
}

#[tokio::test]
async fn a_revision_that_does_not_exist_is_named() {
    for (specs, input, message) in [
        (
            vec![web_service()],
            nothing(),
            "`web-service.dev` has no earlier revision to go back to",
        ),
        (
            vec![web_service(), larger()],
            json!({"revision": 7}),
            "`web-service.dev` has no revision 7; its newest one is 2",
        ),
    ] {
        let scene = Scene::of(&specs, "rollback", input).await;
        let failure = scene.advance().await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Invalid);
        assert_eq!(failure.message, message);
    }
}

#[tokio::test]
async fn a_deployment_that_fails_fails_the_run_with_its_cause() {
    let scene = Scene::of(&[web_service(), larger()], "rollback", nothing()).await;
    scene.platform.artifacts.fail("AWS::ECS::Service");
    let failure = scene.finish().await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::ProvisionFailed);
    let id = scene.begun().await.unwrap().id;
    let begin = format!("the deployment `{id}` failed: ");
    assert!(failure.message.starts_with(&begin), "{failure}");
    assert!(
        failure.message.contains("the cloud does not want to"),
        "{failure}"
    );
    assert_eq!(failure.link, Some(format!("/v1/deployments/{id}")));
}

#[tokio::test]
async fn a_destroy_leaves_nothing() {
    let scene = Scene::of(&[web_service()], "destroy", nothing()).await;
    assert_eq!(scene.finish().await, Ok(Answer::Done));
    scene
        .platform
        .must_be_empty(&instance(), InstanceStatus::Destroyed)
        .await
        .unwrap();
}

const WITH_DATABASE: &str = "
apiVersion: groundplane.dev/v1
kind: Service
metadata: { name: web-service, environment: dev }
spec:
  database: { deletionProtection: true }
";

#[tokio::test]
async fn a_database_that_is_protected_is_not_destroyed_by_a_run_either() {
    let scene = Scene::of(&[WITH_DATABASE.to_owned()], "destroy", nothing()).await;
    let failure = scene.advance().await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Invalid);
    assert_eq!(failure.message, "`web-service.dev` cannot be destroyed");
    assert!(!failure.problems.is_empty());
    assert_eq!(scene.begun().await, None);
}

#[tokio::test]
async fn a_spec_that_its_ground_no_longer_takes_is_refused_with_every_problem() {
    let scene = Scene::of(&[web_service(), larger()], "rollback", nothing()).await;
    let limit = json!({
        "name": "large-only", "owner": "platform", "input": "/spec/compute/cpu", "allowed": [512],
    });
    let limit = serde_json::from_value(limit).unwrap();
    scene.platform.limit(limit).await.unwrap();
    let failure = scene.advance().await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Invalid);
    let places: Vec<_> = failure
        .problems
        .iter()
        .map(|it| it.pointer.as_str())
        .collect();
    assert_eq!(places, ["/spec/compute/cpu"], "{failure}");
}

#[tokio::test]
async fn an_environment_that_is_gone_is_named() {
    let scene = Scene::of(&[web_service()], "redeploy", nothing()).await;
    let name = "dev".parse().unwrap();
    let key = Key::meta(Partition::environment(&name));
    let environment: Environment = scene.platform.table.require(&key).await.unwrap();
    let changes = vec![Change::remove(&environment)];
    scene.platform.table.commit(changes).await.unwrap();
    let failure = scene.advance().await.unwrap_err();
    assert!(
        failure.message.contains("no environment `dev`"),
        "{failure}"
    );
}

/// What must hold after a redeploy with a fault in the run's own calls: one deployment more.
async fn redeployed_once(faults: Faults) -> Result<(), Problem> {
    let scene = Scene::of(&[web_service()], "redeploy", nothing()).await;
    let before = scene.platform.table.count("deployment");
    let scene = Scene { faults, ..scene };
    let end = scene.finish().await;
    if end != Ok(Answer::Done) {
        return Err(format!("{end:?}"));
    }
    let after = scene.platform.table.count("deployment");
    if after == before + 1 {
        return Ok(());
    }
    Err(format!("there are {} deployments more", after - before))
}

#[tokio::test]
async fn a_run_accepts_one_deployment_whatever_call_fails() {
    let faults = [
        Fault::Before,
        Fault::After,
        Fault::CrashBefore,
        Fault::CrashAfter,
        Fault::Twice,
    ];
    let report = explore(&faults, redeployed_once).await;
    assert!(report.findings.is_empty(), "{report}");
    assert!(report.points.len() > 8, "{report}");
}

/// The service with a record of this weight, and with what follows in its spec.
fn weighted(weight: u8, more: &str) -> String {
    let spec = web_service();
    let (compute, _) = spec.split_once("  storage:").unwrap();
    format!(
        "{compute}  ingress:\n    host: shop.example.com\n    priority: 7\n    \
         dns: {{ weight: {weight} }}\n{more}"
    )
}

const DATABASE: &str = "  database:\n    engine: postgres\n    engineVersion: \"16.10\"\n    \
                        dbName: shop\n    multiAz: true\n";

impl Scene {
    /// The weight of the revision that is deployed, and its number.
    async fn weight(&self) -> (u64, Value) {
        let number = self.instance().await.revision.unwrap();
        let revision = self.platform.revision(&instance(), number).await.unwrap();
        let weight = revision.spec.pointer("/spec/ingress/dns/weight").cloned();
        (number, weight.unwrap_or_default())
    }
}

#[tokio::test]
async fn a_failover_without_a_database_moves_the_weight_by_a_deployment() {
    let input = json!({"ingressWeight": 0});
    let scene = Scene::of(&[weighted(100, "")], "failover", input).await;
    assert_eq!(scene.finish().await, Ok(Answer::Done));
    assert_eq!(scene.weight().await, (2, json!(0)));
    assert_eq!(scene.begun().await.unwrap().requested_by, "lifecycle");
    assert_eq!(scene.cloud.calls(), Vec::<String>::new());
}

#[tokio::test]
async fn a_failover_moves_the_weight_once_the_database_works_again() {
    let input = json!({"ingressWeight": 0});
    let scene = Scene::of(&[weighted(100, DATABASE)], "failover", input).await;
    let partition = Partition::instance(&tenant(), &instance());
    let prefix = UnitState::PREFIX;
    let units: Vec<UnitState> = scene
        .platform
        .table
        .query(&partition, prefix)
        .await
        .unwrap();
    let resources = units.iter().filter_map(|unit| unit.applied.as_ref());
    let mut resources = resources.flat_map(|applied| &applied.resources);
    let database = resources.find(|it| it.resource_type == ResourceOwner::DATABASE);
    let database = database.unwrap().physical_id.clone();
    scene.cloud.add_database(&database, true);
    assert!(waits(&scene.advance().await));
    assert_eq!(
        scene.weight().await,
        (1, json!(100)),
        "the database is first"
    );
    assert_eq!(scene.finish().await, Ok(Answer::Done));
    assert_eq!(scene.weight().await, (2, json!(0)));
    assert_eq!(scene.cloud.calls(), [format!("fail over {database}")]);
}

#[tokio::test]
async fn a_weight_that_is_there_already_needs_no_deployment() {
    let input = json!({"ingressWeight": 100});
    let scene = Scene::of(&[weighted(100, "")], "failover", input).await;
    assert_eq!(scene.finish().await, Ok(Answer::Done));
    assert!(scene.begun().await.is_none());
}

#[tokio::test]
async fn a_record_without_a_weight_is_not_given_one() {
    let input = json!({"ingressWeight": 5});
    let scene = Scene::of(&[web_service()], "failover", input).await;
    let failure = scene.advance().await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Invalid);
    let message = "has no weight to move";
    assert!(failure.message.contains(message), "{failure}");
}

/// A failover to another weight under a fault: one deployment comes of it.
async fn reweighed_once(faults: Faults) -> Result<(), Problem> {
    let input = json!({"ingressWeight": 0});
    let mut scene = Scene::of(&[weighted(100, "")], "failover", input).await;
    scene.faults = faults;
    let ended = scene.finish().await;
    if ended != Ok(Answer::Done) {
        return Err(format!("it ended with {ended:?}"));
    }
    match scene.weight().await {
        (2, weight) if weight == json!(0) => Ok(()),
        other => Err(format!("it came to {other:?}")),
    }
}

#[tokio::test]
async fn a_weight_is_moved_once_whatever_call_fails() {
    let faults = [
        Fault::Before,
        Fault::After,
        Fault::CrashBefore,
        Fault::CrashAfter,
        Fault::Twice,
    ];
    let report = explore(&faults, reweighed_once).await;
    assert!(report.findings.is_empty(), "{report}");
    assert!(report.points.len() > 8, "{report}");
}
