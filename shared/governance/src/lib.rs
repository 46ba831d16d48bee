//! What platform engineers allow in specs. Judges only; who may set what is not decided here.

mod limits;

pub use limits::{check_limits, limit_problems};
