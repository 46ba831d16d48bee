//! The state of the fake CloudFormation, and how it moves by itself.

use std::collections::BTreeMap;

use groundplane_model::Digest;
use groundplane_ports::{ChangeSet, ChangeSetKind, ChangeSetState, ExecutionState, StackEvent};
use jiff::Timestamp;

use super::FakeTemplate;

/// The type of a stack itself among its events.
const STACK_TYPE: &str = "AWS::CloudFormation::Stack";

/// What was applied: the template and the parameters.
pub(super) type Content = (Digest, BTreeMap<String, String>);

/// What was changed behind CloudFormation's back: properties by resource; nothing where the resource is
/// gone.
pub type Drifted = BTreeMap<String, Option<serde_json::Map<String, serde_json::Value>>>;

#[derive(Debug, Default)]
pub(super) struct World {
    pub(super) stacks: BTreeMap<String, FakeStack>,
    /// The events of stacks that are gone, by id.
    pub(super) past: BTreeMap<String, Vec<StackEvent>>,
    pub(super) templates: BTreeMap<Digest, FakeTemplate>,
    pub(super) failing_deletions: u8,
    pub(super) failing_rollbacks: u8,
    pub(super) dawdling: u8,
    pub(super) sweeps: bool,
    pub(super) log: Vec<String>,
    /// What was changed behind CloudFormation's back, by stack.
    pub(super) drifted: BTreeMap<String, Drifted>,
    /// Whether what is taken back is changed again at once.
    pub(super) is_stubborn: bool,
    made: u32,
}

#[derive(Debug)]
pub(super) struct FakeStack {
    pub(super) id: String,
    pub(super) status: String,
    pub(super) tags: BTreeMap<String, String>,
    pub(super) applied: Option<Content>,
    pub(super) change_sets: BTreeMap<String, FakeChangeSet>,
    /// Oldest first.
    pub(super) events: Vec<StackEvent>,
    /// The client token of the operation that runs or ran last.
    pub(super) token: Option<String>,
}

#[derive(Debug)]
pub(super) struct FakeChangeSet {
    pub(super) seen: ChangeSet,
    pub(super) kind: ChangeSetKind,
    pub(super) content: Option<Content>,
    pub(super) tags: Option<BTreeMap<String, String>>,
    pub(super) reverts_drift: bool,
}

impl FakeChangeSet {
    /// A change set that was there before.
    pub(super) fn left(seen: ChangeSet, template: Option<Digest>, status: &str) -> Self {
        let creates = status == "REVIEW_IN_PROGRESS" || status.starts_with("CREATE_IN");
        Self {
            seen,
            kind: if creates {
                ChangeSetKind::Create
            } else {
                ChangeSetKind::Update
            },
            content: template.map(|digest| (digest, BTreeMap::new())),
            tags: None,
            reverts_drift: false,
        }
    }
}

impl FakeStack {
    pub(super) const fn new(id: String, tags: BTreeMap<String, String>) -> Self {
        Self {
            id,
            status: String::new(),
            tags,
            applied: None,
            change_sets: BTreeMap::new(),
            events: Vec::new(),
            token: None,
        }
    }

    pub(super) fn record(&mut self, id: &str, kind: &str, status: &str, reason: Option<&str>) {
        self.events.push(StackEvent {
            logical_id: id.to_owned(),
            resource_type: kind.to_owned(),
            status: status.to_owned(),
            reason: reason.map(str::to_owned),
            token: self.token.clone(),
            at: Timestamp::UNIX_EPOCH,
        });
    }

    pub(super) fn enter(&mut self, name: &str, status: &str) {
        status.clone_into(&mut self.status);
        self.record(name, STACK_TYPE, status, None);
    }

    fn running(&mut self) -> Option<&mut FakeChangeSet> {
        self.change_sets
            .values_mut()
            .find(|it| it.seen.execution == ExecutionState::Running)
    }

    fn has(&self, state: ExecutionState) -> bool {
        self.change_sets
            .values()
            .any(|it| it.seen.execution == state)
    }

    /// Ends what is being executed, badly.
    pub(super) fn fail_execution(&mut self) {
        self.end_execution(ExecutionState::Failed);
    }

    fn end_execution(&mut self, state: ExecutionState) -> Option<Content> {
        let change_set = self.running()?;
        change_set.seen.execution = state;
        change_set.content.clone()
    }
}

impl World {
    pub(super) fn new_id(&mut self, name: &str) -> String {
        self.made += 1;
        format!(
            "arn:aws:cloudformation:eu-west-1:1:stack/{name}/{}",
            self.made
        )
    }

    pub(super) fn template(&self, digest: &Digest) -> FakeTemplate {
        self.templates
            .get(digest)
            .cloned()
            .unwrap_or_else(|| FakeTemplate {
                resources: BTreeMap::from([("Thing".to_owned(), "AWS::Fake::Thing".to_owned())]),
                ..FakeTemplate::default()
            })
    }

    /// Finds a stack by name or by id.
    pub(super) fn name_of(&self, name_or_id: &str) -> Option<String> {
        let found = self
            .stacks
            .iter()
            .find(|(name, stack)| *name == name_or_id || stack.id == name_or_id);
        found.map(|(name, _)| name.clone())
    }

