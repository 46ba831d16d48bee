//! The policies that Groundplane brings, in Cedar, and the schema that all policies are held to.

use std::fmt::Write as _;

use cedar_policy::{Policy, PolicyId, PolicySet};

use crate::{Action, Tier};

/// The shipped policies, by name.
const SHIPPED: [(&str, &str); 7] = [
    ("read-only", include_str!("policies/read-only.cedar")),
    ("user", include_str!("policies/user.cedar")),
    ("tenant-admin", include_str!("policies/tenant-admin.cedar")),
    (
        "provider-admin",
        include_str!("policies/provider-admin.cedar"),
    ),
    ("system", include_str!("policies/system.cedar")),
    ("custom-role", include_str!("policies/custom-role.cedar")),
    ("same-tenant", include_str!("policies/same-tenant.cedar")),
];

/// The group of the actions that reach what other tenants have.
pub(crate) const ACROSS_TENANTS: &str = "across-tenants";

/// A set of policies, each a name and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policies(Vec<(String, String)>);

impl Policies {
    /// Those that Groundplane brings.
    #[must_use]
    pub fn shipped() -> Self {
        let owned = |(name, text): (&str, &str)| (name.to_owned(), text.to_owned());
        Self(SHIPPED.into_iter().map(owned).collect())
    }

    /// The same without one of them. For tests that prove what each is for.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.0.retain(|(other, _)| other != name);
        self
    }

    /// The same with one more.
    #[must_use]
    pub fn with(mut self, name: &str, text: &str) -> Self {
        self.0.push((name.to_owned(), text.to_owned()));
        self
    }

    /// Their names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// The set as Cedar has it; of the first that cannot be read or has a name twice, what Cedar
    /// says about it.
    pub(crate) fn parse(&self) -> Result<PolicySet, String> {
        let mut set = PolicySet::new();
        for (name, text) in &self.0 {
            let policy = Policy::parse(Some(PolicyId::new(name)), text)
                .map_err(|error| format!("`{name}`: {error}"))?;
            set.add(policy).map_err(|error| error.to_string())?;
        }
        Ok(set)
    }
}

/// The schema of Cedar that every policy is held to. `authority.cedarschema` is a copy for readers
/// and editors.
#[must_use]
pub fn schema_text() -> String {
    let mut text = SCHEMA_HEAD.to_owned();
    let groups = Tier::ALL.map(Tier::name).into_iter();
    for group in groups.chain([ACROSS_TENANTS]) {
        // Writing to a text never fails.
        let _ = writeln!(text, "action \"{group}\";");
    }
    text.push('\n');
    for action in Action::ALL {
        let groups: Vec<String> = groups_of(*action)
            .map(|name| format!("\"{name}\""))
            .collect();
        let _ = writeln!(
            text,
            "// {}\naction \"{action}\" in [{}] appliesTo {{ principal: Caller, resource: Object, context: Context }};",
            action.what(),
            groups.join(", ")
        );
    }
    text
}

/// The groups that an action is in: the tiers that have it, and whether it reaches other tenants.
pub(crate) fn groups_of(action: Action) -> impl Iterator<Item = &'static str> {
    let tiers = Tier::ALL.into_iter().filter(move |tier| tier.has(action));
    let across = action.reaches_across_tenants().then_some(ACROSS_TENANTS);
    tiers.map(Tier::name).chain(across)
}

const SCHEMA_HEAD: &str = r#"// What policies can speak of. Written from the code by the tests of this crate.

// A role: a tier, or one that the access policy defines.
entity Role;

// Who asks. `groups` are those of the token, `granted` the actions of roles that the access policy
// defines. The platform itself has no tenant.
entity Caller in [Role] {
  tenant?: String,
  groups: Set<String>,
  granted: Set<String>,
};

// What is asked for. What belongs to the provider has no tenant.
entity Object {
  tenant?: String,
};

type Context = {
  // The name of the action.
  action: String,
};

"#;
