//! Validates documents: the schema's verdict, the rules between fields, and the typed result.

use std::collections::BTreeMap;

use groundplane_model::{
    AccessPolicyName, AccessPolicySpec, EnvironmentName, EnvironmentSpec, FrameworkName,
    FrameworkSpec, GuardrailName, GuardrailSpec, LandingZoneName, LandingZoneSpec, LifecycleName,
    LifecycleRef, LifecycleRequest, LifecycleSpec, LifecycleVersion, Problem, ResolverName,
    ResolverSpec, ServiceName, TenantId, TenantSpec, WorkflowName, WorkflowSpec,
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::document::{Document, parse};
use crate::reference::documented;
use crate::schema::{Kind, Schema, section_names, service_fields};
use crate::{defaults, explain, pointer, report, rules, wording};

/// A valid document, and what its author should know all the same.
#[derive(Debug, Clone, PartialEq)]
pub struct Validated {
    /// The document.
    pub document: ValidDocument,
    /// For example the sections that are ignored.
    pub warnings: Vec<Problem>,
}

/// A valid document by its kind, every default filled in.
#[derive(Debug, Clone, PartialEq)]
pub enum ValidDocument {
    /// `kind: Service`.
    Service(Service),
    /// `kind: LandingZone`.
    LandingZone(Box<LandingZone>),
    /// `kind: Environment`.
    Environment(Environment),
    /// `kind: Resolver`.
    Resolver(Resolver),
    /// `kind: Lifecycle`.
    Lifecycle(Box<Lifecycle>),
    /// `kind: Workflow`.
    Workflow(Workflow),
    /// `kind: AccessPolicy`.
    AccessPolicy(Box<AccessPolicy>),
    /// `kind: Guardrail`.
    Guardrail(Box<Guardrail>),
    /// `kind: Tenant`.
    Tenant(Box<Tenant>),
    /// `kind: ComplianceFramework`.
    ComplianceFramework(ComplianceFramework),
}

/// What a product team asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Service {
    /// Its name.
    pub name: ServiceName,
    /// The environment that the document names, if it names one.
    pub environment: Option<EnvironmentName>,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// The lifecycle that it asks for; the built-in one if none.
    pub lifecycle: Option<LifecycleRequest>,
    /// The whole document with every default.
    pub value: Value,
}

/// The shared ground of one account and region.
#[derive(Debug, Clone, PartialEq)]
pub struct LandingZone {
    /// Its name.
    pub name: LandingZoneName,
    /// What it offers.
    pub spec: LandingZoneSpec,
}

/// A place that services are deployed to.
#[derive(Debug, Clone, PartialEq)]
pub struct Environment {
    /// Its name.
    pub name: EnvironmentName,
    /// What it is.
    pub spec: EnvironmentSpec,
}

/// What turns abstract inputs into concrete values.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolver {
    /// Its name.
    pub name: ResolverName,
    /// What it is.
    pub spec: ResolverSpec,
}

/// The state machine that instances live in. That it is sound as a whole is for the crate
/// `groundplane-lifecycle` to say.
#[derive(Debug, Clone, PartialEq)]
pub struct Lifecycle {
    /// Its name and version.
    pub reference: LifecycleRef,
    /// What it is.
    pub spec: LifecycleSpec,
}

/// A state machine of Step Functions that lifecycles may run.
#[derive(Debug, Clone, PartialEq)]
pub struct Workflow {
    /// Its name.
    pub name: WorkflowName,
    /// What it is.
    pub spec: WorkflowSpec,
}

/// Rules that every rendered template must keep. That its policy can be used is for the crate
/// `groundplane-guardrails` to say.
#[derive(Debug, Clone, PartialEq)]
pub struct Guardrail {
    /// Its name.
    pub name: GuardrailName,
    /// What it is.
    pub spec: GuardrailSpec,
}

/// What a tenant is allowed.
#[derive(Debug, Clone, PartialEq)]
pub struct Tenant {
    /// The tenant.
    pub name: TenantId,
    /// What it is allowed.
    pub spec: TenantSpec,
}

/// Controls, what they are about, and what proves that they are kept.
#[derive(Debug, Clone, PartialEq)]
pub struct ComplianceFramework {
    /// Its name.
    pub name: FrameworkName,
    /// What it is.
    pub spec: FrameworkSpec,
}

