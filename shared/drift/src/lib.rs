//! Drift: what a revision asked for against what is there, property by property, and what an
//! environment's policy does about the differences.
//!
//! [`compare`] gives a [`Report`], [`decide`] the [`Action`]s. Both are pure. What counts as noise,
//! what class and severity a property has, and what a spec can say are data ([`Rules`]).
//!
//! Guarantees: no input makes this panic; what a rule calls secret is in no report; a report has at
//! most [`MAX_DIFFERENCES`] differences with values of at most [`MAX_VALUE_BYTES`] each.

mod arn;
mod compare;
mod digest;
mod handled;
mod lcs;
mod list;
mod merge;
mod noise;
mod observation;
mod pattern;
mod policy;
mod report;
mod resource;
mod rules;
mod shown;
mod walk;

pub use compare::compare;
pub use groundplane_model::{DriftSeverity as Severity, DriftStatus as Status};
pub use handled::{Attempt, Handled, Outcome};
pub use observation::{Known, Observation, Scaling, Seen, Source, Tagged};
pub use policy::{Action, Fallback, SpecChange, check_policy, decide};
pub use report::{Difference, Kind, MAX_DIFFERENCES, MAX_VALUE_BYTES, NotChecked, Report};
pub use rules::Rules;
