//! The JSON Schema files of `schema/`, compiled in: composed into one schema per kind of document
//! and compiled once.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::LazyLock;

use jsonschema::{Draft, PatternOptions, Validator};
use serde_json::{Map, Value};

use crate::pointer;

// `FILES`: every file of `schema/`, by name; `build.rs` lists them.
include!(concat!(env!("OUT_DIR"), "/schemas.rs"));

/// The kinds of documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// What a product team asks for.
    Service,
    /// The shared ground of one account and region.
    LandingZone,
    /// A place that services are deployed to.
    Environment,
    /// What turns abstract inputs into concrete values.
    Resolver,
    /// The state machine that instances live in.
    Lifecycle,
    /// A state machine of Step Functions that lifecycles may run.
    Workflow,
    /// Who has which roles.
    AccessPolicy,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Service,
        Self::LandingZone,
        Self::Environment,
        Self::Resolver,
        Self::Lifecycle,
        Self::Workflow,
        Self::AccessPolicy,
    ];

    /// The kind as documents name it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Service => "Service",
            Self::LandingZone => "LandingZone",
            Self::Environment => "Environment",
            Self::Resolver => "Resolver",
            Self::Lifecycle => "Lifecycle",
            Self::Workflow => "Workflow",
            Self::AccessPolicy => "AccessPolicy",
        }
    }

    /// The kind that documents call `name`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The whole schema of a kind of document as one JSON Schema (2020-12), its parts in `$defs`.
#[must_use]
pub fn composed_schema(kind: Kind) -> &'static Value {
    &Schema::of(kind).composed
}

/// Whether documents of a kind can have a field or item at `pointer`; `*` stands for any item.
#[must_use]
pub fn has_field(kind: Kind, pointer: &str) -> bool {
    let field = Schema::of(kind).field(pointer);
    field.is_some_and(|field| field.is_object())
}

/// The names of the sections that a `Service` can have.
pub fn section_names() -> impl Iterator<Item = &'static str> {
    // A section has a file of its own.
    let sections = service_fields().filter(|(_, field)| field.get("$ref").is_some());
    sections.map(|(name, _)| name)
}

/// What the `spec` of a `Service` can have: its sections, and what it says of itself.
pub(crate) fn service_fields() -> impl Iterator<Item = (&'static str, &'static Value)> {
    composed_schema(Kind::Service)
        .pointer("/properties/spec/properties")
        .and_then(Value::as_object)
        .into_iter()
        .flat_map(|fields| fields.iter().map(|(name, field)| (name.as_str(), field)))
}

/// A composed schema, and the same compiled.
#[derive(Debug)]
pub(crate) struct Schema {
    pub(crate) composed: Value,
    pub(crate) validator: Validator,
}

static SERVICE: LazyLock<Schema> = LazyLock::new(|| Schema::embedded("service"));
static LANDING_ZONE: LazyLock<Schema> = LazyLock::new(|| Schema::embedded("landing-zone"));
static ENVIRONMENT: LazyLock<Schema> = LazyLock::new(|| Schema::embedded("environment"));
static RESOLVER: LazyLock<Schema> = LazyLock::new(|| Schema::embedded("resolver"));
static LIFECYCLE: LazyLock<Schema> = LazyLock::new(|| Schema::embedded("lifecycle"));
static WORKFLOW: LazyLock<Schema> = LazyLock::new(|| Schema::embedded("workflow"));
static ACCESS_POLICY: LazyLock<Schema> = LazyLock::new(|| Schema::embedded("access-policy"));
static ENVELOPE: LazyLock<Schema> = LazyLock::new(|| Schema::embedded("envelope"));

