//! The tasks, one per file.

pub(crate) mod aws_data;
pub(crate) mod bench;
pub(crate) mod demo;
pub(crate) mod down;
pub(crate) mod lint;
pub(crate) mod test;
pub(crate) mod token;
pub(crate) mod up;
