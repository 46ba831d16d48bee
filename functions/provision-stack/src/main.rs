//! Moves one CloudFormation stack a step towards what an engine is asked for.

use groundplane_aws::Aws;
use groundplane_edge::{Error, serve, setting, start_telemetry};
use groundplane_provision_stack::handle;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    start_telemetry();
    let stacks = Aws::from_env().await.cloudformation();
    let installation = setting("INSTALLATION")?;
    serve(async |request| handle(&stacks, &installation, request).await).await
}
