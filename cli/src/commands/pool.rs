//! `groundplane pool …`: pools of addresses, and what is taken of them.

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::answer::Report;
use crate::arguments::{Create, Global, Import, Place, PoolCommand};
use crate::client::{Block, Client, PoolSummary, Within};
use crate::error::Error;
use crate::render;
use crate::submission::{json_body, refused_request};
use crate::world::World;

#[derive(Serialize)]
struct Answer<T> {
    items: Vec<T>,
}

/// Runs the command.
pub(super) fn run(
    command: &PoolCommand,
    global: &Global,
    world: &World<'_>,
) -> Result<Report, Error> {
    let client = super::connect(global, world)?;
    match command {
        PoolCommand::List => list(&client),
        PoolCommand::Show(pool) => {
            let pool = client.pool(&pool.name)?;
            Ok(Report::new(render::pool::full(&pool), &pool))
        }
        PoolCommand::Create(arguments) => create(&client, arguments),
        PoolCommand::Delete(pool) => {
            let deleted = client.delete_pool(&pool.name)?;
            let text = format!("pool `{}` is deleted\n", deleted.name);
            Ok(Report::new(text, &deleted))
        }
        PoolCommand::Import(arguments) => import(&client, arguments),
        PoolCommand::Release(arguments) => {
            let within = within(&arguments.place)?;
            let given_back = client.give_back(&within, &arguments.cidr)?;
            let cidr = render::line(&given_back.cidr);
            let text = format!("{cidr} is free in {}\n", place(&within));
            Ok(Report::new(text, &given_back))
        }
        PoolCommand::Allocations(arguments) => {
            let within = within(&arguments.place)?;
            let items: Vec<Block> = client.allocations(&within)?;
            let text = render::pool::blocks(&items, &place(&within));
            Ok(Report::new(text, &Answer { items }))
        }
    }
}

fn list(client: &Client) -> Result<Report, Error> {
    let items: Vec<PoolSummary> = client.pools()?;
    Ok(Report::new(render::pool::list(&items), &Answer { items }))
}

fn create(client: &Client, arguments: &Create) -> Result<Report, Error> {
    let name = &arguments.name;
    let created = client
        .create_pool(name, &json_body(&draft(arguments)))
        .map_err(|error| refused_request(&format!("pool {name}"), error))?;
    let text = format!(
        "pool `{}` hands out of {}\n",
        created.name,
        render::line(&created.cidr)
    );
    Ok(Report::new(text, &created))
}

/// The pool as the platform reads it.
fn draft(arguments: &Create) -> Value {
    let Create {
        cidr,
        parent,
        space,
        min_length,
        max_length,
        reserve,
        tag,
        subnet,
        ..
    } = arguments;
    let tags: Map<String, Value> = tag
        .iter()
        .map(|(key, value)| (key.clone(), json!(value)))
        .collect();
    json!({
        "cidr": cidr,
        "parent": parent,
        "space": space,
        "allowedLengths": {"min": min_length, "max": max_length},
        "reserved": reserve,
        "tags": tags,
        "subnetId": subnet,
    })
}

fn import(client: &Client, arguments: &Import) -> Result<Report, Error> {
    let Import {
        cidr, description, ..
    } = arguments;
    let within = within(&arguments.place)?;
    let (kind, name) = within.named();
    let body = json_body(&json!({kind: name, "cidr": cidr, "description": description}));
    let block = client
        .import(&body)
        .map_err(|error| refused_request(&format!("import of {cidr}"), error))?;
    let text = format!(
        "{} is taken in {} for {}\n",
        render::line(&block.cidr),
        place(&within),
        render::line(&block.holder.name)
    );
    Ok(Report::new(text, &block))
}

/// The parser has seen to it that one of them is there.
fn within(place: &Place) -> Result<Within, Error> {
    let pool = place.pool.clone().map(Within::Pool);
    let space = place.space.clone().map(Within::Space);
    pool.or(space).ok_or_else(|| {
        Error::usage(
            "neither a pool nor a space is named",
            "pass --pool or --space",
        )
    })
}

fn place(within: &Within) -> String {
    let (kind, name) = within.named();
    format!("the {kind} `{name}`")
}
