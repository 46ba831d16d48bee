//! `groundplane image …`: the image catalog.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use groundplane_model::Problem;
use groundplane_resolvers::SEEDS;
use serde::Serialize;
use serde_json::{Value, json};

use crate::answer::Report;
use crate::arguments::{Global, ImageCommand};
use crate::client::{CatalogImage, Client};
use crate::error::{Error, FileProblem};
use crate::render;
use crate::submission::{json_body, refused_request};
use crate::world::World;

/// The most bytes that are read: more than the platform takes.
const MAX_READ: u64 = 1024 * 1024;

#[derive(Serialize)]
struct Answer {
    items: Vec<CatalogImage>,
}

/// Runs the command.
pub(super) fn run(
    command: &ImageCommand,
    global: &Global,
    world: &mut World<'_>,
) -> Result<Report, Error> {
    match command {
        ImageCommand::List(arguments) => {
            let client = super::connect(global, world)?;
            let zone = arguments.landing_zone.as_ref();
            let items = client.images(arguments.family.as_deref(), zone)?;
            Ok(Report::new(render::image::list(&items), &Answer { items }))
        }
        ImageCommand::Set(arguments) => {
            let images = read(world, &arguments.file)?;
            let client = super::connect(global, world)?;
            set(&client, &arguments.file.display().to_string(), images)
        }
        ImageCommand::Seed => {
            let client = super::connect(global, world)?;
            set(&client, "seeds", seeds())
        }
    }
}

fn set(client: &Client, from: &str, images: Vec<Value>) -> Result<Report, Error> {
    let items = client
        .set_images(&json_body(&Value::Array(images)))
        .map_err(|error| refused_request(from, error))?;
    Ok(Report::new(render::image::set(&items), &Answer { items }))
}

/// What a new catalog on AWS begins with.
fn seeds() -> Vec<Value> {
    let entries = SEEDS.iter().filter_map(|seed| seed.entry().ok());
    entries
        .map(|entry| {
            json!({
                "kind": entry.kind, "family": entry.family, "release": entry.release,
                "architecture": entry.architecture, "image": entry.image, "state": entry.state,
                "source": entry.source,
            })
        })
        .collect()
}

/// The images in a file: a JSON list, or YAML documents, each of one image or with a list of
/// `images`.
fn read(world: &mut World<'_>, path: &Path) -> Result<Vec<Value>, Error> {
    let name = path.display().to_string();
    let refused = |problems: Vec<Problem>| {
        let in_file = |problem| FileProblem::new(&name, problem);
        Error::Documents {
            problems: problems.into_iter().map(in_file).collect(),
        }
    };
    let one = |message: String| refused(vec![Problem::error("", message)]);
    let text = text_of(world, path).map_err(|error| one(format!("it cannot be read: {error}")))?;
    if text.trim_start().starts_with('[') {
        return serde_json::from_str(&text)
            .map_err(|error| one(format!("it is not JSON: {error}")));
    }
    let documents = groundplane_spec::parse_all(&text).map_err(refused)?;
    let images = documents.iter().flat_map(|document| {
        let value = document.value();
        match value.get("images") {
            Some(Value::Array(images)) => images.clone(),
            Some(_) | None => vec![value.clone()],
        }
    });
    Ok(images.collect())
}

fn text_of(world: &mut World<'_>, path: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    if path.as_os_str() == "-" {
        (&mut world.input)
            .take(MAX_READ)
            .read_to_string(&mut text)?;
    } else {
        let file = fs::File::open(world.directory.join(path))?;
        file.take(MAX_READ).read_to_string(&mut text)?;
    }
    Ok(text)
}
