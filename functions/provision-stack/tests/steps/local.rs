//! The same runs against a real implementation of CloudFormation's API, at the address that
//! `GROUNDPLANE_TEST_AWS_ENDPOINT` names: what the one in memory cannot tell.

use aws_sdk_cloudformation::config::{BehaviorVersion, Credentials, Region};
use groundplane_aws::{Artifacts, CloudFormation};
use groundplane_model::{EngineAction, EngineInput, EngineStatus, FailureKind};
use groundplane_ports::{ChangeStacks, ReadStacks, WriteArtifacts};
use serde_json::{Value, json};

use crate::support::{apply, destroy, run, run_only};

const BUCKET: &str = "groundplane-test-artifacts";

/// A local AWS and a stack name that no other test uses.
struct Local {
    stacks: CloudFormation,
    artifacts: Artifacts,
    stack_name: &'static str,
}

impl Local {
    #[expect(clippy::disallowed_methods, reason = "the test is told where to run")]
    async fn new(stack_name: &'static str) -> Self {
        let endpoint = std::env::var("GROUNDPLANE_TEST_AWS_ENDPOINT").unwrap();
        let credentials = Credentials::new("test", "test", None, None, "test");
        let region = Region::new("us-east-1");
        let stacks = aws_sdk_cloudformation::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .credentials_provider(credentials.clone())
            .region(region.clone())
            .endpoint_url(&endpoint)
            .http_client(aws_smithy_http_client::Builder::new().build_http());
        let artifacts = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .credentials_provider(credentials)
            .region(region)
            .endpoint_url(&endpoint)
            .force_path_style(true)
            .http_client(aws_smithy_http_client::Builder::new().build_http());
        let bucket = aws_sdk_s3::Client::from_conf(artifacts.build());
        // The bucket may be there from another test.
        let _ = bucket.create_bucket().bucket(BUCKET).send().await;
        Self {
            stacks: CloudFormation::new(aws_sdk_cloudformation::Client::from_conf(stacks.build())),
            artifacts: Artifacts::new(bucket, BUCKET.to_owned()),
            stack_name,
        }
    }

    /// A call that applies a template with these resources.
    async fn apply(&self, token: &str, resources: Value) -> EngineInput {
        let template = json!({
            "AWSTemplateFormatVersion": "2010-09-09",
            "Resources": resources,
            "Outputs": { "Group": { "Value": { "Ref": "Log" } } },
        });
        let artifact = self
            .artifacts
            .store(template.to_string().as_bytes())
            .await
            .unwrap();
        EngineInput {
            artifact: Some(artifact),
            ..self.named(apply(&format!("{token}-{}", self.stack_name), ""))
        }
    }

    fn destroy(&self, token: &str) -> EngineInput {
        self.named(destroy(&format!("{token}-{}", self.stack_name)))
    }

    fn named(&self, input: EngineInput) -> EngineInput {
        EngineInput {
            stack_name: self.stack_name.to_owned(),
            ..input
        }
    }

    async fn status(&self) -> Option<String> {
        let stack = self.stacks.stack(self.stack_name).await.unwrap();
        stack.map(|stack| stack.status)
    }
}

fn log(name: &str, days: u16) -> Value {
    json!({ "Type": "AWS::Logs::LogGroup",
            "Properties": { "LogGroupName": name, "RetentionInDays": days } })
}

/// A resource that asks for a parameter that is not there.
fn broken() -> Value {
    json!({ "Type": "AWS::Logs::LogGroup", "DependsOn": "Log",
            "Properties": { "LogGroupName": "{{resolve:ssm:/no/such/parameter}}" } })
}

#[tokio::test]
#[ignore = "needs a local AWS at GROUNDPLANE_TEST_AWS_ENDPOINT"]
async fn a_stack_is_made_changed_left_alone_and_removed() {
    let local = Local::new("gp-local-life").await;
    let small = json!({ "Log": log("/gp/life", 7) });
    let first = local.apply("a", small.clone()).await;
    let made = run(&local.stacks, &first).await.0.unwrap();
    assert_eq!(made.status, EngineStatus::Succeeded);
    assert_eq!(made.outputs["Group"], "/gp/life");
    assert_eq!(made.resources[0].physical_id, "/gp/life");
    assert_eq!(
        run(&local.stacks, &first).await.0.unwrap(),
        made,
        "repeated"
    );

    let same = run(&local.stacks, &local.apply("b", small).await)
        .await
        .0
        .unwrap();
    assert_eq!(same.status, EngineStatus::Unchanged);

    let larger = json!({ "Log": log("/gp/life", 14), "More": log("/gp/life-more", 7) });
    let changed = run(&local.stacks, &local.apply("c", larger).await)
        .await
        .0
        .unwrap();
    assert_eq!(changed.status, EngineStatus::Succeeded);
    assert_eq!(changed.resources.len(), 2);

    let removed = run(&local.stacks, &local.destroy("d")).await.0.unwrap();
    assert_eq!(
        (removed.status, local.status().await),
        (EngineStatus::Succeeded, None)
    );
    let again = run(&local.stacks, &local.destroy("e")).await.0.unwrap();
    assert_eq!(again.status, EngineStatus::Unchanged);
}

