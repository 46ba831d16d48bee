//! Wires the pollers to AWS.

use groundplane_aws::{Aws, System};
use groundplane_edge::{Error, serve, setting, start_telemetry};
use groundplane_poll_services::handle;
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    start_telemetry();
    let aws = Aws::from_env().await;
    let table = aws.table(setting("TABLE_NAME")?);
    let accounts = aws.accounts();
    let services = accounts.each(Aws::services);
    let databases = accounts.each(Aws::databases);
    serve(async |_tick: Value| handle(&table, &services, &databases, &System).await).await
}
