//! Wires the secret resolver to AWS.

use groundplane_aws::{Aws, System};
use groundplane_edge::{Error, serve, setting, start_telemetry};
use groundplane_resolve_secret::{Engine, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    start_telemetry();
    let aws = Aws::from_env().await;
    let table = aws.table(setting("TABLE_NAME")?);
    let accounts = aws.accounts();
    let secrets = accounts.each(Aws::secrets);
    let engine = Engine {
        stacks: accounts.each(Aws::cloudformation),
        artifacts: aws.artifacts(setting("ARTIFACT_BUCKET")?),
        system: System,
        installation: setting("INSTALLATION")?,
    };
    serve(async |request| handle(&table, &secrets, &engine, request).await).await
}
