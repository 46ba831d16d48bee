//! `/v1/pools`: blocks of addresses that allocations come from.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use groundplane_addresses::{
    Created, create_pool, find_pool, largest_free, remove_pool, utilisation,
};
use groundplane_model::{Failure, FailureKind, Index, PoolName, Problem, SpaceName};
use groundplane_ports::Page;
use groundplane_resolvers::{Cidr, Lengths, Pool, PoolDraft, PoolSpec, Utilisation};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::contract::Made;
use crate::gate::Caller;
use crate::problem::Refused;
use crate::request::{Asked, Named, Paging, page};
use crate::submission::Written;
use crate::view::Listing;
use crate::{Platform, System, Table};

/// A pool in a listing.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Pool)]
pub(crate) struct PoolView {
    name: PoolName,
    #[schema(value_type = String)]
    cidr: Cidr,
    space: SpaceName,
    parent: Option<PoolName>,
    allowed_lengths: Lengths,
    #[schema(value_type = Vec<String>)]
    reserved: Vec<Cidr>,
    tags: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subnet_id: Option<String>,
    /// The prefix length of the largest free block, if anything is free.
    largest_free: Option<u8>,
    created_at: Timestamp,
    created_by: String,
}

/// A pool by itself.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PoolDetail {
    #[serde(flatten)]
    pool: PoolView,
    utilisation: Utilisation,
}

impl PoolView {
    fn new(pool: Pool, largest_free: Option<u8>) -> Self {
        let PoolSpec {
            cidr,
            space,
            parent,
            allowed_lengths,
            reserved,
            tags,
            subnet_id,
        } = pool.spec;
        Self {
            name: pool.name,
            cidr,
            space,
            parent,
            allowed_lengths,
            reserved,
            tags,
            subnet_id,
            largest_free,
            created_at: pool.created_at,
            created_by: pool.created_by,
        }
    }
}

/// `PUT /v1/pools/{name}`
pub(crate) async fn create<T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    caller: Caller,
    Named(name): Named,
    written: Written,
) -> Result<Made<PoolView>, Refused> {
    let mut problems = Vec::new();
    let name = PoolName::parse(&name)
        .map_err(|error| problems.push(Problem::error("", error.to_string())))
        .ok();
    let spec = PoolDraft::read(written.value())
        .map_err(|more| problems.extend(more))
        .ok();
    let Some((name, spec)) = name.zip(spec) else {
        return Err(written.refused("the pool", problems).into());
    };
    let wanted = Pool {
        name,
        incarnation: platform.system.next().simple().to_string(),
        spec,
        created_at: platform.system.now(),
        created_by: caller.principal.subject.clone(),
        version: 0,
    };
    let created = create_pool(&platform.table, &wanted).await;
    let created = created.map_err(|failure| written.located(failure))?;
    let (is_new, pool) = match created {
        Created::Made(pool) => (true, pool),
        Created::Exists(pool) if pool.spec == wanted.spec => (false, pool),
        Created::Exists(pool) => {
            let message = format!(
                "there is a pool `{}` with other settings: a pool does not change",
                pool.name
            );
            return Err(Failure::new(FailureKind::Conflict, message).into());
        }
    };
    let largest = largest_free(&platform.table, &pool).await?;
    let view = PoolView::new(pool, largest);
    Ok(Made { view, is_new })
}

/// `GET /v1/pools`
pub(crate) async fn list<T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    _caller: Caller,
    Asked(query): Asked<Paging>,
) -> Result<Json<Listing<PoolView>>, Refused> {
    let page: Page<Pool> = page(
        &platform.table,
        &Index::pools(""),
        query.limit,
        query.cursor.as_deref(),
    )
    .await?;
    let mut items = Vec::new();
    for pool in page.records {
        let largest = largest_free(&platform.table, &pool).await?;
        items.push(PoolView::new(pool, largest));
    }
    Ok(Json(Listing {
        items,
        next: page.next,
    }))
}

/// `GET /v1/pools/{name}`
pub(crate) async fn show<T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    _caller: Caller,
    Named(name): Named,
) -> Result<Json<PoolDetail>, Refused> {
    let pool = find_pool(&platform.table, &parse(&name)?).await?;
    let utilisation = utilisation(&platform.table, &pool).await?;
    Ok(Json(PoolDetail {
        pool: PoolView::new(pool, utilisation.largest_free),
        utilisation,
    }))
}

/// What became of a pool that was to be removed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PoolRemoved)]
pub(crate) struct Removed {
    name: PoolName,
}

/// `DELETE /v1/pools/{name}`
pub(crate) async fn remove<T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    Named(name): Named,
) -> Result<Json<Removed>, Refused> {
    let name = parse(&name)?;
    remove_pool(&platform.table, &name, platform.system.now()).await?;
    Ok(Json(Removed { name }))
}

/// The name of a pool; what cannot be one is answered like one that does not exist.
pub(crate) fn parse(text: &str) -> Result<PoolName, Failure> {
    PoolName::parse(text).map_err(|_| Failure::new(FailureKind::NotFound, "there is no such pool"))
}
