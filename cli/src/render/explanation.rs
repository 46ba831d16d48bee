//! Where values come from, a line each.

use groundplane_explanation::{Explained, Origin, Resolution};

use super::{line, table};
use crate::client::Explanation;

/// How many characters of a value are shown.
const LONGEST: usize = 48;

/// Every value with its origin; `pointer` is what was asked for.
pub(crate) fn text(explanation: &Explanation, pointer: Option<&str>) -> String {
    let Explanation {
        instance,
        revision,
        items,
        ..
    } = explanation;
    if items.is_empty() {
        let pointer = line(pointer.unwrap_or_default());
        return format!("revision {revision} of {instance} has nothing at `{pointer}`\n");
    }
    let rows: Vec<Vec<String>> = items.iter().map(row).collect();
    format!(
        "{instance}, revision {revision}\n\n{}",
        table::aligned("", &rows)
    )
}

fn row(explained: &Explained) -> Vec<String> {
    let value = match explained.value.as_str() {
        Some(text) => line(text),
        None => explained.value.to_string(),
    };
    vec![
        line(&explained.pointer),
        shortened(&value),
        origin(&explained.origin),
    ]
}

fn shortened(value: &str) -> String {
    if value.chars().count() <= LONGEST {
        return value.to_owned();
    }
    let start: String = value.chars().take(LONGEST - 1).collect();
    format!("{start}…")
}

fn origin(origin: &Origin) -> String {
    match origin {
        Origin::Spec { line } => format!("line {line} of the spec"),
        Origin::Request => "said with the request".to_owned(),
        Origin::Default { decided_by: None } => "default".to_owned(),
        Origin::Default {
            decided_by: Some(field),
        } => format!("default, decided by {}", line(field)),
        Origin::Document => "the spec or a default".to_owned(),
        Origin::Resolver(resolution) => resolver(resolution),
        Origin::Output {
            unit: Some(unit),
            key,
        } => format!("output `{key}` of {unit}"),
        Origin::Output { unit: None, key } => format!("output `{key}`"),
    }
}

fn resolver(resolution: &Resolution) -> String {
    let Resolution {
        resolver,
        inputs,
        configuration,
        ..
    } = resolution;
    let told: Vec<String> = inputs
        .iter()
        .map(|(name, value)| line(&format!("{name}={value}")))
        .collect();
    let told = match told.is_empty() {
        true => String::new(),
        false => format!(" of {}", told.join(", ")),
    };
    let configured: Vec<String> = configuration
        .iter()
        .map(|entry| {
            let pointer = entry.pointer.trim_start_matches('/').replace('/', ".");
            let value = shortened(&entry.from.value.to_string());
            line(&format!("{pointer}={value} ({})", entry.from.layer))
        })
        .collect();
    let configured = match configured.is_empty() {
        true => String::new(),
        false => format!("; configured {}", configured.join(", ")),
    };
    format!("resolver {resolver}{told}{configured}")
}
