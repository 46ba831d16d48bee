//! What happens to the life of one instance: loaded, decided, saved.

use std::sync::Arc;

use groundplane_lifecycle::{
    Definition, Delivery, Execution, Move, Occurrence, Refusal, Repeat, Request, RunOutcome,
    Workflows, adopt, deliver, operate, repeats, settle, watch,
};
use groundplane_model::{
    Digest, EventEntry, Failure, FailureKind, InstanceId, Life, LifecycleRef, Problem, Run, RunId,
    StateName, TenantId, Workflow,
};
use groundplane_ports::{Clock, PortError, ReadTable, WriteTable};

use crate::Definitions;
use crate::write::changes_of;

/// How often something is decided where others are faster. Each of them has moved the life, so
/// that no two wait for each other.
const ATTEMPTS: u32 = 24;

/// The instance whose life it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Whose {
    /// The tenant.
    pub tenant: TenantId,
    /// The instance.
    pub instance: InstanceId,
}

/// What became of something that was told.
#[derive(Debug, Clone, PartialEq)]
pub enum Told {
    /// It was decided, and this was added to the log.
    Decided(Box<EventEntry>),
    /// It was decided before.
    Before(Box<EventEntry>),
    /// The instance has no life: it was never deployed.
    Unknown,
}

/// The lives in a table.
#[derive(Debug)]
pub struct Lives<'a, T, C> {
    /// The table.
    pub table: &'a T,
    /// The clock.
    pub clock: &'a C,
    /// The lifecycles that were met so far.
    pub definitions: &'a Definitions,
}

