//! Wires the wait for approvals to AWS.

use groundplane_await_approval::handle;
use groundplane_aws::{Aws, System};
use groundplane_edge::{Error, serve, setting, start_telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    start_telemetry();
    let table = Aws::from_env().await.table(setting("TABLE_NAME")?);
    serve(async |request| handle(&table, &System, request).await).await
}
