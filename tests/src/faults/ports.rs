//! The ports, each call of which is a point.

use groundplane_model::{
    Artifact, Change, Event, Index, Key, Partition, Record, Resource, TaskToken,
};
use groundplane_ports::{
    Account, ChangeSet, ChangeStacks, NewChangeSet, NewSecretVersion, Page, PublishEvents, Reach,
    Reached, ReadDeploymentRuns, ReadSecretValues, ReadStacks, ReadTable, Result,
    ResumeDeployments, SecretValue, SetTimers, Stack, StackEvent, StartChecks, StartDeployments,
    StartRuns, WriteArtifacts, WriteSecrets, WriteTable,
};
use jiff::Timestamp;

use super::Faulty;
use crate::accounts::FakeAccounts;
use crate::fake_stacks::FakeStacks;

impl<T: ReadTable> ReadTable for Faulty<'_, T> {
    async fn get<R: Record>(&self, key: &Key) -> Result<Option<R>> {
        self.faults.io("table.get", || self.port.get(key)).await
    }

    async fn query<R: Record>(&self, partition: &Partition, prefix: &str) -> Result<Vec<R>> {
        let call = || self.port.query(partition, prefix);
        self.faults.io("table.query", call).await
    }

    async fn page<R: Record>(
        &self,
        partition: &Partition,
        prefix: &str,
        limit: u16,
        cursor: Option<&str>,
    ) -> Result<Page<R>> {
        let call = || self.port.page(partition, prefix, limit, cursor);
        self.faults.io("table.page", call).await
    }

    async fn list<R: Record>(
        &self,
        index: &Index,
        limit: u16,
        cursor: Option<&str>,
    ) -> Result<Page<R>> {
        let call = || self.port.list(index, limit, cursor);
        self.faults.io("table.list", call).await
    }
}

impl<T: WriteTable> WriteTable for Faulty<'_, T> {
    async fn commit(&self, changes: Vec<Change>) -> Result<()> {
        let call = || self.port.commit(changes.clone());
        self.faults.io("table.commit", call).await
    }
}

impl<T: WriteArtifacts> WriteArtifacts for Faulty<'_, T> {
    async fn store(&self, content: &[u8]) -> Result<Artifact> {
        let call = || self.port.store(content);
        self.faults.io("artifacts.store", call).await
    }
}

impl<T: StartDeployments> StartDeployments for Faulty<'_, T> {
    async fn start(&self, name: &str, input: &str) -> Result<()> {
        let call = || self.port.start(name, input);
        self.faults.io("deployments.start", call).await
    }
}

impl<T: ResumeDeployments> ResumeDeployments for Faulty<'_, T> {
    async fn resume(&self, token: &TaskToken) -> Result<()> {
        let call = || self.port.resume(token);
        self.faults.io("deployments.resume", call).await
    }
}

impl<T: StartChecks> StartChecks for Faulty<'_, T> {
    async fn start_check(&self, name: &str, input: &str) -> Result<()> {
        let call = || self.port.start_check(name, input);
        self.faults.io("checks.start", call).await
    }
}

impl<T: StartRuns> StartRuns for Faulty<'_, T> {
    async fn start_run(&self, name: &str, input: &str) -> Result<()> {
        let call = || self.port.start_run(name, input);
        self.faults.io("runs.start", call).await
    }

    async fn stop_run(&self, name: &str, cause: &str) -> Result<()> {
        let call = || self.port.stop_run(name, cause);
        self.faults.io("runs.stop", call).await
    }
}

impl<T: SetTimers> SetTimers for Faulty<'_, T> {
    async fn set_timer(&self, name: &str, at: Timestamp, input: &str) -> Result<()> {
        let call = || self.port.set_timer(name, at, input);
        self.faults.io("timers.set", call).await
    }
}

impl<T: ReadDeploymentRuns> ReadDeploymentRuns for Faulty<'_, T> {
    async fn is_running(&self, name: &str) -> Result<bool> {
        let call = || self.port.is_running(name);
        self.faults.io("deployments.is_running", call).await
    }
}

