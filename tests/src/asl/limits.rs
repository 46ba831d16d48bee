//! The quotas of Step Functions that a machine can run into.

use serde_json::Value;

use super::TaskError;
use super::error::DATA_LIMIT;

/// The largest input, output, result or variable, in bytes of JSON.
const PAYLOAD: usize = 256 * 1024;

/// Refuses what is too large to be passed on.
pub(crate) fn payload(what: &str, state: &str, value: &Value) -> Result<(), TaskError> {
    let size = value.to_string().len();
    if size <= PAYLOAD {
        return Ok(());
    }
    Err(TaskError::new(
        DATA_LIMIT,
        format!(
            "The state/task '{state}' returned {what} with {size} bytes, exceeding the maximum \
             number of bytes service limit."
        ),
    ))
}
