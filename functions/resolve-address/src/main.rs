//! Wires the address resolver to AWS.

use groundplane_aws::{Aws, System};
use groundplane_edge::{Error, serve, setting, start_telemetry};
use groundplane_resolve_address::handle;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    start_telemetry();
    let table = Aws::from_env().await.table(setting("TABLE_NAME")?);
    serve(async |call| handle(&table, &System, call).await).await
}
