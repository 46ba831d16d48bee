//! An instance with a service and a database, and a run for it.

use std::collections::{BTreeMap, BTreeSet};

use groundplane_model::{
    Applied, Artifact, Change, Context, ContextKey, DeploymentId, Digest, Failure, Instance,
    InstanceId, InstanceStatus, Life, LifecycleRef, Resource, ResourceOwner, Run, RunCause, RunId,
    TenantId, UnitState, Workflow,
};
use groundplane_ports::{Clock, ReadTable, WriteTable};
use groundplane_run_workflow::{Answer, Request, handle};
use groundplane_tests::accounts::OwnAccount;
use jiff::SignedDuration;
use serde_json::{Map, Value, json};

use super::cloud::{FakeCloud, arn_of};
use crate::dynamo::TestTable;
use crate::system::TestSystem;

pub(crate) fn tenant() -> TenantId {
    TenantId::parse("acme").unwrap()
}

pub(crate) fn instance() -> InstanceId {
    InstanceId::parse("web-service.dev").unwrap()
}

/// The incarnation of the instance.
pub(crate) const INCARNATION: &str = "1";

/// A run of ten minutes that begins now.
pub(crate) fn run(workflow: &str, input: Value, incarnation: &str, clock: &impl Clock) -> Run {
    let Value::Object(input) = input else {
        panic!("{input} is no object");
    };
    let now = clock.now();
    Run {
        id: RunId::of(&tenant(), &instance(), incarnation, 1),
        number: 1,
        workflow: workflow.parse().unwrap(),
        input,
        cause: RunCause {
            event: "request-1".to_owned(),
            signal: None,
            operation: Some(workflow.parse().unwrap()),
            by: None,
        },
        from: "healthy".parse().unwrap(),
        to: None,
        on_failure: None,
        signal_on_success: None,
        started_at: now,
        watch_at: Run::watch_after(now, now),
        deadline: now + SignedDuration::from_mins(10),
    }
}

/// The life of an instance in which this runs.
pub(crate) fn life(run: Run, incarnation: &str) -> Life {
    Life {
        tenant: tenant(),
        instance: instance(),
        incarnation: incarnation.to_owned(),
        lifecycle: LifecycleRef::parse("default@1.0.0").unwrap(),
        labels: BTreeMap::new(),
        parameters: Value::Null,
        state: run.from.clone(),
        entered_at: run.started_at,
        stay: 1,
        deadline: None,
        run: Some(run),
        waiting: Vec::new(),
        seen: BTreeMap::new(),
        runs: 1,
        passages: 1,
        ended: false,
        version: 0,
    }
}

/// The instance, deployed.
pub(crate) fn deployed() -> Instance {
    let now = TestSystem::default().now();
    Instance {
        tenant: tenant(),
        id: instance(),
        incarnation: INCARNATION.to_owned(),
        environment: "dev".parse().unwrap(),
        landing_zone: "sandbox".parse().unwrap(),
        labels: BTreeMap::new(),
        status: InstanceStatus::Active,
        revision: Some(1),
        last_revision: 1,
        active_deployment: None,
        last_deployment: DeploymentId::from_number(1),
        created_at: now,
        updated_at: now,
        version: 0,
    }
}

/// A unit with one resource.
pub(crate) fn unit(name: &str, resource_type: &str, physical_id: &str) -> UnitState {
    let mut context = Context::default();
    let key = ContextKey::parse(&format!("{name}.shown")).unwrap();
    context.export(key, physical_id);
    context.set(ContextKey::parse(&format!("{name}.hidden")).unwrap(), "x");
    UnitState {
        tenant: tenant(),
        instance: instance(),
        unit: name.parse().unwrap(),
        stack_name: format!("gp-{name}"),
        applied: Some(Applied {
            deployment: DeploymentId::from_number(1),
            artifact: Artifact {
                bucket: "b".to_owned(),
                key: "k".to_owned(),
                digest: Digest::of(b""),
            },
            parameters: BTreeMap::new(),
            context,
            resources: vec![Resource {
                logical_id: "It".to_owned(),
                resource_type: resource_type.to_owned(),
                physical_id: physical_id.to_owned(),
            }],
            after: BTreeSet::new(),
        }),
        pending: None,
        version: 0,
    }
}

