//! The comparison: each resource that anybody knows of, and what is left over.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::RandomState;

use groundplane_model::UnitName;

use crate::resource::{self, Checked, Sighted};
use crate::walk::NoiseByType;
use crate::{
    Difference, Known, MAX_DIFFERENCES, NotChecked, Observation, Report, Rules, Tagged, arn,
    digest, shown,
};

/// Compares what a revision knows with what was observed. The report does not depend on the order
/// of the resources.
///
/// A resource that no source spoke of is `not checked`. Of two sources that speak of the same
/// property the fresher one counts. Of `tagged`, those that the revision knows are left out.
#[must_use]
pub fn compare(
    known: &[Known],
    observed: &[Observation],
    tagged: &[Tagged],
    rules: &Rules,
) -> Report {
    let hasher = RandomState::new();
    let mut noise = NoiseByType::new();
    let mut differences = Vec::new();
    let mut not_checked = Vec::new();
    let mut checked = 0;
    for sighted in sighted(known, observed).values() {
        let kind = sighted.resource_type();
        let noise = noise.entry(kind).or_insert_with(|| rules.noise_of(kind));
        let Checked {
            differences: found,
            not_checked: unseen,
            is_checked,
        } = resource::check(sighted, noise, rules, &hasher);
        differences.extend(found);
        not_checked.extend(unseen);
        checked += usize::from(is_checked);
    }
    report(differences, not_checked, orphans(known, tagged), checked)
}

/// What is known and what was observed of each resource.
fn sighted<'v>(
    known: &'v [Known],
    observed: &'v [Observation],
) -> BTreeMap<(&'v UnitName, &'v str), Sighted<'v>> {
    let mut resources: BTreeMap<_, Sighted<'_>> = BTreeMap::new();
    for known in known {
        let key = (&known.unit, known.logical_id.as_str());
        resources.entry(key).or_default().known = Some(known);
    }
    for observation in observed {
        let key = (&observation.unit, observation.logical_id.as_str());
        resources.entry(key).or_default().observed.push(observation);
    }
    resources.values_mut().for_each(Sighted::sort);
    resources
}

fn report(
    mut differences: Vec<Difference>,
    mut not_checked: Vec<NotChecked>,
    orphans: Vec<Tagged>,
    checked: usize,
) -> Report {
    let keyed = differences
        .drain(..)
        .map(|found| (digest::line(&found), found));
    let mut keyed: Vec<(String, Difference)> = keyed.collect();
    keyed.sort_unstable_by(|(one, grave), (other, graver)| {
        graver.severity.cmp(&grave.severity).then(one.cmp(other))
    });
    let digest = digest::of(keyed.iter().map(|(line, _)| line.as_str()));
    let omitted = keyed.len().saturating_sub(MAX_DIFFERENCES);
    keyed.truncate(MAX_DIFFERENCES);
    not_checked.sort_unstable();
    Report {
        differences: keyed.into_iter().map(|(_, found)| found).collect(),
        omitted,
        not_checked,
        orphans,
        checked,
        digest,
    }
}

/// The tagged resources that the revision does not know.
fn orphans(known: &[Known], tagged: &[Tagged]) -> Vec<Tagged> {
    let ids: BTreeSet<&str> = known
        .iter()
        .filter_map(|known| known.physical_id.as_deref())
        // The physical id of a queue is its address, which ends with its name.
        .flat_map(|id| [Some(id), address_name(id)])
        .flatten()
        .collect();
    let is_known = |tagged: &&Tagged| {
        ids.contains(tagged.identifier.as_str())
            || arn::names(&tagged.identifier).any(|name| ids.contains(name))
    };
    let orphans: BTreeSet<Tagged> = tagged
        .iter()
        .filter(|tagged| !is_known(tagged))
        .map(|orphan| Tagged {
            identifier: shown::text(&orphan.identifier),
            ..orphan.clone()
        })
        .collect();
    orphans.into_iter().collect()
}

fn address_name(id: &str) -> Option<&str> {
    id.strip_prefix("https://")?
        .rsplit_once('/')
        .map(|(_, name)| name)
}
