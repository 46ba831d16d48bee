//! Wires the naming resolver to AWS.

use groundplane_aws::{Aws, System};
use groundplane_edge::{Error, serve, setting, setting_or, start_telemetry};
use groundplane_resolve_name::handle;
use groundplane_resolvers::{Naming, Pattern};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    start_telemetry();
    let naming = Naming {
        pattern: Pattern::parse(&setting_or("NAME_PATTERN", Pattern::DEFAULT))?,
        installation: setting("INSTALLATION")?,
    };
    let table = Aws::from_env().await.table(setting("TABLE_NAME")?);
    serve(async |request| handle(&table, &System, &naming, request).await).await
}
