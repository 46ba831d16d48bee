//! The resolvers that platform engineers have registered: asks their functions, holds them to the
//! contract, and keeps what they hand out like the platform's own resolvers do.

mod contract;

use std::collections::BTreeMap;

use groundplane_model::{
    Allocation, Change, DeploymentSpec, Failure, FailureKind, Owner, ResolutionRequest, Resolver,
    ResolverAnswer, ResolverCall, ResolverName,
};
use groundplane_ports::{CallFunctions, Clock, PortError, ReadTable, WriteTable};
use groundplane_quotas::Counted;
use groundplane_resolvers::configured;

use crate::contract::{Answer, Call, Question, Scope};

/// Asks a registered resolver, or tells it what is given back. Doing it again changes nothing.
///
/// # Errors
/// `Invalid` where the resolver is not registered, fails or breaks the contract; `Conflict` where
/// someone else writes the same; and as function and table say.
pub async fn handle(
    table: &(impl ReadTable + WriteTable),
    functions: &impl CallFunctions,
    clock: &impl Clock,
    call: ResolverCall,
) -> Result<ResolverAnswer, Failure> {
    let table = &Counted::new(table, clock.now());
    match call {
        ResolverCall::Resolve {
            tenant,
            deployment,
            resolver,
            requests,
        } => {
            let key = DeploymentSpec::key_of(&tenant, &deployment);
            let submitted: DeploymentSpec = table.require(&key).await?;
            let asked = Asked {
                resolver: &resolver,
                submitted: &submitted,
                requests: &requests,
            };
            resolve(table, functions, clock, asked).await
        }
        ResolverCall::Release { resolver, owners } => {
            release(table, functions, &resolver, &owners).await
        }
        ResolverCall::Sweep {} => Ok(ResolverAnswer { count: 0 }),
    }
}

/// What is asked of one resolver.
#[derive(Clone, Copy)]
struct Asked<'a> {
    resolver: &'a ResolverName,
    submitted: &'a DeploymentSpec,
    requests: &'a [ResolutionRequest],
}

async fn resolve(
    table: &(impl ReadTable + WriteTable),
    functions: &impl CallFunctions,
    clock: &impl Clock,
    asked: Asked<'_>,
) -> Result<ResolverAnswer, Failure> {
    let Asked {
        resolver,
        submitted,
        requests,
    } = asked;
    let count = requests.len();
    let mut open = Vec::new();
    for request in requests {
        let held = held(table, resolver, &request.owner).await?;
        // Fresh in each deployment, and the same throughout one.
        let is_answered = held.as_ref().is_some_and(|held| {
            held.owner == request.owner && held.deployment == request.deployment
        });
        if !is_answered {
            open.push((request, held));
        }
    }
    if open.is_empty() {
        return Ok(ResolverAnswer { count });
    }
    let function = function_of(resolver, &submitted.resolvers)?;
    let (config, layer) = configured(resolver, submitted)?;
    let questions = open.iter().map(|(request, held)| Question {
        owner: &request.owner,
        inputs: &request.inputs,
        current: held
            .as_ref()
            .filter(|held| held.owner == request.owner)
            .map(|held| &held.outputs),
    });
    let call = Call::Resolve {
        resolver,
        scope: Scope::of(submitted),
        config,
        requests: questions.collect(),
    };
    let answer = ask(functions, resolver, function, &call).await?;
    let mut values = Answer::read(resolver, &answer)?;
    let mut changes = Vec::new();
    for (request, held) in &open {
        let (value, outputs) = values.take(resolver, &request.owner)?;
        let allocation = Allocation::answer(request, (value.as_str(), outputs), layer, clock.now());
        changes.push(Change::save(&allocation.over(held.as_ref())));
    }
    table.commit(changes).await?;
    Ok(ResolverAnswer { count })
}

async fn release(
    table: &(impl ReadTable + WriteTable),
    functions: &impl CallFunctions,
    resolver: &ResolverName,
    owners: &[Owner],
) -> Result<ResolverAnswer, Failure> {
    let mut found = Vec::new();
    for owner in owners {
        let held = held(table, resolver, owner).await?;
        found.extend(held.filter(|held| held.owner == *owner));
    }
    if !found.is_empty() {
        let registered: Option<Resolver> = table.get(&Resolver::key_of(resolver)).await?;
        // Nobody is left to tell where the resolver is no longer registered.
        if let Some(arn) = registered.and_then(|it| it.spec.function_arn) {
            let owners = found.iter().map(|held| &held.owner).collect();
            ask(
                functions,
                resolver,
                &arn,
                &Call::Release { resolver, owners },
            )
            .await?;
        }
        table
            .commit(found.iter().map(Change::remove).collect())
            .await?;
    }
    Ok(ResolverAnswer {
        count: owners.len(),
    })
}

async fn held(
    table: &impl ReadTable,
    resolver: &ResolverName,
    owner: &Owner,
) -> Result<Option<Allocation>, Failure> {
    Ok(table.get(&Allocation::key_of(resolver, owner)).await?)
}

fn function_of<'a>(name: &ResolverName, resolvers: &'a [Resolver]) -> Result<&'a str, Failure> {
    let registered = resolvers.iter().find(|resolver| resolver.name == *name);
    let arn = registered.and_then(|resolver| resolver.spec.function_arn.as_deref());
    arn.ok_or_else(|| {
        let message = format!("the resolver `{name}` is not registered");
        Failure::new(FailureKind::Invalid, message)
    })
}

async fn ask(
    functions: &impl CallFunctions,
    resolver: &ResolverName,
    arn: &str,
    call: &Call<'_>,
) -> Result<String, Failure> {
    let payload = serde_json::to_string(call)
        .map_err(|error| Failure::new(FailureKind::Internal, error.to_string()))?;
    match functions.call(arn, &payload).await {
        Ok(answer) => Ok(answer),
        Err(PortError::Refused(error)) => Err(contract::failed(resolver, &error)),
        Err(error) => Err(error.into()),
    }
}

/// The outputs of one answer.
type Outputs = BTreeMap<String, String>;
