//! CloudFormation stacks, as far as the engine needs them.

use std::collections::BTreeMap;
use std::future::Future;

use groundplane_model::{Artifact, Resource};
use jiff::Timestamp;

use crate::Result;

/// A stack as CloudFormation describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stack {
    /// The stack's ARN, which stays unique when the name is used again.
    pub id: String,
    /// For example `UPDATE_ROLLBACK_COMPLETE`.
    pub status: String,
    /// The reason that CloudFormation gives for the status.
    pub reason: Option<String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// Its outputs.
    pub outputs: BTreeMap<String, String>,
}

/// What a change set does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeSetKind {
    /// It creates the stack.
    Create,
    /// It updates the stack.
    Update,
}

/// A change set to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewChangeSet {
    /// Its name, unique among the change sets of the stack.
    pub name: String,
    /// The stack that it is for.
    pub stack_name: String,
    /// What it does.
    pub kind: ChangeSetKind,
    /// The template.
    pub template: Artifact,
    /// The values of the template's parameters.
    pub parameters: BTreeMap<String, String>,
    /// The stack's tags.
    pub tags: BTreeMap<String, String>,
    /// The service role, if any.
    pub role_arn: Option<String>,
    /// Whether it also takes back what was changed behind CloudFormation's back.
    pub reverts_drift: bool,
}

/// How far the making of a change set is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeSetState {
    /// CloudFormation compares.
    Creating,
    /// It can be executed, or was.
    Ready,
    /// It cannot be executed.
    Failed,
    /// It is being deleted.
    Deleting,
}

/// How far the execution of a change set is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExecutionState {
    /// It was not executed.
    NotStarted,
    /// CloudFormation is at work.
    Running,
    /// It was carried out.
    Complete,
    /// It was not carried out.
    Failed,
    /// It can no longer be carried out: the stack has changed since it was made.
    Obsolete,
}

/// A change set as CloudFormation describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeSet {
    /// How far its making is.
    pub state: ChangeSetState,
    /// How far its execution is.
    pub execution: ExecutionState,
    /// The reason that CloudFormation gives.
    pub reason: Option<String>,
}

/// One event of a stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackEvent {
    /// The resource's name in the template.
    pub logical_id: String,
    /// The resource's type.
    pub resource_type: String,
    /// For example `CREATE_FAILED`.
    pub status: String,
    /// The reason that CloudFormation gives.
    pub reason: Option<String>,
    /// The client token of the operation that it belongs to.
    pub token: Option<String>,
    /// When it happened.
    pub at: Timestamp,
}

/// Permission to look at stacks.
pub trait ReadStacks: Send + Sync {
    /// The stack of that name, or with that id; none where there is none or it was deleted.
    ///
    /// # Errors
    /// As [`crate::PortError`] says.
    fn stack(&self, name: &str) -> impl Future<Output = Result<Option<Stack>>> + Send;

    /// The change set `name` of a stack.
    ///
    /// # Errors
    /// As [`crate::PortError`] says.
    fn change_set(
        &self,
        stack_name: &str,
        name: &str,
    ) -> impl Future<Output = Result<Option<ChangeSet>>> + Send;

    /// The latest events of the stack with this id, newest first, at least those of the operation
    /// that ran last.
    ///
    /// # Errors
    /// As [`crate::PortError`] says.
    fn events(&self, stack_id: &str) -> impl Future<Output = Result<Vec<StackEvent>>> + Send;

    /// The resources of a stack.
    ///
    /// # Errors
    /// As [`crate::PortError`] says.
    fn resources(&self, stack_name: &str) -> impl Future<Output = Result<Vec<Resource>>> + Send;
}

/// Permission to change stacks.
pub trait ChangeStacks: Send + Sync {
    /// Makes a change set. One of the same name that exists already is a success.
    ///
    /// # Errors
    /// As [`crate::PortError`] says.
    fn create_change_set(&self, new: &NewChangeSet) -> impl Future<Output = Result<()>> + Send;

    /// Executes a change set; `token` makes a repeated call harmless.
    ///
    /// # Errors
    /// As [`crate::PortError`] says.
    fn execute_change_set(
        &self,
        stack_name: &str,
        name: &str,
        token: &str,
    ) -> impl Future<Output = Result<()>> + Send;

    /// Deletes a change set; one that does not exist is a success.
    ///
    /// # Errors
    /// As [`crate::PortError`] says.
    fn delete_change_set(
        &self,
        stack_name: &str,
        name: &str,
    ) -> impl Future<Output = Result<()>> + Send;

    /// Deletes a stack; one that does not exist is a success.
    ///
    /// # Errors
    /// As [`crate::PortError`] says.
    fn delete_stack(&self, name: &str, token: &str) -> impl Future<Output = Result<()>> + Send;

    /// Cancels the update of a stack, which then rolls back. One that is past that is a success.
    ///
    /// # Errors
    /// As [`crate::PortError`] says.
    fn cancel_update(&self, name: &str, token: &str) -> impl Future<Output = Result<()>> + Send;

    /// Continues a rollback that failed.
    ///
    /// # Errors
    /// As [`crate::PortError`] says.
    fn continue_rollback(&self, name: &str, token: &str)
    -> impl Future<Output = Result<()>> + Send;
}
