//! What no event can fulfil, as far as that can be told from the pattern and the envelope.

use crate::matcher::{Matcher, Scalar};
use crate::mistake::{Mistake, nearest};
use crate::tree::{Leaf, Tree};

/// What a field of the envelope always holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    Text,
    /// Texts, maybe none.
    Texts,
    Object,
    /// A text in an event that is replayed from an archive, nothing otherwise.
    MaybeText,
}

/// The envelope. Source: "Structure of events" in the user guide.
const ENVELOPE: [(&str, Holds); 10] = [
    ("version", Holds::Text),
    ("id", Holds::Text),
    ("detail-type", Holds::Text),
    ("source", Holds::Text),
    ("account", Holds::Text),
    ("time", Holds::Text),
    ("region", Holds::Text),
    ("resources", Holds::Texts),
    ("detail", Holds::Object),
    ("replay-name", Holds::MaybeText),
];

/// Why no event has all these fields.
pub(crate) fn reason(alternative: &Tree) -> Option<Mistake> {
    let leaves = alternative.leaves().into_iter();
    let mut reasons = leaves.filter_map(|(path, leaf)| of_leaf(&path, leaf));
    reasons.next()
}

fn of_leaf(path: &[&str], leaf: &Leaf) -> Option<Mistake> {
    let (key, below) = path.split_first()?;
    let mistake = |message| Some(Mistake::new(&*leaf.pointer, message));
    let possible = |test: &dyn Fn(&Matcher) -> bool| leaf.matchers.iter().any(test);
    if !possible(&|matcher| !is_empty(matcher)) {
        return mistake("no number is in the range".to_owned());
    }
    let absent = leaf.matchers.contains(&Matcher::Exists(false));
    let Some((_, holds)) = ENVELOPE.iter().find(|(name, _)| name == key) else {
        let names = ENVELOPE.map(|(name, _)| name);
        return mistake(format!("events have no field `{key}`"))
            .filter(|_| !absent)
            .map(|mistake| mistake.with_hint(nearest(key, &names)));
    };
    let never = match (holds, below.is_empty()) {
        (Holds::Object, false) => None,
        (Holds::Object, true) if absent => None,
        (Holds::Object, true) => Some(format!("`{key}` is always an object")),
        (_, false) if absent => None,
        (_, false) => Some(format!("`{key}` is never an object")),
        (Holds::Text, true) if !possible(&takes_text) => Some(format!("`{key}` is always a text")),
        (_, true) if absent || possible(&takes_text) => None,
        (_, true) => Some(format!("`{key}` only ever holds text")),
    };
    never.and_then(mistake)
}

fn is_empty(matcher: &Matcher) -> bool {
    matches!(matcher, Matcher::Numeric(range) if range.is_empty())
}

/// Whether a text may match.
fn takes_text(matcher: &Matcher) -> bool {
    match matcher {
        Matcher::Exact(scalar) => matches!(scalar, Scalar::Text(_)),
        Matcher::Exists(wanted) => *wanted,
        Matcher::Numeric(_) => false,
        Matcher::Text(_) | Matcher::AnythingBut(_) | Matcher::AnythingButText(_) => true,
    }
}
