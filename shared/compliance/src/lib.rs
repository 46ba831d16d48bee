//! Compliance: which controls of a framework are about a unit, and how the controls of an instance
//! stand, by what guardrails and limits said when its revision was planned.

mod report;
mod tags;
mod written;

pub use report::{Deployed, Row, Status, rows};
pub use tags::tags_of;
pub use written::{csv, html};
