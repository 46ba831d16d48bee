//! The lives of instances on a real table: events, operations and timers move them, each once,
//! however often and in whatever order they are delivered.

mod concurrent;
mod deployed;
mod model;
pub(crate) mod reference;
mod routing;
mod runs;
pub(crate) mod storm;
pub(crate) mod world;

use world::World;
