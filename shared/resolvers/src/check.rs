//! The check of a resolver's configuration when it is applied, one layer at a time: a single
//! layer is read over the defaults. What only several layers together get wrong is found when a
//! name is asked for.

use groundplane_model::{Layer, Problem, ResolverName};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{Effective, ImageConfig, IpamConfig, Layered, NamingConfig, SecretConfig, defaults_of};

/// The types that capabilities ask names for.
const NAMED: [&str; 5] = [
    STACK,
    "AWS::Logs::LogGroup",
    "AWS::ECS::Service",
    "AWS::ECS::TaskDefinition",
    "AWS::Scheduler::ScheduleGroup",
];

const STACK: &str = "AWS::CloudFormation::Stack";

/// What these names begin with: the platform may touch no others of their types.
const PREFIX: &str = "gp-";
const PREFIXED: [(&str, &str); 2] = [
    (STACK, "stacks"),
    ("AWS::Scheduler::ScheduleGroup", "schedule groups"),
];

/// What is wrong with `config` of the resolver `name`, as one layer over the defaults; all of it.
/// Pointers lead into the configuration. Nothing is known of resolvers that are not the
/// platform's own.
#[must_use]
pub fn check_config(name: &ResolverName, config: &Value) -> Vec<Problem> {
    match name.as_str() {
        "naming" => read(name, config).map_or_else(one, |config: NamingConfig| naming(&config)),
        "ipam" => read::<IpamConfig>(name, config).map_or_else(one, |_| Vec::new()),
        "image" => read::<ImageConfig>(name, config).map_or_else(one, |_| Vec::new()),
        "secret" => read::<SecretConfig>(name, config).map_or_else(one, |_| Vec::new()),
        _ => Vec::new(),
    }
}

fn one(problem: Problem) -> Vec<Problem> {
    vec![problem]
}

fn read<C: DeserializeOwned>(name: &ResolverName, config: &Value) -> Result<C, Problem> {
    let defaults = Layered::new(Layer::Default, defaults_of(name));
    let layer = Layered::new(Layer::Provider, config.clone());
    let effective = Effective::merge([defaults, layer]);
    effective
        .read()
        .map_err(|error| Problem::error("", error.to_string()))
}

fn naming(config: &NamingConfig) -> Vec<Problem> {
    let mut problems = config.check_for(&NAMED);
    for (kind, whose) in PREFIXED {
        let pattern = config.pattern_of(kind);
        if pattern.starts_with(PREFIX) {
            continue;
        }
        let own = config.patterns.contains_key(kind);
        let pointer = if own {
            format!("/patterns/{kind}")
        } else {
            "/pattern".to_owned()
        };
        let message = format!("names of {whose} must begin with `{PREFIX}`");
        let hint = if own {
            format!("for example `{PREFIX}{pattern}`")
        } else {
            format!("begin with `{PREFIX}`, or give `{kind}` a pattern of its own")
        };
        problems.push(Problem::error(pointer, message).with_hint(hint));
    }
    problems
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn problems(name: &str, config: &Value) -> Vec<String> {
        let name = ResolverName::parse(name).unwrap();
        let problems = check_config(&name, config);
        problems.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_the_platform_comes_with_is_right() {
        for name in ["naming", "ipam", "image", "secret"] {
            let name = ResolverName::parse(name).unwrap();
            assert_eq!(check_config(&name, &defaults_of(&name)), Vec::new());
            assert_eq!(check_config(&name, &json!({})), Vec::new());
        }
    }

    #[test]
    fn a_layer_that_says_a_part_is_checked_over_the_defaults() {
        let accepted = [
            json!({"patterns": {"AWS::Logs::LogGroup": "{env}-{unit}-{hash:8}"}}),
            json!({"pattern": "gp-{service}-{seq:03d}", "gapFree": true}),
            json!({"zone": "dev.example.com"}),
            json!({
                "pattern": "{env}-{service}-{unit}-{hash:8}",
                "patterns": {
                    "AWS::CloudFormation::Stack": "gp-{unit}-{hash:8}",
                    "AWS::Scheduler::ScheduleGroup": "gp-{unit}-{hash:8}",
                },
            }),
        ];
        for config in accepted {
            assert_eq!(
                problems("naming", &config),
                Vec::<String>::new(),
                "{config}"
            );
        }
    }

    #[test]
    fn stacks_that_the_platform_could_not_touch_are_refused() {
        assert_eq!(
            problems("naming", &json!({"pattern": "{env}-{unit}-{hash:8}"})),
            [
                "/pattern: names of stacks must begin with `gp-` (begin with `gp-`, or give `AWS::CloudFormation::Stack` a pattern of its own)",
                "/pattern: names of schedule groups must begin with `gp-` (begin with `gp-`, or give `AWS::Scheduler::ScheduleGroup` a pattern of its own)",
            ]
        );
        let own = json!({"patterns": {"AWS::CloudFormation::Stack": "x-{hash:8}"}});
        assert_eq!(
            problems("naming", &own),
            [
                "/patterns/AWS::CloudFormation::Stack: names of stacks must begin with `gp-` (for example `gp-x-{hash:8}`)"
            ]
        );
    }

    #[test]
    fn every_flaw_is_told_at_once_with_its_place() {
        let config = json!({
            "pattern": "gp-{tenant}-{env}",
            "patterns": {"AWS::Lambda::Functoin": "{hash:8}"},
            "zone": "-",
        });
        let found = problems("naming", &config);
        for start in ["/pattern: ", "/patterns/AWS::Lambda::Functoin: ", "/zone: "] {
            assert!(
                found.iter().any(|text| text.starts_with(start)),
                "{start} {found:?}"
            );
        }
    }

    #[test]
    fn what_cannot_be_read_is_a_problem_too() {
        for (name, config) in [
            ("naming", json!({"patern": "gp-{hash:8}"})),
            ("image", json!({"deprecated": "ignore"})),
            ("image", json!({"pin": "yes"})),
            ("secret", json!({"length": -1})),
        ] {
            assert_eq!(problems(name, &config).len(), 1, "{name} {config}");
        }
        assert_eq!(
            problems("licences", &json!({"seats": 3})),
            Vec::<String>::new()
        );
    }
}
