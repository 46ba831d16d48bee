//! `POST /v1/deployments/{id}:cancel`

use groundplane_deployment::cancel as cancelled;
use groundplane_model::Callback;

use crate::acceptance::{ATTEMPTS, busy, save};
use crate::deployments::{Known, load};
use crate::gate::Caller;
use crate::problem::Refused;
use crate::{Platform, System, Table};

/// Keeps the wish that a deployment goes no further, and gives it as it then is.
pub(crate) async fn cancel<T: Table, S: System>(
    platform: &Platform<T, S>,
    caller: &Caller,
    id: &str,
) -> Result<Known, Refused> {
    let mut known = load(platform, caller, id).await?;
    for _ in 0..ATTEMPTS {
        let (deployment, steps) = &known;
        let key = Callback::key_of(&deployment.tenant, &deployment.id);
        let callback: Option<Callback> = platform.table.get(&key).await?;
        let who = (caller.principal.subject.as_str(), platform.system.now());
        let changes = cancelled(deployment, steps, callback.as_ref(), who)?;
        let is_saved = save(platform, changes).await?;
        known = load(platform, caller, id).await?;
        if is_saved {
            return Ok(known);
        }
        // It moved: what it has begun since decides.
    }
    Err(busy(&known.0.instance))
}
