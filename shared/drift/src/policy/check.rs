//! What is wrong with a policy beyond its schema.

use groundplane_model::{DriftAction, DriftPolicy, DriftRule, Problem};

use crate::Rules;
use crate::pattern::{Glob, Pattern};

/// What is wrong with a policy beyond its schema; pointers are those below `spec.drift`.
#[must_use]
pub fn check_policy(policy: &DriftPolicy) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (index, rule) in policy.rules.iter().enumerate() {
        let at = format!("/rules/{index}");
        problems.extend(check_rule(rule).map(|problem| problem.below(&at)));
        let earlier = policy.rules.iter().take(index);
        if earlier.into_iter().any(|other| covers(other, rule)) {
            let message = "an earlier rule speaks of all that this one speaks of";
            problems.push(Problem::warning(&at, message).with_hint("move it up, or leave it out"));
        }
    }
    problems
}

fn check_rule(rule: &DriftRule) -> impl Iterator<Item = Problem> {
    let says_nothing =
        rule.class.is_none() && rule.resource_type.is_none() && rule.property.is_none();
    let nothing = says_nothing.then(|| {
        let message = "a rule must say `class`, `resourceType` or `property`";
        Problem::error("", message).with_hint("`default` is for everything else")
    });
    let property = rule.property.as_deref().map(Pattern::parse);
    let pointer = property
        .and_then(Result::err)
        .map(|reason| Problem::error("/property", format!("{reason}, so it is no JSON pointer")));
    [nothing, pointer, unacceptable(rule)].into_iter().flatten()
}

/// A rule that accepts what no spec can say only reports.
fn unacceptable(rule: &DriftRule) -> Option<Problem> {
    let (kind, property) = (rule.resource_type.as_deref()?, rule.property.as_deref()?);
    let is_exact = !kind.contains('*') && !property.contains('*');
    let is_refused = rule.action == DriftAction::Accept
        && is_exact
        && Rules::built_in().inputs_of(kind, property).is_none();
    is_refused.then(|| {
        let message = format!("no spec can ask for `{property}` of `{kind}`, so it is reported");
        Problem::warning("/action", message)
    })
}

/// Whether one rule speaks of everything that the other speaks of, as far as that is plain.
fn covers(one: &DriftRule, other: &DriftRule) -> bool {
    let class = one.class.is_none() || one.class == other.class;
    let kind = match (&one.resource_type, &other.resource_type) {
        (None, _) => true,
        (Some(one), Some(other)) => Glob::new(one).matches(other),
        (Some(_), None) => false,
    };
    let property = one.property.is_none() || one.property == other.property;
    class && kind && property
}
