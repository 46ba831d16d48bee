//! `/v1/allocations`: what is taken of pools and spaces, and taking it by hand.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use groundplane_addresses::{find_pool, give_back_import, import};
use groundplane_authority::{Action, Object};
use groundplane_model::{PoolName, Problem, SpaceName, TenantId};
use groundplane_ports::Page;
use groundplane_resolvers::{Block, BlockState, Cidr, Holder, Within};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::contract::{Made, Sheet};
use crate::gate::Caller;
use crate::pools::parse;
use crate::problem::{Refused, shown};
use crate::request::{Asked, Limit, page_of};
use crate::submission::Written;
use crate::view::Listing;
use crate::{Platform, System, Table};

/// The most characters of a description.
const LONGEST_DESCRIPTION: usize = 200;

/// A block that is taken.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Allocation)]
pub(crate) struct BlockView {
    #[schema(value_type = String)]
    cidr: Cidr,
    state: &'static str,
    /// When it becomes free by itself, if it does.
    until: Option<Timestamp>,
    holder: HolderView,
    allocated_at: Timestamp,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AllocationHolder)]
struct HolderView {
    kind: &'static str,
    /// The instance, the pool, or what was imported.
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    input: Option<String>,
}

impl BlockView {
    fn new(block: Block, caller: &Caller) -> Self {
        let state = match block.state {
            BlockState::Held => "held",
            BlockState::Reserved { .. } => "reserved",
            BlockState::Resting { .. } => "resting",
        };
        Self {
            cidr: block.cidr,
            state,
            until: block.state.due(),
            holder: HolderView::new(block.holder, caller),
            allocated_at: block.allocated_at,
        }
    }
}

impl HolderView {
    fn named(kind: &'static str, name: String) -> Self {
        Self {
            kind,
            name,
            tenant: None,
            unit: None,
            input: None,
        }
    }

    /// Tenants learn nothing of each other.
    fn new(holder: Holder, caller: &Caller) -> Self {
        match holder {
            Holder::Instance(owner) if is_shown(caller, &owner.tenant) => Self {
                tenant: Some(owner.tenant.to_string()),
                unit: Some(owner.unit.to_string()),
                input: Some(owner.input),
                ..Self::named("instance", owner.instance.to_string())
            },
            Holder::Instance(_) => Self::named("instance", Holder::ANOTHER_TENANT.to_owned()),
            Holder::Pool(name) => Self::named("pool", name.to_string()),
            Holder::Import(description) => Self::named("import", description),
        }
    }
}

/// Whether the caller may know what `tenant` has: their own, or whoever runs the platform.
fn is_shown(caller: &Caller, tenant: &TenantId) -> bool {
    let decision = caller.may(Action::HolderRead, Object::of(tenant));
    decision.allowed
}

/// The query of `GET /v1/allocations`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListQuery {
    pool: Option<String>,
    space: Option<String>,
    limit: Option<Limit>,
    cursor: Option<String>,
}

/// `GET /v1/allocations`
pub(crate) async fn list<T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    caller: Caller,
    Asked(query): Asked<ListQuery>,
) -> Result<Json<Listing<BlockView>>, Refused> {
    let within = within(query.pool.as_deref(), query.space.as_deref())?;
    if let Within::Pool(name) = &within {
        find_pool(&platform.table, name).await?;
    }
    let page: Page<Block> = page_of(
        &platform.table,
        (&within.partition(), Block::PREFIX),
        query.limit,
        query.cursor.as_deref(),
    )
    .await?;
    let view = |block| BlockView::new(block, &caller);
    Ok(Json(Listing {
        items: page.records.into_iter().map(view).collect(),
        next: page.next,
    }))
}

/// The one of pool and space that the query names.
fn within(pool: Option<&str>, space: Option<&str>) -> Result<Within, Refused> {
    match (pool, space) {
        (Some(pool), None) => Ok(Within::Pool(parse(pool)?)),
        (None, Some(space)) => SpaceName::parse(space)
            .map(Within::Space)
            .map_err(|error| Refused::bad_request(error.to_string())),
        (None, None) | (Some(_), Some(_)) => Err(Refused::bad_request(
            "the query names one `pool` or one `space`",
        )),
    }
}

/// A block that is to be taken by hand.
struct Wanted {
    within: Within,
    cidr: Cidr,
    description: String,
}

