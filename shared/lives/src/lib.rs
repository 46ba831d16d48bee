//! The lives of instances in the table: what happens is decided by `groundplane-lifecycle` and
//! written in one transaction; where someone else was faster, it is decided anew.
//!
//! Guarantees: an event is decided once, however often it is delivered; a transition, the history
//! item, the entry in the log and the messages that it makes necessary are written together or not
//! at all.

mod definitions;
mod lives;
mod publish;
mod write;

pub use definitions::Definitions;
pub use lives::{Lives, Told, Whose};
pub use publish::{Published, choose, publish};
pub use write::changes_of;
