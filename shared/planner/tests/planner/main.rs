//! What a spec is planned as, and what a deployment does with the plan.

mod check;
mod golden;
mod ground;
mod properties;
mod schedule;
