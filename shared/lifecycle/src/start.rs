//! The beginning and the end of a life.

use std::collections::BTreeMap;

use groundplane_model::{
    EventEntry, InstanceId, Life, LifecycleRef, PassageOutcome, TenantId, Verdict,
};
use jiff::Timestamp;
use serde_json::Value;

use crate::draft::{Applied, Cause, Draft};
use crate::occurrence::OWN_SOURCE;
use crate::{Definition, Delivery};

/// What a life begins with.
#[derive(Debug, Clone, PartialEq)]
pub struct Beginning {
    /// The tenant.
    pub tenant: TenantId,
    /// The instance.
    pub instance: InstanceId,
    /// Which life of the instance's name.
    pub incarnation: String,
    /// The lifecycle that it follows.
    pub lifecycle: LifecycleRef,
    /// The labels of its spec.
    pub labels: BTreeMap<String, String>,
    /// The values of its spec that guards and filters may read.
    pub parameters: Value,
}

/// Begins a life, in the initial state. `previous` is what is kept of the name's last one: counters
/// go on, so that nothing of it is ever taken for the new one's.
#[must_use]
pub fn start(
    definition: &Definition,
    beginning: Beginning,
    previous: Option<&Life>,
    now: Timestamp,
) -> Delivery {
    let life = Life {
        tenant: beginning.tenant,
        instance: beginning.instance,
        incarnation: beginning.incarnation,
        lifecycle: beginning.lifecycle,
        labels: beginning.labels,
        parameters: beginning.parameters,
        state: definition.initial().clone(),
        entered_at: now,
        stay: previous.map_or(0, |life| life.stay),
        deadline: None,
        run: None,
        waiting: Vec::new(),
        seen: BTreeMap::new(),
        runs: previous.map_or(0, |life| life.runs),
        passages: previous.map_or(0, |life| life.passages),
        ended: false,
        version: previous.map_or(0, |life| life.version),
    };
    let mut draft = Draft::new(definition, &life, now);
    let initial = definition.initial().clone();
    draft.enter(initial.clone());
    draft.passage(None, &initial, PassageOutcome::Entered, &Cause::default());
    draft.finish(None)
}

/// Ends a life, when its instance is destroyed. What waits is recorded as ignored, and so is all
/// that comes later. A run that is in progress, which may be the one that destroyed it, can still
/// be settled.
#[must_use]
pub fn end(definition: &Definition, life: &Life, now: Timestamp) -> Delivery {
    if life.ended {
        return Delivery::default();
    }
    let mut draft = Draft::new(definition, life, now);
    draft.life.ended = true;
    draft.life.deadline = None;
    draft.life.seen.clear();
    for waiting in std::mem::take(&mut draft.life.waiting) {
        let applied = Applied {
            verdict: Verdict::Ignored,
            why: Some("the instance is destroyed".to_owned()),
            to: None,
            run: None,
        };
        let entry = EventEntry {
            again: true,
            source: OWN_SOURCE.to_owned(),
            detail_type: "Waiting Signal".to_owned(),
            occurred_at: waiting.occurred_at,
            signal: Some(waiting.signal),
            ..draft.entry(
                (&waiting.event, waiting.identity),
                applied,
                life.state.clone(),
            )
        };
        draft.log(entry);
    }
    let state = life.state.clone();
    draft.passage(
        Some(state.clone()),
        &state,
        PassageOutcome::Ended,
        &Cause::default(),
    );
    draft.finish(Some(life))
}

#[cfg(test)]
mod tests;
