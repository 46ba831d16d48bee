//! Renders the sections of a spec as CloudFormation templates.
//!
//! A capability is what provisions a section. It declares which context keys it reads and writes,
//! and renders its template from the spec, the ground and those keys, without any I/O. Adding one
//! takes a file here and a line in `registry`.

mod access;
mod cache;
mod capability;
mod compute;
mod database;
mod discovery;
mod error;
mod foundation;
mod image;
mod ingress;
mod lambda;
mod network;
mod policy;
mod references;
mod registry;
mod resolved;
mod secret;
mod sections;
mod storage;
mod subnets;
mod template;
mod text;
mod triggers;

pub use capability::{Capability, CheckInput, Keys, Phase, RenderInput, Use, Want};
pub use error::RenderError;
pub use references::References;
pub use registry::capabilities;
pub use resolved::Resolved;
pub use sections::Sections;
pub use template::{Rendered, Resource, Resources, render};
pub use text::resolves_dynamically;
