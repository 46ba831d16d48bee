//! Whether a spec, or a destroy, fits what is deployed and the ground that it stands on. Asked
//! before anything is accepted, and again when the deployment begins.

use groundplane_model::{Environment, Failure, Instance, LandingZone, Problem, Revision, Severity};
use groundplane_planner::{check, check_change};
use groundplane_ports::{ReadTable, Result};
use groundplane_spec::{Document, Service};
use serde_json::Value;

use crate::problem::Refused;

/// The ground that a spec is to stand on, and what stands there.
pub(crate) struct Ground<'a> {
    pub(crate) environment: &'a Environment,
    pub(crate) landing_zone: &'a LandingZone,
    pub(crate) current: Option<&'a Instance>,
}

/// What the author of a spec should know although it fits.
///
/// Refused with every problem, each with its place in `document`, where it does not fit.
pub(crate) async fn of_spec(
    table: &impl ReadTable,
    ground: &Ground<'_>,
    service: &Service,
    document: &Document,
) -> std::result::Result<Vec<Problem>, Refused> {
    let spec = &service.value;
    let mut problems = check(spec, ground.environment, ground.landing_zone);
    if let Some(previous) = deployed(table, ground.current).await? {
        let Ground {
            environment,
            landing_zone,
            ..
        } = ground;
        problems.extend(check_change(
            &previous,
            Some(spec),
            environment,
            landing_zone,
        ));
    }
    let problems = problems.into_iter();
    let problems = problems.map(|problem| document.locate(problem));
    let what = format!(
        "the spec cannot be deployed to `{}`",
        ground.environment.name
    );
    refuse_errors(what, problems.collect())
}

/// What someone who deploys what was deployed before should know although it fits.
///
/// Refused with every problem where it does not fit any more.
pub(crate) async fn of_value(
    table: &impl ReadTable,
    ground: &Ground<'_>,
    spec: &Value,
) -> std::result::Result<Vec<Problem>, Refused> {
    let (environment, landing_zone) = (ground.environment, ground.landing_zone);
    let mut problems = check(spec, environment, landing_zone);
    if let Some(previous) = deployed(table, ground.current).await? {
        let change = check_change(&previous, Some(spec), environment, landing_zone);
        problems.extend(change);
    }
    let name = &environment.name;
    refuse_errors(
        format!("the spec cannot be deployed to `{name}` any more"),
        problems,
    )
}

/// Refused with every problem where the instance must not be destroyed.
pub(crate) async fn of_destroy(
    table: &impl ReadTable,
    ground: &Ground<'_>,
) -> std::result::Result<(), Refused> {
    let Some(previous) = deployed(table, ground.current).await? else {
        return Ok(());
    };
    let problems = check_change(&previous, None, ground.environment, ground.landing_zone);
    refuse_errors("the instance cannot be destroyed".to_owned(), problems)?;
    Ok(())
}

fn refuse_errors(
    what: String,
    problems: Vec<Problem>,
) -> std::result::Result<Vec<Problem>, Refused> {
    if problems
        .iter()
        .any(|problem| problem.severity == Severity::Error)
    {
        return Err(Failure::invalid_document(what, problems).into());
    }
    Ok(problems)
}

/// The spec that is deployed, if one is.
async fn deployed(table: &impl ReadTable, current: Option<&Instance>) -> Result<Option<Value>> {
    let Some((instance, number)) = current.and_then(|it| Some((it, it.revision?))) else {
        return Ok(None);
    };
    let key = Revision::key_of(&instance.tenant, &instance.id, number);
    Ok(table
        .get::<Revision>(&key)
        .await?
        .map(|revision| revision.spec))
}
