//! How a database is, from the status that RDS gives it.

use super::{Health, Status};
use crate::refused::quoted;

/// The statuses of DB instances and clusters. Source: "DB instance status" in the user guide of RDS,
/// "DB cluster status" in that of Aurora. What ends by itself and takes the database away meanwhile
/// is unknown; what goes on while the database answers is healthy.
#[rustfmt::skip]
const STATUSES: [(&str, Status); 50] = [
    ("available", Status::Healthy),
    ("backing-up", Status::Healthy),
    ("configuring-activity-stream", Status::Healthy),
    ("configuring-associate-roles", Status::Healthy),
    ("configuring-enhanced-monitoring", Status::Healthy),
    ("configuring-iam-database-auth", Status::Healthy),
    ("configuring-log-exports", Status::Healthy),
    ("delete-precheck", Status::Healthy),
    ("modifying", Status::Healthy),
    ("preparing-data-migration", Status::Healthy),
    ("promoting", Status::Healthy),
    ("resetting-master-credentials", Status::Healthy),
    ("scaling-compute", Status::Healthy),
    ("scaling-storage", Status::Healthy),
    ("storage-config-upgrade", Status::Healthy),
    ("storage-initialization", Status::Healthy),
    ("storage-optimization", Status::Healthy),
    ("update-iam-db-auth", Status::Healthy),
    ("backtracking", Status::Unknown),
    ("converting-to-vpc", Status::Unknown),
    ("creating", Status::Unknown),
    ("failing-over", Status::Unknown),
    ("maintenance", Status::Unknown),
    ("migrating", Status::Unknown),
    ("moving-to-vpc", Status::Unknown),
    ("rebooting", Status::Unknown),
    ("renaming", Status::Unknown),
    ("starting", Status::Unknown),
    ("upgrading", Status::Unknown),
    ("incompatible-credentials", Status::Degraded),
    ("incompatible-option-group", Status::Degraded),
    ("insufficient-capacity", Status::Degraded),
    ("insufficient-resource-limits", Status::Degraded),
    ("scaling-failed", Status::Degraded),
    ("storage-full", Status::Degraded),
    ("upgrade-failed", Status::Degraded),
    ("cloning-failed", Status::Stopped),
    ("deleted", Status::Stopped),
    ("deleting", Status::Stopped),
    ("failed", Status::Stopped),
    ("inaccessible-encryption-credentials", Status::Stopped),
    ("inaccessible-encryption-credentials-recoverable", Status::Stopped),
    ("incompatible-create", Status::Stopped),
    ("incompatible-network", Status::Stopped),
    ("incompatible-parameters", Status::Stopped),
    ("incompatible-restore", Status::Stopped),
    ("migration-failed", Status::Stopped),
    ("restore-error", Status::Stopped),
    ("stopped", Status::Stopped),
    ("stopping", Status::Stopped),
];

/// How a database is. A status that is not known here is unknown.
#[must_use]
pub fn rds_health(status: &str) -> Health {
    let known = STATUSES.iter().find(|(name, _)| *name == status);
    let health = known.map_or(Status::Unknown, |(_, health)| *health);
    Health::new(
        health,
        format!("the database's status is {}", quoted(status)),
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_database_is_as_its_status_says() {
        for (status, expected) in [
            ("available", Status::Healthy),
            ("backing-up", Status::Healthy),
            ("rebooting", Status::Unknown),
            ("storage-full", Status::Degraded),
            ("incompatible-network", Status::Stopped),
            ("stopped", Status::Stopped),
            ("levitating", Status::Unknown),
            ("", Status::Unknown),
        ] {
            assert_eq!(rds_health(status).status, expected, "{status}");
        }
        let reason = rds_health("storage-full").reason;
        assert_eq!(reason, "the database's status is `storage-full`");
    }

    #[test]
    fn each_status_is_in_the_table_once() {
        let names: BTreeSet<_> = STATUSES.iter().map(|(name, _)| name).collect();
        assert_eq!(names.len(), STATUSES.len());
    }
}
