//! The data about resource types, held against what is rendered.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use groundplane_preview::{property_rules, resource_types};
use serde_json::{Map, Value};

/// Every type in the rendered templates that the planner's tests hold on to.
fn rendered_types() -> BTreeSet<String> {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../planner/tests/golden");
    let entries = |folder: PathBuf| {
        let entries = fs::read_dir(folder).into_iter().flatten();
        entries
            .map(|entry| entry.unwrap().path())
            .collect::<Vec<_>>()
    };
    let templates = entries(golden)
        .into_iter()
        .flat_map(|case| entries(case.join("templates")));
    let mut types = BTreeSet::new();
    for path in templates {
        let template: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        let resources = template["Resources"]
            .as_object()
            .into_iter()
            .flat_map(Map::values);
        types.extend(resources.map(|resource| resource["Type"].as_str().unwrap().to_owned()));
    }
    types
}

#[test]
fn everything_is_known_about_the_types_that_are_rendered_and_of_no_others() {
    let rendered = rendered_types();
    assert!(rendered.len() > 20, "{rendered:?}");
    let known: BTreeSet<String> = resource_types().map(str::to_owned).collect();
    assert_eq!(known, rendered, "run: cargo xtask aws-data");
}

#[test]
fn only_what_a_template_cannot_set_is_read_only() {
    for name in resource_types() {
        let rules = property_rules(name).unwrap();
        for pointer in &rules.create_only {
            assert!(!rules.read_only.contains(pointer), "{name}{pointer}");
        }
    }
}
