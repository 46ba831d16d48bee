//! Composes the files of `schema/`, and turns the schema of each kind of document into code that
//! validates: nothing is left to compile when a program starts. A schema is one file and nothing
//! else names it.

use std::collections::BTreeMap;
use std::env;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

#[path = "src/bundle.rs"]
mod bundle;

/// What every document has, whatever its kind.
const ENVELOPE: &str = "envelope";

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schema");
    let sections = folder.join("sections");
    // Not the folder itself: what is below it besides is made from code that stands on this. A new
    // kind of document has a line among the kinds.
    println!("cargo:rerun-if-changed={}", sections.display());
    println!("cargo:rerun-if-changed=src/schema.rs");
    println!("cargo:rerun-if-changed=src/bundle.rs");
    let mut files = BTreeMap::new();
    for path in schemas(&folder)?.into_iter().chain(schemas(&sections)?) {
        println!("cargo:rerun-if-changed={}", path.display());
        let name = path.file_stem().ok_or("a schema without a name")?;
        let schema: Value = serde_json::from_str(&fs::read_to_string(&path)?)?;
        files.insert(name.to_string_lossy().into_owned(), schema);
    }
    let out = env::var_os("OUT_DIR").ok_or("cargo gives no OUT_DIR")?;
    fs::write(Path::new(&out).join("schemas.rs"), code(&files)?)?;
    Ok(())
}

/// `FILES`: every file by its name, for the tests. `EMBEDDED`: every kind of document, composed.
fn code(files: &BTreeMap<String, Value>) -> Result<String, Box<dyn Error>> {
    let read = |name: &str| files.get(name).cloned().unwrap_or_default();
    let mut code = String::from("#[cfg(test)]\npub(super) const FILES: &[(&str, &str)] = &[\n");
    for (name, schema) in files {
        writeln!(code, "    ({name:?}, {:?}),", schema.to_string())?;
    }
    code.push_str("];\n\n");
    let mut list = String::from("pub(super) const EMBEDDED: &[Embedded] = &[\n");
    for name in files.keys() {
        let schema = read(name);
        if name != ENVELOPE && schema.pointer("/properties/kind").is_none() {
            continue;
        }
        let composed = bundle::compose(name, &read).to_string();
        let own = name.replace('-', "_");
        writeln!(
            code,
            "mod {own} {{\n\
             #[jsonschema::validator(\n    schema = {composed:?},\n    draft = Draft202012,\n    \
             pattern_options = {{ engine = regex }},\n    \
             methods = {{ is_valid = false, validate = false, iter_errors = true }}\n)]\n\
             pub(super) struct Document;\n}}\n"
        )?;
        writeln!(
            list,
            "    Embedded {{\n        name: {name:?},\n        text: {composed:?},\n        \
             errors: |value| {own}::Document::iter_errors(value).collect(),\n    }},"
        )?;
    }
    list.push_str("];\n");
    Ok(code + &list)
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
