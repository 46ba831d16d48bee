//! Databases of RDS.

use std::future::Future;

use crate::Result;

/// A database as RDS describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Database {
    /// Its identifier, in lower case.
    pub identifier: String,
    /// Its ARN.
    pub arn: String,
    /// For example `available`.
    pub status: String,
    /// Whether it has a standby in another zone.
    pub has_standby: bool,
    /// The zone that it is in.
    pub zone: Option<String>,
}

/// Permission to look at databases.
pub trait ReadDatabases: Send + Sync {
    /// The databases with these identifiers, in no order. One that does not exist is left out. As
    /// many identifiers as wanted.
    ///
    /// # Errors
    /// As [`crate::PortError`] says.
    fn databases(&self, identifiers: &[&str])
    -> impl Future<Output = Result<Vec<Database>>> + Send;
}

/// Permission to have databases go over to their standby.
pub trait FailOverDatabases: Send + Sync {
    /// Begins to go over to the standby. Doing it again goes back.
    ///
    /// # Errors
    /// `Conflict` where the database is not `available`, for example since it is at it already;
    /// otherwise as [`crate::PortError`] says.
    fn fail_over(&self, identifier: &str) -> impl Future<Output = Result<()>> + Send;
}
