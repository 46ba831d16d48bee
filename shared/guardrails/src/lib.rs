//! Guardrails: rules that every rendered template must keep, written in Rego, and the exceptions
//! from them, each with its reason. Judges and says so; it neither reads nor writes anything, and
//! the same template gets the same answer everywhere.

mod error;
mod exception;
mod guardrails;
mod starter;
mod steps;
mod violation;

pub use error::{GuardrailError, PolicyError};
pub use exception::Exception;
pub use guardrails::Guardrails;
pub use violation::{Excepted, Verdict, Violation};
