//! The stacks of secrets, brought to their end by the very steps of the CloudFormation engine.

use std::collections::VecDeque;

use groundplane_model::{
    DeploymentId, EngineAction, EngineInput, EngineOutput, Failure, FailureKind, Owner, StepId,
};
use groundplane_ports::{Account, ChangeStacks, Clock, Pause, Reach, ReadStacks, WriteArtifacts};
use groundplane_provision_stack::{Answer, Progress, Request, handle};
use groundplane_resolvers::SecretStack;
use jiff::SignedDuration;
use serde_json::Value;

/// How long one invocation waits for CloudFormation, well within the function's own time. A stack
/// with one secret takes it a few seconds.
const PATIENCE: SignedDuration = SignedDuration::from_secs(80);

/// The longest pause between two looks.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_secs(3);

/// What brings stacks to their end.
#[derive(Debug)]
pub struct Engine<C, A, S> {
    /// The stacks, in all accounts.
    pub stacks: C,
    /// Where templates are kept for CloudFormation.
    pub artifacts: A,
    /// The clock, and the waiting.
    pub system: S,
    /// Tells this installation's stacks from those of another in the same account.
    pub installation: String,
}

/// What is asked of one stack.
#[derive(Debug)]
pub(crate) struct Order<'a> {
    pub(crate) owner: &'a Owner,
    pub(crate) deployment: &'a DeploymentId,
    pub(crate) stack: &'a SecretStack,
    /// The template, and the service role that provisions it; nothing where the stack is to go.
    pub(crate) template: Option<(Value, Option<String>)>,
}

impl<C, A, S> Engine<C, A, S>
where
    C: Reach<Port: ReadStacks + ChangeStacks>,
    A: WriteArtifacts,
    S: Clock + Pause,
{
    /// Brings all stacks of that account to where they are ordered, side by side, and gives what they
    /// put out, in the order of the orders. Nothing is remembered in between: cut off anywhere, the same
    /// again goes on from what is there.
    ///
    /// # Errors
    /// As the CloudFormation engine says, and `Unavailable` where CloudFormation takes longer
    /// than one invocation waits.
    pub(crate) async fn carry_out(
        &self,
        account: Option<&Account>,
        orders: &[Order<'_>],
    ) -> Result<Vec<EngineOutput>, Failure> {
        if orders.is_empty() {
            return Ok(Vec::new());
        }
        let stacks = self.stacks.reach(account).await?;
        let mut moving = VecDeque::new();
        for (place, order) in orders.iter().enumerate() {
            let input = self.input(order).await?;
            moving.push_back((place, input, Progress::default()));
        }
        let mut ended: Vec<(usize, EngineOutput)> = Vec::new();
        let mut pause = LONGEST_PAUSE;
        let begun = self.system.now();
        let mut looked = 0;
        while let Some((place, input, progress)) = moving.pop_front() {
            let stack = input.stack_name.clone();
            match self.step(&*stacks, &input, progress).await? {
                Answer::Done(output) => ended.push((place, output)),
                Answer::Pending {
                    wait_seconds,
                    progress,
                } => {
                    pause = pause.min(SignedDuration::from_secs(i64::from(wait_seconds)));
                    moving.push_back((place, input, progress));
                    looked += 1;
                }
            }
            // Each was looked at and none is at its end: they move by themselves.
            if looked >= moving.len() && looked > 0 {
                self.wait(pause, begun, &stack).await?;
                (looked, pause) = (0, LONGEST_PAUSE);
            }
        }
        ended.sort_by_key(|(place, _)| *place);
        Ok(ended.into_iter().map(|(_, output)| output).collect())
    }

    /// One step; one that may succeed when it is taken again is taken again.
    async fn step(
        &self,
        stacks: &C::Port,
        input: &EngineInput,
        progress: Progress,
    ) -> Result<Answer, Failure> {
        let request = Request {
            input: input.clone(),
            progress: progress.clone(),
        };
        // Boxed: the futures of the AWS SDKs nest deeper than the compiler follows at once.
        match Box::pin(handle(stacks, &self.installation, request)).await {
            Err(failure)
                if matches!(
                    failure.kind,
                    FailureKind::Conflict | FailureKind::Unavailable
                ) =>
            {
                Ok(Answer::Pending {
                    wait_seconds: 1,
                    progress,
                })
            }
            answer => answer,
        }
    }

    async fn wait(
        &self,
        pause: SignedDuration,
        begun: jiff::Timestamp,
        stack: &str,
    ) -> Result<(), Failure> {
        if self.system.now().duration_since(begun) >= PATIENCE {
            let message = format!("CloudFormation is still at work on `{stack}`");
            return Err(Failure::new(FailureKind::Unavailable, message));
        }
        self.system.pause(pause).await;
        Ok(())
    }

    async fn input(&self, order: &Order<'_>) -> Result<EngineInput, Failure> {
        let Order {
            owner,
            deployment,
            stack,
            template,
        } = order;
        let (action, artifact, role_arn) = match template {
            Some((template, role_arn)) => {
                let content = template.to_string();
                let artifact = self.artifacts.store(content.as_bytes()).await?;
                (EngineAction::Apply, Some(artifact), role_arn.clone())
            }
            None => (EngineAction::Destroy, None, None),
        };
        let purpose = artifact
            .as_ref()
            .map_or("gone", |artifact| artifact.digest.short(16));
        Ok(EngineInput {
            tenant: owner.tenant.clone(),
            instance: owner.instance.clone(),
            deployment: (*deployment).clone(),
            unit: owner.unit.clone(),
            step: StepId::suffixed(&owner.unit, "secret"),
            token: format!("{deployment}-{}-{purpose}", stack.name),
            action,
            artifact,
            stack_name: stack.name.clone(),
            parameters: std::collections::BTreeMap::new(),
            tags: stack.tags.clone(),
            role_arn,
            account: None,
            repair: false,
        })
    }
}
