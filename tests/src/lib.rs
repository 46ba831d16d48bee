//! Tests that cross crates: state machines, fault injection, end to end.
