//! The names that an expression may use.

/// Which names there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// A guard: it sees the instance. It must decide alike when a signal has waited, so it does not
    /// see the event, which is not kept.
    Guard,
    /// A filter: it sees the event and the instance.
    Filter,
}

/// The fields of `instance`.
const INSTANCE: [&str; 9] = [
    "tenant",
    "id",
    "service",
    "environment",
    "lifecycle",
    "labels",
    "parameters",
    "state",
    "secondsInState",
];
/// The fields of `event`; `detailType` is `detail-type` in a form that CEL can name.
const EVENT: [&str; 9] = [
    "id",
    "source",
    "detailType",
    "detail-type",
    "account",
    "time",
    "region",
    "resources",
    "detail",
];

/// What can be called: name, whether on a value (`a.f(b)`), number of arguments without that value.
pub(super) const FUNCTIONS: [(&str, bool, usize); 8] = [
    ("size", false, 1),
    ("size", true, 0),
    ("contains", true, 1),
    ("startsWith", true, 1),
    ("endsWith", true, 1),
    ("int", false, 1),
    ("double", false, 1),
    ("string", false, 1),
];
/// What is written like a call and is a form of the language.
pub(super) const MACROS: [&str; 5] = ["has", "all", "exists", "exists_one", "filter"];

impl Scope {
    /// The variables.
    pub(super) const fn variables(self) -> &'static [&'static str] {
        match self {
            Self::Guard => &["instance"],
            Self::Filter => &["event", "instance"],
        }
    }
}

/// The fields of a variable, where they are known.
pub(super) fn fields(variable: &str) -> Option<&'static [&'static str]> {
    match variable {
        "instance" => Some(&INSTANCE),
        "event" => Some(&EVENT),
        _ => None,
    }
}

/// What every function and form is called.
pub(super) fn callable() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().map(|(name, ..)| *name).chain(MACROS)
}
