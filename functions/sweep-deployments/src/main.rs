//! Finds deployments whose execution is gone and recovers them.

fn main() {}
