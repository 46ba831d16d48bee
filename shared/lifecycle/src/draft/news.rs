//! What the world is told of a passage.

use groundplane_model::PassageOutcome;
use serde_json::{Value, json};

use super::Draft;
use crate::Effect;

/// The event of a state that was entered.
const STATE_CHANGED: &str = "Instance State Changed";
/// The event of a run that ended.
const RUN_ENDED: &str = "Instance Run Ended";

impl Draft<'_> {
    /// Tells the world of the passage that was just written.
    pub(super) fn tell(&mut self, outcome: PassageOutcome) {
        let Some(passage) = self.passages.last() else {
            return;
        };
        let ended = matches!(
            outcome,
            PassageOutcome::Succeeded | PassageOutcome::Failed | PassageOutcome::TimedOut
        );
        let started = outcome == PassageOutcome::Started;
        let detail = json!({
            "tenant": passage.tenant,
            "instance": passage.instance,
            "lifecycle": self.life.lifecycle,
            "from": passage.from,
            "to": passage.to,
            "signal": passage.signal,
            "operation": passage.operation,
            "run": passage.run,
            "outcome": outcome,
            "cause": passage.cause,
        });
        if ended {
            self.publish(RUN_ENDED, detail.clone());
        }
        let changed = self
            .passages
            .last()
            .is_some_and(|passage| passage.from.as_ref() != Some(&passage.to));
        if changed && !started {
            self.publish(STATE_CHANGED, detail);
        }
    }

    fn publish(&mut self, detail_type: &'static str, detail: Value) {
        self.effects.push(Effect::Publish {
            detail_type,
            detail,
        });
    }
}
