//! Blocks that are taken: whose each one is, and until when.

use groundplane_model::{Index, Key, Owner, Partition, PoolName, Record, SpaceName, TenantId};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Cidr, Edit, Family, View};

/// What a block is a part of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Within {
    /// A pool.
    Pool(PoolName),
    /// A space, where it is in no pool.
    Space(SpaceName),
}

impl Within {
    /// Where what is taken of it lies.
    #[must_use]
    pub fn partition(&self) -> Partition {
        match self {
            Self::Pool(name) => Partition::pool(name),
            Self::Space(name) => Partition::space(name),
        }
    }
}

/// Whose a block is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Holder {
    /// An input of a unit of an instance.
    Instance(Owner),
    /// A pool within the pool or the space.
    Pool(PoolName),
    /// Something that was there before, or is elsewhere: what it is.
    Import(String),
}

impl Holder {
    /// The holder in words. Someone of a tenant learns nothing of other tenants; who runs the
    /// platform, and so is of none here, sees everyone.
    #[must_use]
    pub fn seen_by(&self, tenant: Option<&TenantId>) -> String {
        match (self, tenant) {
            (Self::Instance(owner), Some(tenant)) if owner.tenant != *tenant => {
                Self::ANOTHER_TENANT.to_owned()
            }
            (Self::Instance(owner), Some(_)) => format!("`{}`", owner.instance),
            (Self::Instance(owner), None) => {
                format!("`{}` of `{}`", owner.instance, owner.tenant)
            }
            (Self::Pool(name), _) => format!("the pool `{name}`"),
            (Self::Import(description), _) => format!("`{description}`"),
        }
    }

    /// What is said of holders that the reader must not know.
    pub const ANOTHER_TENANT: &'static str = "another tenant";
}

/// For how long a block is its holder's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "lowercase")]
pub enum BlockState {
    /// Until it is given back.
    Held,
    /// Until it is given back or that time has come.
    Reserved {
        /// When it becomes free by itself.
        due: Timestamp,
    },
    /// It was given back, and is kept from others until then.
    Resting {
        /// When it becomes free.
        due: Timestamp,
    },
}

impl BlockState {
    /// When it becomes free by itself, if it does.
    #[must_use]
    pub const fn due(self) -> Option<Timestamp> {
        match self {
            Self::Held => None,
            Self::Reserved { due } | Self::Resting { due } => Some(due),
        }
    }
}

/// A block that is taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// What it is a part of.
    pub within: Within,
    /// The addresses.
    pub cidr: Cidr,
    /// Whose it is.
    pub holder: Holder,
    /// For how long.
    pub state: BlockState,
    /// For how many minutes it rests once it is given back.
    #[serde(default)]
    pub quarantine_minutes: u32,
    /// When it was taken.
    pub allocated_at: Timestamp,
    /// The version of the node that it was taken in.
    pub taken_at: u64,
    /// The version of this record.
    #[serde(default)]
    pub version: u64,
}

impl Block {
    /// The start of the sort key of every block.
    pub const PREFIX: &'static str = "BLOCK#";

    /// How often a block can change before its versions could meet those of the one that has its
    /// place next, as a power of two.
    const CHANGES: u32 = 20;

    /// The block that `view` has taken at `cidr`, for `holder` from `now` on.
    #[must_use]
    pub fn taken(
        view: &View,
        (within, cidr): (Within, Cidr),
        holder: Holder,
        now: Timestamp,
    ) -> Self {
        let saved = view.edits().into_iter().filter_map(|edit| match edit {
            Edit::Save(node) => Some(node),
            Edit::Remove(_) => None,
        });
        let node = saved
            .filter(|node| node.node.block().contains(cidr))
            .max_by_key(|node| node.node.length());
        Self {
            within,
            cidr,
            holder,
            state: BlockState::Held,
            quarantine_minutes: 0,
            allocated_at: now,
            taken_at: node.map_or(0, |node| node.next_version()),
            version: 0,
        }
    }

    /// Where the block lies. Sort keys are in the order of the addresses.
    #[must_use]
    pub fn key_of(within: &Within, cidr: Cidr) -> Key {
        Key::new(within.partition(), Self::sort_key(cidr))
    }

    fn sort_key(cidr: Cidr) -> String {
        let (length, bits) = (cidr.length(), cidr.bits());
        let address = match cidr.family() {
            Family::V4 => format!("4#{:08x}", bits >> 96),
            Family::V6 => format!("6#{bits:032x}"),
        };
        format!("{}{address}/{length:03}", Self::PREFIX)
    }

    /// The block after its holder has given it back.
    #[must_use]
    pub fn put_to_rest(self, now: Timestamp) -> Self {
        let rest = SignedDuration::from_mins(i64::from(self.quarantine_minutes));
        let due = now.saturating_add(rest).unwrap_or(now);
        Self {
            state: BlockState::Resting { due },
            ..self
        }
    }

    /// Whether it becomes free at `now`.
    #[must_use]
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.state.due().is_some_and(|due| due <= now)
    }

    /// Whether `owner` has it.
    #[must_use]
    pub fn is_held_by(&self, owner: &Owner) -> bool {
        let is_owners = matches!(&self.holder, Holder::Instance(holder) if holder == owner);
        is_owners && !matches!(self.state, BlockState::Resting { .. })
    }
}

impl Record for Block {
    const KIND: &'static str = "block";

    fn key(&self) -> Key {
        Self::key_of(&self.within, self.cidr)
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn next_version(&self) -> u64 {
        // Versions of a node only grow, also where it is removed and comes again. So the versions
        // of a block begin above all that another block in its place has had.
        if self.version == 0 {
            self.taken_at << Self::CHANGES
        } else {
            self.version + 1
        }
    }

    fn index(&self) -> Option<Index> {
        let (Within::Pool(pool), Some(due)) = (&self.within, self.state.due()) else {
            return None;
        };
        let sort = format!("{:012}#{}", due.as_second(), Self::sort_key(self.cidr));
        Some(Index::due_blocks(pool, &sort))
    }
}

#[cfg(test)]
#[path = "block_tests.rs"]
mod tests;
