//! `groundplane audit`: who did what.

use groundplane_model::AuditEntry;
use serde::Serialize;

use crate::answer::Report;
use crate::arguments::{Audit, Global};
use crate::client::AuditQuestion;
use crate::error::Error;
use crate::render;
use crate::world::World;

#[derive(Serialize)]
struct Found {
    items: Vec<AuditEntry>,
}

/// Runs the command.
pub(super) fn run(
    arguments: &Audit,
    global: &Global,
    world: &mut World<'_>,
) -> Result<Report, Error> {
    let client = super::connect(global, world)?;
    let since = format!("{}s", arguments.since.as_secs());
    let items = client.audit(AuditQuestion {
        object: arguments.object.as_deref(),
        actor: arguments.actor.as_deref(),
        since: &since,
        tenant: arguments.tenant.as_deref(),
    })?;
    let text = render::audit::entries(&items);
    Ok(Report::new(text, &Found { items }))
}
