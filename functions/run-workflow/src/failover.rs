//! `failover`: the database goes over to its standby, and then the instance's share of the requests
//! to its host is moved, where one is named: a deployment of the same spec with another weight of its
//! DNS record, so that what is deployed and what was asked for stay the same.

use groundplane_model::{Begun, Failure, WorkflowRun};
use groundplane_ports::{
    Clock, Database, FailOverDatabases, Ids, ReadDatabases, ReadTable, WriteTable,
};
use jiff::SignedDuration;

use crate::deploy::{Reweighed, must_be_weighted, reweigh, watch};
use crate::input::Input;
use crate::work::{Ready, Work, failed, impossible};
use crate::{Answer, found};

/// The field of the input that names the weight.
const WEIGHT: &str = "ingressWeight";
/// The status of a database that works.
const AVAILABLE: &str = "available";
/// The status of a database that goes over.
const REBOOTING: &str = "rebooting";
/// How long RDS may still tell the state from before the request.
const BEHIND: SignedDuration = SignedDuration::from_secs(60);

/// What is next for a failover.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    /// RDS is asked to go over.
    Ask,
    /// RDS is at it; a crash kept the run from writing that down.
    Note,
    /// The database is looked at again later.
    Wait,
    /// It works again.
    Done,
}

pub(crate) async fn advance(
    table: &(impl ReadTable + WriteTable),
    databases: &(impl ReadDatabases + FailOverDatabases),
    (system, work): (&(impl Clock + Ids), &Work<'_>),
) -> Result<Answer, Failure> {
    let weight = weight_asked(work)?;
    let begun = match &work.begun {
        Some(begun) => begun.clone(),
        None => match begin(table, databases, (work, weight)).await? {
            Start::Database(begun) => *begun,
            Start::Weight(weight) => return move_weight(table, system, (work, None, weight)).await,
            Start::Later => return Ok(work.wait()),
        },
    };
    let (identifier, zone, is_taken) = match &begun.begun {
        Begun::Failover {
            database,
            zone,
            is_taken,
        } => (database, zone, *is_taken),
        Begun::Deployment { deployment } => return watch(table, work, deployment).await,
        Begun::Restart { .. } | Begun::Scale { .. } => return Err(work.muddled()),
    };
    let database = look(databases, identifier).await?;
    let is_fresh = work.now.duration_since(begun.begun_at) < BEHIND;
    match next(&database, zone.as_deref(), (is_taken, is_fresh)) {
        Next::Ask => databases.fail_over(identifier).await?,
        Next::Note => {}
        Next::Wait => return Ok(work.wait()),
        Next::Done => {
            return match weight {
                Some(weight) => move_weight(table, system, (work, Some(&begun), weight)).await,
                None => Ok(Answer::Done),
            };
        }
    }
    let noted = Begun::Failover {
        database: identifier.clone(),
        zone: zone.clone(),
        is_taken: true,
    };
    work.note(table, Some(&begun), noted).await?;
    Ok(work.wait())
}

/// How a failover begins.
enum Start {
    /// With the database, as it was written down.
    Database(Box<WorkflowRun>),
    /// There is no database: with the weight.
    Weight(u8),
    /// Something else is at the instance.
    Later,
}

/// The weight that the instance is to have in the end.
fn weight_asked(work: &Work<'_>) -> Result<Option<u8>, Failure> {
    let mut input = Input::of(work.run, &[WEIGHT]);
    let weight = input.number(WEIGHT, 0, u64::from(u8::MAX));
    input.end()?;
    Ok(weight.and_then(|weight| u8::try_from(weight).ok()))
}

/// Has the instance's share of requests deployed, once nothing else is at it.
async fn move_weight(
    table: &(impl ReadTable + WriteTable),
    system: &(impl Clock + Ids),
    (work, stored, weight): (&Work<'_>, Option<&WorkflowRun>, u8),
) -> Result<Answer, Failure> {
    match work.ready(table).await? {
        Ready::Gone => return Err(work.gone()),
        Ready::Busy => {}
        Ready::Yes(instance) => {
            let wanted = (stored, *instance, weight);
            if reweigh(table, system, (work, wanted)).await? == Reweighed::Already {
                return Ok(Answer::Done);
            }
        }
    }
    Ok(work.wait())
}

/// Writes down where the database was before, unless it cannot be worked on yet.
async fn begin(
    table: &(impl ReadTable + WriteTable),
    databases: &impl ReadDatabases,
    (work, weight): (&Work<'_>, Option<u8>),
) -> Result<Start, Failure> {
    let instance = match work.ready(table).await? {
        Ready::Yes(instance) => instance,
        Ready::Busy => return Ok(Start::Later),
        Ready::Gone => return Err(work.gone()),
    };
    if weight.is_some() {
        // Said before the database goes over, and not after it.
        must_be_weighted(table, &instance).await?;
    }
    let identifier = match (found::database(work, &work.units(table).await?), weight) {
        (Ok(identifier), _) => identifier,
        (Err(_), Some(weight)) => return Ok(Start::Weight(weight)),
        (Err(none), None) => return Err(none),
    };
    let database = look(databases, &identifier).await?;
    if !database.has_standby {
        return Err(impossible(format!(
            "the database of `{}` has no standby to go over to; deploy it with `multiAz: true`",
            work.instance()
        )));
    }
    if database.status != AVAILABLE {
        return Ok(Start::Later);
    }
    let begun = Begun::Failover {
        database: identifier,
        zone: database.zone,
        is_taken: false,
    };
    let noted = work.note(table, None, begun).await?;
    Ok(Start::Database(Box::new(noted)))
}

async fn look(databases: &impl ReadDatabases, identifier: &str) -> Result<Database, Failure> {
    let found = databases.databases(&[identifier]).await?;
    let missing = || failed(&format!("there is no database `{identifier}` any more"));
    found.into_iter().next().ok_or_else(missing)
}

/// What is next. A request that RDS took and that was not written down shows: the database is
/// going over, or it is in another zone than before.
fn next(database: &Database, zone: Option<&str>, (is_taken, is_fresh): (bool, bool)) -> Next {
    let has_moved = database.zone.as_deref() != zone;
    match database.status.as_str() {
        AVAILABLE if is_taken && is_fresh && !has_moved => Next::Wait,
        AVAILABLE if is_taken => Next::Done,
        AVAILABLE if has_moved => Next::Note,
        AVAILABLE => Next::Ask,
        REBOOTING if !is_taken => Next::Note,
        _ => Next::Wait,
    }
}

#[cfg(test)]
#[path = "failover_tests.rs"]
mod tests;
