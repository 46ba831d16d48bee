//! Moves one CloudFormation stack a step towards what an engine is asked for. Each call looks at
//! what is really there, takes one decision and carries it out; it keeps no state but a small
//! progress that the state machine hands back, so any call can be repeated or lost.

mod cause;
mod decide;
mod handler;
mod outcome;
mod ownership;
mod request;
mod status;

pub use handler::{handle, handle_unless_cancelled};
pub use request::{Answer, Progress, Request};
