//! Wires the workflows to AWS.

use groundplane_aws::{Aws, System};
use groundplane_edge::{Error, serve, setting, start_telemetry};
use groundplane_run_workflow::handle;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    start_telemetry();
    let aws = Aws::from_env().await;
    let table = aws.table(setting("TABLE_NAME")?);
    let (services, databases) = (aws.services(), aws.databases());
    serve(async |request| handle(&table, &services, &databases, &System, request).await).await
}
