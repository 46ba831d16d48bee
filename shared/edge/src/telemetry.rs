//! Structured logs: one JSON object a line, control characters escaped.

use tracing_subscriber::EnvFilter;

/// Starts logging at the level that `LOG_LEVEL` names (default `info`). A second call changes
/// nothing.
pub fn start_telemetry() {
    let level = crate::setting_or("LOG_LEVEL", "info");
    let filter = EnvFilter::try_new(&level).unwrap_or_else(|_| EnvFilter::new("info"));
    // An error means that a subscriber is set already, which is what is wanted.
    let _ = tracing_subscriber::fmt()
        .json()
        .with_env_filter(filter)
        .with_current_span(false)
        .without_time()
        .try_init();
}
