//! Graphs of units, and the waves that follow from them.

use std::collections::{BTreeMap, BTreeSet};

/// What each unit comes after.
pub(crate) type Edges<K> = BTreeMap<K, BTreeSet<K>>;

/// The units in waves: each in the first wave in which everything that it comes after lies behind
/// it. What it comes after counts only where it is among the units. Units that come after each
/// other in a circle are the last wave. Time and space are near-linear in units and edges.
pub(crate) fn waves<K: Ord + Clone>(edges: &Edges<K>) -> Vec<Vec<K>> {
    let mut waiting: BTreeMap<&K, usize> = BTreeMap::new();
    let mut followers: BTreeMap<&K, Vec<&K>> = BTreeMap::new();
    for (unit, before) in edges {
        let before = before.iter().filter(|other| edges.contains_key(*other));
        let mut count = 0;
        for other in before {
            followers.entry(other).or_default().push(unit);
            count += 1;
        }
        waiting.insert(unit, count);
    }
    let mut waves = Vec::new();
    let mut wave: BTreeSet<&K> = ready(&waiting);
    while !wave.is_empty() {
        let mut next = BTreeSet::new();
        for unit in &wave {
            waiting.remove(unit);
            let freed = followers.remove(unit).unwrap_or_default().into_iter();
            next.extend(freed.filter(|follower| is_last_wait(&mut waiting, follower)));
        }
        waves.push(wave.into_iter().cloned().collect());
        wave = next;
    }
    if !waiting.is_empty() {
        waves.push(waiting.into_keys().cloned().collect());
    }
    waves
}

/// Counts one of the units that `unit` waits for as done, and says whether it was the last.
fn is_last_wait<K: Ord>(waiting: &mut BTreeMap<&K, usize>, unit: &K) -> bool {
    let Some(count) = waiting.get_mut(unit) else {
        return false;
    };
    *count = count.saturating_sub(1);
    *count == 0
}

fn ready<'a, K: Ord>(waiting: &BTreeMap<&'a K, usize>) -> BTreeSet<&'a K> {
    let ready = waiting.iter().filter(|(_, count)| **count == 0);
    ready.map(|(unit, _)| *unit).collect()
}

/// The waves from the last to the first: whatever comes after a unit lies before it.
pub(crate) fn reverse_waves<K: Ord + Clone>(edges: &Edges<K>) -> Vec<Vec<K>> {
    let mut turned: Edges<K> = edges
        .keys()
        .map(|unit| (unit.clone(), BTreeSet::new()))
        .collect();
    for (unit, before) in edges {
        for other in before {
            if let Some(after) = turned.get_mut(other) {
                after.insert(unit.clone());
            }
        }
    }
    waves(&turned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edges(of: &[(&'static str, &[&'static str])]) -> Edges<&'static str> {
        of.iter()
            .map(|(unit, before)| (*unit, before.iter().copied().collect()))
            .collect()
    }

    #[test]
    fn a_unit_is_in_the_first_wave_that_it_can_be_in() {
        let diamond = edges(&[("d", &["b", "c"]), ("b", &["a"]), ("c", &["a"]), ("a", &[])]);
        assert_eq!(waves(&diamond), [vec!["a"], vec!["b", "c"], vec!["d"]]);
        assert_eq!(
            reverse_waves(&diamond),
            [vec!["d"], vec!["b", "c"], vec!["a"]]
        );
    }

    #[test]
    fn what_is_not_among_the_units_holds_nothing_up() {
        assert_eq!(waves(&edges(&[("a", &["gone"])])), [["a"]]);
        assert_eq!(reverse_waves(&edges(&[("a", &["gone"])])), [["a"]]);
    }

    #[test]
    fn a_circle_loses_no_unit() {
        let circle = edges(&[("a", &["b"]), ("b", &["a"]), ("c", &[])]);
        assert_eq!(waves(&circle), [vec!["c"], vec!["a", "b"]]);
    }

    #[test]
    fn a_chain_and_a_fan_of_many_units_are_no_trouble() {
        let chain: Edges<u32> = (0..5_000)
            .map(|unit| (unit, (unit > 0).then(|| unit - 1).into_iter().collect()))
            .collect();
        assert_eq!(waves(&chain).len(), 5_000);
        let fan: Edges<u32> = (0..5_000)
            .map(|unit| (unit, (unit > 0).then_some(0).into_iter().collect()))
            .collect();
        assert_eq!(waves(&fan).len(), 2);
    }
}
