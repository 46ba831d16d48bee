//! Wires the begin of a deployment to AWS.

use groundplane_aws::{Aws, System};
use groundplane_edge::{Error, serve, setting, start_telemetry};
use groundplane_validate_deployment::handle;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    start_telemetry();
    let table = Aws::from_env().await.table(setting("TABLE_NAME")?);
    serve(async |request| handle(&table, &System, request).await).await
}
