//! A table, a CloudFormation in memory, and what is asked of the secret resolver.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use groundplane_model::{
    Allocation, Artifact, Digest, Failure, FailureKind, InstanceId, Owner, ResolutionRequest,
    ResolverAnswer, ResolverCall, ResolverName, UnitName,
};
use groundplane_ports::{
    Clock, DescribeSecrets, Pause, ReadTable, Result, SecretDescription, WriteArtifacts,
};
use groundplane_resolve_secret::{Engine, handle};
use groundplane_resolvers::{SecretConfig, SecretStack, defaults_of};
use groundplane_tests::accounts::OwnAccount;
use groundplane_tests::fake_stacks::{FakeStacks, FakeTemplate};
use groundplane_tests::faults::Faults;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::accepted;
use crate::dynamo::{Dump, TestTable};
use crate::system::TestSystem;

pub(super) const INSTALLATION: &str = "one";

/// What must not be found anywhere.
pub(super) const CANARY: &str = "correct-horse-battery-staple";

/// More attempts than any run needs.
pub(super) const TOO_MANY: usize = 12;

/// The time, which passes when someone waits.
#[derive(Clone, Default)]
pub(super) struct Waiting(TestSystem);

impl Clock for Waiting {
    fn now(&self) -> Timestamp {
        self.0.now()
    }
}

impl Pause for Waiting {
    async fn pause(&self, time: SignedDuration) {
        self.0.advance(time);
    }
}

/// What was stored for CloudFormation.
#[derive(Default)]
pub(super) struct KeptArtifacts(pub(super) Mutex<BTreeSet<String>>);

impl WriteArtifacts for KeptArtifacts {
    async fn store(&self, content: &[u8]) -> Result<Artifact> {
        let mut kept = self.0.lock().unwrap();
        kept.insert(String::from_utf8(content.to_vec()).unwrap());
        Ok(artifact(content))
    }
}

pub(super) fn artifact(content: &[u8]) -> Artifact {
    Artifact {
        bucket: "artifacts".to_owned(),
        key: "templates/x.json".to_owned(),
        digest: Digest::of(content),
    }
}

/// The secrets that are there, by name and ARN.
#[derive(Default)]
pub(super) struct FakeSecrets(pub(super) Mutex<Vec<SecretDescription>>);

impl FakeSecrets {
    pub(super) fn add(&self, name: &str, tags: &[(&str, &str)], is_deleted: bool) {
        self.0.lock().unwrap().push(SecretDescription {
            arn: arn(name),
            name: name.to_owned(),
            tags: tags
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            is_deleted,
        });
    }
}

impl DescribeSecrets for FakeSecrets {
    async fn secret(&self, name: &str) -> Result<Option<SecretDescription>> {
        let all = self.0.lock().unwrap();
        let found = all.iter().find(|it| it.name == name || it.arn == name);
        Ok(found.cloned())
    }
}

pub(super) fn arn(name: &str) -> String {
    format!("arn:aws:secretsmanager:eu-west-1:123456789012:secret:{name}-AbCdEf")
}

/// Everything around the table.
#[derive(Default)]
pub(super) struct Cloud {
    pub(super) stacks: FakeStacks,
    pub(super) artifacts: KeptArtifacts,
    pub(super) secrets: FakeSecrets,
    pub(super) time: Waiting,
}

impl Cloud {
    /// One where the secret of each of the owners can be made, four times anew.
    pub(super) fn with(owners: &[&Owner]) -> Self {
        let cloud = Self::default();
        for owner in owners {
            for generation in 0..4 {
                cloud.define(owner, &config(), generation);
            }
        }
        cloud
    }

    pub(super) fn define(&self, owner: &Owner, config: &SecretConfig, generation: u32) {
        let stack = SecretStack::of(INSTALLATION, owner);
        let content = stack.template(config, generation).to_string();
        let outputs = [("Arn", arn(&stack.name)), ("Leak", CANARY.to_owned())];
        let template = FakeTemplate {
            outputs: outputs.map(|(name, value)| (name.to_owned(), value)).into(),
            resources: BTreeMap::from([(
                "Secret".to_owned(),
                "AWS::SecretsManager::Secret".to_owned(),
            )]),
            ..FakeTemplate::default()
        };
        self.stacks.define(&artifact(content.as_bytes()), template);
        if generation == 0 {
            self.secrets.add(
                &stack.name,
                &[("groundplane:tenant", owner.tenant.as_str())],
                false,
            );
        }
    }

    /// How often something was begun that is called like this, for example `execute`.
    pub(super) fn count(&self, verb: &str) -> usize {
        let log = self.stacks.log();
        log.iter().filter(|entry| entry.starts_with(verb)).count()
    }
}

pub(super) fn config() -> SecretConfig {
    serde_json::from_value(defaults_of(&ResolverName::secret())).unwrap()
}

/// A table with accepted deployments, and a cloud.
pub(super) struct World {
    pub(super) table: TestTable,
    pub(super) cloud: Cloud,
}

impl World {
    pub(super) async fn start(owners: &[&Owner]) -> Self {
        let table = TestTable::start().await;
        accepted::accept(&*table, 1, &[]).await;
        accepted::accept(&*table, 2, &[("secret", json!({"length": 64}))]).await;
        Self {
            table,
            cloud: Cloud::with(owners),
        }
    }