/// Who has which roles.
#[derive(Debug, Clone, PartialEq)]
pub struct AccessPolicy {
    /// Its name.
    pub name: AccessPolicyName,
    /// What it says.
    pub spec: AccessPolicySpec,
}

impl ValidDocument {
    /// What the document is.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Service(_) => Kind::Service,
            Self::LandingZone(_) => Kind::LandingZone,
            Self::Environment(_) => Kind::Environment,
            Self::Resolver(_) => Kind::Resolver,
            Self::Lifecycle(_) => Kind::Lifecycle,
            Self::Workflow(_) => Kind::Workflow,
            Self::AccessPolicy(_) => Kind::AccessPolicy,
            Self::Guardrail(_) => Kind::Guardrail,
            Self::Tenant(_) => Kind::Tenant,
            Self::ComplianceFramework(_) => Kind::ComplianceFramework,
        }
    }

    /// The name in its metadata.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Service(service) => service.name.as_str(),
            Self::LandingZone(landing_zone) => landing_zone.name.as_str(),
            Self::Environment(environment) => environment.name.as_str(),
            Self::Resolver(resolver) => resolver.name.as_str(),
            Self::Lifecycle(lifecycle) => lifecycle.reference.name.as_str(),
            Self::Workflow(workflow) => workflow.name.as_str(),
            Self::AccessPolicy(policy) => policy.name.as_str(),
            Self::Guardrail(guardrail) => guardrail.name.as_str(),
            Self::Tenant(tenant) => tenant.name.as_str(),
            Self::ComplianceFramework(framework) => framework.name.as_str(),
        }
    }
}

impl Service {
    /// The section `name` with its defaults, if the document has it and it is a known one.
    #[must_use]
    pub fn section(&self, name: &str) -> Option<&Value> {
        self.sections()
            .find_map(|(known, section)| (known == name).then_some(section))
    }

    /// The known sections that the document has, with their defaults.
    pub fn sections(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        let spec = self.value.get("spec");
        section_names().filter_map(move |name| Some((name, spec?.get(name)?)))
    }
}

/// Validates `document` and fills in its defaults.
///
/// # Errors
/// Every problem of the document, warnings included, in the order of the text; at most
/// [`crate::MAX_PROBLEMS`] and a count of the rest.
pub fn validate(document: &Document) -> Result<Validated, Vec<Problem>> {
    let envelope = explain::problems(Schema::envelope(), document, document.value());
    let Some(kind) = document.kind().and_then(Kind::named) else {
        return Err(report::finish(envelope));
    };
    let schema = Schema::of(kind);
    let mut filled = document.value().clone();
    defaults::fill(schema, &schema.composed, &mut filled);
    // The order of a document's keys means nothing, so it must not reach a template either.
    filled.sort_all_objects();
    let mut problems = explain::problems(schema, document, &filled);
    problems.extend(rules::problems(schema, document, &filled));
    let warnings = match kind {
        Kind::Service => ignored_sections(document),
        Kind::LandingZone
        | Kind::Environment
        | Kind::Resolver
        | Kind::Lifecycle
        | Kind::Workflow
        | Kind::AccessPolicy
        | Kind::Guardrail
        | Kind::Tenant
        | Kind::ComplianceFramework => Vec::new(),
    };
    if !problems.is_empty() {
        problems.extend(warnings);
        return Err(in_reference(kind, problems));
    }
    let document = typed(kind, filled).map_err(|problem| vec![problem])?;
    let warnings = in_reference(kind, warnings);
    Ok(Validated { document, warnings })
}

/// The problems as users get them, each with where its field is documented.
fn in_reference(kind: Kind, problems: Vec<Problem>) -> Vec<Problem> {
    let problems = report::finish(problems).into_iter();
    problems.map(|problem| documented(kind, problem)).collect()
}

/// Validates a document that no longer has a text, for example one that resolvers gave values to.
///
/// # Errors
/// As [`validate`]; the problems have pointers and no places.
pub fn validate_value(value: &Value) -> Result<Validated, Vec<Problem>> {
    let placeless = |problems: Vec<Problem>| {
        let problems = problems.into_iter();
        problems.map(|problem| problem.at(None)).collect::<Vec<_>>()
    };
    let document = parse(&value.to_string()).map_err(placeless)?;
    validate(&document).map_err(placeless)
}

