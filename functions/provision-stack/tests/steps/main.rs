//! The engine against a CloudFormation in memory: from every state that a crash can leave, it
//! ends, and what is there afterwards is at rest.

mod matrix;
mod runs;
mod support;
