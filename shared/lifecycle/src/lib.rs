//! State machines of instances: what platform engineers write, its check, the step.
//!
//! Everything here is a function of its arguments. A [`Definition`] is compiled once; then each
//! thing that happens goes through one of [`start`], [`deliver`], [`operate`], [`settle`],
//! [`adopt`] and [`end`], which give a [`Delivery`]: all that one transaction has to write.
//!
//! Guarantees: an instance has at most one run; its state is always one of the definition's; a
//! deadline belongs to one stay; at most [`groundplane_model::Life::MOST_WAITING`] signals wait,
//! and they are decided in their order; the same arguments give the same result.
//!
//! Assumptions, which the caller keeps: a delivery is written as a whole or not at all, on
//! condition that the life is still as it was read and that no entry is there yet. The second is
//! what makes an event that is delivered again change nothing.

mod adopt;
mod built_in;
mod definition;
mod deliver;
mod delivery;
mod diagram;
mod draft;
mod expression;
mod occurrence;
mod operate;
mod repeat;
mod settle;
mod simulate;
mod start;
mod step;
mod watch;
mod wording;
mod workflows;

pub use adopt::{Move, adopt};
pub use built_in::built_in;
pub use definition::Definition;
pub use deliver::deliver;
pub use delivery::{Delivery, Effect, Timer};
pub use diagram::diagram;
pub use occurrence::{Occurrence, Routed};
pub use operate::{Refusal, Request, operate};
pub use repeat::{Repeat, repeats};
pub use settle::{RunOutcome, settle};
pub use simulate::{Scenario, SimulatedStep, simulate};
pub use start::{Beginning, end, start};
pub use step::{Decision, Signal, Started, step};
pub use watch::{Execution, watch};
pub use workflows::Workflows;

/// A JSON pointer to the field `name` of the whole.
fn pointer(name: &str) -> String {
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}

#[cfg(test)]
mod fixture;
