//! Turns abstract inputs into concrete values.