impl<T: PublishEvents> PublishEvents for Faulty<'_, T> {
    async fn publish(&self, detail_type: &str, detail: &str) -> Result<()> {
        let call = || self.port.publish(detail_type, detail);
        self.faults.io("events.publish", call).await
    }

    async fn relay(&self, event: &Event) -> Result<()> {
        let call = || self.port.relay(event);
        self.faults.io("events.relay", call).await
    }

    async fn relay_all(&self, events: &[Event]) -> Result<()> {
        let call = || self.port.relay_all(events);
        self.faults.io("events.relay_all", call).await
    }
}

impl<T: ReadStacks> ReadStacks for Faulty<'_, T> {
    async fn stack(&self, name: &str) -> Result<Option<Stack>> {
        self.faults
            .io("stacks.stack", || self.port.stack(name))
            .await
    }

    async fn change_set(&self, stack_name: &str, name: &str) -> Result<Option<ChangeSet>> {
        let call = || self.port.change_set(stack_name, name);
        self.faults.io("stacks.change_set", call).await
    }

    async fn events(&self, stack_id: &str) -> Result<Vec<StackEvent>> {
        let call = || self.port.events(stack_id);
        self.faults.io("stacks.events", call).await
    }

    async fn resources(&self, stack_name: &str) -> Result<Vec<Resource>> {
        let call = || self.port.resources(stack_name);
        self.faults.io("stacks.resources", call).await
    }
}

impl<T: ChangeStacks> ChangeStacks for Faulty<'_, T> {
    async fn create_change_set(&self, new: &NewChangeSet) -> Result<()> {
        let call = || self.port.create_change_set(new);
        self.faults.io("stacks.create_change_set", call).await
    }

    async fn execute_change_set(&self, stack_name: &str, name: &str, token: &str) -> Result<()> {
        let call = || self.port.execute_change_set(stack_name, name, token);
        self.faults.io("stacks.execute_change_set", call).await
    }

    async fn delete_change_set(&self, stack_name: &str, name: &str) -> Result<()> {
        let call = || self.port.delete_change_set(stack_name, name);
        self.faults.io("stacks.delete_change_set", call).await
    }

    async fn delete_stack(&self, name: &str, token: &str) -> Result<()> {
        let call = || self.port.delete_stack(name, token);
        self.faults.io("stacks.delete_stack", call).await
    }

    async fn cancel_update(&self, name: &str, token: &str) -> Result<()> {
        let call = || self.port.cancel_update(name, token);
        self.faults.io("stacks.cancel_update", call).await
    }

    async fn continue_rollback(&self, name: &str, token: &str) -> Result<()> {
        let call = || self.port.continue_rollback(name, token);
        self.faults.io("stacks.continue_rollback", call).await
    }
}

impl<T: WriteSecrets> WriteSecrets for Faulty<'_, T> {
    async fn keep(&self, new: &NewSecretVersion<'_>) -> Result<()> {
        self.faults.io("secrets.keep", || self.port.keep(new)).await
    }

    async fn forget(&self, name: &str) -> Result<()> {
        let call = || self.port.forget(name);
        self.faults.io("secrets.forget", call).await
    }
}

impl<T: ReadSecretValues> ReadSecretValues for Faulty<'_, T> {
    async fn value(&self, name: &str, version: &str) -> Result<Option<SecretValue>> {
        let call = || self.port.value(name, version);
        self.faults.io("secrets.value", call).await
    }
}

/// Coming into another account is a point; the platform's own is there anyway.
impl<'p> Reach for Faulty<'p, FakeAccounts> {
    type Port = Faulty<'p, FakeStacks>;

    async fn reach(&self, account: Option<&Account>) -> Result<Reached<'_, Self::Port>> {
        let stacks = match account {
            None => self.port.own(),
            Some(account) => {
                let enter = || async { self.port.enter(account) };
                self.faults.io("accounts.enter", enter).await?
            }
        };
        Ok(Reached::Other(self.faults.wrap(stacks)))
    }
}
