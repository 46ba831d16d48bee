//! `failover`: the database goes over to its standby. The load balancer's side has nothing to move:
//! an instance has one target group, and its service runs in all zones already.

use groundplane_model::{Begun, Failure, WorkflowRun};
use groundplane_ports::{Database, FailOverDatabases, ReadDatabases, ReadTable, WriteTable};
use jiff::SignedDuration;

use crate::input::Input;
use crate::work::{Work, failed, impossible};
use crate::{Answer, found};

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
    work: &Work<'_>,
) -> Result<Answer, Failure> {
    let begun = match &work.begun {
        Some(begun) => begun.clone(),
        None => match begin(table, databases, work).await? {
            Some(begun) => begun,
            None => return Ok(work.wait()),
        },
    };
    let Begun::Failover {
        database: identifier,
        zone,
        is_taken,
    } = &begun.begun
    else {
        return Err(work.muddled());
    };
    let database = look(databases, identifier).await?;
    let is_fresh = work.now.duration_since(begun.begun_at) < BEHIND;
    match next(&database, zone.as_deref(), (*is_taken, is_fresh)) {
        Next::Ask => databases.fail_over(identifier).await?,
        Next::Note => {}
        Next::Wait => return Ok(work.wait()),
        Next::Done => return Ok(Answer::Done),
    }
    let noted = Begun::Failover {
        database: identifier.clone(),
        zone: zone.clone(),
        is_taken: true,
    };
    work.note(table, Some(&begun), noted).await?;
    Ok(work.wait())
}

/// Writes down where the database was before, unless it cannot be worked on yet.
async fn begin(
    table: &(impl ReadTable + WriteTable),
    databases: &impl ReadDatabases,
    work: &Work<'_>,
) -> Result<Option<WorkflowRun>, Failure> {
    Input::of(work.run, &[]).end()?;
    if !work.is_free(table).await? {
        return Ok(None);
    }
    let identifier = found::database(work, &work.units(table).await?)?;
    let database = look(databases, &identifier).await?;
    if !database.has_standby {
        return Err(impossible(format!(
            "the database of `{}` has no standby to go over to; deploy it with `multiAz: true`",
            work.instance()
        )));
    }
    if database.status != AVAILABLE {
        return Ok(None);
    }
    let begun = Begun::Failover {
        database: identifier,
        zone: database.zone,
        is_taken: false,
    };
    Ok(Some(work.note(table, None, begun).await?))
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
