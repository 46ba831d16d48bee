//! Which of several blocks that fit is taken.

use super::NodeId;

/// How an owner picks among blocks that fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spread {
    /// A number of the owner's, for example from a digest of it. Owners with different numbers
    /// pick differently where it makes no difference to the pool.
    pub seed: u64,
    /// How often the owner's commit has met a conflict.
    pub attempt: u32,
}

/// A slot that has room, and the prefix length of the largest free block in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fit {
    pub(super) index: u8,
    pub(super) largest: u8,
}

impl Spread {
    /// The slot to go on with; `None` only where there is none.
    pub(super) fn choose(self, node: NodeId, fits: &mut [Fit], below: u8, target: u8) -> Option<Fit> {
        fits.sort_by_key(|fit| std::cmp::Reverse(fit.largest));
        let tightest = fits.first()?.largest;
        let ties = fits.partition_point(|fit| fit.largest == tightest);
        let distance = u32::from(target - node.length()) / 4; // 1 = just above target
        let a = self.attempt;
        let width = match RULE.load(std::sync::atomic::Ordering::Relaxed) {
            0 => ties,
            1 => ties.max(1usize << a.min(5)),
            2 => fits.partition_point(|f| u32::from(f.largest) + a >= u32::from(tightest)),
            3 => fits.partition_point(|f| u32::from(f.largest) + (1 << a.min(6)) - 1 >= u32::from(tightest)),
            4 => if a == 0 { ties } else { fits.len() },
            5 => if a >= distance { fits.len() } else { ties },
            6 => if 2 * a >= distance { fits.len() } else { ties },
            7 => { let split = fits.partition_point(|f| f.largest > below); if a == 0 { split.max(ties) } else {fits.len()} }
            8 => { let split = fits.partition_point(|f| f.largest > below); if a < distance { split.max(ties) } else {fits.len()} }
            9 => { let split = fits.partition_point(|f| f.largest > below); if a == 0 {ties} else if a <= distance { split.max(ties) } else {fits.len()} }
            10 => fits.len(),
            _ => ties,
        }.min(fits.len());
        let pick = self.number(node) % width.max(1) as u64;
        fits.get(pick as usize).copied()
    }

    fn number(self, node: NodeId) -> u64 {
        let bits = node.0.bits();
        let place = (bits >> 64) as u64 ^ bits as u64 ^ u64::from(node.length());
        mixed(mixed(self.seed ^ u64::from(self.attempt)) ^ place)
    }
}
pub static RULE: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);

/// The finaliser of SplitMix64: every bit of the answer depends on every bit of the question.
const fn mixed(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}
