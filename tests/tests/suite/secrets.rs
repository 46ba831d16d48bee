//! The secret resolver on a real table and a CloudFormation in memory: one owner has one secret,
//! nobody ever sees it, and nothing of it is left behind.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use groundplane_model::{
    Allocation, Artifact, Digest, Failure, FailureKind, InstanceId, Owner, ResolutionRequest,
    ResolverAnswer, ResolverCall, ResolverName, TenantId, UnitName,
};
use groundplane_ports::{
    Clock, DescribeSecrets, Pause, ReadTable, Result, SecretDescription, WriteArtifacts,
};
use groundplane_resolve_secret::{Engine, handle};
use groundplane_resolvers::{SecretConfig, SecretStack, defaults_of};
use groundplane_tests::fake_stacks::{FakeStacks, FakeTemplate, Leftover};
use groundplane_tests::faults::{Fault, Faults, explore};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::accepted;
use crate::dynamo::{Dump, TestTable};
use crate::memory::MemoryTable;
use crate::system::TestSystem;

const INSTALLATION: &str = "one";

/// What must not be found anywhere.
const CANARY: &str = "correct-horse-battery-staple";

/// More attempts than any run needs.
const TOO_MANY: usize = 12;

/// The time, which passes when someone waits.
#[derive(Clone, Default)]
struct Waiting(TestSystem);

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
struct KeptArtifacts(Mutex<BTreeSet<String>>);

impl WriteArtifacts for KeptArtifacts {
    async fn store(&self, content: &[u8]) -> Result<Artifact> {
        let mut kept = self.0.lock().unwrap();
        kept.insert(String::from_utf8(content.to_vec()).unwrap());
        Ok(artifact(content))
    }
}

fn artifact(content: &[u8]) -> Artifact {
    Artifact {
        bucket: "artifacts".to_owned(),
        key: "templates/x.json".to_owned(),
        digest: Digest::of(content),
    }
}

/// The secrets that are there, by name and ARN.
#[derive(Default)]
struct FakeSecrets(Mutex<Vec<SecretDescription>>);

