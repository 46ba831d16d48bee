//! The first step of a deployment: marks it as running and lists what must be resolved.

use groundplane_deployment::{Batch, begin};
use groundplane_model::{Deployment, DeploymentRef, DeploymentSpec, Failure};
use groundplane_ports::{Clock, ReadTable, WriteTable};
use serde::{Deserialize, Serialize};

/// What must be resolved before the deployment can be planned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The requests, a batch for each invocation of a resolver.
    pub batches: Vec<Batch>,
}

/// Begins a deployment, or begins it again.
///
/// # Errors
/// `Invalid` where the spec cannot be deployed on its ground or the deployment is past its begin;
/// otherwise as the table says.
pub async fn handle(
    table: &(impl ReadTable + WriteTable),
    clock: &impl Clock,
    DeploymentRef {
        tenant,
        deployment: id,
    }: DeploymentRef,
) -> Result<Answer, Failure> {
    let deployment: Deployment = table.require(&Deployment::key_of(&tenant, &id)).await?;
    let submitted: DeploymentSpec = table.require(&DeploymentSpec::key_of(&tenant, &id)).await?;

    let begun = begin(&deployment, &submitted, clock.now())?;

    table.commit(begun.changes).await?;
    Ok(Answer {
        batches: begun.batches,
    })
}
