//! `stop` and `start`: a service without containers, and back. Its limits of scaling stay as its
//! stack has set them; while it is stopped, it is not scaled by itself. Setting the same again
//! changes nothing, so nothing is written down before.

use groundplane_model::{Begun, Failure, Life};
use groundplane_ports::{
    ChangeScaling, ChangeServices, ReadScaling, ReadServices, ReadTable, ScalingLimits, WriteTable,
};

use crate::input::Input;
use crate::scale::follow;
use crate::work::Work;
use crate::{Answer, found};

/// What is wanted of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pause {
    /// No container runs.
    Stop,
    /// As many run as the spec wants at least.
    Start,
}

pub(crate) async fn advance(
    table: &(impl ReadTable + WriteTable),
    services: &(impl ReadServices + ChangeServices + ReadScaling + ChangeScaling),
    (work, pause): (&Work<'_>, Pause),
) -> Result<Answer, Failure> {
    let Some(begun) = &work.begun else {
        begin(table, services, work, pause).await?;
        return Ok(work.wait());
    };
    follow(services, work, begun).await
}

/// Sets the number, unless the instance cannot be worked on yet.
async fn begin(
    table: &(impl ReadTable + WriteTable),
    services: &(impl ChangeServices + ReadScaling + ChangeScaling),
    work: &Work<'_>,
    pause: Pause,
) -> Result<(), Failure> {
    Input::of(work.run, &[]).end()?;
    if !work.is_free(table).await? {
        return Ok(());
    }
    let units = work.units(table).await?;
    let service = found::service(work, &units)?;
    let place = found::place(&service)?;
    let limits = found::limits(services, (&units, &place)).await?;
    let desired = match pause {
        Pause::Stop => 0,
        Pause::Start => least(work.life, limits),
    };
    // Paused before the containers are taken away and resumed after they are back: scaling would
    // bring them up to its own minimum otherwise.
    if limits.is_some() && pause == Pause::Stop {
        services.set_paused(&place, true).await?;
    }
    services.set_count(&place, desired).await?;
    if limits.is_some() && pause == Pause::Start {
        services.set_paused(&place, false).await?;
    }
    let begun = Begun::Scale {
        service,
        desired: Some(desired),
    };
    work.note(table, None, begun).await.map(|_| ())
}

/// The fewest containers that the service should have, but one at least.
fn least(life: &Life, limits: Option<ScalingLimits>) -> u32 {
    let of_spec = || {
        let capacity = life.parameters.pointer("/compute/minCapacity")?;
        u32::try_from(capacity.as_u64()?).ok()
    };
    let least = limits.map(|limits| limits.min).or_else(of_spec);
    least.unwrap_or(1).max(1)
}
