//! Wires the image resolver to AWS.

use groundplane_aws::{Aws, System};
use groundplane_edge::{Error, serve, setting, start_telemetry};
use groundplane_resolve_image::handle;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    start_telemetry();
    let aws = Aws::from_env().await;
    let table = aws.table(setting("TABLE_NAME")?);
    let registry = aws.accounts().each(Aws::registry);
    serve(async |request| handle(&table, &registry, &System, request).await).await
}
