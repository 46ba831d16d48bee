//! `cargo xtask aws-data`: what AWS says about its resource types, as the pinned cfn-lint ships it,
//! written into the crates and tests that need it. `cargo xtask lint` checks that it is up to date.

mod resource_types;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::checkout::Checkout;
use crate::commands::lint;
use crate::tools::{self, Tools};

/// The engines that the section `database` has.
const ENGINES: [&str; 2] = ["mysql", "postgres"];

/// Writes every data file anew.
///
/// # Errors
/// Where cfn-lint's data is not where it is looked for, or a file cannot be written.
pub(crate) fn run(checkout: &Checkout) -> Result<()> {
    let tools = tools::install(checkout)?;
    for (path, content) in files(checkout, &tools)? {
        fs::write(&path, content).with_context(|| path.display().to_string())?;
        println!("wrote {}", path.display());
    }
    Ok(())
}

/// Compares the data files with what they would be.
///
/// # Errors
/// Naming those that differ.
pub(crate) fn check(checkout: &Checkout, tools: &Tools) -> Result<()> {
    for (path, content) in files(checkout, tools)? {
        if fs::read_to_string(&path).unwrap_or_default() != content {
            bail!("{} is stale; run: cargo xtask aws-data", path.display());
        }
    }
    Ok(())
}

fn files(checkout: &Checkout, tools: &Tools) -> Result<BTreeMap<PathBuf, String>> {
    let schemas = tools.site_packages()?.join("cfnlint/data/schemas");
    let folder = schemas.join("extensions/aws_rds_dbinstance");
    let versions = engine_versions(
        &read(&folder.join("engine_version.json"))?,
        &read(&folder.join("engine_version_deprecated.json"))?,
    )?;
    let types = resource_types::of_templates(&schemas, &lint::rendered(checkout)?)?;
    let named = [
        ("shared/capabilities/data/database-engines.json", versions),
        (
            "shared/preview/data/resource-types.json",
            resource_types::properties(&types),
        ),
        (
            "tests/tests/suite/template/handlers.json",
            resource_types::actions(&types),
        ),
    ];
    let files = named.map(|(path, data)| (checkout.path(path), format!("{data:#}\n")));
    Ok(files.into())
}

fn read(path: &Path) -> Result<Value> {
    let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    Ok(serde_json::from_str(&text)?)
}

/// Per engine, the versions that AWS still creates databases of and those that it no longer does.
fn engine_versions(known: &Value, deprecated: &Value) -> Result<Value> {
    let mut engines = serde_json::Map::new();
    for engine in ENGINES {
        let all = of_engine(known, engine, "/then/properties/EngineVersion/enum")?;
        let retired = of_engine(deprecated, engine, "/if/properties/EngineVersion/enum")?;
        let current: Vec<_> = all.iter().filter(|it| !retired.contains(it)).collect();
        let versions = json!({ "current": current, "retired": retired });
        engines.insert(engine.to_owned(), versions);
    }
    Ok(engines.into())
}

/// The list at `pointer` of the rule about `engine`, without the builds that AWS names itself.
fn of_engine(schema: &Value, engine: &str, pointer: &str) -> Result<Vec<String>> {
    let rules = schema.get("allOf").and_then(Value::as_array);
    let mut about = rules.into_iter().flatten().filter(|rule| {
        let named = rule.pointer("/if/properties/Engine/const");
        named.and_then(Value::as_str) == Some(engine)
    });
    let versions = about.find_map(|rule| rule.pointer(pointer)?.as_array());
    let versions = versions.with_context(|| format!("cfn-lint knows no versions of {engine}"))?;
    let texts = versions.iter().filter_map(Value::as_str);
    let plain = texts.filter(|text| text.contains('.') && !text.contains('-'));
    Ok(plain.map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_current_or_retired() {
        let rule = |versions: &[&str]| json!({ "Engine": { "const": "mysql" }, "EngineVersion": { "enum": versions } });
        let postgres = json!({
            "if": { "properties": { "Engine": { "const": "postgres" }, "EngineVersion": { "enum": [] } } },
            "then": { "properties": { "EngineVersion": { "enum": [] } } },
        });
        let known = json!({ "allOf": [postgres, {
            "if": { "properties": { "Engine": { "const": "mysql" } } },
            "then": { "properties": rule(&["8", "8.0.40", "8.4.7", "8.4.7-rds.1"]) },
        }] });
        let deprecated = json!({ "allOf": [postgres, {
            "if": { "properties": rule(&["8.0.40"]) }, "then": false,
        }] });
        assert_eq!(
            engine_versions(&known, &deprecated).unwrap(),
            json!({
                "mysql": { "current": ["8.4.7"], "retired": ["8.0.40"] },
                "postgres": { "current": [], "retired": [] },
            })
        );
        assert!(engine_versions(&json!({}), &deprecated).is_err());
    }
}
