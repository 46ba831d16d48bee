//! Resources by their tags, as the Resource Groups Tagging API tells them.

use aws_sdk_resourcegroupstagging::Client;
use aws_sdk_resourcegroupstagging::types::{ResourceTagMapping, TagFilter};
use groundplane_model::{InstanceId, TenantId};
use groundplane_ports::{ReadTagged, Result, TaggedPage, TaggedResource};

use crate::error::port_error;

/// The most that the API gives at once (`GetResources`, API reference).
const PAGE: i32 = 100;

/// The tagged resources of the account and region.
#[derive(Debug, Clone)]
pub struct TaggedResources {
    client: Client,
    installation: String,
}

impl TaggedResources {
    /// Those that carry the tags of `installation`.
    #[must_use]
    pub const fn new(client: Client, installation: String) -> Self {
        Self {
            client,
            installation,
        }
    }
}

impl ReadTagged for TaggedResources {
    async fn tagged(
        &self,
        tenant: &TenantId,
        instance: &InstanceId,
        cursor: Option<&str>,
    ) -> Result<TaggedPage> {
        let answer = self
            .client
            .get_resources()
            .tag_filters(filter("installation", &self.installation))
            .tag_filters(filter("tenant", tenant.as_str()))
            .tag_filters(filter("instance", instance.as_str()))
            .resources_per_page(PAGE)
            .set_pagination_token(cursor.map(str::to_owned))
            .send()
            .await
            .map_err(|error| port_error("looking for tagged resources", &error))?;
        let found = answer.resource_tag_mapping_list().iter();
        Ok(TaggedPage {
            resources: found.filter_map(resource).collect(),
            // The last page has an empty one.
            cursor: answer
                .pagination_token
                .clone()
                .filter(|token| !token.is_empty()),
        })
    }
}

fn filter(mark: &str, value: &str) -> TagFilter {
    TagFilter::builder()
        .key(format!("groundplane:{mark}"))
        .values(value)
        .build()
}

fn resource(found: &ResourceTagMapping) -> Option<TaggedResource> {
    let tags = found.tags().iter();
    Some(TaggedResource {
        arn: found.resource_arn()?.to_owned(),
        tags: tags
            .map(|tag| (tag.key().to_owned(), tag.value().to_owned()))
            .collect(),
    })
}
