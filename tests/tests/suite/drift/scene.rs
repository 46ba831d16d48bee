//! An instance that is deployed, with what a check of it needs.

use std::collections::BTreeMap;

use groundplane_check_drift::{Answer, Outcome, Request, Sources, handle};
use groundplane_model::{
    Change, DriftCheck, DriftPolicy, DriftReport, DriftState, Environment, Failure, FailureKind,
    Instance, Member, Partition, Resource, ResourceOwner, Revision, UnitState,
};
use groundplane_ports::{Clock as _, Found, ReadTable as _, WriteTable as _};
use groundplane_tests::accounts::OwnAccount;
use groundplane_tests::faults::Faults;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::cloud::FakeDrift;
use crate::memory::MemoryTable;
use crate::system::TestSystem;
use crate::workflows::cloud::{FakeCloud, arn_of, task_definition};
use crate::workflows::scene::{INCARNATION, deployed, instance, tenant, unit};

/// The types of the two resources that CloudFormation looks at.
pub(crate) const LOGS: (&str, &str) = ("Logs", "AWS::Logs::LogGroup");
pub(crate) const ROLE: (&str, &str) = ("Role", "AWS::IAM::Role");

/// An instance with a service, a log group and a role, behind ports that may fail.
pub(super) struct Scene {
    pub(super) table: MemoryTable,
    pub(super) stacks: FakeDrift,
    pub(super) cloud: FakeCloud,
    pub(super) system: TestSystem,
    pub(super) faults: Faults,
}

fn resource((logical_id, resource_type): (&str, &str), physical_id: &str) -> Resource {
    Resource {
        logical_id: logical_id.to_owned(),
        resource_type: resource_type.to_owned(),
        physical_id: physical_id.to_owned(),
    }
}

fn unit_with(name: &str, resources: Vec<Resource>) -> UnitState {
    let mut unit = unit(name, "", "");
    if let Some(applied) = &mut unit.applied {
        applied.resources = resources;
    }
    unit
}

fn revision(now: Timestamp) -> Revision {
    Revision {
        tenant: tenant(),
        instance: instance(),
        number: 1,
        deployment: deployed().last_deployment,
        spec: json!({"spec": {"compute": {"minCapacity": 2, "maxCapacity": 2}}}),
        ground: BTreeMap::new(),
        resolved: Vec::new(),
        artifacts: BTreeMap::new(),
        outputs: BTreeMap::new(),
        created_at: now,
        version: 0,
    }
}

pub(super) fn environment(drift: Value, now: Timestamp) -> Environment {
    let policy: DriftPolicy = serde_json::from_value(drift).unwrap();
    let spec = json!({
        "landingZone": "sandbox", "production": false, "approval": false, "drift": policy,
    });
    Environment {
        name: "dev".parse().unwrap(),
        spec: serde_json::from_value(spec).unwrap(),
        updated_at: now,
        updated_by: "ops".to_owned(),
        version: 0,
    }
}

/// The records of the instance in an environment with this policy.
pub(crate) fn records(drift: Value, now: Timestamp) -> Vec<Change> {
    let service = ("Service", ResourceOwner::SERVICE);
    let task = ("Task", "AWS::ECS::TaskDefinition");
    let compute = vec![
        resource(LOGS, "/web"),
        resource(service, &arn_of("main", "web")),
        resource(task, &task_definition("web")),
    ];
    let foundation = vec![resource(ROLE, "web-role")];
    let member = Member::new("dev".parse().unwrap(), tenant(), instance());
    vec![
        Change::save(&environment(drift, now)),
        Change::save(&deployed()),
        Change::save(&revision(now)),
        Change::save(&unit_with("compute", compute)),
        Change::save(&unit_with("foundation", foundation)),
        Change::save(&member),
    ]
}

/// Everything is as the records ask for.
pub(crate) fn in_sync(stacks: &FakeDrift, cloud: &FakeCloud, now: Timestamp) {
    stacks.add("gp-compute", LOGS, &json!({"RetentionInDays": 30}));
    stacks.add("gp-foundation", ROLE, &json!({"MaxSessionDuration": 3600}));
    stacks.lock().now = now + SignedDuration::from_hours(1);
    cloud.add_service("main", "web", 2);
}

