//! What `cargo xtask bench` measures, one kind of figure per file.

pub(crate) mod command_line;
pub(crate) mod counts;
pub(crate) mod deployment;
pub(crate) mod size;
pub(crate) mod start_up;
pub(crate) mod table;
pub(crate) mod terraform;
pub(crate) mod traffic;
