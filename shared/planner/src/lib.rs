//! Turns a spec into units, waves and templates: what would be provisioned, in what order, and
//! what of it differs from what is there. Everything here is a pure function.

mod check;
mod graph;
mod plan;
mod removal;
mod repair;
mod schedule;

pub use check::{check, check_change};
pub use groundplane_capabilities::{Resolved, Want};
pub use plan::{Plan, PlanInput, PlannedUnit, Wanted, outline, plan, plan_units, wanted};
pub use removal::{Earlier, left_by};
pub use repair::schedule_repair;
pub use schedule::{ScheduledStep, Work, schedule, schedule_destroy};
