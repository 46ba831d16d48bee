//! Moves one CloudFormation stack a step towards what an engine is asked for.

use groundplane_aws::Aws;
use groundplane_edge::{Error, serve, setting, start_telemetry};
use groundplane_provision_stack::handle_unless_cancelled;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    start_telemetry();
    let aws = Aws::from_env().await;
    let table = aws.table(setting("TABLE_NAME")?);
    let stacks = aws.accounts().each(Aws::cloudformation);
    let installation = setting("INSTALLATION")?;
    let places = (&table, &stacks);
    serve(async |request| handle_unless_cancelled(places, &installation, request).await).await
}