impl Scene {
    /// The instance in an environment with this policy.
    pub(super) async fn of(faults: Faults, drift: Value) -> Self {
        let scene = Self {
            table: MemoryTable::default(),
            stacks: FakeDrift::default(),
            cloud: FakeCloud::default(),
            system: TestSystem::default(),
            faults,
        };
        let now = scene.system.now();
        scene.table.commit(records(drift, now)).await.unwrap();
        in_sync(&scene.stacks, &scene.cloud, now);
        scene
    }

    /// Somebody changes the retention of the log group.
    pub(super) fn change_logs(&self, days: u64) {
        let found = Found::There {
            expected: json!({"RetentionInDays": 30}),
            actual: json!({"RetentionInDays": days}),
        };
        self.stacks.set("gp-compute", LOGS, found);
    }

    /// One call of the function.
    pub(super) async fn step(&self, since: Timestamp) -> Result<Answer, Failure> {
        let table = self.faults.wrap(&self.table);
        let (stacks, services) = (
            self.faults.wrap(&self.stacks),
            self.faults.wrap(&self.cloud),
        );
        let request = Request {
            tenant: tenant(),
            instance: instance(),
            since,
        };
        let sources = Sources {
            stacks: &OwnAccount(&stacks),
            services: &OwnAccount(&services),
            tags: &OwnAccount(&stacks),
        };
        let handled = handle(&table, sources, &self.system, request);
        let crashed = Failure::new(FailureKind::Unavailable, "crashed");
        self.faults
            .invocation(handled)
            .await
            .unwrap_or(Err(crashed))
    }

    /// A whole check, as the state machine does it.
    pub(super) async fn check(&self) -> Result<Outcome, Failure> {
        let since = self.system.now();
        for _ in 0..200 {
            match self.step(since).await {
                Ok(Answer::Poll { seconds }) => {
                    let seconds = i64::try_from(seconds).unwrap();
                    self.system.advance(SignedDuration::from_secs(seconds));
                }
                Ok(Answer::Done { result, .. }) => return Ok(result),
                Err(failure)
                    if matches!(
                        failure.kind,
                        FailureKind::Unavailable | FailureKind::Conflict
                    ) => {}
                Err(failure) => return Err(failure),
            }
        }
        panic!("the check never ends");
    }

    /// A check some minutes after the one before.
    pub(super) async fn check_after(&self, minutes: i64) -> Outcome {
        self.system.advance(SignedDuration::from_mins(minutes));
        self.stacks.lock().now = self.system.now() + SignedDuration::from_hours(1);
        self.check().await.unwrap()
    }

    pub(super) async fn state(&self) -> DriftState {
        let key = DriftState::key_of(&tenant(), &instance());
        self.table.require(&key).await.unwrap()
    }

    pub(super) async fn newest(&self) -> DriftCheck {
        let key = DriftCheck::key_of(&tenant(), &instance());
        self.table.require(&key).await.unwrap()
    }

    pub(super) async fn member(&self) -> Member {
        let environment = "dev".parse().unwrap();
        let key = Member::key_of(&environment, &tenant(), &instance());
        self.table.require(&key).await.unwrap()
    }

    pub(super) async fn history(&self) -> Vec<DriftReport> {
        let partition = Partition::instance(&tenant(), &instance());
        self.table
            .query(&partition, DriftReport::PREFIX)
            .await
            .unwrap()
    }

    /// Changes the record of the instance.
    pub(super) async fn with_instance(&self, change: impl FnOnce(&mut Instance)) {
        let key = Instance::key_of(&tenant(), &instance());
        let mut found: Instance = self.table.require(&key).await.unwrap();
        assert_eq!(found.incarnation, INCARNATION);
        change(&mut found);
        let changes = vec![Change::save(&found)];
        self.table.commit(changes).await.unwrap();
    }

    /// The events that are to be published: their type and detail.
    pub(super) fn events(&self) -> Vec<(String, Value)> {
        let stored = self.table.dump();
        let messages = stored.values().filter(|stored| stored.kind == "outbox");
        messages
            .map(|stored| {
                let message = &stored.content["message"];
                let kind = message["detail_type"].as_str().unwrap().to_owned();
                (kind, message["detail"].clone())
            })
            .collect()
    }
}

/// The differences of a report, in a word each: resource, property, kind.
pub(super) fn words(report: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let differences = report["differences"].as_array().unwrap();
    differences
        .iter()
        .map(|found| {
            let words = [&found["resource"], &found["property"], &found["kind"]];
            words.map(text).join(" ")
        })
        .collect()
}
