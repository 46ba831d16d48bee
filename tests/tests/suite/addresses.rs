//! The address resolver on a real table: no two owners ever hold overlapping addresses, an owner
//! has one block, and nothing is lost.

mod contention;
mod counted;
mod due;
mod figures;
mod pools;
mod refusals;
mod reservations;

use std::collections::BTreeMap;

use groundplane_addresses::{Created, create_pool};
use groundplane_model::{
    Allocation, Change, DeploymentId, DeploymentSpec, Environment, EnvironmentName,
    EnvironmentSpec, Failure, InstanceId, LandingZone, LandingZoneName, Owner, PoolName,
    ResolutionRequest, ResolverAnswer, ResolverCall, ResolverName, SpaceName, TenantId, UnitName,
};
use groundplane_ports::{Clock as _, ReadTable, WriteTable};
use groundplane_resolve_address::handle;
use groundplane_resolvers::{Block, BlockState, Cidr, Holder, Pool, PoolDraft, Within};
use groundplane_tests::faults::{Fault, Faults, explore};
use jiff::SignedDuration;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::dynamo::TestTable;
use crate::system::TestSystem;

/// A table with pools, and a deployment that asks.
#[derive(Clone)]
struct World {
    table: TestTable,
    clock: TestSystem,
}

fn tenant() -> TenantId {
    TenantId::parse("acme").unwrap()
}

fn pool_name(name: &str) -> PoolName {
    PoolName::parse(name).unwrap()
}

fn cidr(text: &str) -> Cidr {
    Cidr::parse(text).unwrap()
}

fn within(pool: &str) -> Within {
    Within::Pool(pool_name(pool))
}

/// Everything in the space that pools are in where they do not say.
fn space() -> Within {
    Within::Space(SpaceName::parse("default").unwrap())
}

/// The owner of that number, in its first life.
fn owner(number: usize) -> Owner {
    Owner {
        tenant: tenant(),
        instance: InstanceId::parse(&format!("web-{number}.dev")).unwrap(),
        incarnation: "1".to_owned(),
        unit: UnitName::parse("compute").unwrap(),
        input: "subnet".to_owned(),
    }
}

/// The same owner, destroyed and deployed again.
fn reborn(owner: &Owner) -> Owner {
    Owner {
        incarnation: format!("{}1", owner.incarnation),
        ..owner.clone()
    }
}

fn request(owner: &Owner, inputs: &[(&str, &str)]) -> ResolutionRequest {
    let text = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    ResolutionRequest {
        resolver: ResolverName::ipam(),
        owner: owner.clone(),
        deployment: DeploymentId::from_number(1),
        inputs: inputs.iter().map(text).collect(),
    }
}

fn asking(requests: Vec<ResolutionRequest>) -> ResolverCall {
    ResolverCall::Resolve {
        tenant: tenant(),
        deployment: DeploymentId::from_number(1),
        resolver: ResolverName::ipam(),
        requests,
    }
}

fn releasing(owners: &[Owner]) -> ResolverCall {
    ResolverCall::Release {
        resolver: ResolverName::ipam(),
        owners: owners.to_vec(),
    }
}

/// A pool as it is created.
fn pool(name: &str, settings: &Value) -> Pool {
    Pool {
        name: pool_name(name),
        incarnation: "first".to_owned(),
        spec: PoolDraft::read(settings).unwrap(),
        created_at: TestSystem::default().now(),
        created_by: "ops-1".to_owned(),
        version: 0,
    }
}

