//! The one decision of a step: from what is there, what is wanted and what was noted, to what is
//! done next. Pure and total; it never waits for anything that does not move by itself.

use groundplane_model::{EngineAction, EngineStatus};
use groundplane_ports::{ChangeSet, ChangeSetKind, ChangeSetState, ExecutionState};

use crate::request::Progress;
use crate::status::{Phase, StackStatus};

/// How often a stack is asked to be deleted before that counts as failed.
const DELETIONS: u8 = 2;

/// How often a failed rollback is continued before that counts as failed.
const CONTINUATIONS: u8 = 2;

/// Our change set: the one whose name is made from this call's token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum OurChangeSet {
    /// There is none.
    Absent,
    /// CloudFormation is making or deleting it.
    Settling,
    /// It can be executed.
    Ready,
    /// CloudFormation carries it out.
    Executing,
    /// It was carried out.
    Executed,
    /// It was begun and not carried out.
    ExecutionFailed,
    /// The stack has changed since; it can never be executed.
    Obsolete,
    /// It would change nothing.
    NoChanges,
    /// It could not be made, for this reason.
    Refused(String),
}

impl OurChangeSet {
    /// Reads what CloudFormation says of it.
    pub(crate) fn of(change_set: Option<ChangeSet>) -> Self {
        let Some(change_set) = change_set else {
            return Self::Absent;
        };
        match change_set.state {
            ChangeSetState::Creating | ChangeSetState::Deleting => Self::Settling,
            ChangeSetState::Failed => {
                let reason = change_set.reason.unwrap_or_default();
                if says_no_changes(&reason) {
                    Self::NoChanges
                } else {
                    Self::Refused(reason)
                }
            }
            ChangeSetState::Ready => match change_set.execution {
                ExecutionState::NotStarted => Self::Ready,
                ExecutionState::Running => Self::Executing,
                ExecutionState::Complete => Self::Executed,
                ExecutionState::Failed => Self::ExecutionFailed,
                ExecutionState::Obsolete => Self::Obsolete,
            },
        }
    }
}

/// There is no code for it, only these sentences: the first for changes of resources, the second
/// where a transform had to run first.
fn says_no_changes(reason: &str) -> bool {
    reason.contains("didn't contain changes") || reason.contains("No updates are to be performed")
}

/// A stack that is there, and is ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    /// Its status.
    pub(crate) status: StackStatus,
    /// Our change set.
    pub(crate) change_set: OurChangeSet,
    /// Whether the stack's events tell of an operation with our token. This is what remains when
    /// CloudFormation has swept the executed change set away.
    pub(crate) traced: bool,
}

impl Seen {
    /// Whether our change set was begun on this stack.
    fn ran(&self) -> bool {
        self.traced
            || matches!(
                self.change_set,
                OurChangeSet::Executing | OurChangeSet::Executed | OurChangeSet::ExecutionFailed
            )
    }
}

/// What is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Observed {
    /// No stack of the name.
    Absent,
    /// A stack.
    Stack(Seen),
}

impl Observed {
    /// The stack, if there is one.
    pub(crate) const fn seen(&self) -> Option<&Seen> {
        match self {
            Self::Absent => None,
            Self::Stack(seen) => Some(seen),
        }
    }
}

/// What is done next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Look again later: CloudFormation moves by itself.
    Wait,
    /// Make our change set.
    CreateChangeSet(ChangeSetKind),
    /// Execute our change set.
    Execute,
    /// Delete our change set.
    DiscardChangeSet,
    /// Keep the first cause, before the stack that tells of it is deleted or worked on.
    NoteFailure,
    /// Delete the stack.
    DeleteStack,
    /// Continue the rollback.
    ContinueRollback,
    /// Cancel the update.
    CancelUpdate,
    /// End well.
    Finish(EngineStatus),
    /// End badly.
    Fail(Why),
}

/// Why an engine ends badly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// The change set could not be made.
    Refused,
    /// The operation failed.
    Failed,
    /// The stack could not be removed.
    NotRemoved,
    /// The stack is where only a person can bring it out.
    Stuck,
}

/// Decides.
pub(crate) fn decide(observed: &Observed, goal: EngineAction, progress: &Progress) -> Decision {
    match (observed, goal) {
        (Observed::Absent, EngineAction::Apply) => appear(progress),
        (Observed::Absent, EngineAction::Destroy) => vanished(progress),
        (Observed::Stack(seen), EngineAction::Apply) => apply(seen, progress),
        (Observed::Stack(seen), EngineAction::Destroy) => destroy(seen, progress),
    }
}

