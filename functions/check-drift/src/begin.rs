//! Whether a check goes on, has ended, or has to begin.

use groundplane_model::{Change, DriftCheck, Failure, Instance, UnitCheck};
use groundplane_ports::WriteTable;
use jiff::{SignedDuration, Timestamp};

use crate::{PATIENCE, Subject};

/// A check that nobody has moved on for so long after its time is over is lost.
const LOST: SignedDuration = SignedDuration::from_mins(15);

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
    let is_of_now = |check: &DriftCheck| {
        check.incarnation == instance.incarnation && check.deployment == instance.last_deployment
    };
    match stored.filter(is_of_now) {
        Some(check) if check.ended_at.is_some() && check.begun_at >= since => Standing::Ended,
        Some(check) if check.ended_at.is_none() && !is_lost(&check, now) => Standing::Open(check),
        Some(_) | None => Standing::New { over },
    }
}

fn is_lost(check: &DriftCheck, now: Timestamp) -> bool {
    now.duration_since(check.begun_at) >= PATIENCE + LOST
}

/// Writes down a new check, before anything is asked.
pub(crate) async fn new(
    table: &impl WriteTable,
    subject: &Subject,
    over: u64,
) -> Result<DriftCheck, Failure> {
    let instance = &subject.instance;
    let there = subject.units.iter().filter(|unit| unit.applied.is_some());
    let check = DriftCheck {
        tenant: instance.tenant.clone(),
        instance: instance.id.clone(),
        incarnation: instance.incarnation.clone(),
        deployment: instance.last_deployment.clone(),
        begun_at: subject.now,
        ended_at: None,
        units: there
            .map(|unit| (unit.unit.clone(), UnitCheck::Waiting))
            .collect(),
        version: over,
    };
    table.commit(vec![Change::save(&check)]).await?;
    Ok(DriftCheck {
        version: over + 1,
        ..check
    })
}
