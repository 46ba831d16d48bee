//! One run, as the workflows see it.

use groundplane_accounts::of_instance;
use groundplane_model::{
    Begun, Change, Failure, FailureKind, Instance, InstanceId, InstanceStatus, Life, Partition,
    Run, UnitState, WorkflowRun,
};
use groundplane_ports::{Account, ReadTable, WriteTable};
use jiff::Timestamp;

use crate::{Answer, pace};

/// One run.
pub(crate) struct Work<'a> {
    /// The life of the instance that it runs for.
    pub(crate) life: &'a Life,
    /// The run.
    pub(crate) run: &'a Run,
    /// What it has begun.
    pub(crate) begun: Option<WorkflowRun>,
    /// The time.
    pub(crate) now: Timestamp,
}

/// Whether an instance can be worked on.
pub(crate) enum Ready {
    /// It can.
    Yes(Box<Instance>),
    /// A deployment has to end first.
    Busy,
    /// It is not there any more.
    Gone,
}

impl Work<'_> {
    /// The instance.
    pub(crate) const fn instance(&self) -> &InstanceId {
        &self.life.instance
    }

    /// The answer that lets time pass.
    pub(crate) fn wait(&self) -> Answer {
        let seconds = pace::seconds(self.run.started_at, self.now, self.run.deadline);
        Answer::Poll { seconds }
    }

    /// Whether the instance can be worked on. Nothing else touches its resources while a
    /// deployment does.
    pub(crate) async fn ready(&self, table: &impl ReadTable) -> Result<Ready, Failure> {
        let key = Instance::key_of(&self.life.tenant, &self.life.instance);
        let instance: Option<Instance> = table.get(&key).await?;
        let same_life = |instance: &Instance| {
            instance.incarnation == self.life.incarnation
                && instance.status != InstanceStatus::Destroyed
        };
        Ok(match instance.filter(same_life) {
            None => Ready::Gone,
            Some(instance) if instance.active_deployment.is_some() => Ready::Busy,
            Some(instance) => Ready::Yes(Box::new(instance)),
        })
    }

    /// Whether nothing else touches the instance's resources now.
    ///
    /// # Errors
    /// `NotFound` where the instance is not there any more; otherwise as the table says.
    pub(crate) async fn is_free(&self, table: &impl ReadTable) -> Result<bool, Failure> {
        match self.ready(table).await? {
            Ready::Yes(_) => Ok(true),
            Ready::Busy => Ok(false),
            Ready::Gone => Err(self.gone()),
        }
    }

    /// The account that the instance is in, if it is another one than the platform's.
    pub(crate) async fn account(&self, table: &impl ReadTable) -> Result<Option<Account>, Failure> {
        let key = Instance::key_of(&self.life.tenant, &self.life.instance);
        match table.get::<Instance>(&key).await? {
            Some(instance) => of_instance(table, &instance).await,
            // Whatever is done next finds that it is gone.
            None => Ok(None),
        }
    }

    /// The units of the instance.
    pub(crate) async fn units(&self, table: &impl ReadTable) -> Result<Vec<UnitState>, Failure> {
        let partition = Partition::instance(&self.life.tenant, &self.life.instance);
        Ok(table.query(&partition, UnitState::PREFIX).await?)
    }

    /// The record of what the run has begun, over the one that is stored.
    pub(crate) fn record(&self, stored: Option<&WorkflowRun>, begun: Begun) -> WorkflowRun {
        WorkflowRun {
            tenant: self.life.tenant.clone(),
            instance: self.life.instance.clone(),
            run: self.run.id.clone(),
            begun,
            begun_at: stored.map_or(self.now, |stored| stored.begun_at),
            version: stored.map_or(0, |stored| stored.version),
        }
    }

    /// Writes down what the run has begun, over what is stored.
    pub(crate) async fn note(
        &self,
        table: &impl WriteTable,
        stored: Option<&WorkflowRun>,
        begun: Begun,
    ) -> Result<WorkflowRun, Failure> {
        let record = self.record(stored, begun);
        table.commit(vec![Change::save(&record)]).await?;
        Ok(WorkflowRun {
            version: record.version + 1,
            ..record
        })
    }

    /// The instance is not there any more.
    pub(crate) fn gone(&self) -> Failure {
        let message = format!("there is no instance `{}` any more", self.instance());
        Failure::new(FailureKind::NotFound, message)
    }

    /// The run has something of another workflow: its record was tampered with.
    pub(crate) fn muddled(&self) -> Failure {
        let message = format!("`{}` has begun something else", self.run.id);
        Failure::new(FailureKind::Internal, message)
    }
}

/// What cannot be done to this instance.
pub(crate) fn impossible(message: impl Into<String>) -> Failure {
    Failure::new(FailureKind::Invalid, message)
}

/// What was begun and failed.
pub(crate) fn failed(message: &str) -> Failure {
    Failure::new(FailureKind::ProvisionFailed, printable(message))
}

/// The text with its control characters escaped.
pub(crate) fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// A run of ten minutes.
#[cfg(test)]
pub(crate) fn run_of(workflow: &str, input: serde_json::Map<String, serde_json::Value>) -> Run {
    use groundplane_model::{RunCause, RunId};
    let tenant = "acme".parse().unwrap();
    let instance = "web-service.dev".parse().unwrap();
    Run {
        id: RunId::of(&tenant, &instance, "1", 1),
        number: 1,
        workflow: workflow.parse().unwrap(),
        input,
        cause: RunCause {
            event: "request-1".to_owned(),
            signal: None,
            operation: Some(workflow.parse().unwrap()),
            by: None,
        },
        from: "healthy".parse().unwrap(),
        to: None,
        on_failure: None,
        signal_on_success: None,
        started_at: "2026-01-01T00:00:00Z".parse().unwrap(),
        watch_at: "2026-01-01T00:05:00Z".parse().unwrap(),
        deadline: "2026-01-01T00:10:00Z".parse().unwrap(),
    }
}

/// The life of an instance in which that runs.
#[cfg(test)]
pub(crate) fn life_of(run: Run) -> Life {
    Life {
        tenant: "acme".parse().unwrap(),
        instance: "web-service.dev".parse().unwrap(),
        incarnation: "1".to_owned(),
        lifecycle: groundplane_model::LifecycleRef::parse("default@1.0.0").unwrap(),
        labels: std::collections::BTreeMap::new(),
        parameters: serde_json::Value::Null,
        state: run.from.clone(),
        entered_at: run.started_at,
        stay: 1,
        deadline: None,
        run: Some(run),
        waiting: Vec::new(),
        seen: std::collections::BTreeMap::new(),
        runs: 1,
        passages: 1,
        ended: false,
        version: 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_escaped_and_nothing_else() {
        assert_eq!(printable("a\u{1b}[31m\n`é`"), "a\\u{1b}[31m\\n`é`");
    }
}
