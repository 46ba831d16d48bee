//! A small, strict interpreter of the Amazon States Language (JSONata only), to run the shipped
//! state machines in-process against the real handlers. Time is virtual: nothing ever sleeps.
//!
//! It follows what AWS documents, also where the local AWS differs. What it does not know it
//! refuses when a machine is loaded: `JSONPath`, distributed maps, task tokens, heartbeats.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "JSON gains no further kinds of values"
)]

mod branches;
mod error;
mod expression;
mod fields;
mod host;
mod interpreter;
mod leave;
mod limits;
mod lint;
mod machine;
mod names;
mod parse;
mod scope;
mod task;
#[cfg(test)]
mod tests;
mod trace;
mod turns;
mod walk;

pub use branches::Schedule;
pub use error::{Stuck, TaskError};
pub use host::Host;
pub use interpreter::{Interpreter, Run, Status};
pub use machine::{LoadError, Machine, placeholders};
pub use trace::{Entered, Trace};
pub use turns::Turns;