/// What `POST /v1/allocations` takes.
pub(crate) fn taken(sheet: &mut Sheet) {
    let text = json!({ "type": "string" });
    let import = json!({
        "type": "object",
        "required": ["cidr", "description"],
        "additionalProperties": false,
        "properties": {
            "pool": { "type": "string", "description": "The pool that it is in, if it is in one." },
            "space": { "type": "string", "description": "The space that it is in otherwise." },
            "cidr": text,
            "description": { "type": "string", "maxLength": LONGEST_DESCRIPTION },
        },
    });
    sheet.takes(&["application/yaml", "application/json"], true, &import);
}

/// `POST /v1/allocations`
pub(crate) async fn take<T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    caller: Caller,
    written: Written,
) -> Result<Made<BlockView>, Refused> {
    let wanted = Wanted::read(written.value());
    let Wanted {
        within,
        cidr,
        description,
    } = wanted.map_err(|problems| written.refused("the import", problems))?;
    let now = platform.system.now();
    let imported = import(&platform.table, (within, cidr), &description, now).await?;
    Ok(Made {
        is_new: imported.is_new,
        view: BlockView::new(imported.block, &caller),
    })
}

impl Wanted {
    const FIELDS: [&str; 4] = ["pool", "space", "cidr", "description"];

    /// Reads what is to be imported, or finds everything that is wrong with it.
    fn read(value: &Value) -> Result<Self, Vec<Problem>> {
        let Value::Object(fields) = value else {
            let message = "an import is an object with `pool` or `space`, `cidr` and `description`";
            return Err(vec![Problem::error("", message)]);
        };
        let mut problems = Vec::new();
        for name in fields
            .keys()
            .filter(|name| !Self::FIELDS.contains(&name.as_str()))
        {
            let message = format!("an import has no field `{}`", shown(name));
            problems.push(Problem::error("", message));
        }
        let mut text = |name: &str| match fields.get(name) {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => Some(text.as_str()),
            Some(_) => {
                let message = format!("`{name}` is a text");
                problems.push(Problem::error(format!("/{name}"), message));
                None
            }
        };
        let [pool, space, cidr, description] = Self::FIELDS.map(&mut text);
        let within = match (pool, space) {
            (Some(pool), None) => {
                read(&mut problems, "/pool", PoolName::parse(pool)).map(Within::Pool)
            }
            (None, Some(space)) => {
                read(&mut problems, "/space", SpaceName::parse(space)).map(Within::Space)
            }
            (None, None) | (Some(_), Some(_)) => {
                let message = "an import names one `pool` or one `space`";
                problems.push(Problem::error("", message));
                None
            }
        };
        let cidr = Cidr::parse(cidr.unwrap_or_default());
        let cidr = read(&mut problems, "/cidr", cidr);
        let description = description.map(str::trim).unwrap_or_default();
        if !(1..=LONGEST_DESCRIPTION).contains(&description.chars().count()) {
            let message =
                format!("an import needs a `description` of 1 to {LONGEST_DESCRIPTION} characters");
            problems.push(Problem::error("/description", message));
        }
        match within.zip(cidr) {
            Some((within, cidr)) if problems.is_empty() => Ok(Self {
                within,
                cidr,
                description: description.to_owned(),
            }),
            _ => Err(problems),
        }
    }
}

fn read<T, E: ToString>(problems: &mut Vec<Problem>, at: &str, parsed: Result<T, E>) -> Option<T> {
    parsed
        .map_err(|error| problems.push(Problem::error(at, error.to_string())))
        .ok()
}

/// The query of `DELETE /v1/allocations`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GiveBackQuery {
    pool: Option<String>,
    space: Option<String>,
    cidr: String,
}

/// A block that was given back.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AllocationGivenBack)]
pub(crate) struct GivenBack {
    #[schema(value_type = String)]
    cidr: Cidr,
}

/// `DELETE /v1/allocations`
pub(crate) async fn give_back<T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    Asked(query): Asked<GiveBackQuery>,
) -> Result<Json<GivenBack>, Refused> {
    let within = within(query.pool.as_deref(), query.space.as_deref())?;
    let cidr = Cidr::parse(&query.cidr);
    let cidr = cidr.map_err(|error| Refused::bad_request(error.to_string()))?;
    give_back_import(&platform.table, &within, cidr).await?;
    Ok(Json(GivenBack { cidr }))
}
