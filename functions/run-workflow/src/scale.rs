//! `scale`: how many containers the service should have, and within which limits it is scaled by
//! itself. Setting the same numbers again changes nothing, so nothing is written down before.

use groundplane_model::{Begun, Failure, InstanceId, Problem, Run, WorkflowRun};
use groundplane_ports::{
    ChangeScaling, ChangeServices, ReadScaling, ReadServices, ReadTable, ScalingLimits,
    ServiceHealth, WriteTable,
};
use jiff::{SignedDuration, Timestamp};

use crate::input::{Input, pointer, refused};
use crate::restart::look;
use crate::rollout::{Progress, progress};
use crate::work::{Work, failed};
use crate::{Answer, found};

/// The most containers of one service.
const MOST: u64 = 1_000;

/// How long ECS may still tell the number from before.
const BEHIND: SignedDuration = SignedDuration::from_secs(60);

/// What a run is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Wanted {
    desired: Option<u32>,
    min: Option<u32>,
    max: Option<u32>,
}

/// What is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Settings {
    limits: Option<ScalingLimits>,
    desired: Option<u32>,
}

pub(crate) async fn advance(
    table: &(impl ReadTable + WriteTable),
    services: &(impl ReadServices + ChangeServices + ReadScaling + ChangeScaling),
    work: &Work<'_>,
) -> Result<Answer, Failure> {
    let Some(begun) = &work.begun else {
        begin(table, services, work).await?;
        return Ok(work.wait());
    };
    follow(services, work, begun).await
}

/// Waits until as many containers run as should.
pub(crate) async fn follow(
    services: &impl ReadServices,
    work: &Work<'_>,
    begun: &WorkflowRun,
) -> Result<Answer, Failure> {
    let WorkflowRun {
        begun: Begun::Scale { service, desired },
        begun_at,
        ..
    } = begun
    else {
        return Err(work.muddled());
    };
    let health = look(services, &found::place(service)?).await?;
    if is_behind(&health, *desired, (*begun_at, work.now)) {
        return Ok(work.wait());
    }
    match progress(&health, None) {
        Progress::Underway => Ok(work.wait()),
        Progress::Steady => Ok(Answer::Done),
        Progress::Failed(reason) => Err(failed(&format!("scaling failed: {reason}"))),
    }
}

/// Sets the numbers, unless the instance cannot be worked on yet.
async fn begin(
    table: &(impl ReadTable + WriteTable),
    services: &(impl ReadServices + ChangeServices + ReadScaling + ChangeScaling),
    work: &Work<'_>,
) -> Result<(), Failure> {
    let wanted = Wanted::read(work.run)?;
    if !work.is_free(table).await? {
        return Ok(());
    }
    let units = work.units(table).await?;
    let service = found::service(work, &units)?;
    let place = found::place(&service)?;
    let health = look(services, &place).await?;
    let limits = found::limits(services, (&units, &place)).await?;
    let settings = wanted
        .settings(work.instance(), limits, health.desired)
        .map_err(|problem| refused(work.run, vec![problem]))?;
    // The limits first: a number outside of them would be taken back.
    if let Some(limits) = settings.limits {
        services.set_limits(&place, limits).await?;
    }
    if let Some(desired) = settings.desired {
        services.set_count(&place, desired).await?;
    }
    let begun = Begun::Scale {
        service,
        desired: settings.desired,
    };
    work.note(table, None, begun).await.map(|_| ())
}

/// Whether ECS still tells the number from before. Later, another number is one that scaling has
/// chosen in the meantime.
fn is_behind(
    health: &ServiceHealth,
    desired: Option<u32>,
    (begun_at, now): (Timestamp, Timestamp),
) -> bool {
    desired.is_some_and(|desired| desired != health.desired)
        && now.duration_since(begun_at) < BEHIND
}

impl Wanted {
    fn read(run: &Run) -> Result<Self, Failure> {
        let mut input = Input::of(run, &["desiredCount", "minCapacity", "maxCapacity"]);
        let mut number = |name| {
            let number = input.number(name, 0, MOST)?;
            u32::try_from(number).ok()
        };
        let wanted = Self {
            desired: number("desiredCount"),
            min: number("minCapacity"),
            max: number("maxCapacity"),
        };
        if run.input.is_empty() {
            input.problem(
                "desiredCount",
                "at least one of `desiredCount`, `minCapacity` and `maxCapacity` must be given",
            );
        }
        input.end()?;
        Ok(wanted)
    }

    /// What is set for a service that has these limits and should have `desired` containers now.
    fn settings(
        self,
        instance: &InstanceId,
        limits: Option<ScalingLimits>,
        desired: u32,
    ) -> Result<Settings, Problem> {
        let Some(now) = limits else {
            return self.without_limits(instance);
        };
        let after = ScalingLimits {
            min: self.min.unwrap_or(now.min),
            max: self.max.unwrap_or(now.max),
        };
        let ScalingLimits { min, max } = after;
        if min > max {
            let field = if self.min.is_some() {
                "minCapacity"
            } else {
                "maxCapacity"
            };
            let message = format!("`minCapacity` would be {min} and `maxCapacity` {max}");
            return Err(Problem::error(pointer(field), message));
        }
        if let Some(wanted) = self.desired.filter(|wanted| !(min..=max).contains(wanted)) {
            let message = format!("{wanted} is not within the limits of scaling, {min} to {max}");
            return Err(Problem::error(pointer("desiredCount"), message)
                .with_hint("give `minCapacity` or `maxCapacity` as well"));
        }
        let within = Some(desired.clamp(min, max)).filter(|within| *within != desired);
        Ok(Settings {
            limits: Some(after).filter(|after| *after != now),
            desired: self.desired.or(within),
        })
    }

    /// Limits of our own making would be unknown to the stack of the service, and would outlive it.
    fn without_limits(self, instance: &InstanceId) -> Result<Settings, Problem> {
        let given = [("minCapacity", self.min), ("maxCapacity", self.max)];
        match given.into_iter().find(|(_, number)| number.is_some()) {
            None => Ok(Settings {
                limits: None,
                desired: self.desired,
            }),
            Some((field, _)) => {
                let message = format!("`{instance}` is not scaled by itself, so it has no limits");
                Err(Problem::error(pointer(field), message)
                    .with_hint("deploy it with a `maxCapacity` above its `minCapacity`"))
            }
        }
    }
}

#[cfg(test)]
#[path = "scale_tests.rs"]
mod tests;