/// What the deployment was accepted with, `config` for the resolver in its environment.
fn submitted(config: &Value) -> DeploymentSpec {
    let landing_zone = json!({
        "account": "123456789012",
        "region": "eu-west-1",
        "network": {"vpcId": "vpc-0a1b2c3d", "privateSubnetIds": []},
        "cluster": "sandbox",
    });
    let sandbox = LandingZoneName::parse("sandbox").unwrap();
    let now = TestSystem::default().now();
    DeploymentSpec {
        tenant: tenant(),
        deployment: DeploymentId::from_number(1),
        spec: Value::Null,
        environment: Environment {
            name: EnvironmentName::parse("dev").unwrap(),
            spec: EnvironmentSpec {
                landing_zone: sandbox.clone(),
                production: false,
                approval: false,
                resolvers: BTreeMap::from([(ResolverName::ipam(), config.clone())]),
            },
            updated_at: now,
            updated_by: "ops-1".to_owned(),
            version: 1,
        },
        landing_zone: LandingZone {
            name: sandbox,
            spec: serde_json::from_value(landing_zone).unwrap(),
            updated_at: now,
            updated_by: "ops-1".to_owned(),
            version: 1,
        },
        resolvers: Vec::new(),
        bound: Vec::new(),
        version: 0,
    }
}

impl World {
    /// A world with the pool `dev`, which the environment is configured to take /28s from.
    async fn with(block: &str) -> Self {
        let world = Self::configured(&json!({"pool": "dev", "prefixLength": 28})).await;
        world.create("dev", &json!({"cidr": block})).await;
        world
    }

    /// A world without pools.
    async fn configured(config: &Value) -> Self {
        let table = TestTable::start().await;
        let submitted = Change::save(&submitted(config));
        table.commit(vec![submitted]).await.unwrap();
        Self {
            table,
            clock: TestSystem::default(),
        }
    }

    async fn create(&self, name: &str, settings: &Value) -> Pool {
        match create_pool(&*self.table, &pool(name, settings)).await {
            Ok(Created::Made(pool)) => pool,
            other => panic!("{other:?}"),
        }
    }

    async fn call(&self, call: ResolverCall) -> Result<usize, Failure> {
        let answer = handle(&*self.table, &self.clock, call).await;
        answer.map(|ResolverAnswer { count }| count)
    }

    /// Has the owner ask; gives what it holds then.
    async fn ask(&self, owner: &Owner, inputs: &[(&str, &str)]) -> Result<Allocation, Failure> {
        let count = self.call(asking(vec![request(owner, inputs)])).await?;
        assert_eq!(count, 1);
        Ok(self.held(owner).await.unwrap())
    }

    /// The block that the owner gets for nothing but asking.
    async fn block(&self, owner: &Owner) -> String {
        self.ask(owner, &[]).await.unwrap().value
    }

    /// The sentence that an owner's request is refused with.
    async fn refused(&self, owner: &Owner, inputs: &[(&str, &str)]) -> String {
        let before = self.table.dump().await;
        let message = self.ask(owner, inputs).await.unwrap_err().message;
        assert_eq!(self.table.dump().await, before);
        let start = "no addresses for `subnet` of `compute`: ";
        message.strip_prefix(start).unwrap().to_owned()
    }

    async fn release(&self, owner: &Owner) {
        assert_eq!(
            self.call(releasing(std::slice::from_ref(owner))).await,
            Ok(1)
        );
    }

    async fn sweep(&self) -> usize {
        self.call(ResolverCall::Sweep {}).await.unwrap()
    }

    fn pass(&self, minutes: i64) {
        self.clock.advance(SignedDuration::from_mins(minutes));
    }

    async fn held(&self, owner: &Owner) -> Option<Allocation> {
        let key = Allocation::key_of(&ResolverName::ipam(), owner);
        self.table.get(&key).await.unwrap()
    }

    /// Every block of a pool.
    async fn blocks(&self, pool: &str) -> Vec<Block> {
        blocks(&self.table, &within(pool)).await
    }

    /// That blocks, tree and allocations of the pool say the same and nothing overlaps. Gives how
    /// many blocks there are.
    async fn sound(&self, pool: &str) -> usize {
        let blocks = self.blocks(pool).await;
        for pair in blocks.windows(2) {
            assert!(!pair[0].cidr.overlaps(pair[1].cidr), "{pair:?}");
        }
        let taken: u128 = blocks.iter().map(|block| block.cidr.addresses()).sum();
        let dump = self.table.dump().await;
        assert_eq!(taken_in_tree(dump.values(), pool), taken, "{pool}");
        for block in &blocks {
            let Holder::Instance(owner) = &block.holder else {
                continue;
            };
            let held = self.held(owner).await.filter(|held| held.owner == *owner);
            let is_theirs = held.is_some_and(|held| {
                held.value == block.cidr.to_string() && held.output("pool") == pool
            });
            let is_resting = matches!(block.state, BlockState::Resting { .. });
            assert_eq!(is_theirs, !is_resting, "{block:?}");
        }
        blocks.len()
    }
}

