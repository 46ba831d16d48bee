//! `examples/full-service.yaml`, step by step.

use std::time::Duration;

use anyhow::{Result, anyhow};
use groundplane_planner::{Earlier, PlanInput, Resolved, plan, schedule, wanted};
use groundplane_spec::{ValidDocument, parse, validate};
use serde_json::Value;

use crate::generated::Ground;
use crate::measure::median;

const EXAMPLE: &str = include_str!("../../../../examples/full-service.yaml");

/// The time of each step and of all of them.
pub(crate) fn measure() -> Result<Vec<(&'static str, Duration)>> {
    let ground = Ground::parse()?;
    let spec = read()?;
    let resolved = resolved(&spec);
    let input = ground.input(&spec, &resolved);
    let planned = plan(&input).map_err(|problems| anyhow!("{problems:?}"))?;
    Ok(vec![
        ("parse and validate", median(read)?),
        (
            "check, render and plan",
            median(|| plan(&input).map_err(|problems| anyhow!("{problems:?}")))?,
        ),
        (
            "schedule",
            median(|| {
                schedule(&input, &planned, &[], Earlier::default())
                    .map_err(|problems| anyhow!("{problems:?}"))
            })?,
        ),
    ])
}

fn read() -> Result<Value> {
    let problems = |problems: Vec<_>| anyhow!("{problems:?}");
    let document = parse(EXAMPLE).map_err(problems)?;
    match validate(&document).map_err(problems)?.document {
        ValidDocument::Service(service) => Ok(service.value),
        other @ (ValidDocument::LandingZone(_)
        | ValidDocument::Environment(_)
        | ValidDocument::Resolver(_)
        | ValidDocument::Workflow(_)
        | ValidDocument::AccessPolicy(_)
        | ValidDocument::Guardrail(_)
        | ValidDocument::Tenant(_)
        | ValidDocument::ComplianceFramework(_)
        | ValidDocument::Lifecycle(_)) => Err(anyhow!("not a service: {other:?}")),
    }
}

fn resolved(spec: &Value) -> Resolved {
    wanted(spec)
        .into_iter()
        .map(|wanted| {
            let value = match wanted.want.input.as_str() {
                "priority" => "4711".to_owned(),
                input => format!("gp-full-service-dev-{}-{input}", wanted.unit),
            };
            ((wanted.unit, wanted.want.input), value)
        })
        .collect()
}

impl Ground {
    pub(crate) fn input<'a>(&'a self, spec: &'a Value, resolved: &'a Resolved) -> PlanInput<'a> {
        PlanInput {
            tenant: &self.tenant,
            instance: &self.instance,
            spec,
            environment: &self.environment,
            landing_zone: &self.landing_zone,
            resolved,
        }
    }
}
