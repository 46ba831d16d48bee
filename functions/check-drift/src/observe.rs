//! What the sources saw of an instance, as observations.

use groundplane_drift::{Known, Observation, Report, Rules, Seen, Source, Tagged, compare};
use groundplane_model::{DriftCheck, Failure, Resource, UnitCheck, UnitState};
use groundplane_ports::{Found, ReadDrift, ReadScaling, ReadServices, ReadTagged, ResourceDrift};
use jiff::Timestamp;
use serde_json::Value;

use crate::{PATIENCE, Sources, Subject, orphans, services};

/// The reason for what CloudFormation says nothing of.
const UNTOLD: &str = "CloudFormation does not detect drift of this type";

/// What an instance has, and what was seen of it.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Sight {
    pub(crate) known: Vec<Known>,
    pub(crate) observed: Vec<Observation>,
    pub(crate) tagged: Vec<Tagged>,
}

impl Sight {
    /// What differs.
    pub(crate) fn report(&self) -> Report {
        compare(&self.known, &self.observed, &self.tagged, Rules::built_in())
    }
}

/// Asks every source.
pub(crate) async fn observe(
    sources: Sources<'_, impl ReadDrift, impl ReadServices + ReadScaling, impl ReadTagged>,
    subject: &Subject,
    (check, spec): (&DriftCheck, &Value),
) -> Result<Sight, Failure> {
    let Sources {
        stacks,
        services,
        tags,
    } = sources;
    let mut sight = Sight::default();
    for unit in &subject.units {
        let known = known(unit);
        let state = check.units.get(&unit.unit).unwrap_or(&UnitCheck::Waiting);
        let view = View {
            unit,
            known: &known,
            begun_at: check.begun_at,
        };
        let seen = match state {
            UnitCheck::Gone => view.all(&Seen::Gone),
            UnitCheck::Done => view.told(stacks, None).await?,
            UnitCheck::Partial { reason } => view.told(stacks, Some(reason)).await?,
            UnitCheck::Waiting | UnitCheck::Running { .. } => {
                let minutes = PATIENCE.as_mins();
                let reason = format!("CloudFormation has not looked within {minutes} minutes");
                view.told(stacks, Some(&reason)).await?
            }
        };
        sight.observed.extend(seen);
        sight.known.extend(known);
    }
    let seen = services::observe(services, &sight.known, count(spec)).await?;
    sight.observed.extend(seen);
    sight.tagged = orphans::look(tags, subject).await?;
    Ok(sight)
}

/// How many tasks the spec asks for, where their number does not follow the load.
fn count(spec: &Value) -> Option<u64> {
    let number = |pointer| spec.pointer(pointer).and_then(Value::as_u64);
    let least = number("/spec/compute/minCapacity")?;
    let scales = number("/spec/compute/maxCapacity").is_some_and(|most| most > least);
    (!scales).then_some(least)
}

/// What the revision knows of a unit.
fn known(unit: &UnitState) -> Vec<Known> {
    let resources = unit.applied.iter().flat_map(|applied| &applied.resources);
    let known = |resource: &Resource| Known {
        unit: unit.unit.clone(),
        logical_id: resource.logical_id.clone(),
        resource_type: resource.resource_type.clone(),
        physical_id: Some(resource.physical_id.clone()),
    };
    resources.map(known).collect()
}

/// One unit, as it is looked at.
struct View<'a> {
    unit: &'a UnitState,
    known: &'a [Known],
    begun_at: Timestamp,
}

impl View<'_> {
    /// The same of every resource.
    fn all(&self, seen: &Seen) -> Vec<Observation> {
        let observed = |known: &Known| observation(known, seen.clone());
        self.known.iter().map(observed).collect()
    }

    /// What CloudFormation tells. Where it has not looked at everything, what it saw at an earlier
    /// time counts for nothing, for this `reason`.
    async fn told(
        &self,
        stacks: &impl ReadDrift,
        reason: Option<&str>,
    ) -> Result<Vec<Observation>, Failure> {
        let Some(drifts) = stacks.drifts(&self.unit.stack_name).await? else {
            return Ok(self.all(&Seen::Gone));
        };
        let untold = |known: &&Known| drifts.iter().all(|it| it.logical_id != known.logical_id);
        let untold = self.known.iter().filter(untold).map(|known| {
            let reason = reason.unwrap_or(UNTOLD).to_owned();
            observation(known, Seen::NotChecked { reason })
        });
        let told = drifts.iter().map(|drift| self.read(drift, reason));
        Ok(told.chain(untold).collect())
    }

    fn read(&self, drift: &ResourceDrift, reason: Option<&str>) -> Observation {
        // CloudFormation tells times in whole seconds.
        let is_old = drift.checked_at.as_second() < self.begun_at.as_second();
        let seen = match (&drift.found, reason.filter(|_| is_old)) {
            (_, Some(reason)) => Seen::NotChecked {
                reason: reason.to_owned(),
            },
            (Found::There { expected, actual }, None) => Seen::There {
                expected: expected.clone(),
                actual: actual.clone(),
            },
            (Found::Gone, None) => Seen::Gone,
            (Found::NotChecked { reason }, None) => Seen::NotChecked {
                reason: reason.clone(),
            },
        };
        Observation {
            unit: self.unit.unit.clone(),
            logical_id: drift.logical_id.clone(),
            resource_type: drift.resource_type.clone(),
            physical_id: drift.physical_id.clone(),
            source: Source::CloudFormation,
            seen,
            scaling: None,
        }
    }
}

fn observation(known: &Known, seen: Seen) -> Observation {
    Observation {
        unit: known.unit.clone(),
        logical_id: known.logical_id.clone(),
        resource_type: known.resource_type.clone(),
        physical_id: known.physical_id.clone(),
        source: Source::CloudFormation,
        seen,
        scaling: None,
    }
}

#[cfg(test)]
#[path = "observe_tests.rs"]
mod tests;
