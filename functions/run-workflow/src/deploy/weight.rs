//! Another share of the requests to the host: the spec that is deployed, with another weight of the
//! instance's DNS record.

use groundplane_model::{Failure, Instance, Origin, Repair, Revision, WorkflowRun};
use groundplane_ports::{Clock, Ids, ReadTable, WriteTable};
use groundplane_redeploy::{Wish, accept_spec, deployed, submitted};
use serde_json::Value;

use super::accept::{asker, commit};
use crate::work::{Work, impossible};

/// Where the weight stands in a spec.
const WEIGHT: &str = "/spec/ingress/dns/weight";

/// What became of a wish for another weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reweighed {
    /// It is deployed already.
    Already,
    /// A deployment of it was accepted.
    Accepted,
}

/// Refuses an instance whose record has no weight: with one, it would be another record.
///
/// # Errors
/// `Invalid` where it has none; otherwise as the table says.
pub(crate) async fn must_be_weighted(
    table: &impl ReadTable,
    instance: &Instance,
) -> Result<(), Failure> {
    weighted(table, instance).await.map(|_| ())
}

/// Accepts a deployment of the same spec with this weight, in the same transaction as the run's
/// record of it over the one that is `stored`. Resolvers are not asked again.
///
/// # Errors
/// As a deployment is refused; `Invalid` where the record has no weight.
pub(crate) async fn reweigh(
    table: &(impl ReadTable + WriteTable),
    system: &(impl Clock + Ids),
    (work, (stored, instance, weight)): (&Work<'_>, (Option<&WorkflowRun>, Instance, u8)),
) -> Result<Reweighed, Failure> {
    let revision = weighted(table, &instance).await?;
    let mut spec = revision.spec.clone();
    match spec.pointer_mut(WEIGHT) {
        Some(found) if *found == weight => return Ok(Reweighed::Already),
        Some(found) => *found = Value::from(weight),
        None => return Err(unweighted(&instance)),
    }
    let submitted = submitted(table, &revision).await?;
    let wish = Wish {
        spec,
        // The weight stands in no line of what the user wrote.
        lines: None,
        bound: submitted.bound,
        kept: submitted.kept,
        origin: Origin::Wish,
        repair: Some(Repair::default()),
    };
    let standing = (instance, Some(&revision));
    let accepted = accept_spec(table, system, standing, (&asker(work), wish)).await?;
    commit(table, (work, stored), accepted).await?;
    Ok(Reweighed::Accepted)
}

/// The revision that is deployed, which gives its record a weight.
async fn weighted(table: &impl ReadTable, instance: &Instance) -> Result<Revision, Failure> {
    let found = deployed(table, instance).await?;
    let weighted = found.filter(|revision| revision.spec.pointer(WEIGHT).is_some());
    weighted.ok_or_else(|| unweighted(instance))
}

fn unweighted(instance: &Instance) -> Failure {
    impossible(format!(
        "the DNS record of `{}` has no weight to move; deploy it with `ingress.dns.weight`",
        instance.id
    ))
}
