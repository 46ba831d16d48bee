//! Where the drift check of an instance stands: how one begins, and how long it goes on.

use jiff::{SignedDuration, Timestamp};

use crate::{DriftCheck, Instance, UnitCheck, UnitState};

impl DriftCheck {
    /// The longest that CloudFormation is waited for. What it has not looked at by then is reported
    /// as not checked.
    pub const PATIENCE: SignedDuration = SignedDuration::from_mins(30);
    /// A check that nobody has moved on for so long after its time is over is lost.
    const LOST: SignedDuration = SignedDuration::from_mins(15);

    /// A check of `instance` that begins now, over the version of the one that is stored; 0
    /// without one.
    #[must_use]
    pub fn begun(instance: &Instance, units: &[UnitState], now: Timestamp, over: u64) -> Self {
        let there = units.iter().filter(|unit| unit.applied.is_some());
        Self {
            tenant: instance.tenant.clone(),
            instance: instance.id.clone(),
            incarnation: instance.incarnation.clone(),
            deployment: instance.last_deployment.clone(),
            begun_at: now,
            ended_at: None,
            units: there
                .map(|unit| (unit.unit.clone(), UnitCheck::Waiting))
                .collect(),
            version: over,
        }
    }

    /// Whether it is about what is deployed now.
    #[must_use]
    pub fn is_of(&self, instance: &Instance) -> bool {
        self.incarnation == instance.incarnation && self.deployment == instance.last_deployment
    }

    /// Whether it goes on: it has not ended, and is not lost.
    #[must_use]
    pub fn is_open(&self, now: Timestamp) -> bool {
        let taken = now.duration_since(self.begun_at);
        self.ended_at.is_none() && taken < Self::PATIENCE + Self::LOST
    }
}
