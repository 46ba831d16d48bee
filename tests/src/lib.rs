//! Tests that cross crates: state machines, fault injection, end to end.

pub mod fake_stacks;

pub mod asl;
