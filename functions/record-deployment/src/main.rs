//! Records how steps and deployments end.

fn main() {}
