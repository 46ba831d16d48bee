//! What CloudFormation tells, as observations.

use groundplane_model::{Applied, Artifact, Context, DeploymentId, Digest};
use groundplane_ports::{Detection, DetectionProgress, Result};
use serde_json::json;

use super::*;

/// Stacks that say this of their resources; none where there is no stack.
struct Told(Option<Vec<ResourceDrift>>);

impl ReadDrift for Told {
    async fn detect(&self, _: &str) -> Result<Detection> {
        Ok(Detection::Busy)
    }

    async fn detection(&self, _: &str) -> Result<DetectionProgress> {
        Ok(DetectionProgress::Running)
    }

    async fn drifts(&self, _: &str) -> Result<Option<Vec<ResourceDrift>>> {
        Ok(self.0.clone())
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn resource(name: &str) -> Resource {
    Resource {
        logical_id: name.to_owned(),
        resource_type: "AWS::Logs::LogGroup".to_owned(),
        physical_id: format!("/{name}"),
    }
}

fn unit(resources: &[&str]) -> UnitState {
    UnitState {
        tenant: "acme".parse().unwrap(),
        instance: "web-service.dev".parse().unwrap(),
        unit: "compute".parse().unwrap(),
        stack_name: "gp-web".to_owned(),
        applied: Some(Applied {
            deployment: DeploymentId::from_number(1),
            artifact: Artifact {
                bucket: "b".to_owned(),
                key: "k".to_owned(),
                digest: Digest::of(b"t"),
            },
            parameters: std::collections::BTreeMap::new(),
            context: Context::default(),
            resources: resources.iter().map(|name| resource(name)).collect(),
            after: std::collections::BTreeSet::new(),
        }),
        pending: None,
        version: 1,
    }
}

fn drift(name: &str, second: i64, found: Found) -> ResourceDrift {
    ResourceDrift {
        logical_id: name.to_owned(),
        resource_type: "AWS::Logs::LogGroup".to_owned(),
        physical_id: Some(format!("/{name}")),
        checked_at: at(second),
        found,
    }
}

fn there() -> Found {
    Found::There {
        expected: json!({"RetentionInDays": 30}),
        actual: json!({"RetentionInDays": 1}),
    }
}

/// What was seen of each resource, by name, where a check began at second 100.
async fn told(
    resources: &[&str],
    told: Option<Vec<ResourceDrift>>,
    reason: Option<&str>,
) -> Vec<(String, Seen)> {
    let unit = unit(resources);
    let known = known(&unit);
    let view = View {
        unit: &unit,
        known: &known,
        begun_at: at(100),
    };
    let seen = view.told(&Told(told), reason).await.unwrap();
    seen.into_iter()
        .map(|seen| (seen.logical_id, seen.seen))
        .collect()
}

fn not_checked(reason: &str) -> Seen {
    Seen::NotChecked {
        reason: reason.to_owned(),
    }
}

fn seen_there() -> Seen {
    Seen::There {
        expected: json!({"RetentionInDays": 30}),
        actual: json!({"RetentionInDays": 1}),
    }
}

#[tokio::test]
async fn what_cloudformation_says_nothing_of_is_not_checked() {
    let drifts = vec![drift("Logs", 100, there())];
    assert_eq!(
        told(&["Logs", "Service"], Some(drifts), None).await,
        [
            ("Logs".to_owned(), seen_there()),
            ("Service".to_owned(), not_checked(UNTOLD))
        ]
    );
}

#[tokio::test]
async fn where_not_everything_was_looked_at_old_news_count_for_nothing() {
    let drifts = vec![drift("Logs", 99, there()), drift("Role", 100, Found::Gone)];
    assert_eq!(
        told(&["Logs", "Role", "Service"], Some(drifts), Some("no time")).await,
        [
            ("Logs".to_owned(), not_checked("no time")),
            ("Role".to_owned(), Seen::Gone),
            ("Service".to_owned(), not_checked("no time"))
        ]
    );
}

#[tokio::test]
async fn a_stack_that_is_gone_takes_all_its_resources_with_it() {
    assert_eq!(
        told(&["Logs", "Role"], None, None).await,
        [
            ("Logs".to_owned(), Seen::Gone),
            ("Role".to_owned(), Seen::Gone)
        ]
    );
}

#[tokio::test]
async fn a_resource_that_the_revision_does_not_know_is_told_all_the_same() {
    let drifts = vec![drift("More", 100, there())];
    assert_eq!(
        told(&[], Some(drifts), None).await,
        [("More".to_owned(), seen_there())]
    );
}

#[test]
fn the_count_is_the_specs_unless_it_follows_the_load() {
    let spec = |compute: Value| json!({"spec": {"compute": compute}});
    for (compute, expected) in [
        (json!({"minCapacity": 2}), Some(2)),
        (json!({"minCapacity": 2, "maxCapacity": 2}), Some(2)),
        (json!({"minCapacity": 2, "maxCapacity": 4}), None),
    ] {
        assert_eq!(count(&spec(compute)), expected);
    }
    assert_eq!(count(&json!({"spec": {"storage": {}}})), None);
}
