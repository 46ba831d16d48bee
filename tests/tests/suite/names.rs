//! The naming resolver on a real table: a name has one owner, and an owner has one name.

use std::collections::{BTreeMap, BTreeSet};

use groundplane_model::{
    Allocation, Change, DeploymentId, FailureKind, InstanceId, Owner, ResolutionRequest,
    ResolverAnswer, ResolverCall, ResolverName, TenantId, UnitName,
};
use groundplane_ports::{ReadTable, WriteTable};
use groundplane_resolve_name::handle;
use groundplane_resolvers::{Counter, NameClaim, NamingConfig};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::accepted;
use crate::dynamo::{Dump, TestTable};
use crate::system::TestSystem;

const STACK: &str = "AWS::CloudFormation::Stack";

fn owner(unit: &str, incarnation: &str) -> Owner {
    Owner {
        tenant: TenantId::parse("acme").unwrap(),
        instance: InstanceId::parse("web-service.dev").unwrap(),
        incarnation: incarnation.to_owned(),
        unit: UnitName::parse(unit).unwrap(),
        input: "stack".to_owned(),
    }
}

fn request(owner: &Owner) -> ResolutionRequest {
    ResolutionRequest {
        resolver: ResolverName::naming(),
        owner: owner.clone(),
        deployment: DeploymentId::from_number(1),
        inputs: BTreeMap::from([("resourceType".to_owned(), STACK.to_owned())]),
    }
}

const INSTALLATION: &str = "one";

/// The name that the owner gets after that many that were taken.
fn candidate(owner: &Owner, attempt: u32) -> NameClaim {
    let naming = NamingConfig::defaults()
        .naming(STACK, INSTALLATION)
        .unwrap();
    naming.candidate(&request(owner), attempt).unwrap()
}

/// A table with an accepted deployment.
async fn start() -> TestTable {
    start_with(json!({})).await
}

/// A table with a deployment that was accepted where names are configured like this.
async fn start_with(naming: Value) -> TestTable {
    let table = TestTable::start().await;
    accepted::accept(&*table, 1, &[("naming", naming)]).await;
    table
}

async fn resolve(table: &TestTable, owners: &[Owner]) -> Result<ResolverAnswer, FailureKind> {
    ask(table, owners.iter().map(request).collect()).await
}

async fn ask(
    table: &TestTable,
    requests: Vec<ResolutionRequest>,
) -> Result<ResolverAnswer, FailureKind> {
    let call = ResolverCall::Resolve {
        tenant: accepted::tenant(),
        deployment: accepted::deployment(1),
        resolver: ResolverName::naming(),
        requests,
    };
    answer(table, call).await
}

async fn release(table: &TestTable, owners: &[Owner]) -> Result<ResolverAnswer, FailureKind> {
    let call = ResolverCall::Release {
        resolver: ResolverName::naming(),
        owners: owners.to_vec(),
    };
    answer(table, call).await
}

async fn answer(table: &TestTable, call: ResolverCall) -> Result<ResolverAnswer, FailureKind> {
    let system = TestSystem::default();
    handle(&**table, &system, INSTALLATION, call)
        .await
        .map_err(|failure| failure.kind)
}

/// Everything that is stored but the deployment, and the count of what the tenant has.
async fn dump(table: &TestTable) -> Dump {
    let mut dump = table.dump().await;
    let is_beside = |item: &Value| {
        let kind = item["kind"]["S"].as_str();
        kind.is_some_and(|kind| ["deployment-spec", "usage"].contains(&kind))
    };
    dump.retain(|_, item| !is_beside(item));
    dump
}

/// The kinds of all that is stored but the deployment, and the count of what the tenant has.
async fn kinds(table: &TestTable) -> Vec<String> {
    let mut kinds = table.kinds().await;
    kinds.retain(|kind| !["deployment-spec", "usage"].contains(&kind.as_str()));
    kinds
}

async fn held(table: &TestTable, owner: &Owner) -> Option<Allocation> {
    table
        .get(&Allocation::key_of(&ResolverName::naming(), owner))
        .await
        .unwrap()
}

/// The name that the owner holds, whose claim must be the owner's.
async fn name(table: &TestTable, owner: &Owner) -> String {
    let allocation = held(table, owner).await.unwrap();
    assert_eq!(allocation.owner, *owner);
    let name = &allocation.outputs["name"];
    let key = NameClaim::key_of(&allocation.outputs["scope"], name);
    let claim: NameClaim = table.get(&key).await.unwrap().unwrap();
    assert_eq!(claim.owner, *owner);
    name.clone()
}

/// Takes a name away from whoever wants it.
async fn occupy(table: &TestTable, claim: NameClaim) {
    let claim = NameClaim {
        owner: owner("someone", "else"),
        ..claim
    };
    table.commit(vec![Change::save(&claim)]).await.unwrap();
}