/// The records of an instance with a service `web` and a database `orders`.
pub(crate) fn units() -> [Change; 2] {
    let mut service = unit("compute", ResourceOwner::SERVICE, &arn_of("main", "web"));
    let applied = service.applied.as_mut().unwrap();
    applied.resources.push(Resource {
        logical_id: "Scaling".to_owned(),
        resource_type: "AWS::ApplicationAutoScaling::ScalableTarget".to_owned(),
        physical_id: "service/main/web".to_owned(),
    });
    let database = unit("database", ResourceOwner::DATABASE, "orders");
    [Change::save(&service), Change::save(&database)]
}

/// A registered workflow.
pub(crate) fn workflow(name: &str, spec: Value) -> Workflow {
    Workflow {
        name: name.parse().unwrap(),
        spec: serde_json::from_value(spec).unwrap(),
        updated_at: TestSystem::default().now(),
        updated_by: "ops".to_owned(),
        version: 0,
    }
}

/// The instance, its cloud, and the run.
pub(crate) struct Scene {
    pub(crate) table: TestTable,
    pub(crate) cloud: FakeCloud,
    pub(crate) system: TestSystem,
}

impl Scene {
    /// An instance with a service of two containers and a database with a standby, for which this
    /// runs.
    pub(crate) async fn of(workflow: &str, input: Value) -> Self {
        let scene = Self {
            table: TestTable::start().await,
            cloud: FakeCloud::default(),
            system: TestSystem::default(),
        };
        scene.cloud.add_service("main", "web", 2);
        scene.cloud.add_database("orders", true);
        let run = run(workflow, input, INCARNATION, &scene.system);
        let mut changes = vec![
            Change::save(&life(run, INCARNATION)),
            Change::save(&deployed()),
        ];
        changes.extend(units());
        scene.save(changes).await;
        scene
    }

    pub(crate) async fn save(&self, changes: Vec<Change>) {
        self.table.commit(changes).await.unwrap();
    }

    /// Has the sections of the spec say this.
    pub(crate) async fn ask_for(&self, parameters: Value) {
        let key = Life::key_of(&tenant(), &instance());
        let life: Life = self.table.get(&key).await.unwrap().unwrap();
        self.save(vec![Change::save(&Life { parameters, ..life })])
            .await;
    }

    /// Moves the run on, twice: both deliveries must be answered alike.
    pub(crate) async fn advance(&self) -> Result<Answer, Failure> {
        let first = self.deliver().await;
        let again = self.deliver().await;
        assert_eq!(first, again);
        first
    }

    /// Moves the run on, once.
    pub(crate) async fn deliver(&self) -> Result<Answer, Failure> {
        let request = Request {
            tenant: tenant(),
            instance: instance(),
            run: RunId::of(&tenant(), &instance(), INCARNATION, 1),
        };
        let (cloud, system) = (&self.cloud, &self.system);
        let cloud = &OwnAccount(cloud);
        handle(&*self.table, cloud, cloud, system, request).await
    }

    /// Moves the run on until it does not wait any more; time passes in between.
    pub(crate) async fn finish(&self) -> Result<Answer, Failure> {
        for _ in 0..200 {
            match self.advance().await {
                Ok(Answer::Poll { seconds }) => {
                    self.system
                        .advance(SignedDuration::from_secs(seconds.try_into().unwrap()));
                    self.cloud.tick();
                }
                end => return end,
            }
        }
        panic!("the run never ends");
    }

    /// Changes the instance's record.
    pub(crate) async fn change_instance(&self, change: impl FnOnce(&mut Instance)) {
        let key = Instance::key_of(&tenant(), &instance());
        let mut found: Instance = self.table.require(&key).await.unwrap();
        change(&mut found);
        self.save(vec![Change::save(&found)]).await;
    }
}

/// An input that says nothing.
pub(crate) fn nothing() -> Value {
    Value::Object(Map::new())
}

/// Whether an answer lets time pass.
pub(crate) fn waits(answer: &Result<Answer, Failure>) -> bool {
    matches!(answer, Ok(Answer::Poll { .. }))
}

/// The ARN of a state machine that may be registered.
pub(crate) const MACHINE: &str =
    "arn:aws:states:eu-west-1:123456789012:stateMachine:groundplane-workflow-warm";

/// The spec of a workflow that is that machine.
pub(crate) fn machine_spec() -> Value {
    json!({ "stateMachineArn": MACHINE })
}
