//! The words and signs that every face of a preview shares.

use groundplane_model::UnitName;

use crate::allocation::{Allocation, AllocationAction};
use crate::references::intrinsic;
use crate::report::{
    Counts, Doubt, Effect, Operation, Preview, PropertyChange, Remains, ResourcePreview, Shown,
    UnitOperation, UnitPreview,
};

/// What a line is about, which decides its sign and its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sign {
    Create,
    Update,
    MayUpdate,
    Replace,
    MayReplace,
    Delete,
    Retain,
    Keep,
}

impl Sign {
    pub(crate) const fn of(operation: Operation) -> Self {
        match operation {
            Operation::Create => Self::Create,
            Operation::Update => Self::Update,
            Operation::MayUpdate => Self::MayUpdate,
            Operation::Replace => Self::Replace,
            Operation::MayReplace => Self::MayReplace,
            Operation::Delete => Self::Delete,
            Operation::Retain => Self::Retain,
            Operation::Keep => Self::Keep,
        }
    }

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "+",
            Self::Update => "~",
            Self::MayUpdate => "~?",
            Self::Replace => "-/+",
            Self::MayReplace => "-/+?",
            Self::Delete => "-",
            Self::Retain => "<-",
            Self::Keep => "=",
        }
    }
}

/// One line about a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// 0 for a resource, 1 for what changes about it.
    pub(crate) depth: usize,
    pub(crate) sign: Sign,
    pub(crate) text: String,
}

/// `2 to create, 1 to replace, 7 to keep`.
pub(crate) fn counts(counts: &Counts) -> String {
    let Counts {
        create,
        update,
        may_update,
        replace,
        may_replace,
        delete,
        retain,
        keep,
        changed_units: _,
        kept_units: _,
    } = *counts;
    let parts = [
        (create, "to create"),
        (update, "to update"),
        (may_update, "perhaps to update"),
        (replace, "to replace"),
        (may_replace, "perhaps to replace"),
        (delete, "to delete"),
        (retain, "to leave behind"),
        (keep, "to keep"),
    ];
    let parts = parts.iter().filter(|(count, _)| *count > 0);
    let parts: Vec<String> = parts
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    match parts.is_empty() {
        true => "no resources".to_owned(),
        false => parts.join(", "),
    }
}

/// What a preview amounts to, in one sentence.
pub(crate) fn headline(preview: &Preview) -> String {
    let counted = counts(&preview.counts);
    if preview.is_empty() {
        return format!("nothing to do, {counted}");
    }
    counted
}

pub(crate) fn allocation(allocation: &Allocation) -> (Sign, String) {
    let Allocation {
        action,
        resolver,
        unit,
        input,
        value,
        stand_in: _,
    } = allocation;
    let (sign, verb) = match action {
        AllocationAction::Take => (Sign::Create, "handed out"),
        AllocationAction::Release => (Sign::Delete, "given back"),
    };
    let value = value.as_ref().map(|value| format!(": {}", plain(value)));
    let value = value.unwrap_or_default();
    let text = format!("{} of {unit}, {verb} by {resolver}{value}", plain(input));
    (sign, text)
}

/// A warning without its number: what it is about, and the message.
pub(crate) fn warning(unit: &UnitName, logical_id: &str, message: &str) -> String {
    format!("{} of {unit} {message}", plain(logical_id))
}

/// The heading of a step.
pub(crate) fn unit(unit: &UnitPreview) -> (Sign, String) {
    let (sign, what) = match unit.operation {
        UnitOperation::Create => (Sign::Create, "is created"),
        UnitOperation::Update => (Sign::Update, "changes"),
        UnitOperation::MayUpdate => (Sign::MayUpdate, "may change"),
        UnitOperation::Delete => (Sign::Delete, "is removed"),
        UnitOperation::Keep => (Sign::Keep, "stays"),
    };
    let stack = match &unit.stack_name {
        Some(name) => format!("stack {}", plain(name)),
        None => "a stack whose name is not known yet".to_owned(),
    };
    let interrupted = if unit.interrupted {
        "; an earlier deployment broke off here, so what is there may differ"
    } else {
        ""
    };
    let text = format!(
        "{} {what} (wave {}, {stack}){interrupted}",
        unit.step,
        unit.wave + 1
    );
    (sign, text)
}

