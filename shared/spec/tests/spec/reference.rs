//! The pages of `docs/reference/`: as the schemas are, and the end of every link. After a wanted
//! change, run the tests with `UPDATE_GOLDEN=1` and read the difference.

use std::fs;
use std::path::{Path, PathBuf};

use groundplane_model::Problem;
use groundplane_spec::{Kind, documentation, parse_bytes, reference_page, validate};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[test]
fn the_pages_are_those_of_the_schemas() {
    for kind in Kind::ALL {
        let page = reference_page(kind);
        let name = documentation(kind, "").page;
        let file = root().join(&name);
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, &page).unwrap();
        }
        let written = fs::read_to_string(&file).unwrap_or_default();
        assert!(written == page, "{name} is stale");
    }
}

/// Whether the page that a problem points to has the place that it points to.
fn is_there(problem: &Problem) -> bool {
    let page = &problem.documentation.as_ref().unwrap().page;
    let (file, place) = page.split_once('#').unwrap_or((page, ""));
    let content = fs::read_to_string(root().join(file)).unwrap_or_default();
    let anchor = format!("<a id=\"{place}\"></a>");
    !content.is_empty() && (place.is_empty() || content.contains(&anchor))
}

#[test]
fn every_problem_of_a_golden_document_of_a_known_kind_leads_to_its_documentation() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/invalid");
    let mut checked = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "yaml") {
            continue;
        }
        let Ok(document) = parse_bytes(&fs::read(&path).unwrap()) else {
            continue;
        };
        if document.kind().and_then(Kind::named).is_none() {
            continue;
        }
        for problem in validate(&document).unwrap_err() {
            assert!(is_there(&problem), "{problem} in {}", path.display());
            checked += 1;
        }
    }
    assert!(checked > 50);
}
