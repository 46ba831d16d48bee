//! One pattern.

use serde_json::Value;

use crate::event::taken_apart;
use crate::impossible;
use crate::mistake::Mistake;
use crate::read::read;
use crate::tree::Tree;

/// A parsed pattern.
#[derive(Debug, Clone, PartialEq)]
pub struct Pattern {
    /// One of them must match; never none.
    alternatives: Vec<Tree>,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    ///
    /// All mistakes at once, each with a JSON pointer relative to the pattern.
    pub fn parse(value: &Value) -> Result<Self, Vec<Mistake>> {
        read(value).map(|alternatives| Self { alternatives })
    }

    /// Whether an event in EventBridge's envelope matches. What is no object has no fields.
    #[must_use]
    pub fn matches(&self, event: &Value) -> bool {
        let event = taken_apart(event);
        let object = Some(&*event).filter(|event| event.is_object());
        self.alternatives.iter().any(|tree| tree.matches(object))
    }

    /// Why no event in EventBridge's envelope can ever match, where that can be told: a range
    /// without a number, a field that the envelope does not have or whose value is always a text.
    #[must_use]
    pub fn never_matches(&self) -> Option<Mistake> {
        let mut reasons = self.alternatives.iter().map(impossible::reason);
        let first = reasons.next().flatten()?;
        reasons.all(|reason| reason.is_some()).then_some(first)
    }

    pub(crate) fn into_alternatives(self) -> Vec<Tree> {
        self.alternatives
    }
}
