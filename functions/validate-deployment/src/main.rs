//! Begins a deployment and lists what must be resolved.

fn main() {}
