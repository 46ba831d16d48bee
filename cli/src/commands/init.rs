//! `groundplane init NAME`: a spec to begin with, and the schema that editors check it by. What is
//! there already is left alone.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::Path;

use groundplane_spec::{Kind, composed_schema};
use serde::Serialize;

use crate::answer::Report;
use crate::arguments::Init;
use crate::error::Error;
use crate::world::World;

/// Where the schema lies, from the directory of the spec.
const SCHEMA: &str = ".groundplane/service.schema.json";

#[derive(Serialize)]
struct Answer<'a> {
    file: &'a str,
    schema: &'a str,
}

/// Runs the command.
pub(super) fn run(arguments: &Init, world: &World<'_>) -> Result<Report, Error> {
    let file = format!("{}.yaml", arguments.name);
    let schema = format!("{:#}\n", composed_schema(Kind::Service));
    write_new(&world.directory.join(&file), &spec(arguments)).map_err(|error| {
        if error.kind() == ErrorKind::AlreadyExists {
            return Error::usage(
                format!("`{file}` is there already"),
                "nothing was written; choose another name, or edit that file",
            );
        }
        unwritable(&file, &error)
    })?;
    // A schema of another version is replaced: it has nothing of the user's.
    let path = world.directory.join(SCHEMA);
    path.parent()
        .map_or(Ok(()), fs::create_dir_all)
        .and_then(|()| fs::write(&path, schema))
        .map_err(|error| unwritable(SCHEMA, &error))?;
    let text = format!(
        "{file} is a service to begin with; editors check it by {SCHEMA}\n\n\
         next: `groundplane validate {file}`, then `groundplane preview {file}`\n"
    );
    let answer = Answer {
        file: &file,
        schema: SCHEMA,
    };
    Ok(Report::new(text, &answer))
}

fn write_new(path: &Path, content: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(content.as_bytes())
}

fn unwritable(file: &str, error: &io::Error) -> Error {
    Error::usage(
        format!("`{file}` cannot be written: {error}"),
        "run the command in a directory that you may write to",
    )
}

fn spec(Init { name, env }: &Init) -> String {
    format!(
        "\
# yaml-language-server: $schema={SCHEMA}
apiVersion: groundplane.dev/v1
kind: Service
metadata:
  name: {name}
  environment: {env}
spec:
  compute:
    image: public.ecr.aws/nginx/nginx:1.27
    port: 80
    # What the service is told; other sections can be read from, as in ${{cache.url}}.
    environment:
      LOG_LEVEL: info
  # A folder that all copies of the service share.
  # storage:
  #   accessPoint:
  #     path: /data
"
    )
}
