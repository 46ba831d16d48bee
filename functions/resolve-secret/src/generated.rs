//! Secrets that are generated. The value is made by CloudFormation inside Secrets Manager: it
//! passes through nothing of Groundplane. The stack's name is written down before the stack is
//! made, so that it can always be found again.

use groundplane_model::{Allocation, EngineOutput, Failure, FailureKind, ResolutionRequest};
use groundplane_ports::{
    ChangeStacks, Clock, DescribeSecrets, Pause, Reach, ReadStacks, WriteArtifacts,
};
use groundplane_resolvers::SecretStack;

use crate::engine::{Engine, Order};
use crate::{Ground, Table, output, outputs, release, save};

/// The input by which a new value is asked for: any text, whenever it changes.
const ROTATION: &str = "rotation";

/// One secret that must be made, or made anew.
struct Job<'a> {
    request: &'a ResolutionRequest,
    stack: SecretStack,
    generation: u32,
}

/// Sees to it that each request has its secret. `wanted` holds what is there under each owner's
/// key.
pub(crate) async fn make<C, A, S>(
    table: &impl Table,
    secrets: &impl DescribeSecrets,
    engine: &Engine<C, A, S>,
    (ground, wanted): (&Ground, Vec<(&ResolutionRequest, Option<Allocation>)>),
) -> Result<(), Failure>
where
    C: Reach<Port: ReadStacks + ChangeStacks>,
    A: WriteArtifacts,
    S: Clock + Pause,
{
    let mut jobs = Vec::new();
    for (request, held) in wanted {
        let owner = &request.owner;
        let own = held.as_ref().filter(|held| held.owner == *owner);
        if let Some(own) = own
            && is_answered(own, request)
        {
            still_there(secrets, own).await?;
            continue;
        }
        release::previous_life(table, engine, (owner, held.as_ref())).await?;
        let job = Job {
            request,
            stack: SecretStack::of(&engine.installation, owner),
            generation: generation(own, request),
        };
        if own.is_none_or(|own| !own.outputs.contains_key(output::STACK)) {
            let intent = [
                (output::STACK.to_owned(), job.stack.name.clone()),
                (output::GENERATION.to_owned(), job.generation.to_string()),
            ];
            save(table, &engine.system, ground, (request, intent.into())).await?;
        }
        jobs.push(job);
    }
    let orders: Vec<Order<'_>> = jobs.iter().map(|job| job.order(ground)).collect();
    let made = engine.carry_out(ground.account.as_ref(), &orders).await?;
    for (job, made) in jobs.iter().zip(made) {
        let answer = job.answer(&made)?;
        save(table, &engine.system, ground, (job.request, answer)).await?;
    }
    Ok(())
}

/// Whether the owner has a secret and asks for nothing new. What the configuration says of
/// secrets is for the next value: it must not make one.
fn is_answered(own: &Allocation, request: &ResolutionRequest) -> bool {
    !own.value.is_empty() && own.inputs == request.inputs
}

/// Which value this is: the one that is there, or the next one where one is asked for.
fn generation(own: Option<&Allocation>, request: &ResolutionRequest) -> u32 {
    let Some(own) = own.filter(|own| own.outputs.contains_key(output::STACK)) else {
        return 0;
    };
    let current = own.output(output::GENERATION).parse().unwrap_or(0_u32);
    let asked_again = own.inputs.get(ROTATION) != request.inputs.get(ROTATION);
    if asked_again && !own.value.is_empty() {
        current.wrapping_add(1)
    } else {
        current
    }
}

/// Demands that a secret which was handed out has not been deleted behind the platform's back.
async fn still_there(secrets: &impl DescribeSecrets, own: &Allocation) -> Result<(), Failure> {
    let found = secrets.secret(&own.value).await?;
    if found.is_some_and(|found| !found.is_deleted) {
        return Ok(());
    }
    let name = own.output(output::NAME);
    let message = format!("the secret `{name}` was deleted; it has to be restored first");
    Err(Failure::new(FailureKind::ProvisionFailed, message))
}

impl Job<'_> {
    fn order(&self, ground: &Ground) -> Order<'_> {
        let template = self.stack.template(&ground.config, self.generation);
        Order {
            owner: &self.request.owner,
            deployment: &self.request.deployment,
            stack: &self.stack,
            template: Some((template, ground.role_arn.clone())),
        }
    }

    fn answer(
        &self,
        made: &EngineOutput,
    ) -> Result<std::collections::BTreeMap<String, String>, Failure> {
        let name = &self.stack.name;
        let arn = made.outputs.get(SecretStack::ARN).ok_or_else(|| {
            let message = format!("the stack `{name}` does not tell the ARN of its secret");
            Failure::new(FailureKind::Internal, message)
        })?;
        let mut answer = outputs(arn, name);
        answer.insert(output::STACK.to_owned(), name.clone());
        answer.insert(output::GENERATION.to_owned(), self.generation.to_string());
        Ok(answer)
    }
}
