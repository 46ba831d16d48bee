//! Decides what happens to a deployment at each step of its life. Every function here is pure: it
//! takes what was read, and gives the changes to commit and what to do next. Every decision may
//! be taken again, after a crash or a repeated delivery, and then gives the same or nothing.
//!
//! The order of a life: [`accept`] → [`begin`] → [`plan`] → for each step [`prepare`] and
//! [`collect`] → [`finish`]; where something fails [`fail`] → for each step to take back
//! [`undo`] and [`undone`] → [`finish`].

mod accept;
mod again;
mod answer;
mod approval;
mod begin;
mod bind;
mod bindings;
mod cancel;
mod collect;
mod compensate;
mod error;
mod finish;
#[cfg(test)]
mod fixture;
mod outlook;
mod plan;
mod plan_id;
mod prepare;
mod recover;
mod ruling;
mod settle;
mod undo;
mod waiting;
mod wants;
#[cfg(test)]
mod world;

pub use accept::{Accepted, Demand, IdempotencyClaim, Submission, accept, accept_destroy};
pub use again::{NothingEarlier, Retry, earlier, kept_inputs, labels_of, retry};
pub use answer::{Answer, ApprovalRefusal, answer};
pub use approval::{Judgement, Question, ask, demanded, judge, too_late};
pub use begin::{Batch, Begun, begin};
pub use bindings::bound_inputs;
pub use cancel::{cancel, is_past_return, stop_if_cancelled, stop_step_if_cancelled};
pub use collect::{collect, fail_step};
pub use compensate::{Compensation, fail};
pub use error::cause_of;
pub use finish::{Run, finish};
pub use outlook::{Intent, Outlook, Standing};
pub use plan::{Planned, StepRef, Wave, plan, waves_of};
pub use plan_id::{InvalidPlanId, Moved, PlanId};
pub use prepare::{Prepared, Settings, prepare};
pub use recover::{Recovery, execution_of, recover};
pub use ruling::{Destination, Judged, Rulebook};
pub use settle::{Holdings, ReleaseBatch, releases};
pub use undo::{undo, undo_failed, undone};
pub use waiting::{Waits, WaitsFor, waiting_for};
pub use wants::{bound_spec, resolved_of};
