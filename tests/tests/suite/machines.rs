//! Every shipped state machine is well-formed to the letter of the language, and the template gives
//! it what it asks for.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use groundplane_tests::asl::{Machine, placeholders};

/// One file in `statemachines/`.
struct Shipped {
    path: PathBuf,
    text: String,
}

impl Shipped {
    fn load(&self) -> Machine {
        let names = placeholders(&self.text);
        let value = |name: &str| match name {
            "DriftMapMode" => "DISTRIBUTED".to_owned(),
            name => name.to_owned(),
        };
        let substitutions: BTreeMap<String, String> = names
            .into_iter()
            .map(|name| (name.clone(), value(&name)))
            .collect();
        Machine::load(&self.text, &substitutions)
            .unwrap_or_else(|error| panic!("{}:\n{error}", self.path.display()))
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every file below a folder.
pub(crate) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .flat_map(|path| match path.is_dir() {
            true => files_below(&path),
            false => vec![path],
        })
        .collect()
}

fn shipped() -> Vec<Shipped> {
    let paths = files_below(&root().join("statemachines")).into_iter();
    let read = |path: PathBuf| Shipped {
        text: fs::read_to_string(&path).unwrap(),
        path,
    };
    paths.map(read).collect()
}

#[test]
fn every_state_machine_is_well_formed() {
    let shipped = shipped();
    let names: BTreeSet<String> = shipped
        .iter()
        .map(|one| one.path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    for expected in ["deploy.asl.json", "cloudformation.asl.json"] {
        assert!(names.contains(expected), "{expected} is missing: {names:?}");
    }
    for one in &shipped {
        assert!(!one.load().states().is_empty());
    }
}

#[test]
fn the_template_substitutes_exactly_what_each_machine_asks_for() {
    let template = fs::read_to_string(root().join("infra/template.yaml")).unwrap();
    for one in shipped() {
        let folder = root().join("statemachines");
        let path = one.path.strip_prefix(folder).unwrap();
        let uri = format!("statemachines/{}", path.display());
        let given = substitutions(&template, &uri);
        assert_eq!(given, placeholders(&one.text), "{uri}");
    }
}

/// The names under `DefinitionSubstitutions` in the resource whose definition is at `uri`.
fn substitutions(template: &str, uri: &str) -> BTreeSet<String> {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let of_machine = template
        .lines()
        .skip_while(|line| !(line.contains("DefinitionUri:") && line.contains(uri)))
        .skip_while(|line| line.trim() != "DefinitionSubstitutions:");
    let depth = of_machine.clone().next().map_or(0, indent);
    let names = of_machine.skip(1).take_while(|line| indent(line) > depth);
    names
        .filter_map(|line| line.trim().split(':').next())
        .map(str::to_owned)
        .collect()
}
