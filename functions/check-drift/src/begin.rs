//! Whether a check goes on, has ended, or has to begin.

use groundplane_model::{Change, DriftCheck, Failure, Instance};
use groundplane_ports::WriteTable;
use jiff::Timestamp;

use crate::Subject;

/// What the newest check of an instance means for whoever asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It goes on, whoever has begun it.
    Open(DriftCheck),
    /// It has ended, and began late enough to be the one that is asked for.
    Ended,
    /// Another one has to begin.
    New {
        /// The version of the one that is stored; 0 without one.
        over: u64,
    },
}

/// What the stored check means to who asks for one that began at `since` or later.
pub(crate) fn standing(
    stored: Option<DriftCheck>,
    instance: &Instance,
    since: Timestamp,
    now: Timestamp,
) -> Standing {
    let over = stored.as_ref().map_or(0, |check| check.version);
    match stored.filter(|check| check.is_of(instance)) {
        Some(check) if check.ended_at.is_some() && check.begun_at >= since => Standing::Ended,
        Some(check) if check.is_open(now) => Standing::Open(check),
        Some(_) | None => Standing::New { over },
    }
}

/// Writes down a new check, before anything is asked.
pub(crate) async fn new(
    table: &impl WriteTable,
    subject: &Subject,
    over: u64,
) -> Result<DriftCheck, Failure> {
    let check = DriftCheck::begun(&subject.instance, &subject.units, subject.now, over);
    table.commit(vec![Change::save(&check)]).await?;
    Ok(DriftCheck {
        version: over + 1,
        ..check
    })
}
