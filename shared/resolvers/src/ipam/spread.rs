//! Which of several slots that have room is used.

use std::cmp::Reverse;

use super::NodeId;
use super::node::NIBBLE;

/// How an owner picks among slots that have room.
///
/// Slots that are in use already come first, so that large blocks stay whole; of those, the one
/// with less room of two that the seed picks. One alone would leave more holes, the tightest of all
/// would have everyone collide in the same place. Each conflict allows to break up a free slot one
/// level further up, so that owners who collide move apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spread {
    /// A number of the owner's, for example from a digest of it.
    pub seed: u64,
    /// How often this request has met a conflict.
    pub attempt: u32,
}

/// A slot that has room, and the prefix length of the largest free block in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fit {
    pub(super) index: u8,
    pub(super) largest: u8,
}

impl Spread {
    /// The slot of `node` to go on with, on the way to a node with the prefix length `target`.
    /// `None` only where `fits` is empty.
    pub(super) fn choose(self, node: NodeId, mut fits: Vec<Fit>, target: u8) -> Option<Fit> {
        fits.sort_by_key(|fit| Reverse(fit.largest));
        let slot = node.length() + NIBBLE;
        let in_use = fits.partition_point(|fit| fit.largest > slot);
        let levels = u32::from(target.saturating_sub(node.length()) / NIBBLE);
        let choices = if in_use == 0 || self.attempt >= levels {
            fits.len()
        } else {
            in_use
        };
        let number = self.number(node);
        let pick = below(number, choices).min(below(mixed(number), choices));
        fits.get(pick).copied()
    }

    fn number(self, node: NodeId) -> u64 {
        let bits = node.block().bits();
        // INVARIANT: 128 bits are twice 64.
        let half = |bits: u128| u64::try_from(bits & u128::from(u64::MAX)).unwrap_or(0);
        let place = half(bits >> 64) ^ half(bits) ^ u64::from(node.length());
        mixed(mixed(self.seed ^ u64::from(self.attempt)) ^ place)
    }
}

/// `number` as one of the first `choices` indexes.
fn below(number: u64, choices: usize) -> usize {
    usize::try_from(number >> 32).unwrap_or(0) % choices.max(1)
}

/// The step of `SplitMix64`: every bit of the answer depends on every bit of the question.
pub(super) const fn mixed(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}
