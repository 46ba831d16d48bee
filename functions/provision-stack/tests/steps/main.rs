//! The engine against a CloudFormation in memory: from every state that a crash can leave, it
//! ends, and what is there afterwards is at rest.

mod local;
mod matrix;
mod runs;
mod support;
