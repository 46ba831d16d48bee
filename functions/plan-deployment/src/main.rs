//! Wires planning to AWS.

use groundplane_aws::Aws;
use groundplane_edge::{Error, serve, setting, start_telemetry};
use groundplane_plan_deployment::handle;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    start_telemetry();
    let aws = Aws::from_env().await;
    let table = aws.table(setting("TABLE_NAME")?);
    let artifacts = aws.artifacts(setting("ARTIFACT_BUCKET")?);
    serve(async |request| handle(&table, &artifacts, request).await).await
}
