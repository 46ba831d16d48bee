//! What carries the tags that instances give to their resources.

use std::collections::BTreeMap;
use std::future::Future;

use groundplane_model::{InstanceId, TenantId};

use crate::Result;

/// A resource with tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaggedResource {
    /// Its ARN.
    pub arn: String,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// Some of the resources that carry an instance's tags.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaggedPage {
    /// The resources.
    pub resources: Vec<TaggedResource>,
    /// Where to go on, if there are more.
    pub cursor: Option<String>,
}

/// Permission to find resources by their tags.
pub trait ReadTagged: Send + Sync {
    /// The resources that carry the tags of this installation and of the instance, page by page. AWS
    /// may still tell of one that is gone for a while, and not yet of one that is new.
    ///
    /// # Errors
    /// As [`crate::PortError`] says.
    fn tagged(
        &self,
        tenant: &TenantId,
        instance: &InstanceId,
        cursor: Option<&str>,
    ) -> impl Future<Output = Result<TaggedPage>> + Send;
}