/// The lines below the heading of a step.
pub(crate) fn lines(
    operation: UnitOperation,
    resources: &[ResourcePreview],
    template: &[PropertyChange],
) -> Vec<Line> {
    let mut lines = Vec::new();
    for listed in resources {
        lines.push(resource(listed));
        // The type of a new resource is in its line already.
        let is_said = |change: &&PropertyChange| {
            listed.operation == Operation::Create && change.pointer == "/Type"
        };
        let changes = listed.changes.iter().filter(|change| !is_said(change));
        lines.extend(changes.map(|change| changed(change, listed.operation)));
    }
    // Of a new template nothing is news but its resources.
    if operation != UnitOperation::Create {
        let rest = template.iter();
        lines.extend(rest.map(|change| Line {
            depth: 0,
            ..changed(change, Operation::Update)
        }));
    }
    lines
}

fn resource(resource: &ResourcePreview) -> Line {
    let name = plain(&resource.logical_id);
    let mut text = format!("{name} {}", plain(&resource.resource_type));
    if let Some(physical_id) = &resource.physical_id {
        text.push_str(&format!(" {}", plain(physical_id)));
    }
    let because = || {
        let pointers: Vec<String> = resource.because.iter().map(|it| shortened(it)).collect();
        pointers.join(", ")
    };
    match resource.operation {
        Operation::Replace => text.push_str(&format!(": replaced because of {}", because())),
        Operation::MayReplace => {
            text.push_str(&format!(": may be replaced because of {}", because()))
        }
        Operation::Delete => text.push_str(": deleted"),
        Operation::Retain => text.push_str(": left behind"),
        Operation::Create | Operation::Update | Operation::MayUpdate | Operation::Keep => {}
    }
    match resource.remains {
        Some(Remains::Snapshot) => text.push_str("; a snapshot stays"),
        Some(Remains::Resource) if resource.operation != Operation::Retain => {
            text.push_str("; the old one stays in the account");
        }
        Some(Remains::Resource) | None => {}
    }
    Line {
        depth: 0,
        sign: Sign::of(resource.operation),
        text,
    }
}

pub(crate) fn changed(change: &PropertyChange, operation: Operation) -> Line {
    let pointer = shortened(&change.pointer);
    let (sign, mut text) = match (&change.before, &change.after) {
        (None, after) => (
            Sign::Create,
            format!("{pointer}: {}", side(after.as_deref())),
        ),
        (before, None) => (
            Sign::Delete,
            format!("{pointer}: {}", side(before.as_deref())),
        ),
        (before, after) => {
            let (before, after) = (side(before.as_deref()), side(after.as_deref()));
            (Sign::Update, format!("{pointer}: {before} -> {after}"))
        }
    };
    if operation != Operation::Create {
        text.push_str(match (change.effect, change.doubt) {
            (Effect::Replace, _) => "  # replaces",
            (Effect::MayReplace, Some(Doubt::Conditional)) => "  # may replace: AWS decides",
            (Effect::MayReplace, Some(Doubt::UnknownType)) => {
                "  # may replace: the type is not known"
            }
            (Effect::MayReplace, Some(Doubt::Unknown) | None) => {
                "  # replaces unless the value is the same"
            }
            (Effect::None, _) => "  # no effect",
            (Effect::Update | Effect::MayUpdate, _) => "",
        });
    }
    Line {
        depth: 1,
        sign,
        text,
    }
}

/// A pointer without the part that all properties have in common.
fn shortened(pointer: &str) -> String {
    match pointer.strip_prefix("/Properties") {
        Some(rest) if rest.starts_with('/') => plain(rest),
        _ if pointer.is_empty() => "/".to_owned(),
        _ => plain(pointer),
    }
}

fn side(shown: Option<&Shown>) -> String {
    let Some(shown) = shown else {
        return "nothing".to_owned();
    };
    let value = shown.value.as_ref().unwrap_or(&shown.template);
    let said = match value.as_str().filter(|_| shown.hidden) {
        Some(hidden) => hidden.to_owned(),
        None => plain(&value.to_string()),
    };
    if shown.unknown.is_empty() {
        return said;
    }
    let why = plain(&shown.unknown.join(", "));
    if intrinsic(value).is_some() || !(value.is_array() || value.is_object() || shown.hidden) {
        // An expression says nothing that the reason does not say, and what stands in for a
        // resolver's answer says something wrong.
        return format!("(unknown until applied: {why})");
    }
    format!("{said} (unknown until applied: {why})")
}

/// Text in which nothing can move a cursor, break a line or turn the direction of reading.
pub(crate) fn plain(text: &str) -> String {
    let is_plain = |letter: char| {
        let turns = matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        let breaks = matches!(letter, '\u{2028}' | '\u{2029}');
        !letter.is_control() && !turns && !breaks
    };
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        if is_plain(letter) {
            plain.push(letter);
        } else {
            plain.extend(letter.escape_unicode());
        }
    }
    plain
}
