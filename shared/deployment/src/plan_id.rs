//! What names a plan: the digest of its preview, and of each thing that the preview was made from, so
//! that a plan that no longer holds can say what has moved.

use std::fmt;
use std::str::FromStr;

use groundplane_model::{Digest, InstanceId};
use groundplane_preview::Preview;
use serde::{Deserialize, Serialize};

use crate::outlook::{Intent, Standing};

/// How every plan's name begins.
const PREFIX: &str = "plan-";

/// How many digits the digest of the preview has; two previews of the same are announced the same.
const WHOLE: usize = 32;

/// How many digits each part has; they only serve to explain.
const PART: usize = 8;

/// The name of a plan, for example
/// `plan-2c26b46b68ffc68ff99b453c1d304134-9f86d081-60303ae2-fd61a03a`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct PlanId {
    whole: String,
    document: String,
    ground: String,
    standing: String,
}

/// A text that names no plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a plan is named as `groundplane preview -o json` says, `plan-…`")]
pub struct InvalidPlanId;

/// What may differ from when a plan was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Moved {
    /// The document.
    Document,
    /// The environment, its landing zone or the resolvers.
    Ground,
    /// What is deployed.
    Standing,
    /// What the platform makes of them.
    Platform,
}

impl PlanId {
    /// The name of the plan that `preview` announces.
    #[must_use]
    pub fn of(intent: &Intent<'_>, standing: &Standing, preview: &Preview) -> Self {
        let units = standing.units.iter();
        let units: Vec<_> = units
            .map(|unit| (&unit.unit, &unit.stack_name, &unit.applied, &unit.pending))
            .collect();
        let held = standing.allocations.iter();
        let held: Vec<_> = held
            .map(|it| (&it.owner.unit, &it.owner.input, &it.value))
            .collect();
        let number = standing.revision.as_ref().map(|revision| revision.number);
        Self {
            whole: preview.digest().short(WHOLE).to_owned(),
            document: part(intent.spec),
            ground: part(&(
                &intent.environment.name,
                &intent.environment.spec,
                &intent.landing_zone.name,
                &intent.landing_zone.spec,
                intent.bound,
            )),
            standing: part(&(number, units, held)),
        }
    }

    /// Whether both announce the same.
    #[must_use]
    pub fn announces_the_same(&self, other: &Self) -> bool {
        self.whole == other.whole
    }

    /// What has moved since, where the plan that is made now is `now`.
    #[must_use]
    pub fn moved(&self, now: &Self) -> Vec<Moved> {
        let parts = [
            (Moved::Document, self.document != now.document),
            (Moved::Ground, self.ground != now.ground),
            (Moved::Standing, self.standing != now.standing),
        ];
        let moved = parts.into_iter().filter(|(_, has_moved)| *has_moved);
        let moved: Vec<Moved> = moved.map(|(part, _)| part).collect();
        if moved.is_empty() && !self.announces_the_same(now) {
            return vec![Moved::Platform];
        }
        moved
    }
}

impl Moved {
    /// What has moved, one clause; `instance` is what the plan is about.
    #[must_use]
    pub fn clause(self, instance: &InstanceId) -> String {
        match self {
            Self::Document => "the document is another one".to_owned(),
            Self::Ground => "its environment, landing zone or resolvers have changed".to_owned(),
            Self::Standing => format!("`{instance}` was changed by another deployment"),
            Self::Platform => "the platform has another version".to_owned(),
        }
    }
}

/// The digest of something that a preview is made from.
fn part(part: &impl Serialize) -> String {
    // INVARIANT: records are plain structs with string keys, which always serialise.
    let digest = Digest::of(&serde_json::to_vec(part).unwrap_or_default());
    digest.short(PART).to_owned()
}

impl fmt::Display for PlanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            whole,
            document,
            ground,
            standing,
        } = self;
        write!(f, "{PREFIX}{whole}-{document}-{ground}-{standing}")
    }
}

impl FromStr for PlanId {
    type Err = InvalidPlanId;

    fn from_str(text: &str) -> Result<Self, InvalidPlanId> {
        let parts = text.strip_prefix(PREFIX).ok_or(InvalidPlanId)?;
        let parts: Vec<&str> = parts.split('-').collect();
        let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let is_part = |part: &str, length: usize| part.len() == length && part.bytes().all(is_hex);
        match parts.as_slice() {
            [whole, rest @ ..]
                if is_part(whole, WHOLE) && rest.iter().all(|part| is_part(part, PART)) =>
            {
                let [document, ground, standing] = rest else {
                    return Err(InvalidPlanId);
                };
                Ok(Self {
                    whole: (*whole).to_owned(),
                    document: (*document).to_owned(),
                    ground: (*ground).to_owned(),
                    standing: (*standing).to_owned(),
                })
            }
            _ => Err(InvalidPlanId),
        }
    }
}

impl From<PlanId> for String {
    fn from(plan: PlanId) -> Self {
        plan.to_string()
    }
}

impl TryFrom<String> for PlanId {
    type Error = InvalidPlanId;

    fn try_from(text: String) -> Result<Self, InvalidPlanId> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAN: &str = "plan-2c26b46b68ffc68ff99b453c1d304134-9f86d081-60303ae2-fd61a03a";

    fn plan(text: &str) -> PlanId {
        text.parse().unwrap()
    }

    #[test]
    fn a_plan_is_named_by_one_text_only() {
        assert_eq!(plan(PLAN).to_string(), PLAN);
        for bad in [
            "",
            "plan-",
            "2c26b46b68ffc68ff99b453c1d304134",
            "plan-2c26b46b68ffc68ff99b453c1d304134",
            "plan-2c26b46b68ffc68ff99b453c1d304134-9f86d081-60303ae2",
            "plan-2c26b46b68ffc68ff99b453c1d304134-9f86d081-60303ae2-fd61a03a-9f86d081",
            "plan-2C26B46B68FFC68FF99B453C1D304134-9f86d081-60303ae2-fd61a03a",
            "plan-2c26b46b68ffc68ff99b453c1d304134-9f86d081-60303ae2-fd61a03",
        ] {
            assert_eq!(bad.parse::<PlanId>(), Err(InvalidPlanId), "{bad}");
        }
    }

    #[test]
    fn what_has_moved_is_told_part_by_part() {
        let instance = InstanceId::parse("web-service.dev").unwrap();
        let before = plan(PLAN);
        assert_eq!(before.moved(&before), []);
        let now = plan("plan-00000000000000000000000000000000-9f86d081-00000000-00000000");
        assert_eq!(before.moved(&now), [Moved::Ground, Moved::Standing]);
        let now = plan("plan-00000000000000000000000000000000-9f86d081-60303ae2-fd61a03a");
        assert_eq!(before.moved(&now), [Moved::Platform]);
        let clauses: Vec<String> = [
            Moved::Document,
            Moved::Ground,
            Moved::Standing,
            Moved::Platform,
        ]
        .map(|moved| moved.clause(&instance))
        .to_vec();
        assert!(
            clauses
                .iter()
                .any(|clause| clause.contains("`web-service.dev`"))
        );
    }

    #[test]
    fn the_whole_decides_whether_the_same_is_announced() {
        let now = plan("plan-2c26b46b68ffc68ff99b453c1d304134-00000000-60303ae2-fd61a03a");
        assert!(plan(PLAN).announces_the_same(&now));
    }
}
