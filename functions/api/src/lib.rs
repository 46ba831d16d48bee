//! Answers the HTTP API.
