//! What ECS says of services, as observations.

use groundplane_ports::ScalingLimits;

use super::*;

const ARN: &str = "arn:aws:ecs:eu-west-1:123456789012:service/main/web";
const NEWEST: &str = "arn:aws:ecs:eu-west-1:123456789012:task-definition/web:1";

/// A cloud with one service, or none, or one that does not tell.
#[derive(Clone)]
struct Cloud {
    service: Result<Option<ServiceHealth>>,
    limits: Result<Option<ScalingLimits>>,
}

impl ReadServices for Cloud {
    async fn services(&self, cluster: &str, names: &[&str]) -> Result<Vec<ServiceHealth>> {
        assert_eq!((cluster, names), ("main", ["web"].as_slice()));
        Ok(self.service.clone()?.into_iter().collect())
    }
}

impl ReadScaling for Cloud {
    async fn limits(&self, _: &ServicePlace) -> Result<Option<ScalingLimits>> {
        self.limits.clone()
    }
}

fn health(desired: u32, definition: &str) -> ServiceHealth {
    ServiceHealth {
        arn: ARN.to_owned(),
        is_active: true,
        desired,
        running: desired,
        pending: 0,
        task_definition: Some(definition.to_owned()),
        rollouts: Vec::new(),
    }
}

fn cloud(service: Option<ServiceHealth>) -> Cloud {
    Cloud {
        service: Ok(service),
        limits: Ok(None),
    }
}

fn known(name: &str, resource_type: &str, physical_id: &str) -> Known {
    Known {
        unit: "compute".parse().unwrap(),
        logical_id: name.to_owned(),
        resource_type: resource_type.to_owned(),
        physical_id: Some(physical_id.to_owned()),
    }
}

fn deployed() -> Vec<Known> {
    vec![
        known("Task", TASK_DEFINITION, NEWEST),
        known("Service", ResourceOwner::SERVICE, ARN),
    ]
}

async fn seen_with(cloud: &Cloud, count: Option<u64>) -> Observation {
    let mut known = deployed();
    if cloud.limits != Ok(None) {
        let name = "service/main/web";
        known.push(self::known("Scaling", ResourceOwner::SCALABLE_TARGET, name));
    }
    let mut observed = observe(cloud, &known, count).await.unwrap();
    assert_eq!(observed.len(), 1);
    observed.remove(0)
}

fn there(expected: Value, actual: Value) -> Seen {
    Seen::There { expected, actual }
}

#[tokio::test]
async fn count_and_task_definition_are_compared() {
    let other = NEWEST.replace(":1", ":2");
    let observed = seen_with(&cloud(Some(health(5, &other))), Some(2)).await;
    assert_eq!(observed.source, Source::Ecs);
    assert_eq!(
        observed.seen,
        there(
            json!({"DesiredCount": 2, "TaskDefinition": NEWEST}),
            json!({"DesiredCount": 5, "TaskDefinition": other}),
        )
    );
}

#[tokio::test]
async fn a_count_that_follows_the_load_is_told_with_its_limits() {
    let scaled = Cloud {
        limits: Ok(Some(ScalingLimits { min: 1, max: 4 })),
        ..cloud(Some(health(3, NEWEST)))
    };
    let observed = seen_with(&scaled, None).await;
    let limits = Scaling {
        minimum: 1,
        maximum: 4,
    };
    assert_eq!(observed.scaling, Some(limits));
    let Seen::There { expected, actual } = observed.seen else {
        panic!("it is there");
    };
    assert_eq!(
        (expected.get(COUNT), actual.get(COUNT)),
        (None, Some(&json!(3)))
    );
}

#[tokio::test]
async fn a_count_is_not_compared_where_nobody_says_what_it_should_be() {
    let refused = Cloud {
        limits: Err(PortError::Refused("no scaling here".to_owned())),
        ..cloud(Some(health(3, NEWEST)))
    };
    for cloud in [cloud(Some(health(3, NEWEST))), refused] {
        let definition = json!({"TaskDefinition": NEWEST});
        let observed = seen_with(&cloud, None).await;
        assert_eq!(observed.seen, there(definition.clone(), definition));
    }
}

#[tokio::test]
async fn a_service_that_is_not_there_or_on_its_way_out_is_gone() {
    let leaving = ServiceHealth {
        is_active: false,
        ..health(0, NEWEST)
    };
    for service in [None, Some(leaving)] {
        assert_eq!(seen_with(&cloud(service), Some(2)).await.seen, Seen::Gone);
    }
}

#[tokio::test]
async fn what_may_not_be_asked_is_not_checked_and_what_does_not_answer_is_asked_again() {
    let with = |error| Cloud {
        service: Err(error),
        limits: Ok(None),
    };
    let denied = with(PortError::Denied("not allowed".to_owned()));
    let reason = "not allowed".to_owned();
    assert_eq!(
        seen_with(&denied, Some(2)).await.seen,
        Seen::NotChecked { reason }
    );
    let silent = with(PortError::Unavailable("silence".to_owned()));
    assert!(observe(&silent, &deployed(), Some(2)).await.is_err());
}

#[tokio::test]
async fn limits_are_asked_for_where_the_revision_has_some_and_nowhere_else() {
    let silent = Cloud {
        limits: Err(PortError::Unavailable("silence".to_owned())),
        ..cloud(Some(health(2, NEWEST)))
    };
    assert!(observe(&silent, &deployed(), Some(2)).await.is_ok());
    let mut scaled = deployed();
    scaled.push(known(
        "Scaling",
        ResourceOwner::SCALABLE_TARGET,
        "service/main/web",
    ));
    assert!(observe(&silent, &scaled, None).await.is_err());
}
