//! A document: its data, and where each part of it stands in the text.

use groundplane_model::{Position, Problem};
use serde_json::Value;

use crate::compose::compose;
use crate::node::{Child, Node};
use crate::reference::documented;
use crate::schema::Kind;
use crate::{pointer, report, screen};

/// One document as it was written: a mapping, not yet validated.
#[derive(Debug, Clone)]
pub struct Document {
    root: Child,
    value: Value,
}

/// Reads the one document in `text`, YAML or JSON.
///
/// # Errors
/// Every problem of the text, where it cannot be read, or holds none or several documents.
pub fn parse(text: &str) -> Result<Document, Vec<Problem>> {
    let mut documents = parse_all(text)?.into_iter();
    match (documents.next(), documents.next()) {
        (Some(document), None) => Ok(document),
        (Some(_), Some(second)) => {
            let problem = Problem::error("", "there is more than one document in the text");
            Err(vec![
                problem
                    .at(Some(second.root.position))
                    .with_hint("give one at a time"),
            ])
        }
        (None, _) => Err(vec![empty()]),
    }
}

/// Reads the one document in `bytes`, as [`parse`] does.
///
/// # Errors
/// As [`parse`], and where the bytes are not UTF-8.
pub fn parse_bytes(bytes: &[u8]) -> Result<Document, Vec<Problem>> {
    parse(screen::text_of(bytes).map_err(|problem| vec![problem])?)
}

/// Reads every document in `text`, separated by `---`; those that hold nothing are left out.
///
/// # Errors
/// Every problem of the text, where it cannot be read or holds no document.
pub fn parse_all(text: &str) -> Result<Vec<Document>, Vec<Problem>> {
    let text = screen::screened(text).map_err(|problem| vec![problem])?;
    let roots = compose(text).map_err(report::finish)?;
    if roots.is_empty() {
        return Err(vec![empty()]);
    }
    let problems: Vec<_> = roots.iter().filter_map(not_a_mapping).collect();
    if !problems.is_empty() {
        return Err(report::finish(problems));
    }
    Ok(roots.into_iter().map(Document::new).collect())
}

fn empty() -> Problem {
    Problem::error("", "the text holds no document")
}

fn not_a_mapping(root: &Child) -> Option<Problem> {
    let found = match &*root.node {
        Node::Mapping(_) => return None,
        Node::List(_) => "a list",
        Node::Scalar { .. } => "a single value",
    };
    let message = format!("a document must be a mapping of fields, not {found}");
    let problem = Problem::error("", message).at(Some(root.position));
    Some(problem.with_hint("start with `apiVersion`, `kind`, `metadata` and `spec`"))
}

impl Document {
    fn new(root: Child) -> Self {
        let value = root.node.to_value();
        Self { root, value }
    }

    /// What the document says it is.
    #[must_use]
    pub fn kind(&self) -> Option<&str> {
        self.value.get("kind")?.as_str()
    }

    /// The data as it was written, without defaults.
    #[must_use]
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// The data with the line of each value in its place, counted from 1.
    #[must_use]
    pub fn lines(&self) -> Value {
        self.root.to_lines()
    }

    /// Where the part at `pointer` (RFC 6901) stands: a single value by itself, a mapping or list
    /// by the key that it belongs to. Where there is no such part, the nearest part around it;
    /// none where `pointer` is not a pointer.
    #[must_use]
    pub fn position(&self, pointer: &str) -> Option<Position> {
        self.find(pointer).map(|found| match &*found.child.node {
            Node::Scalar { .. } => found.child.position,
            Node::List(_) | Node::Mapping(_) => found.key.unwrap_or(found.child.position),
        })
    }

    /// A problem of this document that was found in its data: with its place in the text, and with
    /// where its field is documented if this is a document of a known kind.
    #[must_use]
    pub fn locate(&self, problem: Problem) -> Problem {
        let position = problem.position.or_else(|| self.position(&problem.pointer));
        let problem = problem.at(position);
        match self.kind().and_then(Kind::named) {
            Some(kind) => documented(kind, problem),
            None => problem,
        }
    }

    /// Where the key at `pointer` stands; otherwise as [`Document::position`].
    pub(crate) fn key_position(&self, pointer: &str) -> Option<Position> {
        self.find(pointer)
            .map(|found| found.key.unwrap_or(found.child.position))
    }

    /// How the value at `pointer` was written, if it is a single value and not a string.
    pub(crate) fn source(&self, pointer: &str) -> Option<&str> {
        match &*self.find(pointer).filter(|found| found.exact)?.child.node {
            Node::Scalar { source, .. } => source.as_deref(),
            Node::List(_) | Node::Mapping(_) => None,
        }
    }

    fn find(&self, pointer: &str) -> Option<Found<'_>> {
        if !pointer.is_empty() && !pointer.starts_with('/') {
            return None;
        }
        let mut found = Found {
            child: &self.root,
            key: None,
            exact: true,
        };
        for token in pointer::tokens(pointer) {
            let Some(next) = found.child.step(&token) else {
                found.exact = false;
                break;
            };
            found = next;
        }
        Some(found)
    }
}

/// A part of a document; not `exact` where it is only the nearest one around what was sought.
#[derive(Debug)]
struct Found<'a> {
    child: &'a Child,
    key: Option<Position>,
    exact: bool,
}

impl Child {
    fn step(&self, token: &str) -> Option<Found<'_>> {
        let (child, key) = match &*self.node {
            Node::Mapping(entries) => {
                let entry = entries.get(token)?;
                (&entry.child, Some(entry.key))
            }
            Node::List(items) => (items.get(token.parse::<usize>().ok()?)?, None),
            Node::Scalar { .. } => return None,
        };
        Some(Found {
            child,
            key,
            exact: true,
        })
    }
}
