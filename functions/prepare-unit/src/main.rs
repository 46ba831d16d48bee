//! Binds a unit's parameters and decides whether its engine is needed.

fn main() {}
