//! The naming resolver on a real table: a name has one owner, and an owner has one name.

use std::collections::{BTreeMap, BTreeSet};

use groundplane_model::{
    Allocation, Change, DeploymentId, FailureKind, InstanceId, Owner, ResolutionRequest,
    ResolverName, TenantId, UnitName,
};
use groundplane_ports::{ReadTable, WriteTable};
use groundplane_resolve_name::{Answer, Request, handle};
use groundplane_resolvers::{NameClaim, Naming, Pattern};
use tokio::task::JoinSet;

use crate::dynamo::TestTable;
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
        resolver: ResolverName::Naming,
        owner: owner.clone(),
        deployment: DeploymentId::from_number(1),
        inputs: BTreeMap::from([("resourceType".to_owned(), STACK.to_owned())]),
    }
}

fn naming() -> Naming {
    let pattern = Pattern::parse(Pattern::DEFAULT).unwrap();
    Naming {
        pattern,
        installation: "one".to_owned(),
    }
}

/// The name that the owner gets after that many that were taken.
fn candidate(owner: &Owner, attempt: u32) -> NameClaim {
    naming().candidate(&request(owner), attempt).unwrap()
}

async fn resolve(table: &TestTable, owners: &[Owner]) -> Result<Answer, FailureKind> {
    let requests = owners.iter().map(request).collect();
    ask(table, Request::Resolve { requests }).await
}

async fn release(table: &TestTable, owners: &[Owner]) -> Result<Answer, FailureKind> {
    ask(
        table,
        Request::Release {
            owners: owners.to_vec(),
        },
    )
    .await
}

async fn ask(table: &TestTable, request: Request) -> Result<Answer, FailureKind> {
    let system = TestSystem::default();
    handle(&**table, &system, &naming(), request)
        .await
        .map_err(|failure| failure.kind)
}

async fn held(table: &TestTable, owner: &Owner) -> Option<Allocation> {
    table
        .get(&Allocation::key_of(ResolverName::Naming, owner))
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
    let table = TestTable::start().await;
    let owners = [owner("compute", "1"), owner("storage", "1")];
    assert_eq!(resolve(&table, &owners).await, Ok(Answer { count: 2 }));
    let names = BTreeSet::from([
        name(&table, &owners[0]).await,
        name(&table, &owners[1]).await,
    ]);
    assert_eq!(names.len(), 2);
    assert_eq!(
        table.kinds().await,
        ["allocation", "allocation", "name-claim", "name-claim"]
    );
}

#[tokio::test]
async fn asking_again_changes_nothing() {
    let table = TestTable::start().await;
    let owners = [owner("compute", "1"), owner("compute", "1")];
    assert_eq!(resolve(&table, &owners).await, Ok(Answer { count: 2 }));
    let before = table.dump().await;
    assert_eq!(resolve(&table, &owners[..1]).await, Ok(Answer { count: 1 }));
    assert_eq!(table.dump().await, before);
    assert_eq!(before.len(), 2);
}

#[tokio::test]
async fn one_owner_that_asks_many_times_at_once_gets_one_name() {
    let table = TestTable::start().await;
    let mut callers = JoinSet::new();
    for _ in 0..16 {
        let table = table.clone();
        callers.spawn(async move { resolve(&table, &[owner("compute", "1")]).await });
    }
    for answer in callers.join_all().await {
        assert_eq!(answer, Ok(Answer { count: 1 }));
    }
    name(&table, &owner("compute", "1")).await;
    assert_eq!(table.kinds().await, ["allocation", "name-claim"]);
}

#[tokio::test]
async fn a_name_that_is_taken_is_passed_over() {
    let table = TestTable::start().await;
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
    let table = TestTable::start().await;
    let owner = owner("compute", "1");
    // More than the resolver tries.
    for attempt in 0..32 {
        occupy(&table, candidate(&owner, attempt)).await;
    }
    let before = table.dump().await;
    assert_eq!(resolve(&table, &[owner]).await, Err(FailureKind::Conflict));
    assert_eq!(table.dump().await, before);
}

