//! Says what a deployment would do before it does it: per unit and per resource what is created,
//! updated, replaced, deleted and kept, and which property is the reason. Everything here is a pure
//! function of what is there and what is planned.

mod allocation;
mod difference;
mod effect;
mod markdown;
mod order;
mod phrase;
mod preview;
mod protection;
mod reading;
mod references;
mod report;
mod resource;
mod resource_types;
mod revisions;
mod secrecy;
mod shown;
mod stack;
mod template;
mod text;
mod unit;
mod world;

pub use allocation::{Allocation, AllocationAction};
pub use markdown::markdown;
pub use preview::{LiveUnit, PreviewInput, preview};
pub use report::{
    Counts, Doubt, Effect, Operation, Preview, PropertyChange, Protection, Remains,
    ResourcePreview, Shown, UnitOperation, UnitPreview, Warning,
};
pub use resource_types::{PropertyRules, property_rules, resource_types};
pub use revisions::{Rendered, RevisionDifference, UnitDifference};
pub use template::Unreadable;
pub use text::{Colour, text};
