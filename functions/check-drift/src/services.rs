//! What ECS itself says of services: CloudFormation sees late that one was scaled, and the local
//! AWS does not see it at all.

use std::collections::BTreeMap;

use groundplane_drift::{Known, Observation, Scaling, Seen, Source};
use groundplane_model::{Failure, ResourceOwner};
use groundplane_ports::{
    PortError, ReadScaling, ReadServices, Result, ServiceHealth, ServicePlace,
};
use serde_json::{Map, Value, json};

/// The type of what a service's tasks are made from.
const TASK_DEFINITION: &str = "AWS::ECS::TaskDefinition";
/// The property that says how many tasks there should be.
const COUNT: &str = "DesiredCount";
/// The property that says what they are made from.
const DEFINITION: &str = "TaskDefinition";

/// One service that the revision knows.
struct Service<'a> {
    known: &'a Known,
    place: ServicePlace,
    expected: Map<String, Value>,
}

/// Asks ECS for every service that is `known`. `count` is how many tasks each should have, where
/// nothing scales it.
pub(crate) async fn observe(
    services: &(impl ReadServices + ReadScaling),
    known: &[Known],
    count: Option<u64>,
) -> std::result::Result<Vec<Observation>, Failure> {
    let mut clusters: BTreeMap<String, Vec<Service<'_>>> = BTreeMap::new();
    for service in of(known, count) {
        let cluster = service.place.cluster.clone();
        clusters.entry(cluster).or_default().push(service);
    }
    let is_scaled = known
        .iter()
        .any(|known| known.resource_type == ResourceOwner::SCALABLE_TARGET);
    let mut observed = Vec::new();
    for (cluster, asked) in clusters {
        let names: Vec<&str> = asked.iter().map(|it| it.place.name.as_str()).collect();
        let found = refusable(services.services(&cluster, &names).await)?;
        for service in &asked {
            let scaling = if is_scaled {
                refusable(services.limits(&service.place).await)?
            } else {
                Ok(None)
            };
            let scaling = scaling.ok().flatten().map(|limits| Scaling {
                minimum: u64::from(limits.min),
                maximum: u64::from(limits.max),
            });
            let known = service.known;
            observed.push(Observation {
                unit: known.unit.clone(),
                logical_id: known.logical_id.clone(),
                resource_type: known.resource_type.clone(),
                physical_id: known.physical_id.clone(),
                source: Source::Ecs,
                seen: seen(service, &found, scaling.is_some()),
                scaling,
            });
        }
    }
    Ok(observed)
}

/// A refusal is an answer: what it is about is not checked. Everything else is tried again.
fn refusable<T>(answer: Result<T>) -> std::result::Result<std::result::Result<T, String>, Failure> {
    match answer {
        Ok(value) => Ok(Ok(value)),
        Err(PortError::Denied(reason) | PortError::Refused(reason)) => Ok(Err(reason)),
        Err(error) => Err(error.into()),
    }
}

fn of(known: &[Known], count: Option<u64>) -> Vec<Service<'_>> {
    let services = known
        .iter()
        .filter(|known| known.resource_type == ResourceOwner::SERVICE);
    services
        .filter_map(|service| {
            let place = ServicePlace::of_arn(service.physical_id.as_deref()?)?;
            Some(Service {
                known: service,
                place,
                expected: expected(service, known, count),
            })
        })
        .collect()
}

/// What the revision asks for: its task definition, and where nothing scales it the count.
fn expected(service: &Known, known: &[Known], count: Option<u64>) -> Map<String, Value> {
    let mut expected = Map::new();
    let mut definitions = known
        .iter()
        .filter(|it| it.unit == service.unit && it.resource_type == TASK_DEFINITION);
    if let (Some(definition), None) = (definitions.next(), definitions.next()) {
        expected.insert(DEFINITION.to_owned(), json!(definition.physical_id));
    }
    if let Some(count) = count {
        expected.insert(COUNT.to_owned(), count.into());
    }
    expected
}

fn seen(
    service: &Service<'_>,
    found: &std::result::Result<Vec<ServiceHealth>, String>,
    is_scaled: bool,
) -> Seen {
    let found = match found {
        Ok(found) => found,
        Err(reason) => {
            let reason = reason.clone();
            return Seen::NotChecked { reason };
        }
    };
    let arn = service.known.physical_id.as_deref();
    let health = found
        .iter()
        .find(|health| Some(health.arn.as_str()) == arn && health.is_active);
    let Some(health) = health else {
        return Seen::Gone;
    };
    let (mut expected, mut actual) = (service.expected.clone(), Map::new());
    // A count that nobody asked for is compared with the limits of its scaling, or with nothing.
    if is_scaled || expected.contains_key(COUNT) {
        actual.insert(COUNT.to_owned(), health.desired.into());
    }
    match &health.task_definition {
        Some(definition) if expected.contains_key(DEFINITION) => {
            actual.insert(DEFINITION.to_owned(), json!(definition));
        }
        Some(_) => {}
        None => {
            expected.remove(DEFINITION);
        }
    }
    Seen::There {
        expected: Value::Object(expected),
        actual: Value::Object(actual),
    }
}

#[cfg(test)]
#[path = "services_tests.rs"]
mod tests;