#[tokio::test]
async fn each_owner_gets_a_name_of_its_own() {
    let table = start().await;
    let owners = [owner("compute", "1"), owner("storage", "1")];
    assert_eq!(
        resolve(&table, &owners).await,
        Ok(ResolverAnswer { count: 2 })
    );
    let names = BTreeSet::from([
        name(&table, &owners[0]).await,
        name(&table, &owners[1]).await,
    ]);
    assert_eq!(names.len(), 2);
    assert_eq!(
        kinds(&table).await,
        ["allocation", "allocation", "name-claim", "name-claim"]
    );
}

#[tokio::test]
async fn asking_again_changes_nothing() {
    let table = start().await;
    let owners = [owner("compute", "1"), owner("compute", "1")];
    assert_eq!(
        resolve(&table, &owners).await,
        Ok(ResolverAnswer { count: 2 })
    );
    let before = dump(&table).await;
    assert_eq!(
        resolve(&table, &owners[..1]).await,
        Ok(ResolverAnswer { count: 1 })
    );
    assert_eq!(dump(&table).await, before);
    assert_eq!(before.len(), 2);
}

#[tokio::test]
async fn one_owner_that_asks_many_times_at_once_gets_one_name() {
    let table = start().await;
    let mut callers = JoinSet::new();
    for _ in 0..16 {
        let table = table.clone();
        callers.spawn(async move { resolve(&table, &[owner("compute", "1")]).await });
    }
    for answer in callers.join_all().await {
        assert_eq!(answer, Ok(ResolverAnswer { count: 1 }));
    }
    name(&table, &owner("compute", "1")).await;
    assert_eq!(kinds(&table).await, ["allocation", "name-claim"]);
}

#[tokio::test]
async fn a_name_that_is_taken_is_passed_over() {
    let table = start().await;
    let owner = owner("compute", "1");
    occupy(&table, candidate(&owner, 0)).await;
    resolve(&table, std::slice::from_ref(&owner)).await.unwrap();
    assert_eq!(name(&table, &owner).await, candidate(&owner, 1).name);
    // The other one keeps what it had.
    let taken = candidate(&owner, 0);
    let claim: NameClaim = table
        .get(&NameClaim::key_of(&taken.scope, &taken.name))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(claim.owner.unit.as_str(), "someone");
}

#[tokio::test]
async fn where_every_name_is_taken_nothing_is_handed_out() {
    let table = start().await;
    let owner = owner("compute", "1");
    // More than the resolver tries.
    for attempt in 0..32 {
        occupy(&table, candidate(&owner, attempt)).await;
    }
    let before = dump(&table).await;
    assert_eq!(resolve(&table, &[owner]).await, Err(FailureKind::Conflict));
    assert_eq!(dump(&table).await, before);
}

#[tokio::test]
async fn what_an_earlier_incarnation_left_is_replaced_whole() {
    let table = start().await;
    let (old, new) = (owner("compute", "1"), owner("compute", "2"));
    resolve(&table, std::slice::from_ref(&old)).await.unwrap();
    let old_name = name(&table, &old).await;
    resolve(&table, std::slice::from_ref(&new)).await.unwrap();
    assert_ne!(name(&table, &new).await, old_name);
    assert_eq!(kinds(&table).await, ["allocation", "name-claim"]);
}

#[tokio::test]
async fn a_stale_allocation_whose_claim_is_gone_is_replaced_too() {
    let table = start().await;
    let (old, new) = (owner("compute", "1"), owner("compute", "2"));
    resolve(&table, std::slice::from_ref(&old)).await.unwrap();
    let lost = NameClaim {
        version: 1,
        ..candidate(&old, 0)
    };
    table.commit(vec![Change::remove(&lost)]).await.unwrap();
    resolve(&table, std::slice::from_ref(&new)).await.unwrap();
    name(&table, &new).await;
    assert_eq!(kinds(&table).await, ["allocation", "name-claim"]);
}

#[tokio::test]
async fn a_name_for_an_unknown_type_is_refused() {
    let table = start().await;
    for inputs in [
        BTreeMap::new(),
        BTreeMap::from([("resourceType".to_owned(), "X".to_owned())]),
    ] {
        let requests = vec![ResolutionRequest {
            inputs,
            ..request(&owner("compute", "1"))
        }];
        assert_eq!(ask(&table, requests).await, Err(FailureKind::Invalid));
    }
    assert!(dump(&table).await.is_empty());
}

#[tokio::test]
async fn a_release_leaves_nothing_and_may_be_repeated() {
    let table = start().await;
    let owners = [owner("compute", "1"), owner("storage", "1")];
    resolve(&table, &owners).await.unwrap();
    assert_eq!(
        release(&table, &owners).await,
        Ok(ResolverAnswer { count: 2 })
    );
    assert!(dump(&table).await.is_empty());
    assert_eq!(
        release(&table, &owners).await,
        Ok(ResolverAnswer { count: 2 })
    );
    assert!(dump(&table).await.is_empty());
}

#[tokio::test]
async fn a_released_name_can_be_handed_out_again() {
    let table = start().await;
    let owner = owner("compute", "1");
    resolve(&table, std::slice::from_ref(&owner)).await.unwrap();
    let first = name(&table, &owner).await;
    release(&table, std::slice::from_ref(&owner)).await.unwrap();
    resolve(&table, std::slice::from_ref(&owner)).await.unwrap();
    assert_eq!(name(&table, &owner).await, first);
}

