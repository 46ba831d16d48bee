//! Lists the files of `schema/`, so that a schema is one file and nothing else names it.

use std::env;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schema");
    let mut files = schemas(&schema)?;
    files.extend(schemas(&schema.join("sections"))?);
    files.sort();
    let mut list = format!("const FILES: [(&str, &str); {}] = [\n", files.len());
    for file in files {
        let name = file.file_stem().ok_or("a schema without a name")?;
        let path = file.canonicalize()?;
        writeln!(list, "    ({name:?}, include_str!({path:?})),")?;
        println!("cargo:rerun-if-changed={}", path.display());
    }
    list.push_str("];\n");
    println!("cargo:rerun-if-changed={}", schema.display());
    let out = env::var_os("OUT_DIR").ok_or("cargo gives no OUT_DIR")?;
    fs::write(Path::new(&out).join("schemas.rs"), list)?;
    Ok(())
}

fn schemas(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            found.push(path);
        }
    }
    Ok(found)
}
