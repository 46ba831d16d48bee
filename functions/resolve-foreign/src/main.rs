//! Wires the foreign resolvers to AWS.

use groundplane_aws::{Aws, System};
use groundplane_edge::{Error, serve, setting, start_telemetry};
use groundplane_resolve_foreign::handle;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    start_telemetry();
    let aws = Aws::from_env().await;
    let (table, functions) = (aws.table(setting("TABLE_NAME")?), aws.functions());
    serve(async |call| handle(&table, &functions, &System, call).await).await
}
