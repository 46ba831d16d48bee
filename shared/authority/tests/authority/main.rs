//! The tests of the policies.

#[cfg(test)]
mod deciding;
