//! Whose a stack is. A stack of the right name that carries other marks is never touched.

use std::collections::BTreeMap;

use groundplane_model::{EngineInput, Failure, FailureKind};
use groundplane_ports::Stack;

use crate::status::StackStatus;

/// What every mark starts with.
const PREFIX: &str = "groundplane:";

/// The tags that mark a stack as ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Marks([(&'static str, String); 4]);

impl Marks {
    /// The marks of the unit that `input` is about.
    pub(crate) fn of(installation: &str, input: &EngineInput) -> Self {
        Self([
            ("installation", installation.to_owned()),
            ("tenant", input.tenant.to_string()),
            ("instance", input.instance.to_string()),
            ("unit", input.unit.to_string()),
        ])
    }

    /// `tags` with the marks, which win.
    pub(crate) fn added_to(&self, tags: &BTreeMap<String, String>) -> BTreeMap<String, String> {
        let own = self
            .0
            .iter()
            .map(|(mark, value)| (format!("{PREFIX}{mark}"), value.clone()));
        tags.clone().into_iter().chain(own).collect()
    }

    /// Demands that `stack` is ours.
    pub(crate) fn check(
        &self,
        name: &str,
        status: StackStatus,
        stack: &Stack,
    ) -> Result<(), Failure> {
        let found = |mark: &str| stack.tags.get(&format!("{PREFIX}{mark}"));
        let unmarked = self.0.iter().all(|(mark, _)| found(mark).is_none());
        // CloudFormation does not promise to show the tags of a stack before its first change set
        // is executed. Such a stack holds nothing, and its name was handed out to us.
        if unmarked && status == StackStatus::ReviewInProgress {
            return Ok(());
        }
        if self
            .0
            .iter()
            .all(|(mark, value)| found(mark) == Some(value))
        {
            return Ok(());
        }
        let owner = if unmarked {
            "was not made by groundplane".to_owned()
        } else {
            let marks = self.0.iter().map(|(mark, _)| {
                let value = found(mark).map_or("none", String::as_str);
                format!("{mark} `{value}`")
            });
            format!("belongs to {}", marks.collect::<Vec<_>>().join(", "))
        };
        Err(Failure::new(
            FailureKind::Denied,
            format!("the stack `{name}` {owner}; it is left as it is"),
        ))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn marks() -> Marks {
        let input = serde_json::from_value(json!({
            "tenant": "team-a", "instance": "web-service.dev", "unit": "compute",
            "deployment": format!("dep-{:032x}", 7), "step": "compute", "token": "t",
            "action": "apply", "stack_name": "gp-web",
        }));
        Marks::of("one", &input.unwrap())
    }

    fn stack(tags: &[(&str, &str)]) -> Stack {
        Stack {
            id: "arn".to_owned(),
            status: String::new(),
            reason: None,
            tags: tags
                .iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                .collect(),
            outputs: BTreeMap::new(),
        }
    }

    const OURS: [(&str, &str); 5] = [
        ("groundplane:installation", "one"),
        ("groundplane:tenant", "team-a"),
        ("groundplane:instance", "web-service.dev"),
        ("groundplane:unit", "compute"),
        ("groundplane:deployment", "an earlier one"),
    ];

    #[test]
    fn a_stack_with_all_our_marks_is_ours_whatever_else_it_carries() {
        let ours = stack(&OURS);
        assert_eq!(
            marks().check("gp-web", StackStatus::CreateComplete, &ours),
            Ok(())
        );
    }

    #[test]
    fn one_other_mark_makes_it_someone_elses_and_the_refusal_says_whose() {
        for other in 0..4 {
            let mut tags = OURS;
            tags[other].1 = "two";
            for status in StackStatus::ALL {
                let failure = marks().check("gp-web", *status, &stack(&tags)).unwrap_err();
                assert_eq!(failure.kind, FailureKind::Denied);
                assert!(failure.message.contains("`two`"), "{failure}");
            }
        }
    }

    #[test]
    fn a_missing_mark_is_not_ours_either() {
        let partly = stack(&OURS[..2]);
        let failure = marks()
            .check("gp-web", StackStatus::ReviewInProgress, &partly)
            .unwrap_err();
        assert_eq!(
            failure.message,
            "the stack `gp-web` belongs to installation `one`, tenant `team-a`, instance `none`, \
             unit `none`; it is left as it is"
        );
    }

    #[test]
    fn a_stack_without_marks_is_taken_only_while_it_is_empty() {
        let bare = stack(&[]);
        for status in StackStatus::ALL {
            let result = marks().check("gp-web", *status, &bare);
            assert_eq!(result.is_ok(), *status == StackStatus::ReviewInProgress);
        }
    }

    #[test]
    fn the_marks_win_over_tags_of_the_same_name() {
        let tags = BTreeMap::from([
            ("groundplane:tenant".to_owned(), "team-b".to_owned()),
            ("groundplane:deployment".to_owned(), "dep-1".to_owned()),
        ]);
        let all = marks().added_to(&tags);
        assert_eq!(all["groundplane:tenant"], "team-a");
        assert_eq!(all["groundplane:deployment"], "dep-1");
        assert_eq!(all.len(), 5);
    }
}
