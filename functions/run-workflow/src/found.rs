//! What of an instance a workflow works on.

use groundplane_model::{Failure, ResourceOwner, UnitState};
use groundplane_ports::{ReadScaling, ScalingLimits, ServicePlace};

use crate::work::{Work, impossible};

/// The ARN of the instance's service.
///
/// # Errors
/// `Invalid` where it has none.
pub(crate) fn service(work: &Work<'_>, units: &[UnitState]) -> Result<String, Failure> {
    of_type(units, ResourceOwner::SERVICE).ok_or_else(|| {
        impossible(format!(
            "`{}` has no service to {}: its spec declares no `compute`",
            work.instance(),
            work.run.workflow
        ))
    })
}

/// Where the service with this ARN is.
///
/// # Errors
/// `Invalid` where its ARN does not tell.
pub(crate) fn place(arn: &str) -> Result<ServicePlace, Failure> {
    let unknown = || {
        impossible(format!(
            "the ARN `{arn}` does not say in which cluster it is"
        ))
    };
    ServicePlace::of_arn(arn).ok_or_else(unknown)
}

/// The limits within which the instance's service is scaled by itself; none where its stack has
/// none, which need not be asked.
///
/// # Errors
/// As the service says.
pub(crate) async fn limits(
    scaling: &impl ReadScaling,
    (units, place): (&[UnitState], &ServicePlace),
) -> Result<Option<ScalingLimits>, Failure> {
    if of_type(units, ResourceOwner::SCALABLE_TARGET).is_none() {
        return Ok(None);
    }
    Ok(scaling.limits(place).await?)
}

/// The identifier of the instance's database.
///
/// # Errors
/// `Invalid` where it has none.
pub(crate) fn database(work: &Work<'_>, units: &[UnitState]) -> Result<String, Failure> {
    of_type(units, ResourceOwner::DATABASE).ok_or_else(|| {
        impossible(format!(
            "`{}` has no database to fail over: its spec declares no `database`",
            work.instance()
        ))
    })
}

/// The real resource of that type; an instance has one of each at the most.
fn of_type(units: &[UnitState], resource_type: &str) -> Option<String> {
    let applied = units.iter().filter_map(|unit| unit.applied.as_ref());
    let mut resources = applied.flat_map(|applied| &applied.resources);
    resources
        .find(|resource| resource.resource_type == resource_type)
        .map(|resource| resource.physical_id.clone())
}
