//! What a tree refuses, in the user's words: which pool, and who is in the way.

use groundplane_model::{Failure, FailureKind, TenantId};
use groundplane_ports::ReadTable;
use groundplane_resolvers::{Block, BlockState, Cidr, IpamError, Within};

use crate::attempts::Stopped;

/// The failure that `stopped` is for a reader of `tenant`, or of the platform. What overlaps or is
/// in use is a conflict, everything else that the tree refuses is invalid.
pub async fn explain(
    table: &impl ReadTable,
    within: &Within,
    stopped: Stopped,
    tenant: Option<&TenantId>,
) -> Failure {
    let error = match stopped {
        Stopped::Refused(error) => error,
        Stopped::Failed(failure) => return failure,
        Stopped::Away(error) => return error.into(),
        Stopped::Raced => IpamError::Stale,
    };
    let kind = match &error {
        IpamError::NoPool => FailureKind::NotFound,
        IpamError::Overlaps { .. } | IpamError::Reserved { .. } | IpamError::InUse { .. } => {
            FailureKind::Conflict
        }
        IpamError::Stale => FailureKind::Unavailable,
        IpamError::Full { .. }
        | IpamError::LengthBeyond { .. }
        | IpamError::LengthNotAllowed { .. }
        | IpamError::Outside { .. }
        | IpamError::AlreadyFree { .. }
        | IpamError::NotTaken { .. } => FailureKind::Invalid,
    };
    let message = match &error {
        IpamError::NoPool => match within {
            Within::Pool(name) => format!("there is no pool `{name}`"),
            Within::Space(name) => format!("there is no space `{name}`"),
        },
        IpamError::Overlaps { cidr, taken } => {
            let by = in_the_way(table, within, *taken, tenant).await;
            format!("{}: `{cidr}` overlaps with `{taken}`, {by}", place(within))
        }
        IpamError::Stale
        | IpamError::Full { .. }
        | IpamError::LengthBeyond { .. }
        | IpamError::LengthNotAllowed { .. }
        | IpamError::Outside { .. }
        | IpamError::Reserved { .. }
        | IpamError::AlreadyFree { .. }
        | IpamError::NotTaken { .. }
        | IpamError::InUse { .. } => format!("{}: {error}", place(within)),
    };
    Failure::new(kind, message)
}

fn place(within: &Within) -> String {
    match within {
        Within::Pool(name) => format!("the pool `{name}`"),
        Within::Space(name) => format!("the space `{name}`"),
    }
}

/// What keeps `taken` from being free; it is said beside a refusal, so no fault comes of it.
async fn in_the_way(
    table: &impl ReadTable,
    within: &Within,
    taken: Cidr,
    tenant: Option<&TenantId>,
) -> String {
    let block = table.get::<Block>(&Block::key_of(within, taken)).await;
    block.ok().flatten().map_or_else(
        || "which is taken".to_owned(),
        |block| standing(&block, tenant),
    )
}

/// What is to be said of a block that someone stumbles over.
pub(crate) fn standing(block: &Block, tenant: Option<&TenantId>) -> String {
    let holder = block.holder.seen_by(tenant);
    match block.state {
        BlockState::Held => format!("which {holder} holds"),
        BlockState::Reserved { due } => format!("which is reserved for {holder} until {due}"),
        BlockState::Resting { due } => format!("which was released and rests until {due}"),
    }
}