    /// Moves the stack on by one step.
    pub(super) fn tick(&mut self, name: &str) {
        let Some(mut stack) = self.stacks.remove(name) else {
            return;
        };
        if self.move_stack(name, &mut stack) {
            self.stacks.insert(name.to_owned(), stack);
        } else {
            self.past.insert(stack.id, stack.events);
        }
    }

    /// Moves a change set on by one step: it is made or refused, or it is gone.
    pub(super) fn settle(&mut self, stack_name: &str, name: &str) {
        let Some(mut stack) = self.stacks.remove(stack_name) else {
            return;
        };
        if let Some(mut change_set) = stack.change_sets.remove(name) {
            if change_set.seen.state == ChangeSetState::Creating {
                let reverts = change_set.reverts_drift && self.drifted.contains_key(stack_name);
                self.make(&mut change_set, stack.applied.as_ref().filter(|_| !reverts));
            }
            if change_set.seen.state != ChangeSetState::Deleting {
                stack.change_sets.insert(name.to_owned(), change_set);
            }
        }
        self.stacks.insert(stack_name.to_owned(), stack);
    }

    fn make(&self, change_set: &mut FakeChangeSet, applied: Option<&Content>) {
        let content = change_set.content.as_ref();
        let template = content.map(|(digest, _)| self.template(digest));
        let refused = template.and_then(|template| template.refused);
        let unchanged = (content.is_some() && content == applied)
            .then(|| "The submitted information didn't contain changes.".to_owned());
        change_set.seen.reason = refused.or(unchanged);
        change_set.seen.state = if change_set.seen.reason.is_some() {
            ChangeSetState::Failed
        } else {
            ChangeSetState::Ready
        };
    }

    /// Whether the stack is still there afterwards.
    fn move_stack(&mut self, name: &str, stack: &mut FakeStack) -> bool {
        let status = stack.status.clone();
        let next = match status.as_str() {
            "CREATE_IN_PROGRESS" | "UPDATE_IN_PROGRESS" if take(&mut self.dawdling) => {
                return true;
            }
            "CREATE_IN_PROGRESS" => {
                self.provision(name, stack, ("ROLLBACK_IN_PROGRESS", "CREATE_COMPLETE"))
            }
            "ROLLBACK_IN_PROGRESS" => "ROLLBACK_COMPLETE",
            "UPDATE_IN_PROGRESS" => self.provision(
                name,
                stack,
                (
                    "UPDATE_ROLLBACK_IN_PROGRESS",
                    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
                ),
            ),
            "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS" => "UPDATE_COMPLETE",
            "UPDATE_ROLLBACK_IN_PROGRESS" if take(&mut self.failing_rollbacks) => {
                stack.record(
                    "Thing",
                    "AWS::Fake::Thing",
                    "UPDATE_FAILED",
                    Some("cannot go back"),
                );
                "UPDATE_ROLLBACK_FAILED"
            }
            "UPDATE_ROLLBACK_IN_PROGRESS" => "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
            "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS" => "UPDATE_ROLLBACK_COMPLETE",
            "DELETE_IN_PROGRESS" if take(&mut self.failing_deletions) => {
                stack.record(
                    "Thing",
                    "AWS::Fake::Thing",
                    "DELETE_FAILED",
                    Some("still in use"),
                );
                "DELETE_FAILED"
            }
            "DELETE_IN_PROGRESS" => return false,
            "IMPORT_IN_PROGRESS" => "IMPORT_COMPLETE",
            "IMPORT_ROLLBACK_IN_PROGRESS" => "IMPORT_ROLLBACK_COMPLETE",
            "REVIEW_IN_PROGRESS" if stack.has(ExecutionState::Running) => "CREATE_IN_PROGRESS",
            "REVIEW_IN_PROGRESS" if stack.has(ExecutionState::Complete) => "CREATE_COMPLETE",
            rest => {
                // The change set lags behind the stack.
                let good = !rest.contains("ROLLBACK") && !rest.ends_with("FAILED");
                stack.end_execution(if good {
                    ExecutionState::Complete
                } else {
                    ExecutionState::Failed
                });
                return true;
            }
        };
        stack.enter(name, next);
        self.sweep(stack);
        true
    }

    fn sweep(&self, stack: &mut FakeStack) {
        if self.sweeps && !stack.status.ends_with("IN_PROGRESS") {
            stack.change_sets = BTreeMap::new();
        }
    }

    /// Carries the running change set out: the status after that, good or bad.
    fn provision(
        &mut self,
        name: &str,
        stack: &mut FakeStack,
        (failed, done): (&'static str, &'static str),
    ) -> &'static str {
        let reverts = stack.running().is_some_and(|it| it.reverts_drift);
        let content = stack.running().and_then(|it| it.content.clone());
        let template = content.map(|(digest, _)| self.template(&digest));
        let Some((id, reason)) = template.and_then(|template| template.fails) else {
            stack.applied = stack
                .end_execution(ExecutionState::Complete)
                .or_else(|| stack.applied.take());
            if reverts && !self.is_stubborn {
                self.drifted.remove(name);
            }
            return done;
        };
        stack.end_execution(ExecutionState::Failed);
        stack.record(
            "Other",
            "AWS::Fake::Other",
            "CREATE_FAILED",
            Some("Resource creation cancelled"),
        );
        stack.record(&id, "AWS::Fake::Broken", "CREATE_FAILED", Some(&reason));
        failed
    }
}

fn take(count: &mut u8) -> bool {
    let some = *count > 0;
    *count = count.saturating_sub(1);
    some
}
