//! Golden documents: what is read from each, or every problem that is reported. After a wanted
//! change, run the tests with `UPDATE_GOLDEN=1` and read the difference.

use std::fs;
use std::path::{Path, PathBuf};

use groundplane_model::{Problem, Severity};
use groundplane_spec::{ValidDocument, parse_bytes, validate};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn documents(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "yaml")
        })
        .collect();
    files.sort();
    files
}

fn lines(problems: &[Problem]) -> String {
    problems
        .iter()
        .map(|problem| match problem.severity {
            Severity::Error => format!("error {problem}\n"),
            Severity::Warning => format!("warning {problem}\n"),
        })
        .collect()
}

/// What the crate says about a file: whether it is valid, and in which words.
fn answer(path: &Path) -> (bool, String) {
    let validated = parse_bytes(&fs::read(path).unwrap()).and_then(|document| validate(&document));
    let validated = match validated {
        Ok(validated) => validated,
        Err(problems) => return (false, lines(&problems)),
    };
    let value = match &validated.document {
        ValidDocument::Service(service) => service.value.clone(),
        ValidDocument::LandingZone(zone) => serde_json::to_value(&zone.spec).unwrap(),
        ValidDocument::Environment(environment) => serde_json::to_value(&environment.spec).unwrap(),
        ValidDocument::Resolver(resolver) => serde_json::to_value(&resolver.spec).unwrap(),
        ValidDocument::Workflow(workflow) => serde_json::to_value(&workflow.spec).unwrap(),
        ValidDocument::AccessPolicy(policy) => serde_json::to_value(&policy.spec).unwrap(),
        ValidDocument::Guardrail(guardrail) => serde_json::to_value(&guardrail.spec).unwrap(),
        ValidDocument::Tenant(tenant) => serde_json::to_value(&tenant.spec).unwrap(),
        ValidDocument::ComplianceFramework(framework) => {
            serde_json::to_value(&framework.spec).unwrap()
        }
        ValidDocument::Lifecycle(lifecycle) => serde_json::to_value(&lifecycle.spec).unwrap(),
    };
    let shown = format!(
        "{}{} {}\n{}\n",
        lines(&validated.warnings),
        validated.document.kind(),
        validated.document.name(),
        serde_json::to_string_pretty(&value).unwrap()
    );
    (true, shown)
}

fn compare(kind: &str, valid: bool) {
    let files = documents(&folder("tests/golden").join(kind));
    assert!(files.len() >= 10, "the golden files of {kind} are gone");
    let mut different = Vec::new();
    for file in files {
        let (is_valid, answer) = answer(&file);
        assert_eq!(is_valid, valid, "{}\n{answer}", file.display());
        let expected = file.with_extension("expected");
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            fs::write(&expected, &answer).unwrap();
        }
        let wanted = fs::read_to_string(&expected).unwrap_or_default();
        if wanted != answer {
            different.push(format!("{}\n{answer}", file.display()));
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}

#[test]
fn valid_documents_are_read_as_expected() {
    compare("valid", true);
}

#[test]
fn invalid_documents_are_refused_in_the_expected_words() {
    compare("invalid", false);
}

#[test]
fn the_examples_are_valid_without_warnings() {
    let files = documents(&folder("../../examples"));
    assert!(files.len() >= 3);
    for file in files {
        let document = parse_bytes(&fs::read(&file).unwrap()).unwrap();
        let validated = validate(&document).unwrap_or_else(|all| panic!("{}", lines(&all)));
        assert_eq!(validated.warnings, [], "{}", file.display());
    }
}

#[test]
fn every_problem_of_a_golden_document_has_a_place_in_its_text() {
    let mut checked = 0;
    for file in documents(&folder("tests/golden/invalid")) {
        let bytes = fs::read(&file).unwrap();
        let text = String::from_utf8(bytes.clone()).unwrap();
        let problems = parse_bytes(&bytes)
            .and_then(|document| validate(&document))
            .unwrap_err();
        for problem in problems {
            let Some(position) = problem.position else {
                assert!(problem.message.contains("holds no document"), "{problem}");
                continue;
            };
            let line = text.lines().nth(position.line - 1).unwrap_or_default();
            assert!(
                position.column <= line.chars().count() + 1,
                "{problem} in {}",
                file.display()
            );
            checked += 1;
        }
    }
    assert!(checked > 50);
}
