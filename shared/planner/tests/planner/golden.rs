//! Walks `tests/golden`: each folder has a spec, perhaps the ground that it is planned on, and
//! what must come of it. `UPDATE_GOLDEN=1` writes what comes instead of comparing.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use groundplane_capabilities::{References, RenderInput, Sections, capabilities};
use groundplane_model::{ContextKey, Problem};
use groundplane_planner::{Plan, PlannedUnit, plan};
use serde_json::Value;

use crate::ground::{Ground, resolved_for, spec};

pub(crate) struct Case {
    pub(crate) path: PathBuf,
    pub(crate) spec: Value,
    pub(crate) ground: Ground,
}

impl Case {
    pub(crate) fn all() -> Vec<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
        let mut folders: Vec<PathBuf> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.is_dir())
            .collect();
        folders.sort();
        folders.iter().map(|path| Self::read(path)).collect()
    }

    fn read(path: &Path) -> Self {
        let ground = fs::read_to_string(path.join("ground.json")).unwrap_or("{}".to_owned());
        let ground: Value = serde_json::from_str(&ground).unwrap();
        let nothing = Value::Object(serde_json::Map::new());
        let zone = ground.get("landingZone").unwrap_or(&nothing);
        let production = ground.get("production") == Some(&Value::Bool(true));
        Self {
            path: path.to_owned(),
            spec: spec(&fs::read_to_string(path.join("spec.yaml")).unwrap()),
            ground: Ground::like_sandbox(zone, production),
        }
    }

    pub(crate) fn name(&self) -> String {
        self.path
            .file_name()
            .unwrap()
            .to_string_lossy()
            .into_owned()
    }

    pub(crate) fn plan(&self) -> Result<Plan, Vec<Problem>> {
        plan(&self.ground.input(&self.spec, &resolved_for(&self.spec)))
    }

    fn expected(&self) -> BTreeMap<String, String> {
        let templates = fs::read_dir(self.path.join("templates"));
        let files = templates
            .into_iter()
            .flatten()
            .map(|entry| entry.unwrap().path());
        let outcomes = ["plan.txt", "problems.txt"].map(|name| self.path.join(name));
        files
            .chain(outcomes.into_iter().filter(|path| path.exists()))
            .map(|path| {
                let name = path
                    .strip_prefix(&self.path)
                    .unwrap()
                    .to_string_lossy()
                    .into_owned();
                (name, fs::read_to_string(path).unwrap())
            })
            .collect()
    }

    fn write(&self, files: &BTreeMap<String, String>) {
        for name in self
            .expected()
            .keys()
            .filter(|name| !files.contains_key(*name))
        {
            fs::remove_file(self.path.join(name)).unwrap();
        }
        for (name, content) in files {
            let path = self.path.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
    }
}

fn files_of(outcome: &Result<Plan, Vec<Problem>>) -> BTreeMap<String, String> {
    match outcome {
        Ok(plan) => {
            let templates = plan.units().map(|unit| {
                let text = String::from_utf8(unit.template.clone()).unwrap();
                (format!("templates/{}.json", unit.unit), text)
            });
            templates
                .chain([("plan.txt".to_owned(), described(plan))])
                .collect()
        }
        Err(problems) => {
            let lines = problems.iter().map(|problem| format!("{problem}\n"));
            BTreeMap::from([("problems.txt".to_owned(), lines.collect())])
        }
    }
}

fn described(plan: &Plan) -> String {
    let mut text = String::new();
    for (number, wave) in plan.waves.iter().enumerate() {
        writeln!(text, "wave {}", number + 1).unwrap();
        wave.iter().for_each(|unit| describe(unit, &mut text));
    }
    text
}

fn describe(unit: &PlannedUnit, text: &mut String) {
    writeln!(text, "  {} in stack {}", unit.unit, unit.stack_name).unwrap();
    for key in unit.parameters.values() {
        writeln!(text, "    reads {key}").unwrap();
    }
    for key in unit.outputs.keys() {
        let is_export = unit.exports.contains(key);
        let verb = if is_export { "exports" } else { "writes" };
        writeln!(text, "    {verb} {key}").unwrap();
    }
}

