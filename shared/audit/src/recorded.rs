//! What the platform does by itself, in the audit log: how deployments end, and what it begins because
//! of drift, an event or a deadline.

use groundplane_model::{
    AuditActor, AuditEntry, AuditOutcome, Change, Deployment, DeploymentStatus, Index, InstanceId,
    Key, Outbox, OutboxMessage, Partition, Record, TenantId,
};
use groundplane_ports::{Clock, Page, ReadTable, Result, WriteTable};
use jiff::Timestamp;

use crate::attempt::told;
use crate::{Attempt, Retention};

/// As many changes go into one transaction.
const MOST_CHANGES: usize = 100;

/// The policy by which the platform does what it does.
const SYSTEM: &str = "system";

/// A table that writes what a function of the platform decides together with its entry. Commits that
/// decide nothing, and thus most of them, stay as they are.
#[derive(Debug, Clone)]
pub struct Recorded<T, C> {
    table: T,
    clock: C,
    function: &'static str,
    retention: Retention,
}

impl<T, C> Recorded<T, C> {
    /// The table that `function` writes to.
    #[must_use]
    pub const fn new(table: T, clock: C, function: &'static str, retention: Retention) -> Self {
        Self {
            table,
            clock,
            function,
            retention,
        }
    }
}

/// A decision of the platform.
struct Decision {
    tenant: TenantId,
    instance: InstanceId,
    action: &'static str,
    correlation: String,
}

/// What a commit decides, if anything.
fn decision(changes: &[Change]) -> Option<Decision> {
    changes.iter().find_map(|change| {
        let Change::Save { kind, content, .. } = change else {
            return None;
        };
        match *kind {
            Deployment::KIND => ended(serde_json::from_value(content.clone()).ok()?),
            Outbox::KIND => begun(serde_json::from_value(content.clone()).ok()?),
            _ => None,
        }
    })
}

/// A deployment that has ended.
fn ended(deployment: Deployment) -> Option<Decision> {
    let has_ended = match deployment.status {
        DeploymentStatus::Succeeded | DeploymentStatus::Failed => true,
        DeploymentStatus::Accepted
        | DeploymentStatus::Running
        | DeploymentStatus::Waiting
        | DeploymentStatus::Compensating => false,
    };
    has_ended.then(|| Decision {
        action: "deployment:record",
        correlation: deployment.id.to_string(),
        tenant: deployment.tenant,
        instance: deployment.instance,
    })
}

/// What the platform begins.
fn begun(outbox: Outbox) -> Option<Decision> {
    match outbox.message {
        OutboxMessage::StartRun {
            tenant,
            instance,
            run,
        } => Some(Decision {
            tenant,
            instance,
            action: "lifecycle:advance",
            correlation: run.to_string(),
        }),
        OutboxMessage::StartDeployment {
            tenant,
            instance,
            deployment,
        } => Some(Decision {
            tenant,
            instance,
            action: "drift:remediate",
            correlation: deployment.to_string(),
        }),
        OutboxMessage::RestartDeployment { .. }
        | OutboxMessage::ResumeDeployment { .. }
        | OutboxMessage::StopRun { .. }
        | OutboxMessage::SetTimer { .. }
        | OutboxMessage::CheckDrift { .. }
        | OutboxMessage::PublishEvent { .. }
        | OutboxMessage::PublishExternal { .. } => None,
    }
}

impl<T, C> Recorded<T, C> {
    fn entry(&self, changes: &[Change], now: Timestamp) -> Option<AuditEntry> {
        let decision = decision(changes)?;
        // A run of a lifecycle may deploy as well; what `check-drift` deploys is against drift.
        let action = match (decision.action, self.function) {
            ("drift:remediate", function) if function != "check-drift" => "lifecycle:advance",
            (action, _) => action,
        };
        let actor = AuditActor {
            subject: format!("system:{}", self.function),
            session: None,
            tenant: Some(decision.tenant),
            roles: vec![SYSTEM.to_owned()],
            address: None,
        };
        let object = format!("instances/{}", decision.instance);
        let times = (now, self.retention.from(now));
        let none = std::collections::HashMap::new();
        Some(AuditEntry {
            action: Some(action.to_owned()),
            allowed: true,
            policies: vec![SYSTEM.to_owned()],
            outcome: AuditOutcome::Changed,
            changes: changes.iter().filter_map(|it| told(it, &none)).collect(),
            ..Attempt::entry(times, decision.correlation, actor, object)
        })
    }
}

impl<T: WriteTable, C: Clock> WriteTable for Recorded<T, C> {
    async fn commit(&self, mut changes: Vec<Change>) -> Result<()> {
        let entry = self.entry(&changes, self.clock.now());
        let Some(entry) = entry.map(|entry| Change::save(&entry)) else {
            return self.table.commit(changes).await;
        };
        if changes.len() < MOST_CHANGES {
            changes.push(entry);
            return self.table.commit(changes).await;
        }
        // What the platform has to do goes before the memory of it.
        self.table.commit(changes).await?;
        if let Err(error) = self.table.commit(vec![entry]).await {
            tracing::error!(%error, "an entry of the audit log was not written");
        }
        Ok(())
    }
}

impl<T: ReadTable, C: Clock> ReadTable for Recorded<T, C> {
    async fn get<R: Record>(&self, key: &Key) -> Result<Option<R>> {
        self.table.get(key).await
    }

    async fn query<R: Record>(&self, partition: &Partition, prefix: &str) -> Result<Vec<R>> {
        self.table.query(partition, prefix).await
    }

    async fn page<R: Record>(
        &self,
        partition: &Partition,
        prefix: &str,
        limit: u16,
        cursor: Option<&str>,
    ) -> Result<Page<R>> {
        self.table.page(partition, prefix, limit, cursor).await
    }

    async fn list<R: Record>(
        &self,
        index: &Index,
        limit: u16,
        cursor: Option<&str>,
    ) -> Result<Page<R>> {
        self.table.list(index, limit, cursor).await
    }
}

#[cfg(test)]
#[path = "recorded_tests.rs"]
mod tests;
