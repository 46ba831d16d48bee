//! `groundplane apply FILE…`: registers landing zones, then environments, then deploys services.

use groundplane_spec::Kind;
use serde::Serialize;
use serde_json::Value;

use crate::answer::Report;
use crate::arguments::{Apply, Global};
use crate::client::{Accepted, Bound, Client, Registered};
use crate::documents::{self, Candidate};
use crate::error::Error;
use crate::render;
use crate::submission;
use crate::world::World;

#[derive(Serialize)]
struct Answer {
    items: Vec<Applied>,
}

/// What became of one document.
#[derive(Serialize)]
#[serde(untagged)]
enum Applied {
    Registered(Registered),
    Accepted(Accepted),
}

/// Runs the command. Documents stand on each other, so the first refusal is the end; what was
/// applied before it is reported.
pub(super) fn run(
    arguments: &Apply,
    global: &Global,
    world: &mut World<'_>,
) -> Result<Report, Error> {
    let (mut candidates, warnings) = documents::check(world, &arguments.files).all_valid()?;
    world.say(&render::problems::text(&warnings));
    let client = connect(&candidates, global, world)?;
    candidates.sort_by_key(|candidate| rank(candidate.kind()));
    let mut items = Vec::new();
    let mut failure = None;
    for candidate in &candidates {
        match apply(&client, world, candidate) {
            Ok(applied) => items.push(applied),
            Err(error) => {
                failure = Some(error);
                break;
            }
        }
    }
    let text = items.iter().map(text).collect();
    Ok(Report::new(text, &Answer { items }).but(failure))
}

/// Nothing is sent before every service is known to have somewhere to go.
fn connect(candidates: &[Candidate], global: &Global, world: &World<'_>) -> Result<Client, Error> {
    let homeless = candidates.iter().find(|found| found.is_homeless());
    if let Some(service) = homeless {
        return Err(Error::usage(
            format!(
                "{}: `{}` names no environment",
                service.file,
                service.name()
            ),
            "set metadata.environment, or deploy it by itself with `groundplane deploy --env`",
        ));
    }
    super::connect(global, world)
}

/// The order in which documents build on each other.
const fn rank(kind: Kind) -> u8 {
    match kind {
        Kind::Resolver | Kind::Workflow | Kind::AccessPolicy | Kind::Guardrail | Kind::Tenant => 0,
        Kind::Lifecycle | Kind::LandingZone | Kind::ComplianceFramework => 1,
        Kind::Environment => 2,
        Kind::Service => 3,
    }
}

fn apply(client: &Client, world: &mut World<'_>, candidate: &Candidate) -> Result<Applied, Error> {
    match candidate.kind() {
        Kind::LandingZone => {
            submission::register(client, world, "landing-zones", candidate).map(Applied::Registered)
        }
        Kind::Environment => {
            submission::register(client, world, "environments", candidate).map(Applied::Registered)
        }
        Kind::Resolver => {
            submission::register(client, world, "resolvers", candidate).map(Applied::Registered)
        }
        Kind::Lifecycle => {
            submission::register(client, world, "lifecycles", candidate).map(Applied::Registered)
        }
        Kind::Workflow => {
            submission::register(client, world, "workflows", candidate).map(Applied::Registered)
        }
        Kind::AccessPolicy => submission::register(client, world, "access-policies", candidate)
            .map(Applied::Registered),
        Kind::Guardrail => {
            submission::register(client, world, "guardrails", candidate).map(Applied::Registered)
        }
        Kind::Tenant => {
            submission::register(client, world, "tenants", candidate).map(Applied::Registered)
        }
        Kind::ComplianceFramework => {
            submission::register(client, world, "compliance-frameworks", candidate)
                .map(Applied::Registered)
        }
        Kind::Service => {
            submission::submit(client, world, candidate, Bound::default()).map(Applied::Accepted)
        }
    }
}

fn version(version: &Value) -> String {
    let text = version.as_str().map(render::line);
    text.unwrap_or_else(|| version.to_string())
}

fn text(applied: &Applied) -> String {
    match applied {
        Applied::Accepted(accepted) => render::deployment::accepted(accepted),
        Applied::Registered(registered) => {
            let state = if registered.changed {
                "is now"
            } else {
                "is unchanged,"
            };
            format!(
                "{} `{}` {state} version {}\n",
                render::line(&registered.kind),
                render::line(&registered.name),
                version(&registered.version)
            )
        }
    }
}
