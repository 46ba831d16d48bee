//! How an engine ends: with what is there now, or with the first cause of what went wrong.

use groundplane_model::{EngineAction, EngineOutput, EngineStatus, Failure, FailureKind};
use groundplane_ports::{ChangeStacks, ReadStacks, Stack};

use crate::cause::{first_cause, sentence};
use crate::decide::{OurChangeSet, Why};
use crate::handler::{Found, Step};
use crate::request::{Answer, Operation, Progress};

/// What is said where CloudFormation is silent.
const SILENCE: &str = "CloudFormation gives no reason";

impl<S: ReadStacks + ChangeStacks> Step<'_, S> {
    /// Ends well: with outputs and resources after an apply, with nothing after a destroy.
    pub(crate) async fn finish(
        &self,
        status: EngineStatus,
        found: Found<'_>,
    ) -> Result<Answer, Failure> {
        let name = &self.input.stack_name;
        let standing = found.filter(|_| self.input.action == EngineAction::Apply);
        let Some((stack, seen)) = standing else {
            return Ok(Answer::Done(EngineOutput {
                status,
                outputs: std::collections::BTreeMap::new(),
                resources: Vec::new(),
            }));
        };
        if seen.change_set == OurChangeSet::NoChanges {
            self.stacks
                .delete_change_set(name, &self.change_set)
                .await?;
        }
        Ok(Answer::Done(EngineOutput {
            status,
            outputs: stack.outputs.clone(),
            resources: self.stacks.resources(name).await?,
        }))
    }

    /// Ends badly.
    ///
    /// # Errors
    /// Where CloudFormation could not be asked for the cause.
    pub(crate) async fn failure(
        &self,
        why: Why,
        found: Found<'_>,
        progress: &Progress,
    ) -> Result<Failure, Failure> {
        let name = &self.input.stack_name;
        let first = match (&progress.failure, why) {
            (Some(noted), _) => Some(noted.clone()),
            (None, Why::Failed | Why::Refused) => Some(self.cause(found).await?),
            (None, Why::NotRemoved | Why::Stuck) => None,
        };
        let last = match why {
            Why::Failed => None,
            Why::Refused => {
                self.stacks
                    .delete_change_set(name, &self.change_set)
                    .await?;
                None
            }
            Why::NotRemoved => {
                let operation = Operation::Delete(progress.deletions.saturating_sub(1));
                let cause = self.cause_of(operation, found).await?;
                Some(format!("the stack `{name}` could not be removed: {cause}"))
            }
            Why::Stuck => {
                let operation = Operation::Continue(progress.continuations.saturating_sub(1));
                let cause = self.cause_of(operation, found).await?;
                let status = found.map_or("", |(_, seen)| seen.status.as_str());
                Some(format!("the stack `{name}` is stuck in {status}: {cause}"))
            }
        };
        let parts: Vec<String> = first.into_iter().chain(last).collect();
        let kind = match progress.cancelled {
            true => FailureKind::Cancelled,
            false => FailureKind::ProvisionFailed,
        };
        Ok(Failure::new(kind, sentence(&parts.join("; "))))
    }

    /// The first cause of why our change set did not come about.
    pub(crate) async fn cause(&self, found: Found<'_>) -> Result<String, Failure> {
        if let Some((_, seen)) = found
            && let OurChangeSet::Refused(reason) = &seen.change_set
        {
            let reason = Some(sentence(reason)).filter(|it| !it.is_empty());
            let reason = reason.as_deref().unwrap_or(SILENCE);
            return Ok(format!("the template was refused: {reason}"));
        }
        self.cause_of(Operation::Execute, found).await
    }

    async fn cause_of(&self, operation: Operation, found: Found<'_>) -> Result<String, Failure> {
        let Some((stack, _)) = found else {
            return Ok(SILENCE.to_owned());
        };
        let token = operation.token(&self.input.token, &stack.id);
        let events = self.stacks.events(&stack.id).await?;
        let cause = first_cause(&events, &self.input.stack_name, &token);
        Ok(cause.unwrap_or_else(|| silence_or_reason(stack)))
    }
}

fn silence_or_reason(stack: &Stack) -> String {
    let reason = stack.reason.as_deref().map(sentence);
    reason
        .filter(|reason| !reason.is_empty())
        .unwrap_or_else(|| SILENCE.to_owned())
}
