//! What must come of a storm of events, said independently of the code that decides: the
//! transitions of the lifecycle as a table, walked in the order in which the events were decided.

use std::collections::BTreeMap;

use groundplane_model::{EventEntry, Passage};

/// The transitions that a storm can fire, in either lifecycle that storms use: what its events say,
/// and what a stay that becomes too long says.
const TRANSITIONS: [(&str, &str, &str); 4] = [
    ("healthy", "failure", "degraded"),
    ("degraded", "recovered", "healthy"),
    ("degraded", "worsened", "failed"),
    ("failed", "recovered", "healthy"),
];

/// Who says that a stay has become too long.
const TIMERS: &str = "groundplane.lifecycle";

fn next(state: &str, signal: Option<&str>) -> Option<&'static str> {
    let fires = |(from, on, _): &&(&str, &str, &str)| *from == state && Some(*on) == signal;
    TRANSITIONS.iter().find(fires).map(|(.., to)| *to)
}

/// Checks that `count` events from outside were decided once each, each as the table says in the state in which
/// it met the instance, and that the history has each transition once and in one chain. Gives the
/// state at the end.
pub(crate) fn must_follow(log: &[EventEntry], history: &[Passage], count: usize) -> String {
    let entries: BTreeMap<&str, &EventEntry> = log
        .iter()
        .map(|entry| (entry.event.as_str(), entry))
        .collect();
    assert_eq!(entries.len(), log.len(), "each has one entry");
    let outside = log.iter().filter(|entry| entry.source != TIMERS);
    assert_eq!(outside.count(), count, "each is there");
    for entry in log {
        let signal = entry.signal.as_ref().map(|signal| signal.as_str());
        let to = entry.to.as_ref().map(|to| to.as_str());
        assert_eq!(to, next(entry.from.as_str(), signal), "{entry:?}");
    }
    let (first, moves) = history.split_first().unwrap();
    let mut state = first.to.as_str();
    for passage in moves {
        let entry = entries[passage.event.as_deref().unwrap()];
        assert_eq!(entry.from.as_str(), state, "{passage:?}");
        state = next(state, passage.signal.as_ref().map(|it| it.as_str())).unwrap();
        assert_eq!(passage.to.as_str(), state, "{passage:?}");
    }
    let moved = log.iter().filter(|entry| entry.to.is_some()).count();
    assert_eq!(
        moved,
        moves.len(),
        "a transition for each that the log says"
    );
    state.to_owned()
}