impl FakeSecrets {
    fn add(&self, name: &str, tags: &[(&str, &str)], is_deleted: bool) {
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

fn arn(name: &str) -> String {
    format!("arn:aws:secretsmanager:eu-west-1:123456789012:secret:{name}-AbCdEf")
}

/// Everything around the table.
#[derive(Default)]
struct Cloud {
    stacks: FakeStacks,
    artifacts: KeptArtifacts,
    secrets: FakeSecrets,
    time: Waiting,
}

impl Cloud {
    /// One where the secret of each of the owners can be made, four times anew.
    fn with(owners: &[&Owner]) -> Self {
        let cloud = Self::default();
        for owner in owners {
            for generation in 0..4 {
                cloud.define(owner, &config(), generation);
            }
        }
        cloud
    }

    fn define(&self, owner: &Owner, config: &SecretConfig, generation: u32) {
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
    fn count(&self, verb: &str) -> usize {
        let log = self.stacks.log();
        log.iter().filter(|entry| entry.starts_with(verb)).count()
    }
}

fn config() -> SecretConfig {
    serde_json::from_value(defaults_of(&ResolverName::secret())).unwrap()
}

/// A table with accepted deployments, and a cloud.
struct World {
    table: TestTable,
    cloud: Cloud,
}

impl World {
    async fn start(owners: &[&Owner]) -> Self {
        let table = TestTable::start().await;
        accepted::accept(&*table, 1, &[]).await;
        accepted::accept(&*table, 2, &[("secret", json!({"length": 64}))]).await;
        Self {
            table,
            cloud: Cloud::with(owners),
        }
    }

    async fn send(&self, call: ResolverCall) -> std::result::Result<ResolverAnswer, Failure> {
        let Cloud {
            stacks,
            artifacts,
            secrets,
            time,
        } = &self.cloud;
        let engine = Engine {
            stacks: Faults::none().wrap(stacks),
            artifacts: Faults::none().wrap(artifacts),
            system: time.clone(),
            installation: INSTALLATION.to_owned(),
        };
        handle(&*self.table, secrets, &engine, call).await
    }

    /// Asks twice; the second time nothing may happen. Gives what the owner holds.
    async fn resolve(
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

    async fn refused(&self, owner: &Owner, inputs: &[(&str, &str)]) -> String {
        let request = request(1, owner, inputs);
        let failure = self.send(resolve(1, vec![request])).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Invalid);
        assert_eq!(held(&*self.table, owner).await, None);
        failure.problems[0].message.clone()
    }

    /// Releases twice.
    async fn release(&self, owners: &[Owner]) {
        for _ in 0..2 {
            let count = owners.len();
            assert_eq!(
                self.send(release(owners)).await,
                Ok(ResolverAnswer { count })
            );
        }
    }

    async fn allocations(&self) -> Dump {
        let mut dump = self.table.dump().await;
        dump.retain(|_, item| item["kind"]["S"] == "allocation");
        dump
    }
}

fn owner(input: &str) -> Owner {
    Owner {
        tenant: accepted::tenant(),
        instance: InstanceId::parse("web-service.dev").unwrap(),
        incarnation: "1".to_owned(),
        unit: UnitName::parse("spec").unwrap(),
        input: input.to_owned(),
    }
}

fn request(deployment: u128, owner: &Owner, inputs: &[(&str, &str)]) -> ResolutionRequest {
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

fn resolve(deployment: u128, requests: Vec<ResolutionRequest>) -> ResolverCall {
    ResolverCall::Resolve {
        tenant: accepted::tenant(),
        deployment: accepted::deployment(deployment),
        resolver: ResolverName::secret(),
        requests,
    }
}

fn release(owners: &[Owner]) -> ResolverCall {
    ResolverCall::Release {
        resolver: ResolverName::secret(),
        owners: owners.to_vec(),
    }
}

async fn held(table: &impl ReadTable, owner: &Owner) -> Option<Allocation> {
    let key = Allocation::key_of(&ResolverName::secret(), owner);
    table.get(&key).await.unwrap()
}

fn stack_of(owner: &Owner) -> String {
    SecretStack::of(INSTALLATION, owner).name
}

const TOKEN: &str = "/spec/compute/secrets/TOKEN#0a1b2c3d";

#[tokio::test]
async fn a_secret_is_generated_once_and_told_by_reference() {
    let token = owner(TOKEN);
    let world = World::start(&[&token]).await;
    let held = world.resolve(1, &token, &[]).await;
    let name = stack_of(&token);
    let arn = arn(&name);
    let expected = json!({
        "arn": arn, "reference": format!("{{{{resolve:secretsmanager:{arn}}}}}"),
        "name": name, "stack": name, "generation": "0",
    });
    assert_eq!(
        serde_json::to_value(&held.outputs).unwrap(),
        sorted(expected)
    );
    assert_eq!(held.value, arn);
    assert_eq!(world.cloud.stacks.names(), BTreeSet::from([name.clone()]));
    assert_eq!(
        (world.cloud.count("change"), world.cloud.count("execute")),
        (1, 1)
    );
    let tags = world.cloud.stacks.tags(&name).unwrap();
    for (tag, value) in [
        ("installation", "one"),
        ("tenant", "acme"),
        ("instance", "web-service.dev"),
        ("unit", "spec"),
        ("input", "/spec/compute/secrets/TOKEN"),
    ] {
        assert_eq!(tags[&format!("groundplane:{tag}")], value);
    }
}

/// The object with its fields in order.
fn sorted(value: Value) -> Value {
    let fields: BTreeMap<String, Value> = serde_json::from_value(value).unwrap();
    serde_json::to_value(fields).unwrap()
}

#[tokio::test]
async fn what_else_a_stack_shows_is_kept_nowhere() {
    let token = owner(TOKEN);
    let world = World::start(&[&token]).await;
    world.resolve(1, &token, &[]).await;
    world.resolve(2, &token, &[]).await;
    let stored = format!("{:?}", world.table.dump().await);
    assert!(stored.contains(&stack_of(&token)) && !stored.contains(CANARY));
    let templates = world.cloud.artifacts.0.lock().unwrap().clone();
    assert_eq!(templates.len(), 1);
    for template in templates {
        assert!(
            template.contains("GenerateSecretString") && !template.contains("\"SecretString\"")
        );
    }
}

#[tokio::test]
async fn a_new_configuration_waits_for_the_next_value() {
    let token = owner(TOKEN);
    let world = World::start(&[&token]).await;
    let first = world.resolve(1, &token, &[]).await;
    // The second deployment was accepted with longer secrets.
    assert_eq!(world.resolve(2, &token, &[]).await, first);
    assert_eq!(world.cloud.count("execute"), 1);
    let longer = SecretConfig {
        length: Some(64),
        ..config()
    };
    world.cloud.define(&token, &longer, 1);
    let rotated = world.resolve(2, &token, &[("rotation", "2026-01")]).await;
    assert_eq!(
        (rotated.output("generation"), &rotated.value),
        ("1", &first.value)
    );
    assert_eq!(world.cloud.count("execute"), 2);
}

#[tokio::test]
async fn every_change_of_the_rotation_makes_one_new_value_of_the_same_secret() {
    let token = owner(TOKEN);
    let world = World::start(&[&token]).await;
    let first = world.resolve(1, &token, &[("rotation", "a")]).await;
    for (turn, rotation) in [(1, "b"), (2, "a"), (3, "c")] {
        let next = world.resolve(1, &token, &[("rotation", rotation)]).await;
        assert_eq!(next.output("generation"), turn.to_string());
        assert_eq!(next.value, first.value);
        assert_eq!(world.cloud.count("execute"), turn + 1);
    }
    assert_eq!(world.cloud.stacks.names().len(), 1);
}

#[tokio::test]
async fn several_secrets_are_made_side_by_side() {
    let owners: Vec<Owner> = (0..20)
        .map(|number| owner(&format!("/spec/{number}#1")))
        .collect();
    let world = World::start(&owners.iter().collect::<Vec<_>>()).await;
    let requests = owners.iter().map(|owner| request(1, owner, &[])).collect();
    world.send(resolve(1, requests)).await.unwrap();
    assert_eq!(world.cloud.stacks.names().len(), 20);
    let waited = world.cloud.time.now().as_second() - TestSystem::default().now().as_second();
    // As long as for one of them.
    assert!(waited <= 15, "{waited} s");
    world.release(&owners).await;
    assert!(world.cloud.stacks.names().is_empty() && world.allocations().await.is_empty());
}

#[tokio::test]
async fn a_secret_that_exists_is_looked_up_by_name_or_arn() {
    let token = owner(TOKEN);
    let world = World::start(&[]).await;
    world.cloud.secrets.add("shop/api-key", &[], false);
    world
        .cloud
        .secrets
        .add("own", &[("groundplane:tenant", "acme")], false);
    for (input, given, name) in [
        ("name", "shop/api-key".to_owned(), "shop/api-key"),
        ("name", arn("own"), "own"),
        ("value", "own".to_owned(), "own"),
    ] {
        let held = world.resolve(1, &token, &[(input, &given)]).await;
        assert_eq!((held.value.clone(), held.output("name")), (arn(name), name));
    }
    assert!(world.cloud.stacks.log().is_empty());
    world.release(&[token]).await;
    assert_eq!(world.allocations().await.len(), 0);
}

#[tokio::test]
async fn a_secret_that_cannot_be_had_is_refused_before_any_is_made() {
    let (token, other) = (owner(TOKEN), owner("/spec/lambda/0/environment/KEY#1"));
    let world = World::start(&[&other]).await;
    world.cloud.secrets.add("gone", &[], true);
    world
        .cloud
        .secrets
        .add("foreign", &[("groundplane:tenant", "umbrella")], false);
    let cases = [
        ("missing", "there is no secret `missing`"),
        ("foreign", "there is no secret `foreign`"),
        (
            "gone",
            "the secret `gone` was deleted; it has to be restored first",
        ),
        ("a b", "`a b` is not the name or ARN of a secret"),
    ];
    for (name, reason) in cases {
        assert_eq!(world.refused(&token, &[("name", name)]).await, reason);
    }
    let requests = vec![
        request(1, &other, &[]),
        request(1, &token, &[("name", "missing")]),
        request(1, &owner("key"), &[("name", "gone")]),
    ];
    let failure = world.send(resolve(1, requests)).await.unwrap_err();
    assert_eq!(failure.message, "2 secrets cannot be used");
    assert_eq!(failure.problems[0].pointer, "/spec/compute/secrets/TOKEN");
    assert!(world.cloud.stacks.log().is_empty());
}

#[tokio::test]
async fn a_secret_that_someone_deleted_is_not_quietly_made_anew() {
    let token = owner(TOKEN);
    let world = World::start(&[&token]).await;
    world.resolve(1, &token, &[]).await;
    world.cloud.secrets.0.lock().unwrap().clear();
    let requests = vec![request(2, &token, &[])];
    let failure = world.send(resolve(2, requests)).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::ProvisionFailed);
    assert!(
        failure
            .message
            .ends_with("was deleted; it has to be restored first"),
        "{failure}"
    );
}

#[tokio::test]
async fn a_stack_that_fails_says_why_and_can_be_released() {
    let token = owner(TOKEN);
    let world = World::start(&[&token]).await;
    let stack = SecretStack::of(INSTALLATION, &token);
    let content = stack.template(&config(), 0).to_string();
    let fails = Some(("Secret".to_owned(), "no such key".to_owned()));
    let template = FakeTemplate {
        fails,
        ..FakeTemplate::default()
    };
    world
        .cloud
        .stacks
        .define(&artifact(content.as_bytes()), template);
    let failure = world
        .send(resolve(1, vec![request(1, &token, &[])]))
        .await
        .unwrap_err();
    assert_eq!(failure.kind, FailureKind::ProvisionFailed);
    assert!(failure.message.contains("no such key"), "{failure}");
    world.release(&[token]).await;
    assert!(world.cloud.stacks.names().is_empty() && world.allocations().await.is_empty());
}

#[tokio::test]
async fn a_stack_of_that_name_that_is_someone_elses_is_never_touched() {
    let token = owner(TOKEN);
    let world = World::start(&[&token]).await;
    let theirs = Leftover {
        status: "CREATE_COMPLETE".to_owned(),
        tags: BTreeMap::new(),
        template: None,
        change_sets: BTreeMap::new(),
        pending: None,
    };
    world.cloud.stacks.leave(&stack_of(&token), theirs);
    let failure = world
        .send(resolve(1, vec![request(1, &token, &[])]))
        .await
        .unwrap_err();
    assert_eq!(failure.kind, FailureKind::Denied);
    assert!(world.cloud.stacks.log().is_empty());
}

#[tokio::test]
async fn cloudformation_that_does_not_get_on_is_asked_again_later() {
    let token = owner(TOKEN);
    let world = World::start(&[&token]).await;
    let engine = Engine {
        stacks: Stuck,
        artifacts: Faults::none().wrap(&world.cloud.artifacts),
        system: world.cloud.time.clone(),
        installation: INSTALLATION.to_owned(),
    };
    let call = resolve(1, vec![request(1, &token, &[])]);
    let failure = handle(&*world.table, &world.cloud.secrets, &engine, call.clone())
        .await
        .unwrap_err();
    assert_eq!(failure.kind, FailureKind::Unavailable);
    assert!(
        failure
            .message
            .starts_with("CloudFormation is still at work on `gp-secret-")
    );
    // What was begun is written down, and goes on.
    let intent = held(&*world.table, &token).await.unwrap();
    assert_eq!(
        (intent.value.as_str(), intent.output("stack")),
        ("", &stack_of(&token)[..])
    );
    world.resolve(1, &token, &[]).await;
}

#[tokio::test]
async fn what_an_earlier_incarnation_left_is_removed_first() {
    let old = owner(TOKEN);
    let new = Owner {
        incarnation: "2".to_owned(),
        ..old.clone()
    };
    let world = World::start(&[&old, &new]).await;
    world.resolve(1, &old, &[]).await;
    world.resolve(1, &new, &[]).await;
    assert_eq!(world.cloud.stacks.names(), BTreeSet::from([stack_of(&new)]));
    // Nor does the old owner take it back.
    let stranger = Owner {
        tenant: TenantId::parse("umbrella").unwrap(),
        ..new.clone()
    };
    world.release(&[old, stranger]).await;
    assert_eq!(world.cloud.stacks.names(), BTreeSet::from([stack_of(&new)]));
    assert_eq!(world.allocations().await.len(), 1);
}

/// Sends a call until it has an answer, as the state machine does.
async fn insist(
    (table, cloud): (&MemoryTable, &Cloud),
    faults: &Faults,
    call: ResolverCall,
) -> std::result::Result<(), String> {
    for _ in 0..TOO_MANY {
        let engine = Engine {
            stacks: faults.wrap(&cloud.stacks),
            artifacts: faults.wrap(&cloud.artifacts),
            system: cloud.time.clone(),
            installation: INSTALLATION.to_owned(),
        };
        let table = faults.wrap(table);
        let handled = handle(&table, &cloud.secrets, &engine, call.clone());
        match faults.invocation(handled).await {
            Ok(Ok(_)) => return Ok(()),
            Err(_) => {}
            Ok(Err(failure)) => match failure.kind {
                FailureKind::Unavailable | FailureKind::Conflict => {}
                _ => return Err(failure.to_string()),
            },
        }
    }
    Err("it does not come to an end".to_owned())
}

#[tokio::test]
async fn whatever_crashes_or_is_repeated_there_is_one_secret_and_after_the_release_none() {
    const PASSING: [Fault; 5] = [
        Fault::Before,
        Fault::After,
        Fault::Twice,
        Fault::CrashBefore,
        Fault::CrashAfter,
    ];
    let report = explore(&PASSING, async |faults: Faults| {
        let token = owner(TOKEN);
        let (table, cloud) = (MemoryTable::default(), Cloud::with(&[&token]));
        accepted::accept(&table, 1, &[]).await;
        let asks = |rotation| vec![request(1, &token, &[("rotation", rotation)])];
        for rotation in ["a", "b"] {
            insist((&table, &cloud), &faults, resolve(1, asks(rotation))).await?;
        }
        let own = held(&table, &token).await.ok_or("nothing is handed out")?;
        if own.output("generation") != "1" || cloud.count("execute") != 2 {
            return Err(format!("{:?} {:?}", own.outputs, cloud.stacks.log()));
        }
        insist((&table, &cloud), &faults, release(&[token])).await?;
        let left = (cloud.stacks.names().len(), table.count("allocation"));
        if left == (0, 0) {
            Ok(())
        } else {
            Err(format!("left behind: {left:?}"))
        }
    })
    .await;
    assert!(report.findings.is_empty(), "{report}");
    assert!(report.runs > 100, "{report}");
}

/// A CloudFormation in which one stack is created for ever.
struct Stuck;

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

    async fn continue_rollback(&self, _: &str, _: &str) -> Result<()> {
        unreachable!("a stack that moves is only watched")
    }
}
