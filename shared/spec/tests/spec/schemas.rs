//! The schema files hold each other to what they promise.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use groundplane_spec::{Kind, composed_schema, section_names};
use serde_json::{Map, Value, json};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schema")
}

/// Every schema file: its path under `schema/` and its content.
fn files() -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for (folder, prefix) in [(folder(), ""), (folder().join("sections"), "sections/")] {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path
                .extension()
                .is_some_and(|extension| extension == "json")
            {
                let name = path.file_name().unwrap().to_str().unwrap();
                let schema = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
                found.push((format!("{prefix}{name}"), schema));
            }
        }
    }
    assert!(found.len() >= 7);
    found
}

/// All files as one schema, for sections that no kind refers to yet too.
fn everything() -> Value {
    let files = files();
    let mut parts = Map::new();
    for (path, mut schema) in files {
        redirect(&mut schema, &stem(&path));
        schema.as_object_mut().unwrap().remove("$schema");
        parts.insert(stem(&path), schema);
    }
    json!({"$schema": "https://json-schema.org/draft/2020-12/schema", "$defs": parts})
}

fn stem(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap();
    name.strip_suffix(".json").unwrap_or(name).to_owned()
}

fn redirect(value: &mut Value, file: &str) {
    if let Some(Value::String(reference)) = value.get_mut("$ref") {
        let (path, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let target = if path.is_empty() {
            file.to_owned()
        } else {
            stem(path)
        };
        *reference = format!("#/$defs/{target}{fragment}");
    }
    match value {
        Value::Object(fields) => fields.values_mut().for_each(|field| redirect(field, file)),
        Value::Array(items) => items.iter_mut().for_each(|item| redirect(item, file)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Calls `visit` for every part of the schema that applies to a value, with its pointer.
fn parts(schema: &Value, pointer: &str, visit: &mut impl FnMut(&str, &Value)) {
    visit(pointer, schema);
    for keyword in ["properties", "$defs"] {
        for (name, part) in schema
            .get(keyword)
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            parts(part, &format!("{pointer}/{keyword}/{name}"), visit);
        }
    }
    for keyword in ["items", "additionalProperties", "propertyNames"] {
        if let Some(part) = schema.get(keyword).filter(|part| part.is_object()) {
            parts(part, &format!("{pointer}/{keyword}"), visit);
        }
    }
    for keyword in ["oneOf", "anyOf"] {
        for (index, part) in schema
            .get(keyword)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .enumerate()
        {
            parts(part, &format!("{pointer}/{keyword}/{index}"), visit);
        }
    }
}

#[test]
fn every_file_is_a_schema_of_the_draft_that_it_names() {
    for (path, schema) in files() {
        assert_eq!(
            schema["$schema"], "https://json-schema.org/draft/2020-12/schema",
            "{path}"
        );
        assert!(jsonschema::meta::is_valid(&schema), "{path}");
    }
    for kind in Kind::ALL {
        let schema = composed_schema(kind);
        assert!(jsonschema::validator_for(schema).is_ok(), "{kind}");
        assert_eq!(schema["title"], kind.as_str());
    }
}

#[test]
fn every_default_and_example_is_valid_where_it_stands() {
    let everything = everything();
    let mut checked = 0;
    parts(&everything, "", &mut |pointer, part| {
        let examples = part
            .get("examples")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        for value in examples.chain(part.get("default")) {
            let mut alone = everything.clone();
            alone["$ref"] = json!(format!("#{pointer}"));
            let validator = jsonschema::validator_for(&alone).unwrap();
            assert!(validator.is_valid(value), "{pointer}: {value}");
            checked += 1;
        }
    });
    assert!(checked > 40, "{checked}");
}

#[test]
fn every_field_is_described() {
    parts(&everything(), "", &mut |pointer, part| {
        if !pointer.is_empty() && !pointer.ends_with("/propertyNames") {
            let referred = part.get("$ref").is_some();
            assert!(part.get("description").is_some() || referred, "{pointer}");
        }
    });
}

#[test]
fn every_section_refuses_fields_that_it_does_not_know() {
    for (path, schema) in files() {
        if path.starts_with("sections/") {
            assert_eq!(schema["additionalProperties"], false, "{path}");
            assert_eq!(schema["type"], "object", "{path}");
            assert_eq!(json!(stem(&path)), schema["title"], "{path}");
        }
    }
}

#[test]
fn every_pattern_has_words_for_people() {
    parts(&everything(), "", &mut |pointer, part| {
        assert_eq!(
            part.get("pattern").is_some() || part.get("not").is_some(),
            part.get("x-message").is_some(),
            "{pointer}"
        );
    });
}

#[test]
fn every_rule_between_fields_names_fields_that_exist() {
    let mut checked = 0;
    parts(&everything(), "", &mut |pointer, part| {
        for rule in ["x-ascending", "x-disjoint"] {
            for name in part
                .get(rule)
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
            {
                assert!(
                    part["properties"].get(name.as_str().unwrap()).is_some(),
                    "{pointer}"
                );
                checked += 1;
            }
        }
        let fields = part.get("properties").and_then(Value::as_object);
        for field in fields.into_iter().flat_map(Map::values) {
            if let Some(source) = field.get("x-default-from") {
                assert!(
                    part["properties"].get(source.as_str().unwrap()).is_some(),
                    "{pointer}"
                );
                checked += 1;
            }
        }
    });
    assert!(checked >= 5);
}

#[test]
fn the_kinds_of_the_envelope_are_the_kinds_of_the_crate() {
    let files = files();
    let (_, envelope) = files
        .iter()
        .find(|(path, _)| path == "envelope.json")
        .unwrap();
    let names: Vec<_> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
    assert_eq!(envelope["properties"]["kind"]["enum"], json!(names));
    for kind in Kind::ALL {
        let version = |schema: &Value| schema["properties"]["apiVersion"]["const"].clone();
        assert_eq!(version(envelope), version(composed_schema(kind)), "{kind}");
        assert_eq!(Kind::named(kind.as_str()), Some(kind));
    }
}

#[test]
fn the_composed_schema_stands_alone() {
    for kind in Kind::ALL {
        let schema = composed_schema(kind);
        let mut stack = vec![schema];
        let mut references = BTreeSet::new();
        while let Some(value) = stack.pop() {
            match value {
                Value::Object(fields) => {
                    references.extend(fields.get("$ref").and_then(Value::as_str));
                    stack.extend(fields.values());
                }
                Value::Array(items) => stack.extend(items),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
            }
        }
        assert!(!references.is_empty());
        for reference in references {
            let target = reference.strip_prefix('#').unwrap();
            assert!(schema.pointer(target).is_some(), "{kind}: {reference}");
        }
    }
}

#[test]
fn the_known_sections_have_a_file_each() {
    let known: Vec<_> = section_names().collect();
    assert!(known.contains(&"compute") && known.contains(&"storage"));
    let all: BTreeSet<_> = files().iter().map(|(path, _)| path.clone()).collect();
    for section in known {
        assert!(
            all.contains(&format!("sections/{section}.json")),
            "{section}"
        );
    }
}

/// The pairs of CPU and memory that Fargate runs, from the ECS developer guide, "Task CPU and
/// memory" (memory as first, last, step).
const FARGATE: [(u64, u64, u64, u64); 7] = [
    (256, 512, 2048, 512),
    (512, 1024, 4096, 1024),
    (1024, 2048, 8192, 1024),
    (2048, 4096, 16384, 1024),
    (4096, 8192, 30720, 1024),
    (8192, 16384, 61440, 4096),
    (16384, 32768, 122_880, 8192),
];

#[test]
fn memory_is_valid_exactly_where_fargate_runs_it() {
    let everything = everything();
    let mut compute = everything.clone();
    compute["$ref"] = json!("#/$defs/compute");
    let validator = jsonschema::validator_for(&compute).unwrap();
    let mut accepted = 0;
    for (cpu, first, last, step) in FARGATE {
        for memory in (0..=131_072).step_by(256) {
            let spec = json!({"image": "nginx", "cpu": cpu, "memory": memory});
            // 256 units have 512, 1024 and 2048, and nothing at 1536.
            let runs = (first..=last).contains(&memory)
                && memory % step == 0
                && (cpu, memory) != (256, 1536);
            assert_eq!(validator.is_valid(&spec), runs, "{cpu} with {memory}");
            accepted += u32::from(runs);
        }
    }
    assert_eq!(accepted, 3 + 4 + 7 + 13 + 23 + 12 + 12);
}