#[tokio::test]
async fn what_an_earlier_incarnation_left_is_replaced_whole() {
    let table = TestTable::start().await;
    let (old, new) = (owner("compute", "1"), owner("compute", "2"));
    resolve(&table, std::slice::from_ref(&old)).await.unwrap();
    let old_name = name(&table, &old).await;
    resolve(&table, std::slice::from_ref(&new)).await.unwrap();
    assert_ne!(name(&table, &new).await, old_name);
    assert_eq!(table.kinds().await, ["allocation", "name-claim"]);
}

#[tokio::test]
async fn a_stale_allocation_whose_claim_is_gone_is_replaced_too() {
    let table = TestTable::start().await;
    let (old, new) = (owner("compute", "1"), owner("compute", "2"));
    resolve(&table, std::slice::from_ref(&old)).await.unwrap();
    let lost = NameClaim {
        version: 1,
        ..candidate(&old, 0)
    };
    table.commit(vec![Change::remove(&lost)]).await.unwrap();
    resolve(&table, std::slice::from_ref(&new)).await.unwrap();
    name(&table, &new).await;
    assert_eq!(table.kinds().await, ["allocation", "name-claim"]);
}

#[tokio::test]
async fn a_name_for_an_unknown_type_is_refused() {
    let table = TestTable::start().await;
    for inputs in [
        BTreeMap::new(),
        BTreeMap::from([("resourceType".to_owned(), "X".to_owned())]),
    ] {
        let requests = vec![ResolutionRequest {
            inputs,
            ..request(&owner("compute", "1"))
        }];
        assert_eq!(
            ask(&table, Request::Resolve { requests }).await,
            Err(FailureKind::Invalid)
        );
    }
    assert!(table.dump().await.is_empty());
}

#[tokio::test]
async fn a_release_leaves_nothing_and_may_be_repeated() {
    let table = TestTable::start().await;
    let owners = [owner("compute", "1"), owner("storage", "1")];
    resolve(&table, &owners).await.unwrap();
    assert_eq!(release(&table, &owners).await, Ok(Answer { count: 2 }));
    assert!(table.dump().await.is_empty());
    assert_eq!(release(&table, &owners).await, Ok(Answer { count: 2 }));
    assert!(table.dump().await.is_empty());
}

#[tokio::test]
async fn a_released_name_can_be_handed_out_again() {
    let table = TestTable::start().await;
    let owner = owner("compute", "1");
    resolve(&table, std::slice::from_ref(&owner)).await.unwrap();
    let first = name(&table, &owner).await;
    release(&table, std::slice::from_ref(&owner)).await.unwrap();
    resolve(&table, std::slice::from_ref(&owner)).await.unwrap();
    assert_eq!(name(&table, &owner).await, first);
}

#[tokio::test]
async fn nobody_releases_what_is_not_theirs() {
    let table = TestTable::start().await;
    let holder = owner("compute", "2");
    resolve(&table, std::slice::from_ref(&holder))
        .await
        .unwrap();
    let before = table.dump().await;
    let tenant = TenantId::parse("umbrella").unwrap();
    let strangers = [
        owner("compute", "1"),
        owner("storage", "2"),
        Owner { tenant, ..holder },
    ];
    assert_eq!(release(&table, &strangers).await, Ok(Answer { count: 3 }));
    assert_eq!(table.dump().await, before);
}

#[tokio::test]
async fn a_release_spares_a_claim_that_is_another_owners() {
    let table = TestTable::start().await;
    let owner = owner("compute", "1");
    resolve(&table, std::slice::from_ref(&owner)).await.unwrap();
    let lost = NameClaim {
        version: 1,
        ..candidate(&owner, 0)
    };
    table.commit(vec![Change::remove(&lost)]).await.unwrap();
    occupy(&table, candidate(&owner, 0)).await;
    release(&table, &[owner]).await.unwrap();
    assert_eq!(table.kinds().await, ["name-claim"]);
}