async fn blocks(table: &TestTable, within: &Within) -> Vec<Block> {
    table
        .query(&within.partition(), Block::PREFIX)
        .await
        .unwrap()
}

/// How many addresses the nodes of a pool call taken.
fn taken_in_tree<'a>(items: impl Iterator<Item = &'a Value>, pool: &str) -> u128 {
    let text = |item: &'a Value, field: &str| item[field]["S"].as_str().unwrap_or_default();
    let start = format!("POOL#{pool}#");
    items
        .filter(|item| text(item, "tree").starts_with(&start))
        .map(|item| {
            let words = text(item, "slots").split(' ');
            let slots = words.filter(|word| word.starts_with('/')).count();
            cidr(text(item, "node")).addresses() / 16 * slots as u128
        })
        .sum()
}

#[tokio::test]
async fn an_owner_gets_a_block_and_everything_that_goes_with_it() {
    let world = World::with("10.0.0.0/16").await;
    let held = world.ask(&owner(1), &[]).await.unwrap();
    let expected = [
        ("cidr", "10.0.0.0/28"),
        ("gateway", "10.0.0.1"),
        ("pool", "dev"),
        ("prefixLength", "28"),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(held.outputs, BTreeMap::from(expected));
    assert_eq!(held.value, "10.0.0.0/28");
    assert_eq!(held.layer, groundplane_model::Layer::Environment);
    assert_eq!(world.sound("dev").await, 1);
}

#[tokio::test]
async fn a_single_address_is_an_output_of_its_own() {
    let world = World::with("2001:db8::/48").await;
    let held = world
        .ask(&owner(1), &[("prefixLength", "/128")])
        .await
        .unwrap();
    assert_eq!(held.output("address"), "2001:db8::");
    assert_eq!(held.value, "2001:db8::/128");
    assert!(!held.outputs.contains_key("gateway"));
    let held = world
        .ask(&owner(2), &[("prefixLength", "64")])
        .await
        .unwrap();
    assert_eq!(held.output("gateway"), "2001:db8:0:1::1");
    assert!(!held.outputs.contains_key("address"));
    assert_eq!(world.sound("dev").await, 2);
}

#[tokio::test]
async fn a_certain_block_is_given_to_who_asks_for_it() {
    let world = World::with("10.0.0.0/16").await;
    let held = world
        .ask(&owner(1), &[("cidr", "10.0.77.0/24")])
        .await
        .unwrap();
    assert_eq!(held.value, "10.0.77.0/24");
    assert_eq!(world.sound("dev").await, 1);
}

#[tokio::test]
async fn a_request_may_name_its_pool() {
    let world = World::with("10.0.0.0/16").await;
    world.create("other", &json!({"cidr": "10.9.0.0/16"})).await;
    let held = world.ask(&owner(1), &[("pool", "other")]).await.unwrap();
    assert_eq!(
        (held.value.as_str(), held.output("pool")),
        ("10.9.0.0/28", "other")
    );
}

#[tokio::test]
async fn of_the_pools_with_the_tags_the_first_by_name_is_used() {
    let config = json!({"tags": {"tier": "private"}, "prefixLength": 24});
    let world = World::configured(&config).await;
    for (name, block, tier) in [
        ("charlie", "10.3.0.0/16", "private"),
        ("bravo", "10.2.0.0/16", "private"),
        ("alpha", "10.1.0.0/16", "public"),
    ] {
        let settings = json!({"cidr": block, "tags": {"tier": tier, "team": "net"}});
        world.create(name, &settings).await;
    }
    assert_eq!(world.block(&owner(1)).await, "10.2.0.0/24");
}

#[tokio::test]
async fn asking_again_changes_nothing() {
    let world = World::with("10.0.0.0/16").await;
    let first = world.block(&owner(1)).await;
    let before = world.table.dump().await;
    assert_eq!(world.block(&owner(1)).await, first);
    // Nor does it where something else is asked for: what is in use is not exchanged.
    for inputs in [[("prefixLength", "24")], [("cidr", "10.0.9.0/24")]] {
        assert_eq!(world.ask(&owner(1), &inputs).await.unwrap().value, first);
    }
    assert_eq!(world.table.dump().await, before);
}

#[tokio::test]
async fn one_owner_that_asks_many_times_at_once_gets_one_block() {
    let world = World::with("10.0.0.0/16").await;
    let mut callers = JoinSet::new();
    for _ in 0..16 {
        let world = world.clone();
        callers.spawn(async move { world.block(&owner(1)).await });
    }
    let blocks = callers.join_all().await;
    assert!(blocks.iter().all(|block| *block == blocks[0]), "{blocks:?}");
    assert_eq!(world.sound("dev").await, 1);
}

#[tokio::test]
async fn owners_who_fill_a_pool_at_once_share_it_without_rest() {
    let world = World::with("10.0.0.0/24").await;
    let mut callers = JoinSet::new();
    for number in 0..24 {
        let world = world.clone();
        callers.spawn(async move { world.ask(&owner(number), &[]).await.is_ok() });
    }
    let given = callers.join_all().await.into_iter().filter(|given| *given);
    assert_eq!(given.count(), 16);
    assert_eq!(world.sound("dev").await, 16);
}

#[tokio::test]
async fn whatever_fails_in_between_an_owner_has_one_block_and_gives_it_back() {
    let stay = owner(7);
    let report = explore(&Fault::ALL, |faults: Faults| {
        let stay = stay.clone();
        async move {
            let world = World::with("10.0.0.0/24").await;
            world.block(&stay).await;
            let old = owner(1);
            world.block(&old).await;
            let new = reborn(&old);
            // A state machine asks again where it gets no answer.
            let calls = [asking(vec![request(&new, &[])]), releasing(&[new])];
            for call in calls {
                let table = faults.wrap(&*world.table);
                let first = handle(&table, &world.clock, call.clone());
                let _ = faults.invocation(first).await;
                world
                    .call(call)
                    .await
                    .map_err(|failure| failure.to_string())?;
                world.sound("dev").await;
            }
            world.pass(15);
            world.sweep().await;
            match world.sound("dev").await {
                1 => Ok(()),
                count => Err(format!("{count} blocks are left")),
            }
        }
    })
    .await;
    assert!(report.findings.is_empty(), "{report}");
    assert!(report.points.len() >= 8, "{report}");
}

#[tokio::test]
async fn what_an_earlier_incarnation_left_is_put_to_rest() {
    let world = World::with("10.0.0.0/16").await;
    let (old, new) = (owner(1), reborn(&owner(1)));
    let first = world.block(&old).await;
    let second = world.block(&new).await;
    assert_ne!(first, second);
    assert_eq!(world.sound("dev").await, 2);
    // Who is late gives back nothing that is not theirs.
    world.release(&old).await;
    assert_eq!(world.held(&new).await.unwrap().value, second);
    world.pass(15);
    assert_eq!(world.sweep().await, 1);
    assert_eq!(world.sound("dev").await, 1);
}

#[tokio::test]
async fn nobody_releases_what_is_not_theirs() {
    let world = World::with("10.0.0.0/16").await;
    let holder = reborn(&owner(1));
    world.block(&holder).await;
    let before = world.table.dump().await;
    let stranger = Owner {
        tenant: TenantId::parse("umbrella").unwrap(),
        ..holder.clone()
    };
    for other in [owner(1), owner(2), stranger] {
        world.release(&other).await;
    }
    assert_eq!(world.table.dump().await, before);
}