#[tokio::test]
async fn nobody_releases_what_is_not_theirs() {
    let table = start().await;
    let holder = owner("compute", "2");
    resolve(&table, std::slice::from_ref(&holder))
        .await
        .unwrap();
    let before = dump(&table).await;
    let tenant = TenantId::parse("umbrella").unwrap();
    let strangers = [
        owner("compute", "1"),
        owner("storage", "2"),
        Owner { tenant, ..holder },
    ];
    assert_eq!(
        release(&table, &strangers).await,
        Ok(ResolverAnswer { count: 3 })
    );
    assert_eq!(dump(&table).await, before);
}

#[tokio::test]
async fn a_release_spares_a_claim_that_is_another_owners() {
    let table = start().await;
    let owner = owner("compute", "1");
    resolve(&table, std::slice::from_ref(&owner)).await.unwrap();
    let lost = NameClaim {
        version: 1,
        ..candidate(&owner, 0)
    };
    table.commit(vec![Change::remove(&lost)]).await.unwrap();
    occupy(&table, candidate(&owner, 0)).await;
    release(&table, &[owner]).await.unwrap();
    assert_eq!(kinds(&table).await, ["name-claim"]);
}

/// Names with numbers, which are used again if `gap_free`.
async fn numbered(gap_free: bool) -> TestTable {
    start_with(json!({ "pattern": "gp-{env}-{service|short:8}-{seq:03d}", "gapFree": gap_free }))
        .await
}

#[tokio::test]
async fn names_with_numbers_count_up_and_only_gap_free_ones_are_used_again() {
    for (gap_free, expected) in [
        (false, "gp-dev-web-serv-004"),
        (true, "gp-dev-web-serv-002"),
    ] {
        let table = numbered(gap_free).await;
        let units = ["compute", "storage", "cache"].map(|unit| owner(unit, "1"));
        resolve(&table, &units).await.unwrap();
        assert_eq!(name(&table, &units[0]).await, "gp-dev-web-serv-001");
        assert_eq!(name(&table, &units[2]).await, "gp-dev-web-serv-003");
        for _ in 0..2 {
            release(&table, &units[1..2]).await.unwrap();
        }
        let next = owner("lambda", "1");
        resolve(&table, std::slice::from_ref(&next)).await.unwrap();
        assert_eq!(name(&table, &next).await, expected);
    }
}

/// Asks again after a conflict, as the state machine does.
async fn resolve_at_last(table: &TestTable, owner: &Owner) {
    while resolve(table, std::slice::from_ref(owner)).await.is_err() {}
}

#[tokio::test]
async fn many_who_count_at_once_get_each_number_once_and_leave_no_gap() {
    let table = numbered(true).await;
    let owners: Vec<Owner> = (0..24)
        .map(|at| owner(&format!("unit-{at}"), "1"))
        .collect();
    let mut callers = JoinSet::new();
    for owner in owners.clone() {
        let table = table.clone();
        callers.spawn(async move { resolve_at_last(&table, &owner).await });
    }
    callers.join_all().await;
    let mut names = BTreeSet::new();
    for owner in &owners {
        names.insert(name(&table, owner).await);
    }
    let expected: BTreeSet<String> = (1..=24)
        .map(|number| format!("gp-dev-web-serv-{number:03}"))
        .collect();
    assert_eq!(names, expected);
    release(&table, &owners).await.unwrap();
    assert_eq!(kinds(&table).await, ["counter"]);
    let scope = "AWS::CloudFormation::Stack gp-dev-web-serv-{seq}";
    let counter: Counter = table.get(&Counter::key_of(scope)).await.unwrap().unwrap();
    assert_eq!((counter.next, counter.free.len()), (1, 0));
}

#[tokio::test]
async fn a_number_whose_name_is_taken_is_passed_over() {
    let table = numbered(false).await;
    let owner = owner("compute", "1");
    let mut taken = candidate(&owner, 0);
    taken.name = "gp-dev-web-serv-001".to_owned();
    occupy(&table, taken).await;
    resolve(&table, std::slice::from_ref(&owner)).await.unwrap();
    assert_eq!(name(&table, &owner).await, "gp-dev-web-serv-002");
}

#[tokio::test]
async fn the_layer_that_had_the_last_word_is_kept_with_the_name() {
    let (plain, configured) = (start().await, numbered(false).await);
    let owner = owner("compute", "1");
    for (table, layer) in [(plain, "default"), (configured, "environment")] {
        resolve(&table, std::slice::from_ref(&owner)).await.unwrap();
        let allocation = held(&table, &owner).await.unwrap();
        assert_eq!(allocation.layer.as_str(), layer);
        assert_eq!(allocation.value, allocation.outputs["name"]);
    }
}

#[tokio::test]
async fn a_pattern_that_cannot_work_is_refused_and_takes_nothing() {
    let table = start_with(json!({ "pattern": "gp-{env}" })).await;
    let answer = resolve(&table, &[owner("compute", "1")]).await;
    assert_eq!(answer, Err(FailureKind::Invalid));
    assert!(dump(&table).await.is_empty());
}