    pub(super) async fn send(
        &self,
        call: ResolverCall,
    ) -> std::result::Result<ResolverAnswer, Failure> {
        let Cloud {
            stacks,
            artifacts,
            secrets,
            time,
        } = &self.cloud;
        let stacks = Faults::none().wrap(stacks);
        let engine = Engine {
            stacks: OwnAccount(&stacks),
            artifacts: Faults::none().wrap(artifacts),
            system: time.clone(),
            installation: INSTALLATION.to_owned(),
        };
        handle(&*self.table, &OwnAccount(secrets), &engine, call).await
    }

    /// Asks twice; the second time nothing may happen. Gives what the owner holds.
    pub(super) async fn resolve(
        &self,
        deployment: u128,
        owner: &Owner,
        inputs: &[(&str, &str)],
    ) -> Allocation {
        let requests = vec![request(deployment, owner, inputs)];
        let done = self.send(resolve(deployment, requests.clone())).await;
        assert_eq!(done, Ok(ResolverAnswer { count: 1 }));
        let (dump, log) = (self.table.dump().await, self.cloud.stacks.log());
        self.send(resolve(deployment, requests)).await.unwrap();
        assert_eq!(
            (self.table.dump().await, self.cloud.stacks.log()),
            (dump, log)
        );
        let held = held(&*self.table, owner).await.unwrap();
        assert_eq!(held.owner, *owner);
        held
    }

    pub(super) async fn refused(&self, owner: &Owner, inputs: &[(&str, &str)]) -> String {
        let request = request(1, owner, inputs);
        let failure = self.send(resolve(1, vec![request])).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Invalid);
        assert_eq!(held(&*self.table, owner).await, None);
        failure.problems[0].message.clone()
    }

    /// Releases twice.
    pub(super) async fn release(&self, owners: &[Owner]) {
        for _ in 0..2 {
            let count = owners.len();
            assert_eq!(
                self.send(release(owners)).await,
                Ok(ResolverAnswer { count })
            );
        }
    }

    pub(super) async fn allocations(&self) -> Dump {
        let mut dump = self.table.dump().await;
        dump.retain(|_, item| item["kind"]["S"] == "allocation");
        dump
    }
}

pub(super) fn owner(input: &str) -> Owner {
    Owner {
        tenant: accepted::tenant(),
        instance: InstanceId::parse("web-service.dev").unwrap(),
        incarnation: "1".to_owned(),
        unit: UnitName::parse("spec").unwrap(),
        input: input.to_owned(),
    }
}

pub(super) fn request(
    deployment: u128,
    owner: &Owner,
    inputs: &[(&str, &str)],
) -> ResolutionRequest {
    ResolutionRequest {
        resolver: ResolverName::secret(),
        owner: owner.clone(),
        deployment: accepted::deployment(deployment),
        inputs: inputs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
    }
}

pub(super) fn resolve(deployment: u128, requests: Vec<ResolutionRequest>) -> ResolverCall {
    ResolverCall::Resolve {
        tenant: accepted::tenant(),
        deployment: accepted::deployment(deployment),
        resolver: ResolverName::secret(),
        requests,
    }
}

pub(super) fn release(owners: &[Owner]) -> ResolverCall {
    ResolverCall::Release {
        resolver: ResolverName::secret(),
        owners: owners.to_vec(),
    }
}

pub(super) async fn held(table: &impl ReadTable, owner: &Owner) -> Option<Allocation> {
    let key = Allocation::key_of(&ResolverName::secret(), owner);
    table.get(&key).await.unwrap()
}

pub(super) fn stack_of(owner: &Owner) -> String {
    SecretStack::of(INSTALLATION, owner).name
}

pub(super) const TOKEN: &str = "/spec/compute/secrets/TOKEN#0a1b2c3d";

/// A CloudFormation in which one stack is created for ever.
pub(super) struct Stuck;

impl groundplane_ports::ReadStacks for Stuck {
    async fn stack(&self, _: &str) -> Result<Option<groundplane_ports::Stack>> {
        let tags = [
            ("groundplane:installation", INSTALLATION),
            ("groundplane:tenant", "acme"),
            ("groundplane:instance", "web-service.dev"),
            ("groundplane:unit", "spec"),
        ];
        Ok(Some(groundplane_ports::Stack {
            id: "arn".to_owned(),
            status: "CREATE_IN_PROGRESS".to_owned(),
            reason: None,
            tags: tags
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
            outputs: BTreeMap::new(),
        }))
    }

    async fn change_set(&self, _: &str, _: &str) -> Result<Option<groundplane_ports::ChangeSet>> {
        Ok(None)
    }

    async fn events(&self, _: &str) -> Result<Vec<groundplane_ports::StackEvent>> {
        Ok(Vec::new())
    }

    async fn resources(&self, _: &str) -> Result<Vec<groundplane_model::Resource>> {
        Ok(Vec::new())
    }
}

impl groundplane_ports::ChangeStacks for Stuck {
    async fn create_change_set(&self, _: &groundplane_ports::NewChangeSet) -> Result<()> {
        unreachable!("a stack that moves is only watched")
    }

    async fn execute_change_set(&self, _: &str, _: &str, _: &str) -> Result<()> {
        unreachable!("a stack that moves is only watched")
    }

    async fn delete_change_set(&self, _: &str, _: &str) -> Result<()> {
        unreachable!("a stack that moves is only watched")
    }

    async fn delete_stack(&self, _: &str, _: &str) -> Result<()> {
        unreachable!("a stack that moves is only watched")
    }

    async fn cancel_update(&self, _: &str, _: &str) -> Result<()> {
        unreachable!("a stack that moves is only watched")
    }

    async fn continue_rollback(&self, _: &str, _: &str) -> Result<()> {
        unreachable!("a stack that moves is only watched")
    }
}