impl<T: ReadTable + WriteTable, C: Clock> Lives<'_, T, C> {
    /// Tells an instance what has happened.
    ///
    /// # Errors
    /// `Unavailable` where others change the life again and again; otherwise as the table says.
    pub async fn tell(&self, whose: &Whose, occurrence: &Occurrence<'_>) -> Result<Told, Failure> {
        for _ in 0..ATTEMPTS {
            let Some((life, definition)) = self.load(whose).await? else {
                return Ok(Told::Unknown);
            };
            let delivery = deliver(&definition, &life, occurrence, self.clock.now());
            let Some(entry) = delivery.entries.first().cloned() else {
                let message = "what happened was not logged";
                return Err(Failure::new(FailureKind::Internal, message));
            };
            if self.save(whose, &delivery).await? {
                return Ok(Told::Decided(Box::new(entry)));
            }
            if let Some(before) = self.entry(whose, &entry.identity).await? {
                return Ok(Told::Before(Box::new(before)));
            }
        }
        Err(busy(whose))
    }

    /// Begins an operation; gives its run. The same request again gives the same run; another one
    /// under the same id is refused.
    ///
    /// # Errors
    /// The outer one `NotFound` where the instance has no life, `Unavailable` where others change
    /// it again and again, otherwise as the table says; the inner one where the operation is
    /// refused.
    pub async fn operate(
        &self,
        whose: &Whose,
        request: &Request,
    ) -> Result<Result<RunId, Refusal>, Failure> {
        for _ in 0..ATTEMPTS {
            let (life, definition) = self.require(whose).await?;
            if let Some(before) = self.entry(whose, &request.identity()).await? {
                let run = match repeats(&before, request, &life) {
                    Repeat::Same => before.run,
                    Repeat::Other | Repeat::OfAnotherLife => None,
                };
                return Ok(run.ok_or(Refusal::Reused));
            }
            let delivery = match operate(&definition, &life, request, self.clock.now()) {
                Ok(delivery) => delivery,
                Err(refusal) => return Ok(Err(refusal)),
            };
            let run = delivery.life.as_ref().and_then(|life| life.run.as_ref());
            if let Some(problems) = self.input_problems(run).await? {
                return Ok(Err(Refusal::Invalid { problems }));
            }
            let run = run.map(|run| run.id.clone());
            if self.save(whose, &delivery).await? {
                let message = "the operation began no run";
                return run
                    .map(Ok)
                    .ok_or_else(|| Failure::new(FailureKind::Internal, message));
            }
        }
        Err(busy(whose))
    }

    /// Records how a run ended, and decides what has waited for it. A run that is not the present
    /// one changes nothing.
    ///
    /// # Errors
    /// `Unavailable` where others change the life again and again; otherwise as the table says.
    pub async fn settle(
        &self,
        whose: &Whose,
        run: &RunId,
        outcome: &RunOutcome,
    ) -> Result<(), Failure> {
        for _ in 0..ATTEMPTS {
            let Some((life, definition)) = self.load(whose).await? else {
                return Ok(());
            };
            let delivery = settle(&definition, &life, run, outcome, self.clock.now());
            if delivery.is_empty() || self.save(whose, &delivery).await? {
                return Ok(());
            }
        }
        Err(busy(whose))
    }

    /// Looks after a run whose execution is as it says. A run that is not the present one is left
    /// alone.
    ///
    /// # Errors
    /// As for [`Lives::settle`].
    pub async fn watch(
        &self,
        whose: &Whose,
        run: &RunId,
        execution: Execution,
    ) -> Result<(), Failure> {
        for _ in 0..ATTEMPTS {
            let Some((life, definition)) = self.load(whose).await? else {
                return Ok(());
            };
            let delivery = watch(&definition, &life, (run, execution), self.clock.now());
            if delivery.is_empty() || self.save(whose, &delivery).await? {
                return Ok(());
            }
        }
        Err(busy(whose))
    }

    /// Moves an instance to another lifecycle, or another version of its own; gives its state. The
    /// request is told from others by its `id`; `by` is who asks. The same request again moves
    /// nothing.
    ///
    /// # Errors
    /// The outer one `NotFound` where the instance has no life or the lifecycle was never
    /// published, `Unavailable` where others change it again and again, otherwise as the table
    /// says; the inner one where the move is refused.
    pub async fn adopt(
        &self,
        whose: &Whose,
        reference: &LifecycleRef,
        states: &std::collections::BTreeMap<StateName, StateName>,
        (id, by): (&str, &str),
    ) -> Result<Result<StateName, Refusal>, Failure> {
        let new = self.definitions.get(self.table, reference).await?;
        for _ in 0..ATTEMPTS {
            let (life, old) = self.require(whose).await?;
            if life.lifecycle == *reference {
                return Ok(Ok(life.state));
            }
            let the_move = Move {
                old: &old,
                new: &new,
                reference,
                states,
                id,
                by,
            };
            let delivery = match adopt(&life, &the_move, self.clock.now()) {
                Ok(delivery) => delivery,
                Err(refusal) => return Ok(Err(refusal)),
            };
            let state = delivery.life.as_ref().map(|life| life.state.clone());
            if self.save(whose, &delivery).await? {
                return Ok(Ok(state.unwrap_or(life.state)));
            }
            // The same request may have moved it to and fro before.
            let identity = EventEntry::own_identity(id);
            if self.entry(whose, &identity).await?.is_some() {
                let (life, _) = self.require(whose).await?;
                return Ok(Ok(life.state));
            }
        }
        Err(busy(whose))
    }

    /// What is wrong with the input of a run, in the eyes of its workflow. What an operation takes
    /// may be more than the workflow does.
    async fn input_problems(&self, run: Option<&Run>) -> Result<Option<Vec<Problem>>, Failure> {
        let Some(run) = run else {
            return Ok(None);
        };
        let known = if run.workflow.is_built_in() {
            Workflows::own()
        } else {
            let key = Workflow::key_of(&run.workflow);
            let registered: Option<Workflow> = self.table.get(&key).await?;
            registered
                .into_iter()
                .fold(Workflows::default(), |known, it| {
                    known.with(it.name, it.spec.input.as_ref())
                })
        };
        let problems = known.problems(&run.workflow, &run.input);
        Ok((!problems.is_empty()).then_some(problems))
    }

    /// The life of an instance and the lifecycle that it follows, if the instance has one.
    ///
    /// # Errors
    /// As the table says.
    pub async fn load(&self, whose: &Whose) -> Result<Option<(Life, Arc<Definition>)>, Failure> {
        let key = Life::key_of(&whose.tenant, &whose.instance);
        let Some(life) = self.table.get::<Life>(&key).await? else {
            return Ok(None);
        };
        let definition = self.definitions.get(self.table, &life.lifecycle).await?;
        Ok(Some((life, definition)))
    }

    async fn require(&self, whose: &Whose) -> Result<(Life, Arc<Definition>), Failure> {
        self.load(whose).await?.ok_or_else(|| {
            let message = format!("`{}` has no state before it is deployed", whose.instance);
            Failure::new(FailureKind::NotFound, message)
        })
    }

    async fn entry(&self, whose: &Whose, identity: &Digest) -> Result<Option<EventEntry>, Failure> {
        let key = EventEntry::key_of(&whose.tenant, &whose.instance, identity, false);
        Ok(self.table.get(&key).await?)
    }

    /// Saves a delivery; no, where someone else was faster.
    async fn save(&self, whose: &Whose, delivery: &Delivery) -> Result<bool, Failure> {
        let at = (&whose.tenant, &whose.instance);
        let changes = changes_of(at, delivery, self.clock.now());
        match self.table.commit(changes).await {
            Ok(()) => Ok(true),
            Err(PortError::Conflict(_)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

fn busy(whose: &Whose) -> Failure {
    let message = format!("`{}` keeps changing; try again", whose.instance);
    Failure::new(FailureKind::Unavailable, message)
}
