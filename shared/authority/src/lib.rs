//! Who may do what. Every action of the platform has a name, roles allow actions, and a small fixed
//! set of policies in Cedar decides. Judges only: who calls and what there is, others say.

mod access;
mod action;
mod authority;
mod policies;
mod tier;

pub use access::check_access;
pub use action::Action;
pub use authority::{Authority, Decision, NoAuthority, Object};
pub use policies::{Policies, schema_text};
pub use tier::Tier;
