//! Whether a request for an operation is one that was dealt with before.

use groundplane_model::{EventEntry, Life};

use crate::Request;
use crate::occurrence::measured;

/// What a request is to the entry that is in the log under its identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// The same request: the answer is the one that was given.
    Same,
    /// Another one under the same id: another operation, another input, or no operation at all. It
    /// has to be refused, or its sender would take the other one's run for its own.
    Other,
    /// One of an earlier life of the name. What it began is over, and is not this life's.
    OfAnotherLife,
}

/// What `request` is to `entry`, which was found under [`Request::identity`]. The order of the
/// input's fields does not matter, and neither does who asks.
#[must_use]
pub fn repeats(entry: &EventEntry, request: &Request, life: &Life) -> Repeat {
    if entry.incarnation != life.incarnation {
        return Repeat::OfAnotherLife;
    }
    let (digest, _) = measured(&request.input_text());
    let is_same =
        entry.operation.as_ref() == Some(&request.operation) && entry.detail_digest == digest;
    if is_same { Repeat::Same } else { Repeat::Other }
}

#[cfg(test)]
mod tests;
