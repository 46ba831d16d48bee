//! Wires the listing to AWS.

use groundplane_aws::Aws;
use groundplane_edge::{Error, serve, setting, start_telemetry};
use groundplane_list_members::handle;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    start_telemetry();
    let aws = Aws::from_env().await;
    let table = aws.table(setting("TABLE_NAME")?);
    serve(async |request| handle(&table, request).await).await
}
