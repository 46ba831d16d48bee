//! The resources of a database.

use serde_json::{Value, json};

use super::{Database, Engine, OnDelete, reference};
use crate::foundation::DATA_GROUP;
use crate::{References, RenderError, RenderInput, Resource};

/// What happens to the resources when the stack no longer has them.
#[derive(Debug, Clone, Copy)]
pub(super) struct OnDeletePolicies {
    /// To the database itself.
    pub(super) instance: &'static str,
    /// To what it cannot be without.
    pub(super) others: &'static str,
}

impl Database<'_> {
    pub(super) fn on_delete_policies(&self) -> OnDeletePolicies {
        let (instance, others) = match self.on_delete {
            OnDelete::Snapshot => ("Snapshot", "Delete"),
            OnDelete::Retain => ("RetainExceptOnCreate", "RetainExceptOnCreate"),
            OnDelete::Delete => ("Delete", "Delete"),
        };
        OnDeletePolicies { instance, others }
    }

    /// The password, which is generated and never leaves Secrets Manager but for the database and
    /// the roles that may read it. RDS could keep the secret itself, but then CloudFormation
    /// cannot say everywhere which one it is.
    pub(super) fn secret(&self, input: &RenderInput<'_>, kept: &str) -> Resource {
        let template = json!({ "username": self.db_username });
        let properties = json!({
            "Description": format!("database of {}", input.instance),
            "GenerateSecretString": {
                "SecretStringTemplate": template.to_string(),
                "GenerateStringKey": "password",
                "PasswordLength": 40,
                // RDS refuses some of these, and none needs escaping in an address.
                "ExcludePunctuation": true,
            },
        });
        Resource::new("AWS::SecretsManager::Secret", properties).on_delete(kept)
    }

    /// Refuses connections without TLS, which some versions of the engines accept by default.
    pub(super) fn parameters(&self, kept: &str) -> Resource {
        let (parameter, value) = match self.engine {
            Engine::Postgres => ("rds.force_ssl", "1"),
            Engine::Mysql => ("require_secure_transport", "ON"),
        };
        let properties = json!({
            "Description": "Only over TLS",
            "Family": format!("{}{}", self.engine.name(), self.major_version()),
            "Parameters": { parameter: value },
        });
        Resource::new("AWS::RDS::DBParameterGroup", properties).on_delete(kept)
    }

    /// The instance has no name of its own: a change that replaces it would clash with itself.
    pub(super) fn instance(
        &self,
        input: &RenderInput<'_>,
        context: &mut References<'_>,
        kept: &str,
    ) -> Result<Resource, RenderError> {
        let properties = json!({
            "Engine": self.engine.name(),
            "EngineVersion": self.engine_version,
            // A version is an exact one or a major one, and stays what it says.
            "AutoMinorVersionUpgrade": self.engine_version == self.major_version(),
            "AllowMajorVersionUpgrade": true,
            "DBInstanceClass": self.instance_class,
            "StorageType": "gp3",
            "AllocatedStorage": self.allocated_storage.to_string(),
            "StorageEncrypted": true,
            "MultiAZ": self.multi_az,
            "BackupRetentionPeriod": self.backup_retention_days,
            "CopyTagsToSnapshot": true,
            "DBName": self.db_name,
            "MasterUsername": self.db_username,
            "MasterUserPassword": password(),
            "Port": self.port().to_string(),
            "PubliclyAccessible": false,
            "DeletionProtection": self.is_protected(input.environment),
            "DBSubnetGroupName": reference("Subnets"),
            "DBParameterGroupName": reference("Parameters"),
            "VPCSecurityGroups": [context.require(DATA_GROUP)?],
        });
        Ok(Resource::new("AWS::RDS::DBInstance", properties).on_delete(kept))
    }
}

/// The password as CloudFormation looks it up while it works; no template and no state holds it.
fn password() -> Value {
    json!({ "Fn::Join": ["", [
        "{{resolve:secretsmanager:", reference("Secret"), ":SecretString:password}}",
    ]] })
}

pub(super) fn subnets(input: &RenderInput<'_>, kept: &str) -> Resource {
    let properties = json!({
        "DBSubnetGroupDescription": "The private subnets",
        "SubnetIds": input.landing_zone.spec.network.private_subnet_ids,
    });
    Resource::new("AWS::RDS::DBSubnetGroup", properties).on_delete(kept)
}

/// Adds host, port and name of the database to the secret.
pub(super) fn secret_target(kept: &str) -> Resource {
    let properties = json!({
        "SecretId": reference("Secret"),
        "TargetId": reference("Database"),
        "TargetType": "AWS::RDS::DBInstance",
    });
    Resource::new("AWS::SecretsManager::SecretTargetAttachment", properties).on_delete(kept)
}
