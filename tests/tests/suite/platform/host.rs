//! The functions behind the state machines, the stream and the schedule: the shipped handlers on
//! ports that may fail.

use groundplane_await_approval as await_approval;
use groundplane_dispatch_outbox as dispatch_outbox;
use groundplane_guarding::Guards;
use groundplane_model::{Failure, FailureKind, ImageReference, Outbox};
use groundplane_plan_deployment as plan_deployment;
use groundplane_ports::ReadRegistry;
use groundplane_prepare_unit as prepare_unit;
use groundplane_provision_stack::handle_unless_cancelled;
use groundplane_record_deployment as record_deployment;
use groundplane_resolve_address as resolve_address;
use groundplane_resolve_image as resolve_image;
use groundplane_resolve_name as resolve_name;
use groundplane_sweep_deployments as sweep_deployments;
use groundplane_validate_deployment as validate_deployment;
use std::sync::LazyLock;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::people::AN_ANSWER;
use super::{Problem, TestPlatform, text};
use crate::memory::MemoryTable;
use groundplane_tests::accounts::OwnAccount;
use groundplane_tests::asl::{Host, TaskError};
use groundplane_tests::faults::Faulty;

/// The installation that the tests run as.
const INSTALLATION: &str = "test-installation";

/// The image that the registry has, under every tag.
pub(crate) const IMAGE_DIGEST: &str =
    "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

/// A registry in which every repository has the tags `1.4` and `1.5`, of one image.
struct OneImage;

impl ReadRegistry for OneImage {
    async fn digest(&self, _: &ImageReference) -> groundplane_ports::Result<Option<String>> {
        Ok(Some(IMAGE_DIGEST.to_owned()))
    }

    async fn tags(&self, _: &ImageReference) -> groundplane_ports::Result<Option<Vec<String>>> {
        Ok(Some(vec!["1.4".to_owned(), "1.5".to_owned()]))
    }
}

/// Guardrails are prepared once, as in a function.
static GUARDS: LazyLock<Guards> = LazyLock::new(Guards::default);

/// How often the stream delivers a batch that fails.
const DELIVERIES: usize = 4;

impl Host for TestPlatform {
    async fn invoke(&self, function: &str, payload: Value) -> Result<Value, TaskError> {
        self.people.act_before(function).await;
        let invocation = self.faults.invocation(self.handle(function, payload));
        invocation
            .await?
            .map_err(|failure| TaskError::function(failure.kind.error_name(), &failure.to_string()))
    }

    /// People act while an execution waits. Where nobody does, time passes, and the sweeper comes.
    async fn answer(&self, token: &str, within: Duration) -> Option<Result<Value, TaskError>> {
        self.people.act_before(AN_ANSWER).await;
        // What is not delivered now is delivered when the stream delivers it again.
        let _ = self.deliver_outbox().await;
        if !self.outside.was_resumed(token) {
            self.outside
                .pass_minutes((within.as_secs() / 60).cast_signed());
            self.sweep().await;
            let _ = self.deliver_outbox().await;
        }
        self.outside.was_resumed(token).then(|| Ok(json!({})))
    }
}

fn read<T: DeserializeOwned>(payload: Value) -> Result<T, Failure> {
    let malformed = |error| Failure::new(FailureKind::Invalid, format!("malformed: {error}"));
    serde_json::from_value(payload).map_err(malformed)
}

fn write<T: Serialize>(answer: T) -> Result<Value, Failure> {
    let internal =
        |error: serde_json::Error| Failure::new(FailureKind::Internal, error.to_string());
    serde_json::to_value(answer).map_err(internal)
}

