//! Noting that an instance was left out, where its environment's list shows it.

use groundplane_model::{Change, DriftSkip, Failure, Instance, InstanceStatus, Member, SkipReason};
use groundplane_ports::{PortError, ReadTable, WriteTable};
use jiff::Timestamp;

/// Notes why an instance was left out. Of one that is being destroyed nothing is noted: the end of
/// that removes the member, and nothing may get into its way. Who was faster knows better.
pub(crate) async fn note(
    table: &(impl ReadTable + WriteTable),
    instance: &Instance,
    reason: SkipReason,
    at: Timestamp,
) -> Result<(), Failure> {
    if instance.status == InstanceStatus::Destroying {
        return Ok(());
    }
    let key = Member::key_of(&instance.environment, &instance.tenant, &instance.id);
    let member: Option<Member> = table.get(&key).await?;
    let Some(member) = member else {
        return Ok(());
    };
    let skipped = Some(DriftSkip { at, reason });
    let member = Member { skipped, ..member };
    match table.commit(vec![Change::save(&member)]).await {
        Ok(()) | Err(PortError::Conflict(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
