//! The comparison of one resource.

use std::borrow::Cow;
use std::hash::RandomState;

use groundplane_model::UnitName;
use serde_json::Value;

use crate::merge::merged;
use crate::noise::excuses;
use crate::pattern::Path;
use crate::rules::NoiseRule;
use crate::walk::{Found, Setting, Walk};
use crate::{Difference, Kind, Known, NotChecked, Observation, Rules, Seen, shown};

/// Why a resource is not checked that nobody looked at.
const UNSEEN: &str = "no source looked at it";

/// What is known and what was observed of one resource. One of the two is there at least.
#[derive(Debug, Default)]
pub(crate) struct Sighted<'v> {
    pub(crate) known: Option<&'v Known>,
    /// The freshest last.
    pub(crate) observed: Vec<&'v Observation>,
}

/// What the comparison of one resource found.
#[derive(Debug)]
pub(crate) struct Checked {
    pub(crate) differences: Vec<Difference>,
    pub(crate) not_checked: Vec<NotChecked>,
    pub(crate) is_checked: bool,
}

impl<'v> Sighted<'v> {
    /// Brings the observations into their order; it does not depend on how they came.
    pub(crate) fn sort(&mut self) {
        if self.observed.len() > 1 {
            self.observed
                .sort_by_cached_key(|seen| (seen.source, serde_json::to_string(seen).ok()));
        }
    }

    /// The type, as the revision knows it.
    pub(crate) fn resource_type(&self) -> &'v str {
        let observed = || Some(self.observed.last()?.resource_type.as_str());
        let known = self.known.map(|known| known.resource_type.as_str());
        known.or_else(observed).unwrap_or_default()
    }

    fn name(&self) -> Option<(&'v UnitName, &'v str)> {
        let known = self
            .known
            .map(|known| (&known.unit, known.logical_id.as_str()));
        known.or_else(|| {
            let seen = self.observed.first()?;
            Some((&seen.unit, seen.logical_id.as_str()))
        })
    }

    fn known_id(&self) -> Option<&'v str> {
        self.known?.physical_id.as_deref()
    }

    /// The name in the cloud that the freshest source tells.
    fn observed_id(&self) -> Option<&'v str> {
        let is_there = |seen: &&&Observation| matches!(seen.seen, Seen::There { .. });
        let there = self.observed.iter().rev().filter(is_there);
        there.filter_map(|seen| seen.physical_id.as_deref()).next()
    }

    /// The freshest word on whether the resource is there; none where nobody can tell.
    fn is_there(&self) -> Option<bool> {
        self.observed.iter().rev().find_map(|seen| match seen.seen {
            Seen::There { .. } => Some(true),
            Seen::Gone => Some(false),
            Seen::NotChecked { .. } => None,
        })
    }

    /// Both sides, from all sources.
    fn properties(&self) -> Option<(Cow<'v, Value>, Cow<'v, Value>)> {
        let sides = self.observed.iter().filter_map(|seen| match &seen.seen {
            Seen::There { expected, actual } => Some((expected, actual)),
            Seen::Gone | Seen::NotChecked { .. } => None,
        });
        sides.fold(None, |older, (expected, actual)| match older {
            None => Some((Cow::Borrowed(expected), Cow::Borrowed(actual))),
            Some((asked, there)) => {
                let (asked, there) = merged((&asked, &there), (expected, actual));
                Some((Cow::Owned(asked), Cow::Owned(there)))
            }
        })
    }
}

/// Compares one resource.
pub(crate) fn check(
    sighted: &Sighted<'_>,
    noise: &[&NoiseRule],
    rules: &Rules,
    hasher: &RandomState,
) -> Checked {
    let setting = Setting {
        rules,
        noise,
        resource_type: sighted.resource_type(),
        scaling: sighted.observed.iter().rev().find_map(|seen| seen.scaling),
        hasher,
    };
    let there = sighted.is_there();
    let found = match there {
        Some(true) => differences(sighted, &setting),
        Some(false) => sighted
            .known
            .map(|_| whole(&setting, Kind::Deleted, sighted.known_id(), None))
            .into_iter()
            .collect(),
        None => Vec::new(),
    };
    Checked {
        differences: found
            .into_iter()
            .filter_map(|found| difference(sighted, found))
            .collect(),
        not_checked: not_checked(sighted),
        is_checked: there.is_some(),
    }
}

fn differences(sighted: &Sighted<'_>, setting: &Setting<'_>) -> Vec<Found> {
    let (known, observed) = (sighted.known_id(), sighted.observed_id());
    if sighted.known.is_none() {
        return vec![whole(setting, Kind::Added, None, observed)];
    }
    let mut walk = Walk::new(setting);
    if let Some((expected, actual)) = sighted.properties() {
        walk.pair(&Path::ROOT, &expected, &actual);
    }
    let is_other = known
        .zip(observed)
        .is_some_and(|(known, observed)| !is_same_name(setting, known, observed));
    if is_other {
        walk.found
            .push(whole(setting, Kind::Replaced, known, observed));
    }
    walk.found
}

/// Whether two physical ids mean the same resource: noise at the place of the whole resource.
fn is_same_name(setting: &Setting<'_>, known: &str, observed: &str) -> bool {
    let (expected, actual) = (Value::from(known), Value::from(observed));
    let excuses = |rule: &&NoiseRule| {
        rule.property.matches(&[]) && excuses(&rule.kind, &expected, &actual, None)
    };
    known == observed || setting.noise.iter().any(excuses)
}

/// A difference of the whole resource.
fn whole(setting: &Setting<'_>, kind: Kind, expected: Option<&str>, actual: Option<&str>) -> Found {
    let (class, severity) = setting.rules.class_of(setting.resource_type, &[], kind);
    let id = |id: Option<&str>| id.map(|id| Value::String(shown::text(id)));
    Found {
        property: String::new(),
        expected: id(expected),
        actual: id(actual),
        kind,
        class,
        severity,
        partial: false,
    }
}

fn difference(sighted: &Sighted<'_>, found: Found) -> Option<Difference> {
    let (unit, logical_id) = sighted.name()?;
    Some(Difference {
        unit: unit.clone(),
        resource: shown::text(logical_id),
        resource_type: shown::text(sighted.resource_type()),
        physical_id: sighted
            .observed_id()
            .or(sighted.known_id())
            .map(shown::text),
        property: found.property,
        expected: found.expected,
        actual: found.actual,
        kind: found.kind,
        severity: found.severity,
        class: found.class,
        partial: found.partial,
    })
}

/// Every source that cannot tell, or that none spoke of the resource.
fn not_checked(sighted: &Sighted<'_>) -> Vec<NotChecked> {
    let entry = |source, reason: &str| {
        let (unit, logical_id) = sighted.name()?;
        Some(NotChecked {
            unit: unit.clone(),
            resource: shown::text(logical_id),
            resource_type: shown::text(sighted.resource_type()),
            physical_id: sighted.known_id().map(shown::text),
            source,
            reason: shown::text(reason),
        })
    };
    if sighted.observed.is_empty() {
        return entry(None, UNSEEN).into_iter().collect();
    }
    sighted
        .observed
        .iter()
        .filter_map(|seen| match &seen.seen {
            Seen::NotChecked { reason } => entry(Some(seen.source), reason),
            Seen::There { .. } | Seen::Gone => None,
        })
        .collect()
}
