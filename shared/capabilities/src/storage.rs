//! The section `storage`: a file system that survives the containers that mount it.

use groundplane_model::Problem;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::foundation::{STORAGE_GROUP, TASK_ROLE_NAME};
use crate::network::check_subnets;
use crate::policy::{attached, document};
use crate::{
    Capability, CheckInput, Keys, Phase, References, RenderError, RenderInput, Resource, Resources,
    Sections,
};

/// The file system.
pub(crate) const FILE_SYSTEM_ID: &str = "storage.efs.filesystem_id";
/// Its ARN.
const FILE_SYSTEM_ARN: &str = "storage.efs.arn";
/// The access point that containers mount it through.
pub(crate) const ACCESS_POINT_ID: &str = "storage.efs.access_point_id";

/// The section's fields.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Storage<'a> {
    encrypted: bool,
    lifecycle_policy: &'a str,
    #[serde(borrow)]
    access_point: AccessPoint<'a>,
    on_delete: Option<OnDelete>,
}

#[derive(Debug, Deserialize)]
struct AccessPoint<'a> {
    path: &'a str,
    uid: u32,
    gid: u32,
}

/// What becomes of the data when the section goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum OnDelete {
    Retain,
    Delete,
}

impl<'a> Storage<'a> {
    /// Where containers find the file system: at the path that it has within the file system.
    pub(crate) fn mount_path(&self) -> &'a str {
        self.access_point.path
    }
}

/// The unit `storage`.
#[derive(Debug)]
pub(crate) struct StorageUnit;

impl Capability for StorageUnit {
    fn unit(&self) -> &'static str {
        "storage"
    }

    fn section(&self) -> Option<&'static str> {
        Some("storage")
    }

    fn phase(&self) -> Phase {
        Phase::Infrastructure
    }

    fn reads<'a>(&self, sections: &Sections<'a>) -> Keys<'a> {
        let mut keys = Keys::from([STORAGE_GROUP.into()]);
        if sections.declares("compute") {
            keys.insert(TASK_ROLE_NAME.into());
        }
        keys
    }

    fn writes<'a>(&self, _sections: &Sections<'a>) -> Keys<'a> {
        let keys = [FILE_SYSTEM_ID, FILE_SYSTEM_ARN, ACCESS_POINT_ID];
        keys.into_iter().map(Into::into).collect()
    }

    fn check(&self, input: &CheckInput<'_>) -> Vec<Problem> {
        let storage = input.sections.read::<Storage<'_>>("storage");
        let unreadable = storage.err().map(Problem::from).into_iter();
        let subnets = check_subnets("storage", input.landing_zone);
        unreadable.chain(subnets).collect()
    }

    fn render(
        &self,
        input: &RenderInput<'_>,
        context: &mut References<'_>,
    ) -> Result<Resources, RenderError> {
        let storage: Storage<'_> = input.sections.read("storage")?;
        let mut resources = Resources::of(self.unit());
        resources.add("FileSystem", file_system(&storage, input))?;
        resources.add("AccessPoint", access_point(&storage))?;
        let group = context.require(STORAGE_GROUP)?;
        for subnet in &input.landing_zone.spec.network.private_subnet_ids {
            resources.add(mount_target_name(subnet), mount_target(subnet, &group))?;
        }
        if input.sections.declares("compute") {
            let role = context.require(TASK_ROLE_NAME)?;
            resources.add("TaskAccess", task_access(role))?;
        }
        context.export(FILE_SYSTEM_ID, json!({ "Ref": "FileSystem" }))?;
        context.export(ACCESS_POINT_ID, json!({ "Ref": "AccessPoint" }))?;
        context.set(FILE_SYSTEM_ARN, file_system_arn())?;
        Ok(resources)
    }
}

fn file_system_arn() -> Value {
    json!({ "Fn::GetAtt": ["FileSystem", "Arn"] })
}

fn file_system(storage: &Storage<'_>, input: &RenderInput<'_>) -> Resource {
    let properties = json!({
        "Encrypted": storage.encrypted,
        "PerformanceMode": "generalPurpose",
        "ThroughputMode": "elastic",
        "LifecyclePolicies": [{ "TransitionToIA": storage.lifecycle_policy }],
        "BackupPolicy": { "Status": "ENABLED" },
        "FileSystemPolicy": only_over_tls(),
        "FileSystemTags": [{ "Key": "Name", "Value": input.instance }],
    });
    let kept = match storage.on_delete {
        Some(choice) => choice == OnDelete::Retain,
        None => input.environment.spec.production,
    };
    // A file system that was created by a deployment that failed holds nothing and goes with it.
    let policy = if kept {
        "RetainExceptOnCreate"
    } else {
        "Delete"
    };
    Resource::new("AWS::EFS::FileSystem", properties).on_delete(policy)
}

/// Refuses clients without TLS. That a file system policy exists also ends EFS's default of
/// letting in every client that reaches a mount target: from then on IAM must allow it.
/// <https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html>
fn only_over_tls() -> Value {
    document(&[json!({
        "Sid": "OnlyOverTls",
        "Effect": "Deny",
        "Principal": { "AWS": "*" },
        "Action": [
            "elasticfilesystem:ClientMount",
            "elasticfilesystem:ClientWrite",
            "elasticfilesystem:ClientRootAccess",
        ],
        "Condition": { "Bool": { "aws:SecureTransport": "false" } },
    })])
}

fn access_point(storage: &Storage<'_>) -> Resource {
    let AccessPoint { path, uid, gid } = &storage.access_point;
    let (uid, gid) = (uid.to_string(), gid.to_string());
    Resource::new(
        "AWS::EFS::AccessPoint",
        json!({
            "FileSystemId": { "Ref": "FileSystem" },
            "PosixUser": { "Uid": uid, "Gid": gid },
            "RootDirectory": {
                "Path": path,
                "CreationInfo": { "OwnerUid": uid, "OwnerGid": gid, "Permissions": "0750" },
            },
        }),
    )
}

/// The name is made from the subnet, so that another order of subnets in the landing zone changes
/// nothing: two mount targets in one availability zone, even for a moment, are refused.
fn mount_target_name(subnet: &str) -> String {
    let letters: String = subnet.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("MountTarget{letters}")
}

fn mount_target(subnet: &str, group: &Value) -> Resource {
    Resource::new(
        "AWS::EFS::MountTarget",
        json!({
            "FileSystemId": { "Ref": "FileSystem" },
            "SubnetId": subnet,
            "SecurityGroups": [group],
        }),
    )
}

/// Lets the containers use the file system, through the access point only.
fn task_access(role: Value) -> Resource {
    let through_access_point = json!({ "Fn::GetAtt": ["AccessPoint", "Arn"] });
    let statement = json!({
        "Effect": "Allow",
        "Action": ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
        "Resource": file_system_arn(),
        "Condition": {
            "StringEquals": { "elasticfilesystem:AccessPointArn": through_access_point },
        },
    });
    attached("storage", &[role], &[statement])
}
