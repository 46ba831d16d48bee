//! Event patterns as EventBridge matches them: the whole language, and an index over many.
//!
//! A pattern is read once ([`Pattern::parse`]) and then asked ([`Pattern::matches`]) or put into an
//! index ([`PatternIndex`]). Work is bounded by the sizes of pattern and event, and nothing
//! recurses deeper than a pattern may be nested.
//!
//! Sources: "Event patterns" and "Comparison operators" in the user guide of Amazon EventBridge;
//! where it is silent, Event Ruler, with which EventBridge matches.

mod event;
mod impossible;
mod index;
mod matcher;
mod mistake;
mod number;
mod pattern;
mod read;
mod tree;

#[cfg(test)]
mod asserting;
#[cfg(test)]
mod impossible_tests;
#[cfg(test)]
mod index_tests;
#[cfg(test)]
mod operator_tests;
#[cfg(test)]
mod pattern_tests;
#[cfg(test)]
mod property_tests;
#[cfg(test)]
mod read_tests;

pub use index::PatternIndex;
pub use mistake::Mistake;
pub use pattern::Pattern;
