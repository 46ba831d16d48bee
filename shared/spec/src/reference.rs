//! What the schemas say of each field, for people: one field alone, every field of a kind as a page
//! of `docs/reference/`, and where the field that a problem is about is documented.

mod facts;
mod page;

use groundplane_model::{Documentation, Problem};
use serde::Serialize;
use serde_json::Value;

use crate::pointer;
use crate::schema::{Kind, Schema};

pub use facts::Fact;
pub use page::reference_page;

/// What stands for any item of a list and any name of a mapping.
const ANY: &str = "*";

/// What is said of one field of a kind of document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Field {
    /// Where it is: `*` stands for any item and any name. Empty for the whole document.
    pub pointer: String,
    /// What it is.
    pub description: String,
    /// Its type, its default, what it may be, examples.
    pub facts: Vec<Fact>,
    /// The fields below it.
    pub fields: Vec<Below>,
}

/// A field below another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Below {
    /// Its name; `*` for items, and for fields that users name.
    pub name: String,
    /// What it is.
    pub description: String,
}

/// The field at `pointer` of documents of a kind, if there is such a field.
#[must_use]
pub fn field(kind: Kind, pointer: &str) -> Option<Field> {
    let place = Place::nearest(Schema::of(kind), pointer);
    (place.depth == pointer::tokens(pointer).count()).then(|| place.field())
}

/// Where the field at `pointer` is documented, or the nearest one around it that there is.
#[must_use]
pub fn documentation(kind: Kind, pointer: &str) -> Documentation {
    let place = Place::nearest(Schema::of(kind), pointer);
    let anchor = anchor(&place.pointer);
    let page = format!("docs/reference/{}.md{anchor}", kind.file_name());
    let field = match place.pointer.as_str() {
        "" => String::new(),
        // A shell would look for files of such names.
        pointer if pointer.contains(ANY) => format!(" '{pointer}'"),
        pointer => format!(" {pointer}"),
    };
    Documentation {
        page,
        command: format!("groundplane schema {kind}{field}"),
    }
}

/// The same problem of a document of a kind, with where its field is documented.
pub(crate) fn documented(kind: Kind, problem: Problem) -> Problem {
    Problem {
        documentation: Some(documentation(kind, &problem.pointer)),
        ..problem
    }
}

/// The place of a field on its page, as the end of a link.
fn anchor(pointer: &str) -> String {
    match name_of_anchor(pointer) {
        name if name.is_empty() => name,
        name => format!("#{name}"),
    }
}

fn name_of_anchor(pointer: &str) -> String {
    let tokens = pointer::tokens(pointer).map(|token| match token.as_str() {
        ANY => "each".to_owned(),
        _ => token,
    });
    tokens.collect::<Vec<_>>().join("-")
}

/// A part of a schema and the field that it applies to.
#[derive(Clone)]
struct Place<'a> {
    schema: &'a Schema,
    /// What applies to the field.
    part: &'a Value,
    /// What applies to the field that it is in.
    parent: Option<&'a Value>,
    pointer: String,
    depth: usize,
}

impl<'a> Place<'a> {
    /// The whole document.
    fn root(schema: &'a Schema) -> Self {
        Self {
            schema,
            part: &schema.composed,
            parent: None,
            pointer: String::new(),
            depth: 0,
        }
    }

    /// The field at `pointer`, or the nearest one around it that the schema knows.
    fn nearest(schema: &'a Schema, pointer: &str) -> Self {
        let mut place = Self::root(schema);
        for token in pointer::tokens(pointer) {
            match place.child(&token) {
                Some(child) => place = child,
                None => break,
            }
        }
        place
    }

    /// The field or item `token` of this one.
    fn child(&self, token: &str) -> Option<Self> {
        self.schema.applied(self.part).find_map(|part| {
            let named = part.get("properties").and_then(|fields| fields.get(token));
            let any = || {
                part.get("additionalProperties")
                    .or_else(|| part.get("items"))
            };
            let (name, below) = match named {
                Some(field) => (token, field),
                None => (ANY, any()?),
            };
            // `true` and `false` say whether there may be such fields, and nothing of them.
            below.is_object().then(|| Self {
                schema: self.schema,
                part: below,
                parent: Some(self.part),
                pointer: pointer::join(&self.pointer, name),
                depth: self.depth + 1,
            })
        })
    }

    /// The names of the fields below, in the order of the schema.
    fn names(&self) -> Vec<&'a str> {
        let mut names = Vec::new();
        for part in self.schema.applied(self.part) {
            let fields = part.get("properties").and_then(Value::as_object);
            names.extend(
                fields
                    .into_iter()
                    .flat_map(|fields| fields.keys().map(String::as_str)),
            );
            let is_any = |keyword| part.get(keyword).is_some_and(Value::is_object);
            names.extend((is_any("additionalProperties") || is_any("items")).then_some(ANY));
        }
        names
    }

    fn keyword(&self, keyword: &str) -> Option<&'a Value> {
        self.schema.keyword(self.part, keyword)
    }

    fn description(&self) -> String {
        let description = self.keyword("description").and_then(Value::as_str);
        description.unwrap_or_default().to_owned()
    }

    fn field(&self) -> Field {
        let below = |name: &str| {
            let child = self.child(name)?;
            Some(Below {
                name: name.to_owned(),
                description: child.description(),
            })
        };
        Field {
            pointer: self.pointer.clone(),
            description: self.description(),
            facts: facts::of(self),
            fields: self.names().into_iter().filter_map(below).collect(),
        }
    }
}

#[cfg(test)]
mod tests;
