//! The order in which resources are looked at: what is referred to before what refers to it.

use std::collections::{BTreeMap, BTreeSet};

/// The names in an order in which each comes after those that it refers to. Names that refer to each
/// other in a circle come last, in the order of their names. Time is near-linear.
pub(crate) fn ordered<'a>(refers: &BTreeMap<&'a str, BTreeSet<&'a str>>) -> Vec<&'a str> {
    let mut waiting: BTreeMap<&str, usize> = BTreeMap::new();
    let mut followers: BTreeMap<&str, Vec<&'a str>> = BTreeMap::new();
    for (name, others) in refers {
        let mut count = 0;
        for other in others.iter().filter(|other| refers.contains_key(*other)) {
            followers.entry(other).or_default().push(name);
            count += 1;
        }
        waiting.insert(name, count);
    }
    let mut ready: Vec<&'a str> = refers.keys().rev().copied().collect();
    ready.retain(|name| waiting.get(name) == Some(&0));
    let mut order = Vec::with_capacity(refers.len());
    while let Some(name) = ready.pop() {
        waiting.remove(name);
        order.push(name);
        for follower in followers.remove(name).unwrap_or_default() {
            if let Some(count) = waiting.get_mut(follower) {
                *count = count.saturating_sub(1);
                ready.extend((*count == 0).then_some(follower));
            }
        }
    }
    let circle = refers.keys().filter(|name| waiting.contains_key(*name));
    order.extend(circle);
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ordered_of(of: &[(&'static str, &[&'static str])]) -> Vec<&'static str> {
        let refers = of
            .iter()
            .map(|(name, others)| (*name, others.iter().copied().collect()));
        ordered(&refers.collect())
    }

    #[test]
    fn what_is_referred_to_comes_first() {
        let order = ordered_of(&[("a", &["b", "gone"]), ("b", &["c"]), ("c", &[])]);
        assert_eq!(order, ["c", "b", "a"]);
    }

    #[test]
    fn a_circle_loses_nothing() {
        let order = ordered_of(&[
            ("a", &["b"]),
            ("b", &["a"]),
            ("c", &["a"]),
            ("d", &["d"]),
            ("e", &[]),
        ]);
        assert_eq!(order, ["e", "a", "b", "c", "d"]);
    }

    #[test]
    fn a_long_chain_is_no_trouble() {
        let names: Vec<String> = (0..20_000).map(|number| format!("n{number:05}")).collect();
        let refers = names
            .windows(2)
            .map(|pair| (pair[0].as_str(), BTreeSet::from([pair[1].as_str()])));
        let order = ordered(&refers.collect());
        assert_eq!(order.len(), 19_999);
        assert_eq!(order.first(), Some(&"n19998"));
    }
}
