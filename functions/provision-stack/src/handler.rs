//! The step: look, decide, act.

use groundplane_accounts::of_role;
use groundplane_model::{
    Deployment, DeploymentStatus, EngineAction, EngineInput, Failure, FailureKind,
};
use groundplane_ports::{
    ChangeSetKind, ChangeStacks, NewChangeSet, Reach, ReadStacks, ReadTable, Stack,
};

use crate::decide::{Decision, Observed, OurChangeSet, Seen, decide};
use crate::ownership::Marks;
use crate::request::{Answer, Operation, Progress, Request, change_set_name};
use crate::status::{Phase, StackStatus};

/// Moves the stack of `request` one step on. `installation` is the unique id of this installation
/// of Groundplane, by which stacks of another one are told apart.
///
/// # Errors
/// `ProvisionFailed` with the first cause where CloudFormation failed and what was begun is taken
/// back; `Denied` where the stack is someone else's; `Conflict` and `Unavailable` where the same
/// call again may succeed.
pub async fn handle<S: ReadStacks + ChangeStacks>(
    stacks: &S,
    installation: &str,
    request: Request,
) -> Result<Answer, Failure> {
    let Request { input, progress } = request;
    let step = Step {
        stacks,
        input: &input,
        change_set: change_set_name(&input.token),
        marks: Marks::of(installation, &input),
    };
    // Boxed: the futures of the AWS SDKs nest deeper than the compiler follows at once.
    let (stack, observed) = Box::pin(step.observe()).await?;
    let decision = decide(&observed, input.action, &progress);
    tracing::info!(stack = input.stack_name, ?observed, ?decision, "decided");
    let progress = Progress {
        stack_id: stack.as_ref().map(|it| it.id.clone()).or(progress.stack_id),
        ..progress
    };
    let found = stack.as_ref().zip(observed.seen());
    Box::pin(step.carry_out(decision, found, progress)).await
}

/// Moves the stack of `request` one step on, as [`handle`] does, in the account that it is in, unless
/// someone wants its deployment to go no further. Only what a deployment does is cancelled, never
/// what it takes back or removes.
///
/// # Errors
/// `Cancelled` once nothing moves any more; `Denied` where the account does not let the platform in;
/// otherwise as [`handle`] says.
pub async fn handle_unless_cancelled<S: ReadStacks + ChangeStacks + Send + Sync>(
    (table, accounts): (&impl ReadTable, &impl Reach<Port = S>),
    installation: &str,
    mut request: Request,
) -> Result<Answer, Failure> {
    if request.input.action == EngineAction::Apply && !request.progress.cancelled {
        let key = Deployment::key_of(&request.input.tenant, &request.input.deployment);
        let deployment: Option<Deployment> = table.get(&key).await?;
        let running = deployment.filter(|it| it.status == DeploymentStatus::Running);
        if let Some(cancelled) = running.and_then(|it| it.cancelled) {
            let cause = format!("cancelled by {}", cancelled.by);
            request.progress.failure.get_or_insert(cause);
            request.progress.cancelled = true;
        }
    }
    let EngineInput {
        tenant, account, ..
    } = &request.input;
    let account = of_role(table, tenant, account.clone()).await?;
    let stacks = accounts.reach(account.as_ref()).await?;
    // Boxed: the futures of the AWS SDKs nest deeper than the compiler follows at once.
    Box::pin(handle(&*stacks, installation, request)).await
}

/// A stack and what was made of it.
pub(crate) type Found<'a> = Option<(&'a Stack, &'a Seen)>;

/// One step, before it knows what is there.
pub(crate) struct Step<'a, S> {
    pub(crate) stacks: &'a S,
    pub(crate) input: &'a EngineInput,
    /// The name of our change set.
    pub(crate) change_set: String,
    marks: Marks,
}

impl<S: ReadStacks + ChangeStacks> Step<'_, S> {
    async fn observe(&self) -> Result<(Option<Stack>, Observed), Failure> {
        let name = &self.input.stack_name;
        let Some(stack) = self.stacks.stack(name).await? else {
            return Ok((None, Observed::Absent));
        };
        let status = StackStatus::parse(name, &stack.status)?;
        self.marks.check(name, status, &stack)?;
        // Neither the change set nor the events matter to a destroy, or while the stack moves.
        let matters = self.input.action == EngineAction::Apply && status.phase() != Phase::Moving;
        let change_set = if matters {
            OurChangeSet::of(self.stacks.change_set(name, &self.change_set).await?)
        } else {
            OurChangeSet::Absent
        };
        let traced = matters && change_set == OurChangeSet::Absent && self.traced(&stack).await?;
        let seen = Seen {
            status,
            change_set,
            traced,
        };
        Ok((Some(stack), Observed::Stack(seen)))
    }

    async fn traced(&self, stack: &Stack) -> Result<bool, Failure> {
        let token = Operation::Execute.token(&self.input.token, &stack.id);
        let events = self.stacks.events(&stack.id).await?;
        Ok(events
            .iter()
            .any(|event| event.token.as_deref() == Some(token.as_str())))
    }

    async fn carry_out(
        &self,
        decision: Decision,
        found: Found<'_>,
        progress: Progress,
    ) -> Result<Answer, Failure> {
        let name = &self.input.stack_name;
        // A stack is deleted by its id: should the name have changed hands since, nothing happens.
        let id = progress.stack_id.as_deref().unwrap_or(name);
        let token = |operation: Operation| operation.token(&self.input.token, id);
        let stacks = self.stacks;
        let progress = match decision {
            Decision::Finish(status) => return self.finish(status, found).await,
            Decision::Fail(why) => return Err(self.failure(why, found, &progress).await?),
            Decision::Wait => progress.waited(),
            Decision::NoteFailure => Progress {
                failure: Some(self.cause(found).await?),
                ..progress.acted()
            },
            Decision::CreateChangeSet(kind) => {
                stacks
                    .create_change_set(&self.new_change_set(kind)?)
                    .await?;
                progress.acted()
            }
            Decision::DiscardChangeSet => {
                stacks.delete_change_set(name, &self.change_set).await?;
                progress.acted()
            }
            Decision::Execute => {
                let token = token(Operation::Execute);
                stacks
                    .execute_change_set(name, &self.change_set, &token)
                    .await?;
                progress.acted()
            }
            Decision::DeleteStack => {
                let token = token(Operation::Delete(progress.deletions));
                stacks.delete_stack(id, &token).await?;
                progress.deleted()
            }
            Decision::CancelUpdate => {
                stacks.cancel_update(id, &token(Operation::Cancel)).await?;
                progress.stopped()
            }
            Decision::ContinueRollback => {
                let token = token(Operation::Continue(progress.continuations));
                stacks.continue_rollback(id, &token).await?;
                progress.continued()
            }
        };
        Ok(Answer::pending(progress))
    }

    fn new_change_set(&self, kind: ChangeSetKind) -> Result<NewChangeSet, Failure> {
        let template = self.input.artifact.clone().ok_or_else(|| {
            Failure::new(FailureKind::Invalid, "an apply needs the artifact to apply")
        })?;
        Ok(NewChangeSet {
            name: self.change_set.clone(),
            stack_name: self.input.stack_name.clone(),
            kind,
            template,
            parameters: self.input.parameters.clone(),
            tags: self.marks.added_to(&self.input.tags),
            role_arn: self.input.role_arn.clone(),
            // Of a stack that is made anew nothing can have drifted, and CloudFormation refuses it.
            reverts_drift: self.input.repair && kind == ChangeSetKind::Update,
        })
    }
}
