//! Composes the parser's events into trees, one per document, with budgets that hold before
//! memory is spent. Refuses what makes a document mean something else than it seems to: repeated
//! keys, keys that are not strings, tags, merge keys, control characters.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use groundplane_model::{Position, Problem};
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Tag};
use serde_json::Value;

use crate::frame::{self, Content, Frame, Part};
use crate::node::{Child, Node};
use crate::{scalar, screen, wording};

/// The deepest nesting, aliases expanded.
pub const MAX_DEPTH: usize = 64;

/// The most values that a text may hold, aliases expanded.
pub const MAX_NODES: usize = 20_000;

/// The roots of all documents in `text`, documents that hold nothing left out.
pub(crate) fn compose(text: &str) -> Result<Vec<Child>, Vec<Problem>> {
    let mut composer = Composer::default();
    for event in Parser::new_from_str(text) {
        let taken = match event {
            Ok((event, span)) => composer.take(event, position(&span.start)),
            Err(error) => Err(unreadable(&error, text)),
        };
        if let Err(problem) = taken {
            composer.problems.push(problem);
            break;
        }
    }
    if !composer.problems.is_empty() {
        return Err(composer.problems);
    }
    composer.roots.retain(|root| !root.node.is_absent());
    Ok(composer.roots)
}

fn position(marker: &Marker) -> Position {
    Position {
        line: marker.line(),
        column: marker.col() + 1,
    }
}

fn unreadable(error: &ScanError, text: &str) -> Problem {
    let at = position(error.marker());
    let problem =
        Problem::error("", format!("not valid YAML or JSON: {}", error.info())).at(Some(at));
    let line = text.lines().nth(at.line.saturating_sub(1)).unwrap_or("");
    let indentation = line.split(|c: char| !c.is_whitespace()).next();
    if indentation.is_some_and(|blank| blank.contains('\t')) {
        return problem.with_hint("indent with spaces, not with tabs");
    }
    if error.info().contains("Unicode character escape") {
        // JSON's pairs of escapes for one character beyond U+FFFF are not YAML.
        return problem.with_hint("write the character itself");
    }
    problem
}

#[derive(Debug, Default)]
struct Composer {
    frames: Vec<Frame>,
    anchors: HashMap<usize, Part>,
    nodes: usize,
    bytes: usize,
    roots: Vec<Child>,
    problems: Vec<Problem>,
}

impl Composer {
    /// Takes one event. An error ends the reading; lesser problems are collected.
    fn take(&mut self, event: Event<'_>, at: Position) -> Result<(), Problem> {
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
            Event::DocumentStart(_) => {
                self.anchors.clear();
                Ok(())
            }
            Event::Alias(anchor) => self.alias(anchor, at),
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_tag(tag.as_deref(), at);
                self.spend(1, text.len(), at)?;
                let part = Part {
                    child: Child {
                        position: at,
                        node: Arc::new(self.scalar(&text, style, at)),
                    },
                    height: 0,
                    nodes: 1,
                    bytes: text.len(),
                };
                self.complete(part, anchor);
                Ok(())
            }
            Event::SequenceStart(anchor, tag) => {
                self.refuse_tag(tag.as_deref(), at);
                self.open(Content::List(Vec::new()), anchor, at)
            }
            Event::MappingStart(anchor, tag) => {
                self.refuse_tag(tag.as_deref(), at);
                self.open(Content::Mapping(BTreeMap::new(), None), anchor, at)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                self.close();
                Ok(())
            }
        }
    }

    fn open(&mut self, content: Content, anchor: usize, at: Position) -> Result<(), Problem> {
        self.limit_depth(1, at)?;
        let (nodes_before, bytes_before) = (self.nodes, self.bytes);
        self.spend(1, 0, at)?;
        self.frames.push(Frame {
            content,
            position: at,
            anchor,
            height: 0,
            nodes_before,
            bytes_before,
        });
        Ok(())
    }

    fn close(&mut self) {
        let Some(frame) = self.frames.pop() else {
            return;
        };
        let anchor = frame.anchor;
        let part = frame.finish(self.nodes, self.bytes);
        self.complete(part, anchor);
    }

    fn alias(&mut self, anchor: usize, at: Position) -> Result<(), Problem> {
        let Some(part) = self.anchors.get(&anchor).cloned() else {
            return Err(self.problem(
                "an alias refers to a value that is not complete before it",
                at,
            ));
        };
        self.limit_depth(part.height, at)?;
        self.spend(part.nodes, part.bytes, at)?;
        self.place(Part {
            child: Child {
                position: at,
                ..part.child
            },
            ..part
        });
        Ok(())
    }

    /// Remembers an anchored part and places it.
    fn complete(&mut self, part: Part, anchor: usize) {
        if anchor != 0 {
            self.anchors.insert(anchor, part.clone());
        }
        self.place(part);
    }

    /// Puts a part where the innermost open list or mapping expects it.
    fn place(&mut self, part: Part) {
        let Some(frame) = self.frames.last_mut() else {
            self.roots.push(part.child);
            return;
        };
        let at = part.child.position;
        if let Err(problem) = frame.accept(part) {
            let pointer = self.pointer();
            let problem = Problem { pointer, ..problem };
            self.problems.push(problem.at(Some(at)));
        }
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, at: Position) -> Node {
        if text.contains(screen::is_refused) {
            let problem = screen::control_character(text, &self.pointer());
            self.problems.push(problem.at(Some(at)));
        }
        if style != ScalarStyle::Plain {
            return Node::Scalar {
                value: Value::from(text),
                source: None,
            };
        }
        let value = scalar::resolve(text).unwrap_or_else(|scalar::Inexpressible| {
            let number = wording::quoted(text);
            let problem = self.problem(format!("{number} is not a number that can be kept"), at);
            self.problems.push(problem);
            Value::Null
        });
        let source = (!value.is_string()).then(|| text.to_owned());
        Node::Scalar { value, source }
    }

    fn refuse_tag(&mut self, tag: Option<&Tag>, at: Position) {
        let Some(tag) = tag else { return };
        let tag = if tag.is_yaml_core_schema() {
            format!("!!{}", tag.suffix)
        } else {
            tag.to_string()
        };
        let message = format!("the tag {} is not allowed", wording::quoted(&tag));
        let problem = self.problem(message, at);
        self.problems.push(problem.with_hint("leave it out"));
    }

    fn limit_depth(&self, height: usize, at: Position) -> Result<(), Problem> {
        if self.frames.len() + height <= MAX_DEPTH {
            return Ok(());
        }
        let message = format!("the document is nested deeper than {MAX_DEPTH} levels");
        Err(Problem::error("", message).at(Some(at)))
    }

    /// Counts what was read or repeated, before it is kept.
    fn spend(&mut self, nodes: usize, bytes: usize, at: Position) -> Result<(), Problem> {
        self.nodes += nodes;
        self.bytes += bytes;
        let message = if self.nodes > MAX_NODES {
            format!("the document has more than {MAX_NODES} values, aliases included")
        } else if self.bytes > screen::MAX_BYTES {
            let most = screen::MAX_BYTES;
            format!("the document has more than {most} bytes of text, aliases included")
        } else {
            return Ok(());
        };
        Err(Problem::error("", message).at(Some(at)))
    }

    fn problem(&self, message: impl Into<String>, at: Position) -> Problem {
        Problem::error(self.pointer(), message).at(Some(at))
    }

    fn pointer(&self) -> String {
        frame::pointer(&self.frames)
    }
}
