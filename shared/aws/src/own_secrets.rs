//! The secrets that an installation makes for itself, in Secrets Manager, and reads where it must.

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_secretsmanager::types::Tag;
use groundplane_ports::{
    NewSecretVersion, PortError, ReadSecretValues, Result, SecretValue, WriteSecrets,
};

use crate::error::port_error;

/// The label of the newest version. The version that had it before gets the one of the previous
/// version; what has no label may go ("Secret versions", user guide of AWS Secrets Manager).
const CURRENT: &str = "AWSCURRENT";

/// The secrets of one installation. Their names start with `groundplane/<installation>/`, which the
/// roles of its functions are limited to.
#[derive(Debug, Clone)]
pub struct OwnSecrets {
    client: Client,
    installation: String,
}

impl OwnSecrets {
    /// The secrets of `installation` that `client` reaches.
    #[must_use]
    pub const fn new(client: Client, installation: String) -> Self {
        Self {
            client,
            installation,
        }
    }

    fn full(&self, name: &str) -> String {
        format!("groundplane/{}/{name}", self.installation)
    }
}

impl WriteSecrets for OwnSecrets {
    async fn keep(&self, new: &NewSecretVersion<'_>) -> Result<()> {
        let installation = ("groundplane:installation", self.installation.as_str());
        let tags = new.tags.iter().copied().chain([installation]).map(tag);
        let create = self.client.create_secret().name(self.full(new.name));
        // Without a value, so that all versions are added in one way.
        let made = create.set_tags(Some(tags.collect())).send().await;
        match made {
            Ok(_) => {}
            Err(error) if is(&error, "ResourceExistsException") => {}
            Err(error) => return Err(write_error("making the secret", &error)),
        }
        self.add(new).await
    }

    async fn forget(&self, name: &str) -> Result<()> {
        let delete = self.client.delete_secret().secret_id(self.full(name));
        let deleted = delete.force_delete_without_recovery(true).send().await;
        match deleted {
            Ok(_) => Ok(()),
            Err(error) if is(&error, "ResourceNotFoundException") => Ok(()),
            Err(error) => Err(write_error("deleting the secret", &error)),
        }
    }
}

impl OwnSecrets {
    /// Adds a version to a secret that exists.
    async fn add(&self, new: &NewSecretVersion<'_>) -> Result<()> {
        let name = self.full(new.name);
        if let Some(beside) = new.beside {
            self.make_current(&name, beside).await?;
        }
        let put = self.client.put_secret_value().secret_id(name);
        let put = put
            .client_request_token(new.version)
            .secret_string(new.value.reveal());
        let put = put.send().await;
        put.map_err(|error| write_error("renewing the secret", &error))?;
        Ok(())
    }

    /// Makes `version` the current one, unless it is, so that it becomes the previous one when the
    /// next is added. It is not if an earlier attempt to add one was cut short. One that is gone
    /// already cannot be kept.
    async fn make_current(&self, name: &str, version: &str) -> Result<()> {
        let described = self.client.describe_secret().secret_id(name).send().await;
        let described = described.map_err(|error| write_error("looking for the secret", &error))?;
        let versions = described.version_ids_to_stages.unwrap_or_default();
        let has_label = |labels: &[String]| labels.iter().any(|label| label == CURRENT);
        let current = versions.iter().find(|(_, labels)| has_label(labels));
        let current = current.map(|(version, _)| version.as_str());
        if current == Some(version) {
            return Ok(());
        }
        let update = self.client.update_secret_version_stage().secret_id(name);
        let update = update
            .version_stage(CURRENT)
            .move_to_version_id(version)
            .set_remove_from_version_id(current.map(str::to_owned));
        match update.send().await {
            Ok(_) => Ok(()),
            Err(error) if is(&error, "ResourceNotFoundException") => Ok(()),
            Err(error) => Err(write_error("keeping the version before", &error)),
        }
    }
}

impl ReadSecretValues for OwnSecrets {
    async fn value(&self, name: &str, version: &str) -> Result<Option<SecretValue>> {
        let get = self.client.get_secret_value().secret_id(self.full(name));
        match get.version_id(version).send().await {
            Ok(found) => Ok(found.secret_string.map(SecretValue::new)),
            Err(error) if is(&error, "ResourceNotFoundException") => Ok(None),
            // It is being deleted.
            Err(error) if is(&error, "InvalidRequestException") => Ok(None),
            Err(error) => Err(port_error("reading the secret", &error)),
        }
    }
}

fn tag((key, value): (&'static str, &str)) -> Tag {
    Tag::builder().key(key).value(value).build()
}

fn is<E: ProvideErrorMetadata>(error: &SdkError<E>, code: &str) -> bool {
    let service = error.as_service_error();
    service.and_then(ProvideErrorMetadata::code) == Some(code)
}

/// A secret that is being deleted is gone in a moment.
fn write_error<E: ProvideErrorMetadata>(action: &str, error: &SdkError<E>) -> PortError {
    if is(error, "InvalidRequestException") {
        return PortError::Unavailable(format!("{action}: it is being deleted"));
    }
    port_error(action, error)
}
