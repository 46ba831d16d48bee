//! The databases of RDS.

use aws_sdk_rds::Client;
use aws_sdk_rds::operation::reboot_db_instance::RebootDBInstanceError;
use aws_sdk_rds::types::{DbInstance, Filter};
use groundplane_ports::{Database, FailOverDatabases, PortError, ReadDatabases, Result};

use crate::error::port_error;

/// How many databases one call asks for; a page has 100 at the most ("`DescribeDBInstances`", RDS
/// API reference).
const BATCH: usize = 50;

/// The databases of the account and region.
#[derive(Debug, Clone)]
pub struct Databases {
    client: Client,
}

impl Databases {
    /// The databases that `client` reaches.
    #[must_use]
    pub const fn new(client: Client) -> Self {
        Self { client }
    }
}

impl ReadDatabases for Databases {
    async fn databases(&self, identifiers: &[&str]) -> Result<Vec<Database>> {
        let mut found = Vec::new();
        for batch in identifiers.chunks(BATCH) {
            // A filter passes over what does not exist; a name of its own would be an error.
            let values = batch.iter().map(|name| name.to_ascii_lowercase()).collect();
            let filter = Filter::builder()
                .name("db-instance-id")
                .set_values(Some(values));
            let answer = self
                .client
                .describe_db_instances()
                .filters(filter.build())
                .send()
                .await
                .map_err(|error| port_error("looking at the databases", &error))?;
            found.extend(answer.db_instances().iter().map(database));
        }
        Ok(found)
    }
}

impl FailOverDatabases for Databases {
    async fn fail_over(&self, identifier: &str) -> Result<()> {
        let asked = self
            .client
            .reboot_db_instance()
            .db_instance_identifier(identifier)
            .force_failover(true)
            .send()
            .await;
        match asked {
            Ok(_) => Ok(()),
            // It is at something, perhaps at this very failover.
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(RebootDBInstanceError::is_invalid_db_instance_state_fault) =>
            {
                Err(PortError::Conflict(format!("`{identifier}`")))
            }
            Err(error) => Err(port_error("failing the database over", &error)),
        }
    }
}

fn database(instance: &DbInstance) -> Database {
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    Database {
        identifier: text(instance.db_instance_identifier()).to_ascii_lowercase(),
        arn: text(instance.db_instance_arn()),
        status: text(instance.db_instance_status()),
        has_standby: instance.multi_az().unwrap_or_default(),
        zone: instance.availability_zone().map(str::to_owned),
    }
}
