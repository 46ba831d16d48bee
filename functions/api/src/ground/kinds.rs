//! The kinds of documents that platform engineers apply whole.

use groundplane_authority::check_access;
use groundplane_drift::check_policy;
use groundplane_governance::check_limits;
use groundplane_model::{
    AccessPolicy, AccessPolicyName, ApprovalPolicy, Environment, EnvironmentName, Index, Key,
    LandingZone, LandingZoneName, Limit, Partition, Problem, Record, Resolver, ResolverConfigs,
    ResolverName, Workflow, WorkflowName, parse_duration,
};
use groundplane_ports::Clock;
use groundplane_resolvers::check_config;
use groundplane_spec::{InputSchema, Kind, ValidDocument, has_field};
use serde_json::Value;

use super::DocumentView;
use super::standing::{check_account, check_boundary};
use crate::gate::Caller;

/// A document that is applied whole and of which the newest version counts.
pub(crate) trait Ground: Record + PartialEq {
    /// The `kind` of its document.
    const DOCUMENT: &'static str;

    /// Where the one of that name lies, if it can be a name.
    fn key_of(name: &str) -> Option<Key>;

    /// All of them.
    fn all() -> Index;

    /// The record that a document makes over `version`, if the document is of this kind.
    fn from_document(document: ValidDocument, by: &Caller, clock: &impl Clock) -> Option<Self>;

    /// The record over the version that is stored.
    fn over(self, version: u64) -> Self;

    /// What it says, as its document does.
    fn spec(&self) -> Value;

    /// What is shown of it.
    fn view(self) -> DocumentView;

    /// Whether both say the same.
    fn says_the_same(&self, other: &Self) -> bool;

    /// The name of another ground that this one stands on.
    fn stands_on(&self) -> Option<&LandingZoneName> {
        None
    }

    /// What is wrong with it beyond what its schema says, and what is only unwise.
    fn check(&self) -> Vec<Problem>;

    /// What it must not take back of what `before` has said.
    fn breaks(&self, _before: &Self) -> Vec<Problem> {
        Vec::new()
    }

    /// The landing zone that would be somewhere else than `before` has said.
    fn moves(&self, _before: &Self) -> Option<&LandingZoneName> {
        None
    }
}

/// What all of them have in common: a name, a `spec`, and who applied it when.
macro_rules! ground {
    ($record:ident, $document:literal, $name:ty, $key:expr, $index:expr, { $($own:tt)* }) => {
        impl Ground for $record {
            const DOCUMENT: &'static str = $document;

            fn key_of(name: &str) -> Option<Key> {
                let key: fn(&$name) -> Key = $key;
                Some(key(&<$name>::parse(name).ok()?))
            }

            fn all() -> Index {
                $index("")
            }

            fn from_document(
                document: ValidDocument,
                by: &Caller,
                clock: &impl Clock,
            ) -> Option<Self> {
                let ValidDocument::$record(document) = document else {
                    return None;
                };
                Some(Self {
                    name: document.name,
                    spec: document.spec,
                    updated_at: clock.now(),
                    updated_by: by.principal.subject.clone(),
                    version: 0,
                })
            }

            fn over(self, version: u64) -> Self {
                Self { version, ..self }
            }

            fn spec(&self) -> Value {
                // INVARIANT: specs are plain structs with string keys, which always serialise.
                serde_json::to_value(&self.spec).unwrap_or_default()
            }

            fn view(self) -> $crate::ground::DocumentView {
                $crate::ground::DocumentView {
                    kind: Self::DOCUMENT,
                    spec: self.spec(),
                    name: self.name.to_string(),
                    version: self.version,
                    updated_at: self.updated_at,
                    updated_by: self.updated_by,
                }
            }

            fn says_the_same(&self, other: &Self) -> bool {
                self.spec == other.spec
            }

            $($own)*
        }
    };
}

mod governance;

ground!(
    Environment,
    "Environment",
    EnvironmentName,
    |name| Key::meta(Partition::environment(name)),
    Index::environments,
    {
        fn stands_on(&self) -> Option<&LandingZoneName> {
            Some(&self.spec.landing_zone)
        }

        fn check(&self) -> Vec<Problem> {
            let mut problems = check_configs(&self.spec.resolvers);
            problems.extend(check_inputs_and_limits(&self.spec.limits));
            let approval = self.spec.approval.as_ref();
            problems.extend(approval.and_then(check_deadline));
            let drift = self.spec.drift.iter().flat_map(check_policy);
            problems.extend(drift.map(|problem| problem.below("/spec/drift")));
            problems
        }
    }
);

/// An instance is locked for as long as its deployment waits.
fn check_deadline(policy: &ApprovalPolicy) -> Option<Problem> {
    let is_too_long = policy.deadline > ApprovalPolicy::LONGEST;
    is_too_long.then(|| {
        Problem::error(
            "/spec/approval/deadline",
            "a plan waits for seven days at the most",
        )
    })
}

