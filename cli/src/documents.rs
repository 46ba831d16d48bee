//! Documents from files: found, read within bounds, checked without a platform. Every problem of
//! every file is found before any of them is acted upon.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use groundplane_governance::check_tenant;
use groundplane_guardrails::Guardrails;
use groundplane_model::Problem;
use groundplane_spec::{Document, Kind, ValidDocument};
use serde_json::Value;

use crate::error::{Error, FileProblem};
use crate::world::World;

/// The most bytes of a file that are read: enough to say how much too large it is, and an end for
/// files that have none.
const MAX_READ: u64 = 16 * 1024 * 1024;

/// The file name that stands for standard input.
const STANDARD_INPUT: &str = "-";

/// The endings of the files that are taken from a directory.
const ENDINGS: [&str; 3] = ["yaml", "yml", "json"];

/// A document that is valid as far as can be told without a platform.
#[derive(Debug)]
pub(crate) struct Candidate {
    /// The file as the user named it.
    pub(crate) file: String,
    valid: ValidDocument,
    document: Document,
    text: Rc<str>,
}

impl Candidate {
    /// What the document is.
    pub(crate) fn kind(&self) -> Kind {
        self.valid.kind()
    }

    /// The document itself.
    pub(crate) const fn valid(&self) -> &ValidDocument {
        &self.valid
    }

    /// What it calls itself.
    pub(crate) fn name(&self) -> &str {
        self.valid.name()
    }

    /// Whether it is a service that does not say where it goes.
    pub(crate) fn is_homeless(&self) -> bool {
        matches!(&self.valid, ValidDocument::Service(service) if service.environment.is_none())
    }

    /// The document as it was written, as JSON: unlike its text it stands alone where a file
    /// holds several.
    pub(crate) fn json(&self) -> String {
        self.document.value().to_string()
    }

    /// The document as it was written, without defaults.
    pub(crate) fn given(&self) -> &Value {
        self.document.value()
    }

    /// Puts problems that the platform found into the file. The platform has seen the document
    /// alone, so the place comes from the pointer.
    pub(crate) fn locate(&self, problems: &[Problem]) -> Vec<FileProblem> {
        problems
            .iter()
            .map(|problem| self.document.locate(problem.clone().at(None)))
            .map(|problem| in_text(&self.file, &self.text, problem))
            .collect()
    }
}

/// What was found in some files.
#[derive(Debug, Default)]
pub(crate) struct Checked {
    /// The valid documents, in the order of the files.
    pub(crate) candidates: Vec<Candidate>,
    /// Every problem, warnings too, in the order of the files.
    pub(crate) problems: Vec<FileProblem>,
}

impl Checked {
    /// The valid documents, if all are, and what the user should know about them.
    ///
    /// # Errors
    /// Where one document is not valid; the error has every problem of all of them.
    pub(crate) fn all_valid(self) -> Result<(Vec<Candidate>, Vec<FileProblem>), Error> {
        if self.problems.iter().any(FileProblem::refuses) {
            return Err(Error::Documents {
                problems: self.problems,
            });
        }
        Ok((self.candidates, self.problems))
    }

    fn add(&mut self, file: &str, content: &[u8]) {
        // Bytes that are no text are refused with their place by the reader of single documents.
        let parsed = match std::str::from_utf8(content) {
            Ok(text) => groundplane_spec::parse_all(text),
            Err(_) => groundplane_spec::parse_bytes(content).map(|document| vec![document]),
        };
        let text: Rc<str> = String::from_utf8_lossy(content).into();
        match parsed {
            Ok(documents) => documents
                .into_iter()
                .for_each(|document| self.check(file, &text, document)),
            Err(problems) => self.note(file, &text, problems),
        }
    }

    fn check(&mut self, file: &str, text: &Rc<str>, document: Document) {
        match groundplane_spec::validate(&document) {
            Ok(validated) => {
                self.note(file, text, validated.warnings);
                let found = beyond_schema(&validated.document).into_iter();
                let found = found.map(|it| {
                    let position = document.position(&it.pointer);
                    it.at(position)
                });
                self.note(file, text, found.collect());
                self.candidates.push(Candidate {
                    file: file.to_owned(),
                    valid: validated.document,
                    document,
                    text: Rc::clone(text),
                });
            }
            Err(problems) => self.note(file, text, problems),
        }
    }

    fn note(&mut self, file: &str, text: &str, problems: Vec<Problem>) {
        let problems = problems.into_iter();
        self.problems
            .extend(problems.map(|problem| in_text(file, text, problem)));
    }
}

