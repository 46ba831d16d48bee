//! The address resolver on a real table: no two owners ever hold overlapping addresses, an owner
//! has one block, and nothing is lost.

mod allocating;
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
                approval: None,
                resolvers: BTreeMap::from([(ResolverName::ipam(), config.clone())]),
                limits: Vec::new(),
                drift: None,
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
        kept: Vec::new(),
        lifecycle: None,
        repair: None,
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
