//! Turns a spec into units, waves and templates.
