//! `/v1/names:preview`: what a name would be, before anything is deployed.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use groundplane_model::{
    EnvironmentName, Failure, FailureKind, InstanceId, Layer, Owner, Problem, ResolverName,
    UnitName,
};
use groundplane_ports::ReadTable;
use groundplane_resolvers::{
    Counter, NameRequest, NamingConfig, Preview, layers_of, preview as previewed,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::gate::Caller;
use crate::json_body::JsonBody;
use crate::problem::Refused;
use crate::{Platform, System, Table, ground};

/// What stands for the identity that an instance gets when it is deployed. The digits of a hash
/// follow from it.
const UNBORN: &str = "preview";

/// What a name is wanted for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = NameRequest)]
pub(crate) struct Wanted {
    instance: InstanceId,
    unit: UnitName,
    #[serde(default = "any_input")]
    input: String,
    resource_type: String,
    environment: Option<EnvironmentName>,
}

fn any_input() -> String {
    "name".to_owned()
}

/// A name as it would be, and the layer of configuration that had the last word.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NamePreviewed)]
pub(crate) struct PreviewView {
    #[serde(flatten)]
    preview: Preview,
    layer: Layer,
}

/// `POST /v1/names:preview`
pub(crate) async fn preview<T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    caller: Caller,
    JsonBody(body): JsonBody,
) -> Result<Json<PreviewView>, Refused> {
    let wanted = read(body)?;
    let environment = environment(&wanted)?;
    let (environment, landing_zone) = ground::load(&platform.table, &environment).await?;
    let resolvers = ground::resolvers(&platform.table).await?;
    let name = ResolverName::naming();
    let effective = layers_of(&name, &resolvers, &landing_zone, &environment);
    let config: NamingConfig = effective.read().map_err(|error| {
        let message = format!("the resolver `{name}` is not well configured: {error}");
        Failure::new(FailureKind::Invalid, message)
    })?;
    let owner = Owner {
        tenant: caller.principal.tenant.clone(),
        instance: wanted.instance,
        incarnation: UNBORN.to_owned(),
        unit: wanted.unit,
        input: wanted.input,
    };
    let request = NameRequest {
        owner: &owner,
        resource_type: &wanted.resource_type,
        account: Some(&landing_zone.spec.account),
        region: Some(&landing_zone.spec.region),
    };
    let next = next_number(&platform.table, &config, &request).await?;
    let preview = previewed(&config, UNBORN, &request, next)
        .map_err(|problems| refused(&wanted.resource_type, problems))?;
    let layer = effective.layer_of("").unwrap_or_default();
    Ok(Json(PreviewView { preview, layer }))
}

fn read(body: Value) -> Result<Wanted, Failure> {
    serde_json::from_value(body).map_err(|error| {
        let problem = Problem::error("", error.to_string());
        Failure::invalid_document("the request has a problem", vec![problem])
    })
}

fn refused(resource_type: &str, problems: Vec<Problem>) -> Failure {
    let resource_type = crate::problem::shown(resource_type);
    let message = format!("no names can be made for `{resource_type}`");
    Failure::invalid_document(message, problems)
}

/// The environment that the instance is in; naming it again is allowed.
fn environment(wanted: &Wanted) -> Result<EnvironmentName, Refused> {
    let own = wanted.instance.environment();
    match &wanted.environment {
        Some(named) if named.as_str() != own => {
            let message = format!("the instance `{}` is in `{own}`", wanted.instance);
            let problem = Problem::error("/environment", message);
            Err(Failure::invalid_document("the request has a problem", vec![problem]).into())
        }
        // INVARIANT: an instance's id ends with the name of an environment.
        Some(_) | None => EnvironmentName::parse(own)
            .map_err(|error| Failure::new(FailureKind::Internal, error.to_string()).into()),
    }
}

/// The number that the next name of this kind would get; 1 where names need none.
async fn next_number(
    table: &impl ReadTable,
    config: &NamingConfig,
    request: &NameRequest<'_>,
) -> Result<u32, Refused> {
    let naming = config
        .naming(request.resource_type, UNBORN)
        .map_err(|problems| refused(request.resource_type, problems))?;
    let per = config.sequence_per.unwrap_or_default();
    let invalid = |error: &dyn ToString| Failure::new(FailureKind::Invalid, error.to_string());
    let scope = naming
        .counter_scope(request, per)
        .map_err(|error| invalid(&error))?;
    let Some(scope) = scope else { return Ok(1) };
    let counter: Option<Counter> = table.get(&Counter::key_of(&scope)).await?;
    let counter = counter.unwrap_or_else(|| Counter::new(scope));
    let taken = counter.take(config.sequence(), 0);
    let (number, _) = taken.map_err(|error| invalid(&error))?;
    Ok(number)
}
