//! A world in which steps are carried out, as far as a schedule can be told right from wrong by it.

use std::collections::{BTreeMap, BTreeSet};

use groundplane_model::{
    Applied, Artifact, Context, ContextKey, DeploymentId, Digest, UnitName, UnitState,
};
use groundplane_planner::{PlannedUnit, ScheduledStep, Work};
use serde_json::Value;

use crate::ground::Ground;

/// The state of a unit that was applied as planned.
pub(crate) fn applied(ground: &Ground, unit: &PlannedUnit) -> UnitState {
    UnitState {
        tenant: ground.tenant.clone(),
        instance: ground.instance.clone(),
        unit: unit.unit.clone(),
        stack_name: unit.stack_name.clone(),
        applied: Some(Applied {
            deployment: DeploymentId::from_number(1),
            artifact: Artifact {
                bucket: "artifacts".to_owned(),
                key: unit.digest.to_string(),
                digest: unit.digest.clone(),
            },
            parameters: BTreeMap::new(),
            context: Context::default(),
            resources: Vec::new(),
            after: unit.after.clone(),
        }),
        pending: None,
        version: 1,
    }
}

/// A unit whose first deployment broke off before anything was recorded.
pub(crate) fn begun(ground: &Ground, unit: &UnitName) -> UnitState {
    UnitState {
        tenant: ground.tenant.clone(),
        instance: ground.instance.clone(),
        unit: unit.clone(),
        stack_name: format!("gp-web-service-dev-{unit}"),
        applied: None,
        pending: Some(DeploymentId::from_number(2)),
        version: 1,
    }
}

/// What is deployed, and who holds on to what.
pub(crate) struct World<'a> {
    ground: &'a Ground,
    units: BTreeMap<UnitName, PlannedUnit>,
    begun: BTreeSet<UnitName>,
}

impl<'a> World<'a> {
    pub(crate) fn deployed(ground: &'a Ground, spec: &Value) -> Self {
        let plan = ground.plan(spec);
        let units = plan.units().map(|unit| (unit.unit.clone(), unit.clone()));
        Self {
            ground,
            units: units.collect(),
            begun: BTreeSet::new(),
        }
    }

    pub(crate) fn states(&self) -> Vec<UnitState> {
        let there = self.units.values();
        let mut states: Vec<UnitState> = there.map(|unit| applied(self.ground, unit)).collect();
        for name in &self.begun {
            if !self.units.contains_key(name) {
                states.push(begun(self.ground, name));
            }
        }
        for state in &mut states {
            let is_begun = self.begun.contains(&state.unit);
            state.pending = is_begun.then(|| DeploymentId::from_number(2));
        }
        states
    }

    /// A wave breaks off before anything of it is recorded.
    pub(crate) fn begin(&mut self, wave: &[ScheduledStep]) {
        self.begun.extend(wave.iter().map(|step| step.unit.clone()));
    }

    pub(crate) fn digests(&self) -> BTreeMap<UnitName, Digest> {
        let units = self.units.iter();
        units
            .map(|(name, unit)| (name.clone(), unit.digest.clone()))
            .collect()
    }

    /// Carries a wave out as the cloud would: what is read must be there before the wave, and
    /// nothing goes that someone still uses after it.
    pub(crate) fn run(&mut self, wave: &[ScheduledStep]) {
        let written = self.written();
        for step in wave {
            match &step.work {
                Work::Apply(unit) => {
                    let mut keys = unit.parameters.values();
                    let missing = keys.find(|key| !written.contains(key));
                    assert_eq!(missing, None, "{} reads what is not there", step.id);
                    self.units.insert(step.unit.clone(), (**unit).clone());
                }
                Work::Destroy => {
                    let was_there = self.units.remove(&step.unit).is_some();
                    assert!(was_there || self.begun.contains(&step.unit), "{}", step.id);
                }
            }
            self.begun.remove(&step.unit);
        }
        let written = self.written();
        for unit in self.units.values() {
            for key in unit.parameters.values() {
                assert!(
                    written.contains(key),
                    "{} was left without {key}",
                    unit.unit
                );
            }
        }
    }

    fn written(&self) -> BTreeSet<ContextKey> {
        let units = self.units.values();
        units
            .flat_map(|unit| unit.outputs.keys().cloned())
            .collect()
    }
}
