//! The route table: every endpoint, what it takes to call it, and what callers read about it.

mod events;
mod governance;
mod grounds;
mod instances;

use crate::contract::{self, says};
use crate::routes::Routes;
use crate::{System, Table, health, whoami};

/// Every endpoint.
pub(crate) fn routes<T: Table, S: System>() -> Routes<T, S> {
    Routes::new()
        .open(
            "/v1/health",
            says("showHealth", "Says that the API answers"),
            health,
        )
        .open(
            "/v1/openapi.json",
            says("showOpenApi", "Shows this document"),
            contract::show,
        )
        .anyone(
            "/v1/whoami",
            says("showCaller", "Shows who the caller is taken for"),
            whoami::show,
        )
        .merge(instances::routes())
        .merge(events::routes())
        .merge(grounds::routes())
        .merge(governance::routes())
}
