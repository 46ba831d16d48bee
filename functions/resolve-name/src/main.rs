//! Wires the naming resolver to AWS.

use groundplane_aws::{Aws, System};
use groundplane_edge::{Error, serve, setting, start_telemetry};
use groundplane_resolve_name::handle;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    start_telemetry();
    let installation = setting("INSTALLATION")?;
    let table = Aws::from_env().await.table(setting("TABLE_NAME")?);
    serve(async |request| handle(&table, &System, &installation, request).await).await
}