#[tokio::test]
#[ignore = "needs a local AWS at GROUNDPLANE_TEST_AWS_ENDPOINT"]
async fn a_create_that_fails_names_the_resource_and_leaves_nothing() {
    let local = Local::new("gp-local-create").await;
    let resources = json!({ "Log": log("/gp/create", 7), "Broken": broken() });
    let failure = run(&local.stacks, &local.apply("a", resources).await)
        .await
        .0
        .unwrap_err();
    assert_eq!(failure.kind, FailureKind::ProvisionFailed);
    assert!(
        failure
            .message
            .starts_with("`Broken` (AWS::Logs::LogGroup): "),
        "{failure}"
    );
    assert_eq!(local.status().await, None);
}

#[tokio::test]
#[ignore = "needs a local AWS at GROUNDPLANE_TEST_AWS_ENDPOINT"]
async fn an_update_that_fails_is_rolled_back_and_the_same_call_fails_the_same_way() {
    let local = Local::new("gp-local-update").await;
    let good = json!({ "Log": log("/gp/update", 7) });
    run(&local.stacks, &local.apply("a", good).await)
        .await
        .0
        .unwrap();
    let bad = json!({ "Log": log("/gp/update", 14), "Broken": broken() });
    let bad = local.apply("b", bad).await;
    let failure = run(&local.stacks, &bad).await.0.unwrap_err();
    assert!(
        failure
            .message
            .starts_with("`Broken` (AWS::Logs::LogGroup): "),
        "{failure}"
    );
    assert_eq!(
        local.status().await.as_deref(),
        Some("UPDATE_ROLLBACK_COMPLETE")
    );
    assert_eq!(run(&local.stacks, &bad).await.0.unwrap_err(), failure);
    let better = json!({ "Log": log("/gp/update", 30) });
    run(&local.stacks, &local.apply("c", better).await)
        .await
        .0
        .unwrap();
    run(&local.stacks, &local.destroy("d")).await.0.unwrap();
}

#[tokio::test]
#[ignore = "needs a local AWS at GROUNDPLANE_TEST_AWS_ENDPOINT"]
async fn a_run_that_is_cut_off_anywhere_is_taken_up_by_another() {
    let local = Local::new("gp-local-cut").await;
    let good = json!({ "Log": log("/gp/cut", 7) });
    let bad = json!({ "Log": log("/gp/cut", 7), "Broken": broken() });
    for steps in 1..6 {
        for first in [good.clone(), bad.clone()] {
            let begun = local.apply(&format!("a{steps}"), first).await;
            run_only(&local.stacks, &begun, steps).await;
            let next = local.apply(&format!("b{steps}"), good.clone()).await;
            run(&local.stacks, &next).await.0.unwrap();
            run(&local.stacks, &local.destroy(&format!("c{steps}")))
                .await
                .0
                .unwrap();
            assert_eq!(local.status().await, None);
        }
    }
}

#[tokio::test]
#[ignore = "needs a local AWS at GROUNDPLANE_TEST_AWS_ENDPOINT"]
async fn every_call_may_be_repeated() {
    let local = Local::new("gp-local-twice").await;
    let stacks = &local.stacks;
    let input = local
        .apply("a", json!({ "Log": log("/gp/twice", 7) }))
        .await;
    assert_eq!(input.action, EngineAction::Apply);
    assert_eq!(
        stacks.change_set(local.stack_name, "gp-none").await,
        Ok(None)
    );
    stacks
        .delete_change_set(local.stack_name, "gp-none")
        .await
        .unwrap();
    stacks
        .delete_stack(local.stack_name, "gp-none")
        .await
        .unwrap();
    run(stacks, &input).await.0.unwrap();
    let id = stacks.stack(local.stack_name).await.unwrap().unwrap().id;
    let execute = stacks.execute_change_set(local.stack_name, "gp-none", "gp-t");
    assert!(matches!(
        execute.await,
        Err(groundplane_ports::PortError::Conflict(_))
    ));
    run(stacks, &local.destroy("b")).await.0.unwrap();
    stacks.delete_stack(&id, "gp-again").await.unwrap();
    assert_eq!(
        stacks.stack(&id).await,
        Ok(None),
        "a deleted stack is none, by id too"
    );
}
