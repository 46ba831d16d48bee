//! The groundplane command.

fn main() {}
