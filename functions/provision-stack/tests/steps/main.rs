//! The engine against a CloudFormation in memory: from every state that a crash can leave, it
//! ends, and what is there afterwards is at rest.

#[cfg(test)]
mod local;
#[cfg(test)]
mod machine;
#[cfg(test)]
mod matrix;
#[cfg(test)]
mod runs;
#[cfg(test)]
mod support;
