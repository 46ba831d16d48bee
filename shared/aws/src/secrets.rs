//! The secrets of Secrets Manager, as far as anybody may know of them.

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::operation::describe_secret::DescribeSecretError;
use groundplane_ports::{DescribeSecrets, PortError, Result, SecretDescription};

use crate::error::port_error;

/// The secrets of the account and region.
#[derive(Debug, Clone)]
pub struct Secrets {
    client: Client,
}

impl Secrets {
    /// The secrets that `client` reaches.
    #[must_use]
    pub const fn new(client: Client) -> Self {
        Self { client }
    }
}

impl DescribeSecrets for Secrets {
    async fn secret(&self, name: &str) -> Result<Option<SecretDescription>> {
        let asked = self.client.describe_secret().secret_id(name).send().await;
        let found = match asked {
            Ok(found) => found,
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(DescribeSecretError::is_resource_not_found_exception) =>
            {
                return Ok(None);
            }
            Err(error) => return Err(port_error("looking for the secret", &error)),
        };
        let tags = found
            .tags()
            .iter()
            .filter_map(|tag| Some((tag.key()?.to_owned(), tag.value()?.to_owned())))
            .collect();
        let is_deleted = found.deleted_date().is_some();
        let (Some(arn), Some(name)) = (found.arn, found.name) else {
            let message = "a secret has neither ARN nor name".to_owned();
            return Err(PortError::Internal(message));
        };
        Ok(Some(SecretDescription {
            arn,
            name,
            tags,
            is_deleted,
        }))
    }
}
