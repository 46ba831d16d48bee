//! What the API shows of the life of an instance.

use groundplane_model::{
    Deadline, Digest, EventEntry, Life, LifecycleRef, OperationName, Passage, PassageOutcome, Run,
    RunId, SignalName, StateName, Verdict, WorkflowName,
};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// Where an instance is in its lifecycle.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Life)]
pub(crate) struct LifeView {
    lifecycle: LifecycleRef,
    state: StateName,
    state_since: Timestamp,
    /// When the stay becomes too long, and which signal the instance gets then.
    deadline: Option<Deadline>,
    run: Option<RunView>,
    /// How many signals wait for the run to end.
    waiting: usize,
}

/// What runs.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Run)]
struct RunView {
    id: RunId,
    workflow: WorkflowName,
    /// The state that it leads to, if it leads to another.
    to: Option<StateName>,
    signal: Option<SignalName>,
    operation: Option<OperationName>,
    started_at: Timestamp,
    deadline: Timestamp,
}

/// What one event did.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = EventDecision)]
pub(crate) struct EntryView {
    event: String,
    /// Whether it was decided again after it had waited.
    again: bool,
    source: String,
    detail_type: String,
    occurred_at: Timestamp,
    received_at: Timestamp,
    detail_digest: Option<Digest>,
    route: Option<u64>,
    signal: Option<SignalName>,
    operation: Option<OperationName>,
    by: Option<String>,
    decision: Verdict,
    why: Option<String>,
    from: StateName,
    to: Option<StateName>,
    run: Option<RunId>,
}

/// One step in the history of an instance.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Passage)]
pub(crate) struct PassageView {
    number: u64,
    from: Option<StateName>,
    to: StateName,
    outcome: PassageOutcome,
    signal: Option<SignalName>,
    operation: Option<OperationName>,
    event: Option<String>,
    run: Option<RunId>,
    cause: Option<String>,
    at: Timestamp,
}

impl From<Life> for LifeView {
    fn from(life: Life) -> Self {
        Self {
            lifecycle: life.lifecycle,
            state: life.state,
            state_since: life.entered_at,
            deadline: life.deadline,
            run: life.run.map(RunView::from),
            waiting: life.waiting.len(),
        }
    }
}

impl From<Run> for RunView {
    fn from(run: Run) -> Self {
        Self {
            id: run.id,
            workflow: run.workflow,
            to: run.to,
            signal: run.cause.signal,
            operation: run.cause.operation,
            started_at: run.started_at,
            deadline: run.deadline,
        }
    }
}

impl From<EventEntry> for EntryView {
    fn from(entry: EventEntry) -> Self {
        Self {
            event: entry.event,
            again: entry.again,
            source: entry.source,
            detail_type: entry.detail_type,
            occurred_at: entry.occurred_at,
            received_at: entry.received_at,
            detail_digest: entry.detail_digest,
            route: entry.route,
            signal: entry.signal,
            operation: entry.operation,
            by: entry.by,
            decision: entry.verdict,
            why: entry.why,
            from: entry.from,
            to: entry.to,
            run: entry.run,
        }
    }
}

impl From<Passage> for PassageView {
    fn from(passage: Passage) -> Self {
        Self {
            number: passage.number,
            from: passage.from,
            to: passage.to,
            outcome: passage.outcome,
            signal: passage.signal,
            operation: passage.operation,
            event: passage.event,
            run: passage.run,
            cause: passage.cause,
            at: passage.at,
        }
    }
}
