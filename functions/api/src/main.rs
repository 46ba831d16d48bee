//! Answers the HTTP API.

fn main() {}
