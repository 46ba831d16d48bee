//! Which action a policy has for a difference.

use groundplane_model::{DriftAction, DriftPolicy, DriftRule};

use crate::Difference;
use crate::pattern::{Glob, Pattern};

/// The policy, ready to be asked.
pub(super) struct Choices<'p> {
    policy: &'p DriftPolicy,
    rules: Vec<Choice>,
}

struct Choice {
    rule: DriftRule,
    resource_type: Option<Glob>,
    property: Option<Pattern>,
}

impl<'p> Choices<'p> {
    /// The policy as it is written.
    pub(super) fn of(policy: &'p DriftPolicy) -> Self {
        let choice = |rule: &DriftRule| {
            // A property that is no pointer was refused when the policy was applied.
            let property = rule.property.as_deref().map(Pattern::parse).transpose();
            Some(Choice {
                rule: rule.clone(),
                resource_type: rule.resource_type.as_deref().map(Glob::new),
                property: property.ok()?.map(Pattern::and_below),
            })
        };
        Self {
            policy,
            rules: policy.rules.iter().filter_map(choice).collect(),
        }
    }

    /// What is done about a difference.
    pub(super) fn action(&self, found: &Difference) -> DriftAction {
        let speaks = |choice: &&Choice| {
            choice.rule.class.is_none_or(|class| class == found.class)
                && choice
                    .resource_type
                    .as_ref()
                    .is_none_or(|kind| kind.matches(&found.resource_type))
                && choice
                    .property
                    .as_ref()
                    .is_none_or(|property| property.matches_pointer(&found.property))
        };
        let choice = self.rules.iter().find(speaks);
        choice.map_or(self.policy.default, |choice| choice.rule.action)
    }
}