fn apply(seen: &Seen, progress: &Progress) -> Decision {
    // What tells of the failure of our own operation is gone after the next act.
    let untold = seen.ran() && progress.failure.is_none();
    match seen.status.phase() {
        Phase::Moving => stop(seen, progress),
        Phase::Gone => appear(progress),
        Phase::Empty => create(seen, progress),
        Phase::Standing => update(seen, progress, Decision::Finish(EngineStatus::Succeeded)),
        Phase::RolledBack => update(seen, progress, Decision::Fail(Why::Failed)),
        Phase::Dead | Phase::DeleteFailed | Phase::HalfRolledBack if untold => {
            Decision::NoteFailure
        }
        Phase::Dead => Decision::DeleteStack,
        Phase::DeleteFailed => delete_again(progress),
        Phase::HalfRolledBack if progress.continuations < CONTINUATIONS => {
            Decision::ContinueRollback
        }
        Phase::HalfRolledBack | Phase::Stuck => Decision::Fail(Why::Stuck),
    }
}

/// CloudFormation is at work. Where someone wants that to end, an update is cancelled and a stack
/// that is being created is deleted; anything else ends by itself.
fn stop(seen: &Seen, progress: &Progress) -> Decision {
    let is = |status: StackStatus| progress.cancelled && seen.status == status;
    if is(StackStatus::UpdateInProgress) && !progress.stopped {
        Decision::CancelUpdate
    } else if is(StackStatus::CreateInProgress) && progress.deletions == 0 {
        Decision::DeleteStack
    } else {
        Decision::Wait
    }
}

fn destroy(seen: &Seen, progress: &Progress) -> Decision {
    match seen.status.phase() {
        Phase::Moving => Decision::Wait,
        Phase::Gone => vanished(progress),
        Phase::DeleteFailed => delete_again(progress),
        Phase::Empty
        | Phase::Standing
        | Phase::RolledBack
        | Phase::Dead
        | Phase::HalfRolledBack
        | Phase::Stuck => Decision::DeleteStack,
    }
}

/// There is nothing and there should be.
fn appear(progress: &Progress) -> Decision {
    if progress.failure.is_some() {
        Decision::Fail(Why::Failed)
    } else {
        Decision::CreateChangeSet(ChangeSetKind::Create)
    }
}

/// There is nothing and there should be nothing.
fn vanished(progress: &Progress) -> Decision {
    Decision::Finish(if progress.stack_id.is_some() {
        EngineStatus::Succeeded
    } else {
        EngineStatus::Unchanged
    })
}

fn delete_again(progress: &Progress) -> Decision {
    if progress.deletions < DELETIONS {
        Decision::DeleteStack
    } else {
        Decision::Fail(Why::NotRemoved)
    }
}

/// A stack without resources, that only a change set can fill.
fn create(seen: &Seen, progress: &Progress) -> Decision {
    if progress.failure.is_some() {
        return Decision::DeleteStack;
    }
    match &seen.change_set {
        OurChangeSet::Absent => Decision::CreateChangeSet(ChangeSetKind::Create),
        // The stack's status lags behind that of a change set that was executed.
        OurChangeSet::Settling | OurChangeSet::Executing | OurChangeSet::Executed => Decision::Wait,
        OurChangeSet::Ready => Decision::Execute,
        OurChangeSet::Obsolete => Decision::DiscardChangeSet,
        OurChangeSet::NoChanges | OurChangeSet::Refused(_) | OurChangeSet::ExecutionFailed => {
            Decision::NoteFailure
        }
    }
}

/// A stack at rest that can be updated. `after_ours` is what its status means if our change set
/// has brought it there.
fn update(seen: &Seen, progress: &Progress, after_ours: Decision) -> Decision {
    match &seen.change_set {
        OurChangeSet::Settling | OurChangeSet::Executing => Decision::Wait,
        OurChangeSet::Ready if progress.cancelled => Decision::DiscardChangeSet,
        OurChangeSet::Ready => Decision::Execute,
        OurChangeSet::Obsolete => Decision::DiscardChangeSet,
        OurChangeSet::NoChanges => Decision::Finish(EngineStatus::Unchanged),
        OurChangeSet::Refused(_) => Decision::Fail(Why::Refused),
        OurChangeSet::Executed => after_ours,
        OurChangeSet::ExecutionFailed => Decision::Fail(Why::Failed),
        OurChangeSet::Absent if seen.traced => after_ours,
        OurChangeSet::Absent if progress.failure.is_some() => Decision::Fail(Why::Failed),
        OurChangeSet::Absent => Decision::CreateChangeSet(ChangeSetKind::Update),
    }
}

#[cfg(test)]
mod tests;
