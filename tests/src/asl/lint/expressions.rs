//! Expressions: what Step Functions has not got, and fields of `$states` that are not there.

use std::collections::BTreeSet;

use jsonata_core::ast::AstNode;
use serde_json::Value;

use super::super::machine::{Flow, Kind, State};

/// The functions of JSONata 2.0, which is what Step Functions has, without `eval`, which it has
/// not, and without those whose result changes from run to run.
const FUNCTIONS: &[&str] = &[
    "abs",
    "append",
    "assert",
    "average",
    "base64decode",
    "base64encode",
    "boolean",
    "ceil",
    "contains",
    "count",
    "decodeUrl",
    "decodeUrlComponent",
    "distinct",
    "each",
    "encodeUrl",
    "encodeUrlComponent",
    "error",
    "exists",
    "filter",
    "floor",
    "formatBase",
    "formatInteger",
    "formatNumber",
    "fromMillis",
    "join",
    "keys",
    "length",
    "lookup",
    "lowercase",
    "map",
    "match",
    "max",
    "merge",
    "min",
    "not",
    "number",
    "pad",
    "parseInteger",
    "power",
    "reduce",
    "replace",
    "reverse",
    "round",
    "sift",
    "single",
    "sort",
    "split",
    "spread",
    "sqrt",
    "string",
    "substring",
    "substringAfter",
    "substringBefore",
    "sum",
    "toMillis",
    "trim",
    "type",
    "uppercase",
    "zip",
    // What Step Functions adds.
    "parse",
    "partition",
];

/// Adds a problem for every expression that cannot work.
pub(super) fn check(flow: &Flow, problems: &mut Vec<String>) {
    flow.visit(&mut |name, state| {
        state.visit(&mut |field, expression| {
            let tree = as_json(&expression.tree);
            for problem in language(&tree)
                .into_iter()
                .chain(states(&tree, state, field))
            {
                problems.push(format!("{name}/{field}: {problem}"));
            }
        });
    });
}

/// The variables that an expression reads without binding them itself.
pub(super) fn unbound(tree: &AstNode) -> BTreeSet<String> {
    let mut read = BTreeSet::new();
    let mut bound = BTreeSet::new();
    walk(&as_json(tree), &mut |kind, node| match kind {
        "Variable" => read.extend(text(node)),
        "params" => bound.extend(node.as_array().into_iter().flatten().filter_map(text)),
        "focus" | "index_var" | "Index" => bound.extend(text(node)),
        "Binary" if node.get("op").and_then(Value::as_str) == Some("ColonEqual") => {
            bound.extend(node.pointer("/lhs/Variable").and_then(text));
        }
        _ => {}
    });
    // `$` alone is the context item, not a variable.
    read.remove("");
    let functions: BTreeSet<String> = FUNCTIONS.iter().map(|&name| name.to_owned()).collect();
    let taken: BTreeSet<String> = bound.union(&functions).cloned().collect();
    read.difference(&taken).cloned().collect()
}

fn language(tree: &Value) -> Vec<String> {
    let mut problems = Vec::new();
    let mut bound = BTreeSet::new();
    walk(tree, &mut |kind, node| {
        if kind == "Binary" && node.get("op").and_then(Value::as_str) == Some("ColonEqual") {
            bound.extend(node.pointer("/lhs/Variable").and_then(text));
        }
        if kind == "params" {
            bound.extend(node.as_array().into_iter().flatten().filter_map(text));
        }
    });
    walk(tree, &mut |kind, node| match kind {
        "op" if matches!(node.as_str(), Some("Coalesce" | "Default")) => {
            problems.push("Step Functions has neither `??` nor `?:`".to_owned());
        }
        "Function" => {
            let name = node.get("name").and_then(text).unwrap_or_default();
            if !FUNCTIONS.contains(&name.as_str()) && !bound.contains(&name) {
                problems.push(format!("there is no function `${name}` here"));
            }
        }
        _ => {}
    });
    problems
}

/// `$states` has a result only after a task or branches, and an error only in a catcher.
fn states(tree: &Value, state: &State, field: &str) -> Vec<String> {
    let has_result = matches!(
        state.kind,
        Kind::Task { .. } | Kind::Parallel { .. } | Kind::Map(_)
    ) && (field.starts_with("Output") || field.starts_with("Assign"));
    let in_catcher = field.starts_with("Catch[");
    let mut problems = Vec::new();
    walk(tree, &mut |kind, node| {
        if kind != "steps"
            || node.pointer("/0/node/Variable").and_then(Value::as_str) != Some("states")
        {
            return;
        }
        let name = node
            .pointer("/1/node/Name")
            .and_then(text)
            .unwrap_or_default();
        let there = match name.as_str() {
            "input" | "context" => true,
            "result" => has_result,
            "errorOutput" => in_catcher,
            _ => false,
        };
        if !there {
            problems.push(format!("`$states.{name}` is not there"));
        }
    });
    problems
}

fn as_json(tree: &AstNode) -> Value {
    serde_json::to_value(tree).unwrap_or_default()
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// Shows every named part of a tree to `look`.
fn walk(tree: &Value, look: &mut dyn FnMut(&str, &Value)) {
    match tree {
        Value::Object(parts) => {
            for (name, part) in parts {
                look(name, part);
                walk(part, look);
            }
        }
        Value::Array(parts) => {
            for part in parts {
                walk(part, look);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
