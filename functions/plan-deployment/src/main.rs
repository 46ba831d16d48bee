//! Wires planning to AWS.

use groundplane_aws::Aws;
use groundplane_edge::{Error, serve, setting, start_telemetry};
use groundplane_guarding::Guards;
use groundplane_plan_deployment::handle;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    start_telemetry();
    let aws = Aws::from_env().await;
    let table = aws.table(setting("TABLE_NAME")?);
    let artifacts = aws.artifacts(setting("ARTIFACT_BUCKET")?);
    let guards = Guards::default();
    serve(async |request| handle(&table, &artifacts, &guards, request).await).await
}
