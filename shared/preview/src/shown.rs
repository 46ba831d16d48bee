//! Values as they may be shown.

use std::borrow::Cow;

use serde_json::Value;

use crate::difference::Edit;
use crate::reading::{Reading, Scope};
use crate::report::{Doubt, Effect, PropertyChange, Shown};
use crate::secrecy::{HIDDEN, masked};

/// Both sides of an edit, read.
#[derive(Debug)]
pub(crate) struct Readings<'v> {
    pub(crate) before: Option<Reading<'v>>,
    pub(crate) after: Option<Reading<'v>>,
}

impl<'v> Readings<'v> {
    pub(crate) fn of(edit: &Edit<'v>, old: &Scope<'_>, new: &Scope<'_>) -> Self {
        Self {
            before: edit.before.map(|value| old.read(value)),
            after: edit.after.map(|value| new.read(value)),
        }
    }
}

/// The change that an edit makes, with nothing in it that must not be shown.
pub(crate) fn change(
    edit: Edit<'_>,
    readings: Readings<'_>,
    (old, new): (&Scope<'_>, &Scope<'_>),
    (effect, doubt): (Effect, Option<Doubt>),
) -> PropertyChange {
    let is_same = edit.is_same();
    let hides = |scope: &Scope<'_>, value: Option<&Value>| value.is_some_and(|it| scope.hides(it));
    let hidden = edit.hidden || hides(old, edit.before) || hides(new, edit.after);
    let before = edit.before.zip(readings.before);
    let after = edit.after.zip(readings.after);
    PropertyChange {
        pointer: edit.pointer,
        effect,
        doubt,
        // What is there is there, even where it was not recorded.
        before: before.map(|(value, reading)| {
            Box::new(Shown {
                unknown: Vec::new(),
                ..shown(value, reading, hidden)
            })
        }),
        after: after.map(|(value, reading)| {
            let reasons = match &reading {
                Reading::Steady(reasons) if !is_same => reasons.iter().cloned().collect(),
                Reading::Known(_) | Reading::Steady(_) | Reading::Unknown(_) => Vec::new(),
            };
            let mut shown = shown(value, reading, hidden);
            shown.unknown.extend(reasons);
            Box::new(shown)
        }),
    }
}

fn shown(value: &Value, reading: Reading<'_>, hidden: bool) -> Shown {
    let (known, unknown) = match reading {
        Reading::Known(Cow::Owned(known)) => ((known != *value).then_some(known), Vec::new()),
        Reading::Known(Cow::Borrowed(_)) => (None, Vec::new()),
        Reading::Steady(_) => (None, Vec::new()),
        Reading::Unknown(cause) => (None, cause.reasons.into_iter().collect()),
    };
    if hidden {
        return Shown {
            template: HIDDEN.into(),
            value: None,
            unknown,
            hidden,
        };
    }
    Shown {
        template: masked(value),
        value: known.as_ref().map(masked),
        unknown,
        hidden,
    }
}
