//! Lists the instances of an environment, page by page.

use groundplane_model::{EnvironmentName, Failure, InstanceId, Member, Partition, TenantId};
use groundplane_ports::ReadTable;
use serde::{Deserialize, Serialize};

/// How many instances a page has at most: a state machine passes it on, and has to keep what came
/// of each within 256 KB.
const PAGE: u16 = 100;

/// Which page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The environment.
    pub environment: EnvironmentName,
    /// The `next` of the page before; empty for the first one.
    #[serde(default)]
    pub cursor: String,
}

/// One page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The instances.
    pub members: Vec<Listed>,
    /// Where the next page begins; empty after the last one.
    pub next: String,
}

/// One instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// The tenant.
    pub tenant: TenantId,
    /// The instance.
    pub instance: InstanceId,
}

/// Gives one page of the instances of an environment. One that nobody knows has none.
///
/// # Errors
/// As the table says.
pub async fn handle(table: &impl ReadTable, request: Request) -> Result<Answer, Failure> {
    let partition = Partition::environment(&request.environment);
    let cursor = Some(request.cursor.as_str()).filter(|cursor| !cursor.is_empty());
    let page = table
        .page::<Member>(&partition, Member::PREFIX, PAGE, cursor)
        .await?;
    let listed = |member: Member| Listed {
        tenant: member.tenant,
        instance: member.instance,
    };
    Ok(Answer {
        members: page.records.into_iter().map(listed).collect(),
        next: page.next.unwrap_or_default(),
    })
}
