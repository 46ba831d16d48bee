//! The API held against its own `OpenAPI` document by schemathesis: requests that the document allows
//! and requests that it does not, on a platform of their own.

use anyhow::Result;

use crate::checkout::Checkout;
use crate::command::{command, show};
use crate::platform::Platform;
use crate::tools::Tools;

/// The document, from the root of the project.
const DOCUMENT: &str = "schema/openapi/v1.json";

/// What must hold for every answer. Not its content type: paths that the gateway cannot route it
/// answers itself.
const CHECKS: &str = "not_a_server_error,status_code_conformance,response_schema_conformance";

/// Examples per operation; the same ones each time.
const EXAMPLES: &str = "4";

/// Sends made-up requests to every operation and checks every answer.
///
/// # Errors
/// Where an answer is a server error or is not as the document says.
pub(crate) fn hold(checkout: &Checkout, tools: &Tools, platform: &Platform) -> Result<()> {
    let mut schemathesis = command(tools.program("schemathesis"), checkout.root());
    schemathesis
        .args(["run", DOCUMENT, "--url", &platform.endpoint])
        .args([
            "--header",
            &format!("Authorization: Bearer {}", platform.token),
        ])
        .args(["--checks", CHECKS])
        .args(["--phases", "fuzzing", "--continue-on-failure"])
        .args(["--max-examples", EXAMPLES, "--workers", "4"])
        // How long the local AWS takes says nothing about the API.
        .args(["--suppress-health-check", "all", "--request-timeout", "60"])
        .args(["--request-retries", "2", "--seed", "1"])
        .args([
            "--generation-deterministic",
            "--warnings",
            "off",
            "--no-color",
        ]);
    platform.aws.enter(&mut schemathesis);
    show(&mut schemathesis)
}
