//! An instance on the whole platform, whose drift is remedied by the shipped deploy machine.

use std::sync::{Mutex, PoisonError};

use groundplane_check_drift::{Answer, Outcome, Request, Sources, handle};
use groundplane_model::{
    Change, Deployment, Digest, DriftPolicy, DriftState, Environment, Failure, FailureKind,
    Instance, InstanceId, Key, Partition, Revision, TenantId, UnitState,
};
use groundplane_ports::{
    Clock as _, Detection, DetectionProgress, Found, ReadDrift, ReadTable as _, ReadTagged,
    ResourceDrift, Result, TaggedPage, WriteTable as _,
};
use groundplane_tests::accounts::OwnAccount;
use groundplane_tests::asl::Schedule;
use groundplane_tests::faults::Faults;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use crate::platform::{Problem, TestPlatform, example};
use crate::workflows::cloud::FakeCloud;
use crate::workflows::scene::{instance, tenant};

/// The unit of the service, and what stands for it in the template.
pub(super) const COMPUTE: &str = "compute";
pub(super) const SERVICE: &str = "Service";

/// A platform with an instance that is deployed.
pub(super) struct Remedied {
    pub(super) platform: TestPlatform,
    /// What happens to the ports of the checks.
    pub(super) faults: Faults,
    /// What somebody deploys while a check looks around.
    pub(super) meanwhile: Mutex<Option<String>>,
}

pub(super) fn web_service() -> String {
    example("web-service.yaml").unwrap()
}

/// The same spec with another size.
pub(super) fn larger() -> String {
    let spec = web_service();
    spec.replace("cpu: 256", "cpu: 512")
        .replace("memory: 512", "memory: 1024")
}

impl Remedied {
    /// The example, deployed, in an environment with this policy, two hours ago.
    pub(super) async fn of(faults: Faults, drift: Value) -> Self {
        let platform = TestPlatform::start(Faults::none(), Schedule::InOrder)
            .await
            .unwrap();
        let remedied = Self {
            platform,
            faults,
            meanwhile: Mutex::default(),
        };
        remedied.set_policy(drift).await;
        remedied.platform.deploy(&web_service()).await.unwrap();
        remedied.platform.outside.pass_minutes(120);
        remedied
    }

    async fn set_policy(&self, drift: Value) {
        let policy: DriftPolicy = serde_json::from_value(drift).unwrap();
        let name = "dev".parse().unwrap();
        let key = Key::meta(Partition::environment(&name));
        let mut environment: Environment = self.platform.table.require(&key).await.unwrap();
        environment.spec.drift = Some(policy);
        let changes = vec![Change::save(&environment)];
        self.platform.table.commit(changes).await.unwrap();
    }

    /// The name of the stack of a unit.
    pub(super) async fn stack(&self, unit: &str) -> String {
        let units = self.platform.units(&instance()).await.unwrap();
        let found = units.iter().find(|it| it.unit.as_str() == unit);
        found.unwrap().stack_name.clone()
    }

    /// Somebody sets the number of tasks by hand.
    pub(super) async fn scale_by_hand(&self, count: u64) {
        self.change_by_hand(COMPUTE, SERVICE, Some(("DesiredCount", json!(count))))
            .await;
    }

    /// Somebody changes a property by hand, or deletes the resource.
    pub(super) async fn change_by_hand(
        &self,
        unit: &str,
        resource: &str,
        changed: Option<(&str, Value)>,
    ) {
        let stack = self.stack(unit).await;
        self.platform.stacks.drift(&stack, resource, changed);
    }

    /// A resource of the unit with this type.
    pub(super) async fn resource_of_type(&self, unit: &str, resource_type: &str) -> String {
        let units = self.platform.units(&instance()).await.unwrap();
        let found = units.iter().find(|it| it.unit.as_str() == unit).unwrap();
        let resources = &found.applied.as_ref().unwrap().resources;
        let found = resources
            .iter()
            .find(|it| it.resource_type == resource_type);
        found.unwrap().logical_id.clone()
    }

    async fn step(&self, since: Timestamp) -> std::result::Result<Answer, Failure> {
        let table = self.faults.wrap(self.platform.table.as_ref());
        let cloud = FakeCloud::default();
        let (stacks, services) = (self.faults.wrap(self), self.faults.wrap(&cloud));
        let sources = Sources {
            stacks: &OwnAccount(&stacks),
            services: &OwnAccount(&services),
            tags: &OwnAccount(&stacks),
        };
        let request = Request {
            tenant: tenant(),
            instance: instance(),
            since,
        };
        let handled = handle(&table, sources, &self.platform.outside, request);
        let crashed = Failure::new(FailureKind::Unavailable, "crashed");
        self.faults
            .invocation(handled)
            .await
            .unwrap_or(Err(crashed))
    }

    /// A whole check, as the state machine does it.
    pub(super) async fn check(&self) -> Outcome {
        let since = self.platform.outside.now();
        for _ in 0..50 {
            match self.step(since).await {
                Ok(Answer::Poll { .. }) => {}
                Ok(Answer::Done { result, .. }) => return result,
                Err(failure)
                    if matches!(
                        failure.kind,
                        FailureKind::Unavailable | FailureKind::Conflict
                    ) => {}
                Err(failure) => panic!("{failure}"),
            }
        }
        panic!("the check never ends");
    }