impl TestPlatform {
    fn port(&self) -> Faulty<'_, MemoryTable> {
        self.faults.wrap(self.table.as_ref())
    }

    async fn handle(&self, function: &str, payload: Value) -> Result<Value, Failure> {
        let (table, clock) = (self.port(), &self.outside);
        match function {
            "ValidateDeploymentFunctionArn" => {
                write(validate_deployment::handle(&table, clock, read(payload)?).await?)
            }
            "ResolveNameFunctionArn" => {
                write(resolve_name::handle(&table, clock, INSTALLATION, read(payload)?).await?)
            }
            "ResolveAddressFunctionArn" => {
                write(resolve_address::handle(&table, clock, read(payload)?).await?)
            }
            "ResolveImageFunctionArn" => write(
                resolve_image::handle(&table, &OwnAccount(&OneImage), clock, read(payload)?)
                    .await?,
            ),
            "PlanDeploymentFunctionArn" => {
                let artifacts = self.faults.wrap(&self.artifacts);
                write(plan_deployment::handle(&table, &artifacts, &GUARDS, read(payload)?).await?)
            }
            "AwaitApprovalFunctionArn" => {
                write(await_approval::handle(&table, clock, read(payload)?).await?)
            }
            "PrepareUnitFunctionArn" => {
                write(prepare_unit::handle(&table, clock, INSTALLATION, read(payload)?).await?)
            }
            "RecordDeploymentFunctionArn" => {
                write(record_deployment::handle(&table, clock, read(payload)?).await?)
            }
            "ProvisionStackFunctionArn" => {
                let stacks = self.faults.wrap(self.accounts.as_ref());
                let places = (&table, &stacks);
                let request = read(payload)?;
                write(handle_unless_cancelled(places, INSTALLATION, request).await?)
            }
            other => Err(Failure::new(
                FailureKind::NotFound,
                format!("no function `{other}`"),
            )),
        }
    }

    /// Delivers what the table's stream has, as often as it takes.
    pub(super) async fn deliver_outbox(&self) -> Result<(), Problem> {
        for _ in 0..DELIVERIES {
            let messages: Vec<(String, Value)> = self
                .table
                .dump()
                .into_values()
                .filter(|stored| stored.kind == "outbox")
                .map(|stored| (id(&stored.content), stored.content))
                .filter(|(id, _)| !self.outside.is_delivered(id))
                .collect();
            if messages.is_empty() {
                return Ok(());
            }
            let records: Vec<Value> = messages
                .iter()
                .map(|(id, content)| record(id, content))
                .collect::<Result<_, _>>()?;
            let batch = serde_json::from_value(json!({ "Records": records })).map_err(text)?;
            let outside = self.faults.wrap(&self.outside);
            let outlets = dispatch_outbox::Outlets {
                deployments: &outside,
                checks: &outside,
                runs: &outside,
                timers: &outside,
                bus: &outside,
            };
            let invocation = dispatch_outbox::handle(&outlets, batch);
            // A crash is a delivery that failed: the stream delivers all of it again.
            let Ok(Ok(answer)) = self.faults.invocation(invocation).await else {
                continue;
            };
            let failed = answer
                .failures
                .first()
                .map(|failure| failure.sequence_number.as_str());
            messages
                .iter()
                .take_while(|(id, _)| Some(id.as_str()) != failed)
                .for_each(|(id, _)| self.outside.deliver(id));
        }
        Err("the outbox was never delivered".to_owned())
    }

    /// One tick of the sweeper. What goes wrong is left to the next one.
    pub(super) async fn sweep(&self) {
        let table = self.port();
        let machine = self.faults.wrap(&self.outside);
        let tick = sweep_deployments::handle(&table, &machine, &self.outside);
        let _ = self.faults.invocation(tick).await;
    }
}

fn id(content: &Value) -> String {
    content
        .get("id")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

/// A record of the stream, as DynamoDB gives it.
fn record(id: &str, content: &Value) -> Result<Value, Problem> {
    let outbox: Outbox = serde_json::from_value(content.clone()).map_err(text)?;
    let image: serde_dynamo::Item = serde_dynamo::to_item(outbox).map_err(text)?;
    Ok(json!({ "dynamodb": { "SequenceNumber": id, "NewImage": image } }))
}