ground!(
    LandingZone,
    "LandingZone",
    LandingZoneName,
    |name| Key::meta(Partition::landing_zone(name)),
    Index::landing_zones,
    {
        fn check(&self) -> Vec<Problem> {
            let mut problems = check_configs(&self.spec.resolvers);
            problems.extend(check_inputs_and_limits(&self.spec.limits));
            problems.extend(check_account(&self.spec));
            problems
        }

        fn breaks(&self, before: &Self) -> Vec<Problem> {
            check_boundary(&before.spec, &self.spec)
                .into_iter()
                .collect()
        }

        fn moves(&self, before: &Self) -> Option<&LandingZoneName> {
            let place = |zone: &Self| {
                let is_other = zone.spec.assume_role_arn.is_some();
                (
                    zone.spec.account.clone(),
                    zone.spec.region.clone(),
                    is_other,
                )
            };
            (place(self) != place(before)).then_some(&self.name)
        }
    }
);

ground!(
    Resolver,
    "Resolver",
    ResolverName,
    Resolver::key_of,
    Index::resolvers,
    {
        fn check(&self) -> Vec<Problem> {
            let mut problems = check_function(self);
            let config = check_config(&self.name, &self.spec.config);
            problems.extend(
                config
                    .into_iter()
                    .map(|problem| problem.below("/spec/config")),
            );
            for (number, binding) in self.spec.bindings.iter().enumerate() {
                let pointer = format!("/spec/bindings/{number}/input");
                problems.extend(check_input(&binding.input, pointer));
            }
            problems
        }
    }
);

ground!(
    Workflow,
    "Workflow",
    WorkflowName,
    Workflow::key_of,
    Index::workflows,
    {
        fn check(&self) -> Vec<Problem> {
            let mut problems = Vec::new();
            if self.name.is_built_in() {
                let message = format!("`{}` is one of the platform's own workflows", self.name);
                let problem = Problem::error("/metadata/name", message);
                problems.push(problem.with_hint("register yours under another name"));
            }
            let input = self.spec.input.as_ref().map(InputSchema::parse);
            if let Some(Err(message)) = input {
                problems.push(Problem::error("/spec/input", message));
            }
            let timeout = self.spec.timeout.as_deref().map(parse_duration);
            if let Some(Err(message)) = timeout {
                problems.push(Problem::error("/spec/timeout", message));
            }
            problems
        }
    }
);

ground!(
    AccessPolicy,
    "AccessPolicy",
    AccessPolicyName,
    |_| AccessPolicy::own_key(),
    Index::access_policies,
    {
        fn check(&self) -> Vec<Problem> {
            check_access(&self.spec)
        }
    }
);

fn check_input(input: &str, pointer: String) -> Option<Problem> {
    let missing = !has_field(Kind::Service, input);
    missing.then(|| Problem::error(pointer, format!("a Service has no field `{input}`")))
}

fn check_inputs_and_limits(limits: &[Limit]) -> Vec<Problem> {
    let others = check_limits(limits).into_iter();
    let mut problems = check_inputs(limits, "/spec/limits");
    problems.extend(others.map(|it| it.below("/spec/limits")));
    problems
}

/// Every limit, of those at `at`, of an input that no service has.
fn check_inputs(limits: &[Limit], at: &str) -> Vec<Problem> {
    let inputs = limits.iter().enumerate().filter_map(|(number, limit)| {
        let pointer = format!("{at}/{number}/input");
        check_input(&limit.input, pointer)
    });
    inputs.collect()
}

fn check_configs(configs: &ResolverConfigs) -> Vec<Problem> {
    let checked = configs.iter().flat_map(|(name, config)| {
        let at = format!("/spec/resolvers/{name}");
        let problems = check_config(name, config).into_iter();
        problems.map(move |problem| problem.below(&at))
    });
    checked.collect()
}

/// The platform's own resolvers have their functions; another needs one.
fn check_function(resolver: &Resolver) -> Vec<Problem> {
    let pointer = "/spec/functionArn";
    let name = &resolver.name;
    match (&resolver.spec.function_arn, name.is_own()) {
        (Some(_), true) => {
            let message = format!("`{name}` is answered by the platform's own function");
            vec![Problem::error(pointer, message).with_hint("register yours under another name")]
        }
        (None, false) => {
            let own: Vec<String> = ResolverName::own()
                .iter()
                .map(|own| format!("`{own}`"))
                .collect();
            let message = format!("the resolver `{name}` needs the ARN of its function");
            let hint = format!("the platform's own are {}", own.join(", "));
            vec![Problem::error("/spec", message).with_hint(hint)]
        }
        _ => Vec::new(),
    }
}