#[test]
fn every_golden_spec_becomes_what_its_folder_says() {
    let cases = Case::all();
    assert!(!cases.is_empty());
    for case in cases {
        let actual = files_of(&case.plan());
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            case.write(&actual);
        }
        let expected = case.expected();
        let name = case.name();
        let names = |files: &BTreeMap<String, String>| files.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&actual), names(&expected), "{name}");
        for (file, content) in &actual {
            assert!(
                expected[file] == *content,
                "{name}/{file} is now\n{content}"
            );
        }
    }
}

#[test]
fn every_capability_reads_and_writes_what_it_declares() {
    for case in Case::all().iter().filter(|case| case.plan().is_ok()) {
        let sections = Sections::of(&case.spec);
        let applicable = || capabilities().iter().filter(|c| c.applies(&sections));
        let resolved = resolved_for(&case.spec);
        let available = applicable()
            .flat_map(|capability| capability.writes(&sections))
            .map(|key| ContextKey::parse(&key).unwrap())
            .collect();
        let input = RenderInput {
            instance: &case.ground.instance,
            sections: &sections,
            environment: &case.ground.environment,
            landing_zone: &case.ground.landing_zone,
            resolved: &resolved,
        };
        for capability in applicable() {
            let what = format!("{} of {}", capability.unit(), case.name());
            let mut context = References::new(capability.unit(), &available);
            capability.render(&input, &mut context).unwrap();
            assert_eq!(context.read(), capability.reads(&sections), "{what} reads");
            assert_eq!(
                context.written(),
                capability.writes(&sections),
                "{what} writes"
            );
        }
    }
}

#[test]
fn the_same_spec_twice_is_the_same_plan() {
    for case in Case::all() {
        let (once, twice) = (case.plan(), case.plan());
        assert_eq!(once, twice, "{}", case.name());
        if let (Ok(once), Ok(twice)) = (once, twice) {
            assert_eq!(once.digest(), twice.digest());
        }
    }
}

#[test]
fn every_role_that_is_rendered_carries_the_boundary_of_its_landing_zone() {
    const BOUNDARY: &str = "arn:aws:iam::123456789012:policy/bound";
    let mut units = BTreeSet::new();
    for mut case in Case::all() {
        case.ground.landing_zone.spec.permissions_boundary_arn = Some(BOUNDARY.to_owned());
        let Ok(plan) = case.plan() else { continue };
        for unit in plan.units() {
            let template: Value = serde_json::from_slice(&unit.template).unwrap();
            let resources = template["Resources"].as_object().unwrap();
            let roles = resources.iter().filter(|(_, resource)| {
                ["AWS::IAM::Role", "AWS::IAM::User"].contains(&resource["Type"].as_str().unwrap())
            });
            for (name, role) in roles {
                let bound = &role["Properties"]["PermissionsBoundary"];
                assert_eq!(bound, BOUNDARY, "{}: {}.{name}", case.name(), unit.unit);
                units.insert(unit.unit.to_string());
            }
        }
    }
    let with_roles = units.iter().map(String::as_str);
    assert!(with_roles.eq(["foundation", "triggers"]), "{units:?}");
}

#[test]
fn every_reference_in_a_template_leads_to_something_in_it() {
    for case in Case::all() {
        for unit in case.plan().iter().flat_map(Plan::units) {
            let template: Value = serde_json::from_slice(&unit.template).unwrap();
            let mut targets = Vec::new();
            collect_references(&template, &mut targets);
            for target in targets.iter().filter(|target| !target.starts_with("AWS::")) {
                let found = ["Parameters", "Resources"]
                    .iter()
                    .any(|section| template[section].get(target).is_some());
                assert!(found, "{}: {} refers to {target}", case.name(), unit.unit);
            }
            for parameter in unit.parameters.keys() {
                assert!(
                    targets.contains(parameter),
                    "{parameter} of {} is unused",
                    unit.unit
                );
            }
        }
    }
}

fn collect_references(value: &Value, targets: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(target)) = fields.get("Ref") {
                targets.push(target.clone());
            }
            if let Some(Value::Array(path)) = fields.get("Fn::GetAtt") {
                targets.push(path[0].as_str().unwrap().to_owned());
            }
            fields
                .values()
                .for_each(|field| collect_references(field, targets));
        }
        Value::Array(items) => items
            .iter()
            .for_each(|item| collect_references(item, targets)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