impl Schema {
    pub(crate) fn of(kind: Kind) -> &'static Self {
        match kind {
            Kind::Service => &SERVICE,
            Kind::LandingZone => &LANDING_ZONE,
            Kind::Environment => &ENVIRONMENT,
            Kind::Resolver => &RESOLVER,
            Kind::Lifecycle => &LIFECYCLE,
            Kind::Workflow => &WORKFLOW,
            Kind::AccessPolicy => &ACCESS_POLICY,
        }
    }

    /// What every document has, whatever its kind.
    pub(crate) fn envelope() -> &'static Self {
        &ENVELOPE
    }

    #[expect(
        clippy::expect_used,
        reason = "the files are compiled in, and a test compiles every one of them"
    )]
    pub(crate) fn embedded(name: &str) -> Self {
        Self::compile(compose(name)).expect("the embedded schemas are valid")
    }

    /// Compiles a schema whose references all lead into itself.
    pub(crate) fn compile(composed: Value) -> Result<Self, String> {
        let validator = jsonschema::options()
            .with_draft(Draft::Draft202012)
            // Linear time, whatever the input.
            .with_pattern_options(PatternOptions::regex())
            .offline()
            .build(&composed)
            .map_err(|error| error.to_string())?;
        Ok(Self {
            composed,
            validator,
        })
    }

    /// The part of the schema that is applied at `pointer` in the schema.
    pub(crate) fn part(&self, pointer: &str) -> &Value {
        self.composed.pointer(pointer).unwrap_or(&Value::Null)
    }

    /// The part that applies to the field or item at `pointer` of a document.
    pub(crate) fn field(&self, pointer: &str) -> Option<&Value> {
        pointer::tokens(pointer).try_fold(&self.composed, |part, token| self.below(part, &token))
    }

    /// `part` and all that it refers to, the nearest first.
    pub(crate) fn applied<'a>(&'a self, part: &'a Value) -> impl Iterator<Item = &'a Value> {
        std::iter::successors(Some(part), |part| {
            let reference = part.get("$ref")?.as_str()?;
            self.composed.pointer(reference.strip_prefix('#')?)
        })
    }

    /// What `keyword` says for `part`, the nearest first.
    pub(crate) fn keyword<'a>(&'a self, part: &'a Value, keyword: &str) -> Option<&'a Value> {
        self.applied(part).find_map(|part| part.get(keyword))
    }

    /// The part that applies to the field or item `token` of what `part` applies to.
    pub(crate) fn below<'a>(&'a self, part: &'a Value, token: &str) -> Option<&'a Value> {
        self.applied(part).find_map(|part| {
            part.get("properties")
                .and_then(|fields| fields.get(token))
                .or_else(|| part.get("additionalProperties"))
                .or_else(|| part.get("items"))
        })
    }
}

/// The file `name` with every file that it refers to, directly or not, in its `$defs`.
fn compose(name: &str) -> Value {
    let mut wanted = BTreeSet::new();
    let mut root = bundled(name, name, &mut wanted);
    let mut parts = Map::new();
    while let Some(next) = wanted.pop_first() {
        if !parts.contains_key(&next) {
            parts.insert(next.clone(), Value::Null);
            let part = bundled(&next, name, &mut wanted);
            parts.insert(next, part);
        }
    }
    if let (Some(root), false) = (root.as_object_mut(), parts.is_empty()) {
        root.insert("$defs".to_owned(), Value::Object(parts));
    }
    root
}

/// One file, its references rewritten to where the other files come to lie.
fn bundled(name: &str, root: &str, wanted: &mut BTreeSet<String>) -> Value {
    let text = FILES.iter().find(|(file, _)| *file == name);
    let mut value: Value = text
        .and_then(|(_, text)| serde_json::from_str(text).ok())
        .unwrap_or_default();
    redirect(&mut value, name, wanted);
    if let (Some(part), false) = (value.as_object_mut(), name == root) {
        part.remove("$schema");
    }
    value
}

fn redirect(value: &mut Value, file: &str, wanted: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(reference)) = fields.get_mut("$ref") {
                let (path, fragment) = reference.split_once('#').unwrap_or((reference, ""));
                let target = path.rsplit('/').next().unwrap_or(path);
                let target = target.strip_suffix(".json").unwrap_or(file).to_owned();
                *reference = format!("#/$defs/{target}{fragment}");
                wanted.insert(target);
            }
            fields
                .values_mut()
                .for_each(|field| redirect(field, file, wanted));
        }
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| redirect(item, file, wanted)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
