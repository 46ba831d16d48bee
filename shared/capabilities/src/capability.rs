//! What a capability is.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use groundplane_model::{Environment, InstanceId, LandingZone, Problem, ResolverName};

use crate::{References, RenderError, Resolved, Resources, Sections};

/// The phases of a deployment. The context keys decide what comes after what; a phase says which
/// keys users may refer to, and orders units that no key orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Security groups and roles, derived from which sections are declared.
    Foundation,
    /// Data and discovery.
    Infrastructure,
    /// What runs the team's code.
    Compute,
    /// What leads traffic to it.
    Networking,
}

/// Context keys, in their order.
pub type Keys<'a> = BTreeSet<Cow<'a, str>>;

/// A value that a unit wants from a resolver before it is rendered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Want {
    /// What the unit calls it, for example `stack`. What is wanted under the same word stays what
    /// it is: a value of another size needs another word.
    pub input: String,
    /// The resolver.
    pub resolver: ResolverName,
    /// What the resolver is told.
    pub inputs: BTreeMap<String, String>,
}

impl Want {
    /// What the stack of a unit, which every unit has, is called.
    pub const STACK: &'static str = "stack";

    /// A name for a resource of `resource_type`, for example `AWS::ECS::Service`.
    #[must_use]
    pub fn name(input: &str, resource_type: &str) -> Self {
        Self::of(
            ResolverName::naming(),
            input,
            [("resourceType", resource_type)],
        )
    }

    /// The name of the unit's stack.
    #[must_use]
    pub fn stack() -> Self {
        Self::name(Self::STACK, "AWS::CloudFormation::Stack")
    }

    /// A block of addresses.
    #[must_use]
    pub fn block(input: &str, prefix_length: u8) -> Self {
        let length = prefix_length.to_string();
        Self::of(ResolverName::ipam(), input, [("prefixLength", &length)])
    }

    fn of<const N: usize>(resolver: ResolverName, input: &str, inputs: [(&str, &str); N]) -> Self {
        let inputs = inputs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self {
            input: input.to_owned(),
            resolver,
            inputs: inputs.into(),
        }
    }
}

/// A `${context.key}` in the user's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use<'a> {
    /// Where it stands: a JSON pointer into the document.
    pub pointer: String,
    /// The key.
    pub key: &'a str,
}

/// What a spec is checked against before anything starts.
#[derive(Debug, Clone, Copy)]
pub struct CheckInput<'a> {
    /// The sections of the spec.
    pub sections: &'a Sections<'a>,
    /// The environment that it is for.
    pub environment: &'a Environment,
    /// The landing zone of that environment.
    pub landing_zone: &'a LandingZone,
}

/// What a unit is rendered from, the context aside.
#[derive(Debug, Clone, Copy)]
pub struct RenderInput<'a> {
    /// The instance.
    pub instance: &'a InstanceId,
    /// The sections of its spec.
    pub sections: &'a Sections<'a>,
    /// The environment that it is in.
    pub environment: &'a Environment,
    /// The landing zone of that environment.
    pub landing_zone: &'a LandingZone,
    /// What the resolvers handed out.
    pub resolved: &'a Resolved,
}

/// Provisions one unit: a section of the spec, a part of one, or what several have in common.
///
/// Rendering is total (every input gives a template or an error in the user's terms) and
/// deterministic. What is declared is what is used: `render` asks the context for the keys of
/// `reads`, each of them and no other, and writes those of `writes`.
pub trait Capability: Sync {
    /// The name of the unit.
    fn unit(&self) -> &'static str;

    /// The section that it provisions; none if it derives from others.
    fn section(&self) -> Option<&'static str>;

    /// Its phase.
    fn phase(&self) -> Phase;

    /// Whether the spec needs this unit. A section that only changes what other units do has none
    /// of its own.
    fn applies(&self, sections: &Sections<'_>) -> bool {
        self.section()
            .is_some_and(|section| sections.declares(section))
    }

    /// The sections that the spec must declare as well.
    fn requires(&self) -> &'static [&'static str] {
        &[]
    }

    /// The context keys that it reads.
    fn reads<'a>(&self, sections: &Sections<'a>) -> Keys<'a>;

    /// The context keys that it writes.
    fn writes<'a>(&self, sections: &Sections<'a>) -> Keys<'a>;

    /// What it wants from resolvers.
    fn wants(&self, _sections: &Sections<'_>) -> Vec<Want> {
        vec![Want::stack()]
    }

    /// The `${context.key}`s in the user's text, which `reads` has as well.
    fn uses<'a>(&self, _sections: &Sections<'a>) -> Vec<Use<'a>> {
        Vec::new()
    }

    /// What is wrong with the section on this ground, beyond what its schema says.
    fn check(&self, _input: &CheckInput<'_>) -> Vec<Problem> {
        Vec::new()
    }

    /// What is wrong with turning what was deployed from the sections `before` into this, or with
    /// removing it where the section is no longer declared.
    fn check_change(&self, _before: &Sections<'_>, _input: &CheckInput<'_>) -> Vec<Problem> {
        Vec::new()
    }

    /// The resources of the unit's template. Parameters and outputs follow from what is asked of
    /// and written to `context`.
    ///
    /// # Errors
    /// Where the section cannot be read, or a context key or a name is missing.
    fn render(
        &self,
        input: &RenderInput<'_>,
        context: &mut References<'_>,
    ) -> Result<Resources, RenderError>;
}
