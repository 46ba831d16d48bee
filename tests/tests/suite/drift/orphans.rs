//! Resources with the tags of an instance that its revision does not know.

use groundplane_check_drift::Outcome;
use groundplane_ports::{Clock as _, TaggedResource};
use groundplane_tests::faults::Faults;
use serde_json::json;

use super::scene::Scene;
use crate::workflows::cloud::arn_of;

fn tagged(arn: &str) -> TaggedResource {
    let tags = [("groundplane:unit", "compute")];
    let tags = tags.map(|(key, value)| (key.to_owned(), value.to_owned()));
    TaggedResource {
        arn: arn.to_owned(),
        tags: tags.into(),
    }
}

const STRAY: &str = "arn:aws:sqs:eu-west-1:123456789012:stray";

/// An instance that was deployed some hours ago, and what carries its tags, page by page.
async fn scene(pages: &[&[&str]]) -> Scene {
    let scene = Scene::of(Faults::none(), json!({})).await;
    let now = scene.system.now();
    scene
        .with_instance(|instance| instance.updated_at = now - jiff::SignedDuration::from_hours(2))
        .await;
    let page = |arns: &&[&str]| arns.iter().map(|arn| tagged(arn)).collect();
    scene.stacks.lock().tagged = pages.iter().map(page).collect();
    scene
}

#[tokio::test]
async fn a_resource_with_the_instances_tags_that_no_revision_knows_is_reported() {
    let service = arn_of("main", "web");
    let known = [service.as_str(), "arn:aws:iam::1:role/web-role"];
    let scene = scene(&[&known, &[STRAY]]).await;
    assert_eq!(scene.check().await, Ok(Outcome::Drifted));
    let report = scene.state().await.report;
    let expected = json!([{"identifier": STRAY, "unit": "compute"}]);
    assert_eq!(report["orphans"], expected);
    assert_eq!(report["differences"], json!([]));
    assert_eq!(scene.member().await.drift.unwrap().orphans, 1);
}

#[tokio::test]
async fn what_a_deployment_has_just_removed_is_no_orphan_yet() {
    let scene = scene(&[&[STRAY]]).await;
    let now = scene.system.now();
    scene
        .with_instance(|instance| instance.updated_at = now)
        .await;
    assert_eq!(scene.check_after(30).await, Outcome::InSync);
    assert_eq!(scene.check_after(40).await, Outcome::Drifted);
}

#[tokio::test]
async fn an_instance_is_checked_even_where_nobody_tells_of_tags() {
    let scene = scene(&[&[STRAY]]).await;
    scene.stacks.lock().tags_are_denied = true;
    assert_eq!(scene.check().await, Ok(Outcome::InSync));
}
