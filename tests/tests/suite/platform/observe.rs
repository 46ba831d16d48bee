//! What the world looks like after a scenario, and what is wrong with it.

use groundplane_addresses::sweep;
use groundplane_model::{
    Deployment, InstanceId, InstanceStatus, Partition, Quota, Revision, Step, StepStatus,
    UnitState, Usage,
};
use groundplane_ports::{Clock as _, ReadTable};
use jiff::SignedDuration;

use super::{Problem, TestPlatform, text};

impl TestPlatform {
    /// The units of an instance.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub(crate) async fn units(&self, id: &InstanceId) -> Result<Vec<UnitState>, Problem> {
        let partition = Partition::instance(self.tenant(), id);
        self.table
            .query(&partition, UnitState::PREFIX)
            .await
            .map_err(text)
    }

    /// A revision of an instance.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub(crate) async fn revision(&self, id: &InstanceId, number: u64) -> Result<Revision, Problem> {
        let key = Revision::key_of(self.tenant(), id, number);
        self.table.require(&key).await.map_err(text)
    }

    /// The steps of a deployment.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub(crate) async fn steps(&self, deployment: &Deployment) -> Result<Vec<Step>, Problem> {
        let partition = Partition::deployment(self.tenant(), &deployment.id);
        self.table
            .query(&partition, Step::PREFIX)
            .await
            .map_err(text)
    }

    /// Says what is left of instances that should have left nothing: stacks, units, allocations,
    /// claims, or a deployment that is thought to run.
    ///
    /// # Errors
    /// What is left.
    pub(crate) async fn must_be_empty(
        &self,
        id: &InstanceId,
        expected: InstanceStatus,
    ) -> Result<(), Problem> {
        let stacks = self.stacks.names();
        if !stacks.is_empty() {
            return Err(format!("stacks are left: {stacks:?}"));
        }
        for kind in ["unit", "allocation", "name-claim"] {
            let count = self.table.count(kind);
            if count > 0 {
                return Err(format!("{count} records of the kind {kind} are left"));
            }
        }
        self.must_have_its_addresses_back().await?;
        self.must_be_at_rest(id, expected).await
    }

    /// Says which addresses of the pool are neither free nor at rest.
    async fn must_have_its_addresses_back(&self) -> Result<(), Problem> {
        let later = self.outside.now() + SignedDuration::from_hours(24);
        sweep(self.table.as_ref(), later).await.map_err(text)?;
        // The pool itself is a block of its space; the root of its tree stays.
        for (kind, expected) in [("block", 1), ("pool-node", self.nodes_at_rest)] {
            let count = self.table.count(kind);
            if count != expected {
                return Err(format!("there are {count} records of the kind {kind}"));
            }
        }
        Ok(())
    }

    /// Says what is missing of an instance that should be deployed.
    ///
    /// # Errors
    /// What is missing or half done.
    pub(crate) async fn must_be_deployed(
        &self,
        id: &InstanceId,
        units: &[&str],
    ) -> Result<(), Problem> {
        self.must_be_at_rest(id, InstanceStatus::Active).await?;
        let found = self.units(id).await?;
        let names: Vec<&str> = found.iter().map(|unit| unit.unit.as_str()).collect();
        if names != units {
            return Err(format!("the units are {names:?}"));
        }
        for unit in &found {
            if unit.applied.is_none() || unit.pending.is_some() {
                return Err(format!("`{}` is half done", unit.unit));
            }
            let status = self.stacks.status(&unit.stack_name);
            if !status
                .as_deref()
                .is_some_and(|status| status.ends_with("_COMPLETE"))
            {
                return Err(format!("the stack of `{}` is {status:?}", unit.unit));
            }
        }
        let (stacks, expected) = (self.stacks.names().len(), found.len());
        if stacks == expected {
            Ok(())
        } else {
            Err(format!("there are {stacks} stacks"))
        }
    }

    /// Says where a counter and what it counts have come apart.
    async fn must_be_counted(&self) -> Result<(), Problem> {
        for (quota, kind) in [
            (Quota::Instances, "member"),
            (Quota::Allocations, "allocation"),
        ] {
            let key = quota.key_of(self.tenant(), self.outside.now());
            let counter: Option<Usage> = self.table.get(&key).await.map_err(text)?;
            let used = counter.map_or(0, |counter| counter.used);
            let there = self.table.count(kind);
            if usize::try_from(used) != Ok(there) {
                return Err(format!("{used} {kind} are counted, {there} are there"));
            }
        }
        Ok(())
    }

    async fn must_be_at_rest(
        &self,
        id: &InstanceId,
        expected: InstanceStatus,
    ) -> Result<(), Problem> {
        self.must_be_counted().await?;
        let instance = self
            .instance(id)
            .await?
            .ok_or("the instance is not known")?;
        if instance.status != expected {
            return Err(format!("the instance is {:?}", instance.status));
        }
        match instance.active_deployment {
            None => Ok(()),
            Some(running) => Err(format!("`{running}` is thought to run")),
        }
    }

    /// The steps that ended in this way.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub(crate) async fn steps_that(
        &self,
        deployment: &Deployment,
        status: StepStatus,
    ) -> Result<Vec<String>, Problem> {
        let steps = self.steps(deployment).await?;
        let ended = steps.into_iter().filter(|step| step.status == status);
        Ok(ended.map(|step| step.id.to_string()).collect())
    }
}