    /// The same, so many minutes later.
    pub(super) async fn check_after(&self, minutes: i64) -> Outcome {
        self.platform.outside.pass_minutes(minutes);
        self.check().await
    }

    /// The deployment that is under way comes to its end.
    pub(super) async fn settle(&self) -> Deployment {
        let running = self.instance().await.active_deployment.unwrap();
        let key = Deployment::key_of(&tenant(), &running);
        let running: Deployment = self.platform.table.require(&key).await.unwrap();
        self.platform.settle(&running).await.unwrap().0
    }

    pub(super) async fn instance(&self) -> Instance {
        let found = self.platform.instance(&instance()).await.unwrap();
        found.unwrap()
    }

    pub(super) async fn units(&self) -> Vec<UnitState> {
        self.platform.units(&instance()).await.unwrap()
    }

    /// The revision that is deployed.
    pub(super) async fn revision(&self) -> Revision {
        let number = self.instance().await.revision.unwrap();
        self.platform.revision(&instance(), number).await.unwrap()
    }

    pub(super) async fn state(&self) -> DriftState {
        let key = DriftState::key_of(&tenant(), &instance());
        self.platform.table.require(&key).await.unwrap()
    }

    /// What the latest report says is done.
    pub(super) async fn actions(&self) -> Vec<String> {
        let report = self.state().await.report;
        let actions = report["actions"].as_array().unwrap().clone();
        let word = |note: &Value| note["action"].as_str().unwrap().to_owned();
        actions.iter().map(word).collect()
    }

    /// Why the latest report says that less is done.
    pub(super) async fn reasons(&self) -> Vec<String> {
        let report = self.state().await.report;
        let fallbacks = report["fallbacks"].as_array().unwrap().clone();
        let reason = |it: &Value| it["reason"].as_str().unwrap().to_owned();
        fallbacks.iter().map(reason).collect()
    }

    /// How many deployments there were.
    pub(super) fn deployments(&self) -> usize {
        self.platform.table.count("deployment")
    }

    /// How many events of this type are published or wait for it.
    pub(super) fn told(&self, detail_type: &str) -> usize {
        let stored = self.platform.table.dump();
        let is_it = |content: &Value| content["message"]["detail_type"] == detail_type;
        let messages = stored.values().filter(|stored| stored.kind == "outbox");
        messages.filter(|stored| is_it(&stored.content)).count()
    }

    /// The properties of each resource that the stack's template asks for.
    fn asked(&self, applied: &Digest) -> Map<String, Value> {
        let template = self.platform.artifacts.templates.template(applied);
        let resources = template.unwrap()["Resources"].as_object().cloned();
        resources.unwrap()
    }
}

/// A resource of which this is asked, and which was changed by hand or is gone.
fn found(expected: &Value, changed: Option<&Option<Map<String, Value>>>) -> Found {
    let mut actual = expected.clone();
    match (changed, actual.as_object_mut()) {
        (Some(None), _) => return Found::Gone,
        (Some(Some(changed)), Some(properties)) => properties.extend(changed.clone()),
        (None, _) | (_, None) => {}
    }
    Found::There {
        expected: expected.clone(),
        actual,
    }
}

/// What CloudFormation tells: what the template asks for, and what was changed by hand.
impl ReadDrift for Remedied {
    async fn detect(&self, stack_name: &str) -> Result<Detection> {
        if self.platform.stacks.applied(stack_name).is_none() {
            return Ok(Detection::Gone);
        }
        let id = format!("look at {stack_name}");
        Ok(Detection::Begun { id })
    }

    async fn detection(&self, _: &str) -> Result<DetectionProgress> {
        Ok(DetectionProgress::Complete)
    }

    async fn drifts(&self, stack_name: &str) -> Result<Option<Vec<ResourceDrift>>> {
        let Some(applied) = self.platform.stacks.applied(stack_name) else {
            return Ok(None);
        };
        let drifted = self.platform.stacks.drifted(stack_name);
        let checked_at = self.platform.outside.now() + SignedDuration::from_hours(1);
        let asked = self.asked(&applied);
        let drifts = asked.iter().map(|(name, asked)| ResourceDrift {
            logical_id: name.clone(),
            resource_type: asked["Type"].as_str().unwrap_or_default().to_owned(),
            physical_id: Some(format!("{stack_name}-{name}")),
            checked_at,
            found: found(&asked["Properties"], drifted.get(name)),
        });
        Ok(Some(drifts.collect()))
    }
}

/// Nothing is tagged. Whoever looks takes long enough for somebody else to deploy something.
impl ReadTagged for Remedied {
    async fn tagged(&self, _: &TenantId, _: &InstanceId, _: Option<&str>) -> Result<TaggedPage> {
        let spec = {
            let mut meanwhile = self
                .meanwhile
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            meanwhile.take()
        };
        if let Some(spec) = spec {
            let submitted: std::result::Result<_, Problem> = self.platform.submit(&spec).await;
            submitted.unwrap();
        }
        Ok(TaggedPage::default())
    }
}
