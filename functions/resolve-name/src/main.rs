//! Hands out and takes back names.

fn main() {}
