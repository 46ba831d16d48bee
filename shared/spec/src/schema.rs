//! The JSON Schema files of `schema/`, compiled in: composed into one schema per kind of document,
//! each as data and as code that validates.

use std::fmt;
use std::sync::LazyLock;

use jsonschema::ValidationError;
use serde_json::Value;

use crate::pointer;

/// What `build.rs` writes: the schemas composed, and the code that they are turned into.
#[allow(
    clippy::all,
    clippy::pedantic,
    clippy::restriction,
    missing_debug_implementations,
    missing_docs,
    unreachable_pub,
    reason = "code that nobody reads"
)]
mod generated {
    use super::Embedded;

    include!(concat!(env!("OUT_DIR"), "/schemas.rs"));
}

/// A schema as it is compiled in.
struct Embedded {
    name: &'static str,
    /// The composed schema.
    text: &'static str,
    /// Everything that it finds wrong with a value.
    errors: Errors,
}

/// Everything that a schema finds wrong with a value.
type Errors = for<'a> fn(&'a Value) -> Vec<ValidationError<'a>>;

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

    /// The name of its files: of its schema, and of its page in the reference.
    #[must_use]
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::LandingZone => "landing-zone",
            Self::Environment => "environment",
            Self::Resolver => "resolver",
            Self::Lifecycle => "lifecycle",
            Self::Workflow => "workflow",
            Self::AccessPolicy => "access-policy",
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

/// A composed schema, and what validates by it.
#[derive(Debug)]
pub(crate) struct Schema {
    pub(crate) composed: Value,
    validator: Validator,
}

/// What validates: code that the schema was turned into, or in tests a schema compiled on the spot.
#[derive(Debug)]
enum Validator {
    Code(Errors),
    #[cfg(test)]
    Compiled(Box<jsonschema::Validator>),
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
        reason = "the schemas are compiled in, and a test reads every one of them"
    )]
    fn embedded(name: &str) -> Self {
        let mut embedded = generated::EMBEDDED.iter();
        let found = embedded.find(|schema| schema.name == name);
        let read = found.and_then(|Embedded { text, errors, .. }| {
            Some(Self {
                composed: serde_json::from_str(text).ok()?,
                validator: Validator::Code(*errors),
            })
        });
        read.expect("every kind of document has an embedded schema")
    }

    /// Everything that is wrong with `value`.
    pub(crate) fn errors<'a>(&'a self, value: &'a Value) -> Vec<ValidationError<'a>> {
        match &self.validator {
            Validator::Code(errors) => errors(value),
            #[cfg(test)]
            Validator::Compiled(validator) => validator.iter_errors(value).collect(),
        }
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

#[cfg(test)]
mod tests;
