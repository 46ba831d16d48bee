//! Finds deployments whose execution is gone and starts them once more, so that nothing is stuck:
//! one that never began is begun, one that was cut short is taken back. One that nobody has approved
//! in time is woken, to end.

use groundplane_deployment::{execution_of, recover, too_late};
use groundplane_model::{
    Callback, Change, Deployment, DeploymentStatus, Failure, FailureKind, Index,
};
use groundplane_ports::{
    Clock, PortError, ReadDeploymentRuns, ReadTable, StartDeployments, WriteTable,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// How many deployments are read at a time.
const PAGE: u16 = 100;

/// What one sweep did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// How many deployments had not ended.
    pub seen: usize,
    /// How many were started once more.
    pub recovered: usize,
}

/// Looks at every deployment that has not ended.
///
/// # Errors
/// As table and state machine say; what was not reached is reached by the next sweep.
pub async fn handle(
    table: &(impl ReadTable + WriteTable),
    machine: &(impl ReadDeploymentRuns + StartDeployments),
    clock: &impl Clock,
) -> Result<Answer, Failure> {
    let mut answer = Answer {
        seen: 0,
        recovered: 0,
    };
    for shard in 0..Index::ACTIVE_SHARDS {
        let index = Index::active_deployments(shard, "");
        let mut cursor: Option<String> = None;
        loop {
            let page = table
                .list::<Deployment>(&index, PAGE, cursor.as_deref())
                .await?;
            for listed in &page.records {
                answer.seen += 1;
                answer.recovered += usize::from(sweep(table, machine, clock, listed).await?);
            }
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
    }
    Ok(answer)
}

/// Wakes the execution of a deployment that nobody has approved in time; it then ends it.
async fn wake_if_late(
    table: &(impl ReadTable + WriteTable),
    clock: &impl Clock,
    deployment: &Deployment,
) -> Result<(), Failure> {
    if deployment.status != DeploymentStatus::Waiting {
        return Ok(());
    }
    let key = Callback::key_of(&deployment.tenant, &deployment.id);
    let callback: Option<Callback> = table.get(&key).await?;
    let Some(message) = too_late(deployment, callback.as_ref(), clock.now()) else {
        return Ok(());
    };
    match table.commit(vec![Change::save(&message)]).await {
        // It was woken before; its execution asks again within the hour if that got lost.
        Ok(()) | Err(PortError::Conflict(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

async fn sweep(
    table: &(impl ReadTable + WriteTable),
    machine: &(impl ReadDeploymentRuns + StartDeployments),
    clock: &impl Clock,
    listed: &Deployment,
) -> Result<bool, Failure> {
    // The listing may be behind; the decision is made on what is stored now.
    let key = Deployment::key_of(&listed.tenant, &listed.id);
    let Some(deployment) = table.get::<Deployment>(&key).await? else {
        return Ok(false);
    };
    wake_if_late(table, clock, &deployment).await?;
    let is_running = machine.is_running(&execution_of(&deployment)).await?;
    let Some(recovery) = recover(&deployment, is_running, clock.now()) else {
        return Ok(false);
    };
    match table.commit(vec![recovery.change]).await {
        Ok(()) => {}
        // It moved in the meantime, so it is not stuck.
        Err(PortError::Conflict(_)) => return Ok(false),
        Err(error) => return Err(error.into()),
    }
    let input = json!({
        "tenant": deployment.tenant,
        "instance": deployment.instance,
        "deployment": deployment.id,
        "mode": recovery.mode,
    });
    let text = serde_json::to_string(&input)
        .map_err(|error| Failure::new(FailureKind::Internal, error.to_string()))?;
    machine.start(&recovery.execution, &text).await?;
    Ok(true)
}