/// What is wrong with what a document allows or forbids, as far as its schema cannot say.
fn beyond_schema(document: &ValidDocument) -> Vec<Problem> {
    let below = |problem: Problem| problem.below("/spec");
    match document {
        ValidDocument::Tenant(tenant) => {
            let found = check_tenant(&tenant.spec).into_iter();
            found.map(below).collect()
        }
        ValidDocument::Guardrail(guardrail) => {
            let policy = guardrail.spec.policy.as_deref();
            let name = guardrail.name.as_str();
            let unusable = policy.and_then(|policy| Guardrails::own(name, policy).err());
            let unusable = unusable.map(|it| Problem::error("/policy", it.to_string()));
            unusable.map(below).into_iter().collect()
        }
        ValidDocument::Service(_)
        | ValidDocument::LandingZone(_)
        | ValidDocument::Environment(_)
        | ValidDocument::Resolver(_)
        | ValidDocument::Lifecycle(_)
        | ValidDocument::Workflow(_)
        | ValidDocument::AccessPolicy(_)
        | ValidDocument::ComplianceFramework(_) => Vec::new(),
    }
}

/// Reads and checks files; a directory stands for the documents that lie in it.
pub(crate) fn check(world: &mut World<'_>, paths: &[PathBuf]) -> Checked {
    let mut checked = Checked::default();
    let mut input_is_read = false;
    for path in paths {
        let name = path.display().to_string();
        if name == STANDARD_INPUT {
            if std::mem::replace(&mut input_is_read, true) {
                continue;
            }
            let content = bounded(&mut world.input);
            take(&mut checked, "<standard input>", content);
            continue;
        }
        for file in expand(&mut checked, world, path) {
            let content = File::open(world.directory.join(&file)).and_then(bounded);
            take(&mut checked, &file.display().to_string(), content);
        }
    }
    checked
}

/// Reads and checks one file that must hold one service.
///
/// # Errors
/// Where it is not valid or holds something else.
pub(crate) fn check_service(
    world: &mut World<'_>,
    path: &Path,
) -> Result<(Candidate, Vec<FileProblem>), Error> {
    if world.directory.join(path).is_dir() {
        return Err(Error::usage(
            format!("`{}` is a directory", path.display()),
            "name the file with the service; `groundplane apply` takes directories",
        ));
    }
    let (candidates, warnings) = check(world, &[path.to_owned()]).all_valid()?;
    let kinds: Vec<String> = candidates
        .iter()
        .map(|found| format!("{} `{}`", found.kind(), found.name()))
        .collect();
    match <[Candidate; 1]>::try_from(candidates) {
        Ok([service]) if service.kind() == Kind::Service => Ok((service, warnings)),
        _ => Err(Error::usage(
            format!(
                "`{}` must hold one Service and holds {}",
                path.display(),
                kinds.join(", ")
            ),
            "`groundplane apply` takes documents of every kind, and several in one file",
        )),
    }
}

/// The text of one file; `-` is standard input.
pub(crate) fn text_of(world: &mut World<'_>, path: &Path) -> io::Result<String> {
    let content = if path.as_os_str() == STANDARD_INPUT {
        bounded(&mut world.input)?
    } else {
        File::open(world.directory.join(path)).and_then(bounded)?
    };
    String::from_utf8(content).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

/// A problem with the line of the text that it is in.
fn in_text(file: &str, text: &str, problem: Problem) -> FileProblem {
    let number = problem.position.map(|position| position.line);
    let line = number.and_then(|number| text.lines().nth(number.checked_sub(1)?));
    FileProblem {
        line: line.map(str::to_owned),
        ..FileProblem::new(file, problem)
    }
}

fn take(checked: &mut Checked, file: &str, content: io::Result<Vec<u8>>) {
    match content {
        Ok(content) => checked.add(file, &content),
        Err(error) => checked.note(file, "", vec![unreadable(&error)]),
    }
}

fn bounded(reader: impl Read) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    reader.take(MAX_READ).read_to_end(&mut content)?;
    Ok(content)
}

/// A file is itself, a directory is the documents directly in it, by name.
fn expand(checked: &mut Checked, world: &World<'_>, path: &Path) -> Vec<PathBuf> {
    if !world.directory.join(path).is_dir() {
        return vec![path.to_owned()];
    }
    let name = path.display().to_string();
    match documents_in(&world.directory, path) {
        Ok(files) if files.is_empty() => {
            let problem = Problem::error("", "the directory holds no documents")
                .with_hint("documents end in .yaml, .yml or .json");
            checked.note(&name, "", vec![problem]);
            Vec::new()
        }
        Ok(files) => files,
        Err(error) => {
            checked.note(&name, "", vec![unreadable(&error)]);
            Vec::new()
        }
    }
}

fn documents_in(base: &Path, directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(base.join(directory))? {
        let name = PathBuf::from(entry?.file_name());
        let ending = name.extension().and_then(|ending| ending.to_str());
        if ending.is_some_and(|ending| ENDINGS.contains(&ending)) {
            files.push(directory.join(name));
        }
    }
    files.sort();
    Ok(files)
}

fn unreadable(error: &io::Error) -> Problem {
    let kind = error.kind();
    let why = if kind == io::ErrorKind::NotFound {
        "there is no such file".to_owned()
    } else if kind == io::ErrorKind::PermissionDenied {
        "it may not be read".to_owned()
    } else {
        format!("it cannot be read: {error}")
    };
    Problem::error("", why)
}
