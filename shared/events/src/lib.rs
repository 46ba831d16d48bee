//! Events from outside: EventBridge's envelope, what an event is about, webhooks, what pollers see.
//! Everything becomes a `groundplane_model::Event`. Nothing here does I/O or reads a clock.

mod arn;
mod body;
pub mod credentials;
pub mod envelope;
mod fields;
mod headers;
mod identifiers;
mod kinds;
pub mod poll;
mod refused;
pub mod signature;
mod subjects;
pub mod webhook;

pub use headers::Headers;
pub use identifiers::identifiers;
pub use refused::Refused;
pub use subjects::{MOST_SUBJECTS, subjects};
