//! Lets a deployment wait for the approval of its plan, and says what became of it. The execution is
//! woken through the outbox; waking it decides nothing, so a message that is late or comes twice
//! does no harm.

use groundplane_deployment::{Judgement, Question, ask, judge};
use groundplane_model::{Callback, Deployment, DeploymentId, Failure, TaskToken, TenantId};
use groundplane_ports::{Clock, ReadTable, WriteTable};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Which deployment waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The tenant.
    pub tenant: TenantId,
    /// The deployment.
    pub deployment: DeploymentId,
    /// How its execution is woken; none where it was woken, or has waited long enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<TaskToken>,
}

/// What the execution does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "next", rename_all = "lowercase")]
pub enum Answer {
    /// It carries the plan out.
    Go,
    /// It waits, or waits again.
    Wait,
}

/// Lets an execution wait, or says whether it goes on.
///
/// # Errors
/// `Cancelled` where the plan was rejected, nobody approved it in time, or the deployment was
/// cancelled; otherwise as the table says.
pub async fn handle(
    table: &(impl ReadTable + WriteTable),
    clock: &impl Clock,
    Request {
        tenant,
        deployment: id,
        token,
    }: Request,
) -> Result<Answer, Failure> {
    let deployment: Deployment = table.require(&Deployment::key_of(&tenant, &id)).await?;
    let now = clock.now();
    let Some(token) = token else {
        return decide(table, &deployment, now).await;
    };
    let callback: Option<Callback> = table.get(&Callback::key_of(&tenant, &id)).await?;

    let changes = ask(Question {
        deployment: &deployment,
        callback: callback.as_ref(),
        token,
        now,
    })?;

    table.commit(changes).await?;
    Ok(Answer::Wait)
}

async fn decide(
    table: &(impl ReadTable + WriteTable),
    deployment: &Deployment,
    now: Timestamp,
) -> Result<Answer, Failure> {
    let mut judgement = judge(deployment, now)?;
    if let Judgement::Expire(change) = judgement {
        table.commit(vec![*change]).await?;
        let key = Deployment::key_of(&deployment.tenant, &deployment.id);
        judgement = judge(&table.require(&key).await?, now)?;
    }
    match judgement {
        Judgement::Go => Ok(Answer::Go),
        Judgement::Wait | Judgement::Expire(_) => Ok(Answer::Wait),
        Judgement::Stop(failure) => Err(failure),
    }
}