fn ignored_sections(document: &Document) -> Vec<Problem> {
    let sections = document.value().get("spec").and_then(Value::as_object);
    let unknown = |name: &&String| service_fields().all(|(known, _)| known != name.as_str());
    let mut warnings: Vec<_> = sections
        .into_iter()
        .flat_map(|sections| sections.keys().filter(unknown))
        .map(|name| {
            let pointer = pointer::join("/spec", name);
            let at = document.key_position(&pointer);
            let message = format!("unknown section {} is ignored", wording::quoted(name));
            let problem = Problem::warning(pointer, message).at(at);
            match wording::did_you_mean(name, service_fields().map(|(known, _)| known)) {
                Some(hint) => problem.with_hint(hint),
                None => problem,
            }
        })
        .collect();
    let asks = |name: &String| section_names().any(|known| known == name);
    if sections.is_some_and(|sections| !sections.keys().any(asks)) {
        let known: Vec<_> = section_names().map(str::to_owned).collect();
        warnings.push(
            Problem::warning(
                "/spec",
                "the spec has no known section, so it asks for nothing",
            )
            .at(document.position("/spec"))
            .with_hint(format!("it can have {}", wording::any_of(&known))),
        );
    }
    warnings
}

/// The typed form. The schema admits nothing that has none, which the tests hold it to; were it
/// otherwise, the user gets a problem and not a crash.
fn typed(kind: Kind, value: Value) -> Result<ValidDocument, Problem> {
    Ok(match kind {
        Kind::Service => ValidDocument::Service(Service {
            name: part(&value, "/metadata/name")?,
            environment: part(&value, "/metadata/environment")?,
            labels: part::<Option<_>>(&value, "/metadata/labels")?.unwrap_or_default(),
            lifecycle: part(&value, "/spec/lifecycle")?,
            value,
        }),
        Kind::LandingZone => ValidDocument::LandingZone(Box::new(LandingZone {
            name: part(&value, "/metadata/name")?,
            spec: part(&value, "/spec")?,
        })),
        Kind::Environment => ValidDocument::Environment(Environment {
            name: part(&value, "/metadata/name")?,
            spec: part(&value, "/spec")?,
        }),
        Kind::Resolver => ValidDocument::Resolver(Resolver {
            name: part(&value, "/metadata/name")?,
            spec: part(&value, "/spec")?,
        }),
        Kind::Lifecycle => {
            let name: LifecycleName = part(&value, "/metadata/name")?;
            let version: LifecycleVersion = part(&value, "/metadata/version")?;
            ValidDocument::Lifecycle(Box::new(Lifecycle {
                reference: LifecycleRef { name, version },
                spec: part(&value, "/spec")?,
            }))
        }
        Kind::Workflow => ValidDocument::Workflow(Workflow {
            name: part(&value, "/metadata/name")?,
            spec: part(&value, "/spec")?,
        }),
        Kind::AccessPolicy => ValidDocument::AccessPolicy(Box::new(AccessPolicy {
            name: part(&value, "/metadata/name")?,
            spec: part(&value, "/spec")?,
        })),
        Kind::Guardrail => ValidDocument::Guardrail(Box::new(Guardrail {
            name: part(&value, "/metadata/name")?,
            spec: part(&value, "/spec")?,
        })),
        Kind::Tenant => ValidDocument::Tenant(Box::new(Tenant {
            name: part(&value, "/metadata/name")?,
            spec: part(&value, "/spec")?,
        })),
        Kind::ComplianceFramework => ValidDocument::ComplianceFramework(ComplianceFramework {
            name: part(&value, "/metadata/name")?,
            spec: part(&value, "/spec")?,
        }),
    })
}

/// The typed form of the part at `pointer`, which is null where it is missing.
fn part<T: DeserializeOwned>(value: &Value, pointer: &str) -> Result<T, Problem> {
    let part = value.pointer(pointer).cloned().unwrap_or_default();
    serde_json::from_value(part)
        .map_err(|error| Problem::error(pointer, format!("cannot be used: {error}")))
}
