//! The rim of a Lambda: configuration, tracing, failures.
