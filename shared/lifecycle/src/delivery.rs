//! All that one transaction has to write.

use groundplane_model::{EventEntry, Life, Passage, Run, RunId};
use jiff::Timestamp;
use serde_json::Value;

/// What has become of an instance. It is written as a whole or not at all.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Delivery {
    /// The life as it has become, with the version that it was read at; none if nothing of it
    /// changes.
    pub life: Option<Life>,
    /// What is added to the history, in its order.
    pub passages: Vec<Passage>,
    /// What is added to the log of events; none of them may be there already.
    pub entries: Vec<EventEntry>,
    /// What has to be done besides, in its order.
    pub effects: Vec<Effect>,
}

/// Something that has to be done in the world, at least once.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Start a workflow, in an execution that has the id of the run.
    StartRun {
        /// The run.
        run: Box<Run>,
    },
    /// Stop a run that has taken too long, if it is still there.
    StopRun {
        /// The run.
        run: RunId,
    },
    /// Come back at a time.
    Schedule {
        /// What is then due.
        timer: Timer,
        /// When.
        at: Timestamp,
    },
    /// Put an event on the bus.
    Publish {
        /// For example `Instance State Changed`.
        detail_type: &'static str,
        /// The event's detail.
        detail: Value,
    },
}

/// What is due at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Timer {
    /// The end of a stay: an [`crate::Occurrence::deadline`].
    Stay(u64),
    /// The end of a run that takes too long: a [`crate::settle`] with
    /// [`crate::RunOutcome::TimedOut`].
    Run(RunId),
}

impl Delivery {
    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
