//! The groundplane command: hands this process over to the library and exits as it says.

use std::process::ExitCode;

use groundplane_cli::ThisProcess;

fn main() -> ExitCode {
    ThisProcess::new().run()
}
