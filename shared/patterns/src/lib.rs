//! Event patterns as EventBridge matches them.
