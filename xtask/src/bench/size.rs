//! The size of a function as it is uploaded.

use std::path::Path;

use anyhow::Result;

use crate::command::{command, quiet};
use crate::tools::Tools;

/// The size in bytes of `program` in a zip.
///
/// # Errors
/// Where it cannot be compressed.
pub(crate) fn zipped(tools: &Tools, program: &Path, folder: &Path) -> Result<u64> {
    let zip = folder.join("function.zip");
    let mut compress = command(tools.program("python"), folder);
    compress
        .args(["-m", "zipfile", "-c"])
        .arg(&zip)
        .arg(program);
    quiet(&mut compress, &folder.join("zip.log"))?;
    let size = zip.metadata()?.len();
    std::fs::remove_file(&zip)?;
    Ok(size)
}
