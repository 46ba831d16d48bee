//! The audit log is written by the table itself: whatever is committed on behalf of an attempt has
//! its entry in the same transaction. An attempt that changes nothing gets its entry afterwards. What
//! the platform decides by itself is written the same way.

mod attempt;
mod audited;
mod recorded;
mod retention;

pub use attempt::Attempt;
pub use audited::Audited;
pub use recorded::Recorded;
pub use retention::{NoRetention, Retention};
