//! `POST /v1/deployments/{id}:approve` and `:reject`: what someone says to a plan.

use groundplane_deployment::{Answer, ApprovalRefusal, answer as answered};
use groundplane_model::{ApprovalVerdict, Callback, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::acceptance::{ATTEMPTS, busy, save};
use crate::deployments::{Known, load};
use crate::gate::Caller;
use crate::problem::Refused;
use crate::{Platform, System, Table};

/// The longest reason, in characters.
const LONGEST_REASON: usize = 500;

/// What is said.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ApprovalAnswer)]
pub(crate) struct Said {
    /// The digest of the plan, as the deployment shows it.
    plan: String,
    /// Why.
    reason: Option<String>,
}

/// Takes an answer to the plan of a deployment, and gives the deployment as it then is.
pub(crate) async fn answer<T: Table, S: System>(
    platform: &Platform<T, S>,
    caller: &Caller,
    (id, verdict): (&str, ApprovalVerdict),
    body: &[u8],
) -> Result<Known, Refused> {
    let said = read(body)?;
    let mut known = load(platform, caller, id).await?;
    for _ in 0..ATTEMPTS {
        let deployment = &known.0;
        let key = Callback::key_of(&deployment.tenant, &deployment.id);
        let callback: Option<Callback> = platform.table.get(&key).await?;
        let answer = Answer {
            verdict,
            by: &caller.principal.subject,
            plan: &said.plan,
            reason: said.reason.as_deref(),
        };
        let now = platform.system.now();
        let changes = answered(deployment, callback.as_ref(), answer, now);
        let changes = changes.map_err(|refusal| match refusal {
            ApprovalRefusal::OtherPlan(plan) => Refused::moved(format!(
                "`{}` waits with the plan {plan}, which is another one",
                deployment.id
            )),
            ApprovalRefusal::Failure(failure) => failure.into(),
        })?;
        let is_saved = save(platform, changes).await?;
        known = load(platform, caller, id).await?;
        if is_saved {
            return Ok(known);
        }
        // Someone else was faster, or the execution asked anew.
    }
    Err(busy(&known.0.instance))
}

fn read(body: &[u8]) -> Result<Said, Refused> {
    let unreadable = |message: String| Refused::unreadable(vec![Problem::error("", message)]);
    let said: Said = serde_json::from_slice(body)
        .map_err(|error| unreadable(format!("the body is not what was asked for: {error}")))?;
    let reason = said.reason.as_deref().unwrap_or_default();
    let is_printable = |c: char| !c.is_control();
    if reason.chars().count() > LONGEST_REASON || !reason.chars().all(is_printable) {
        let message = format!("the reason is one line of at most {LONGEST_REASON} characters");
        return Err(Refused::unreadable(vec![Problem::error(
            "/reason", message,
        )]));
    }
    Ok(said)
}
