//! Reads specs: parse, validate, fill defaults, with every problem and its place.
//!
//! The way of a text: [`parse`] gives a [`Document`] (data and places), [`validate`] gives a
//! [`Validated`] (typed, every default filled in) or every problem at once. What is valid, and
//! every default, stands in the JSON Schema files under `schema/`, which are compiled in.
//!
//! Guarantees: no input makes this panic, overflow the stack or allocate more than a small
//! multiple of [`MAX_BYTES`]; no text of a user reaches a message unescaped or at full length.

#[cfg(test)]
mod bundle;
mod compose;
mod defaults;
mod document;
mod explain;
mod frame;
mod input_schema;
mod mismatch;
mod node;
mod pointer;
mod reference;
mod report;
mod requirement;
mod rules;
mod scalar;
mod schema;
mod screen;
mod validate;
mod wording;

pub use compose::{MAX_DEPTH, MAX_NODES};
pub use defaults::default_decided_by;
pub use document::{Document, parse, parse_all, parse_bytes};
pub use input_schema::InputSchema;
pub use reference::{Below, Fact, Field, documentation, field, reference_page};
pub use report::MAX_PROBLEMS;
pub use schema::{Kind, composed_schema, has_field, section_names};
pub use screen::MAX_BYTES;
pub use validate::{
    AccessPolicy, ComplianceFramework, Environment, Guardrail, LandingZone, Lifecycle, Resolver,
    Service, Tenant, ValidDocument, Validated, Workflow, validate, validate_value,
};
