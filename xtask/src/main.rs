//! The project's own tasks: demo, test, bench.

fn main() {}
