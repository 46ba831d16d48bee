//! Tests that cross crates: state machines, fault injection, end to end.

pub mod accounts;
pub mod asl;
pub mod fake_stacks;
pub mod faults;
