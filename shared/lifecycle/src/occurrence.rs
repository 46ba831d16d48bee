//! Something that happens to an instance: an event, the end of a stay, a signal that someone sends.

use groundplane_model::{Digest, Event, EventEntry, Life, SignalName};
use jiff::{SignedDuration, Timestamp};

use crate::Definition;
use crate::expression::{EventData, Facts};

/// How far a clock may be ahead of ours before we go by our own.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);
/// Who says what the platform itself has noticed.
pub(crate) const OWN_SOURCE: &str = "groundplane.lifecycle";

/// Something that happens. It can be delivered to several instances.
#[derive(Debug)]
pub struct Occurrence<'a> {
    pub(crate) id: String,
    pub(crate) identity: Digest,
    pub(crate) what: What<'a>,
    pub(crate) by: Option<String>,
}

#[derive(Debug)]
pub(crate) enum What<'a> {
    Event(&'a Event, Box<EventData>),
    Deadline(u64),
    Signal(SignalName),
}

/// The route that an event matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Routed {
    /// Its number, counted from 0.
    pub route: usize,
    /// The signal that the event becomes.
    pub signal: SignalName,
}

impl<'a> Occurrence<'a> {
    /// An event. Its source and its id together tell it from every other.
    #[must_use]
    pub fn event(event: &'a Event) -> Self {
        Self {
            id: event.id.clone(),
            identity: EventEntry::identity_of(&event.source, &event.id),
            what: What::Event(event, Box::new(EventData::new(event))),
            by: None,
        }
    }

    /// The end of a stay of this life; the same one however often it is noticed.
    #[must_use]
    pub fn deadline(life: &Life, stay: u64) -> Self {
        let id = format!("deadline-{}-{stay}", life.incarnation);
        Self {
            identity: EventEntry::own_identity(&id),
            id,
            what: What::Deadline(stay),
            by: None,
        }
    }

    /// A signal that a person sends; `id` tells the request from every other.
    #[must_use]
    pub fn signal(id: impl Into<String>, signal: SignalName, by: impl Into<String>) -> Self {
        let id = id.into();
        Self {
            identity: EventEntry::own_identity(&id),
            id,
            what: What::Signal(signal),
            by: Some(by.into()),
        }
    }

    /// The id that people see in the log.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The identity under which it is decided, and at most once.
    #[must_use]
    pub const fn identity(&self) -> &Digest {
        &self.identity
    }

    /// When it happened; not later than now where it says something impossible.
    pub(crate) fn occurred_at(&self, now: Timestamp) -> Timestamp {
        let What::Event(event, _) = &self.what else {
            return now;
        };
        let ahead = event.time.duration_since(now) > AHEAD;
        if ahead { now } else { event.time }
    }

    /// When it says that it happened.
    pub(crate) fn stated_time(&self, now: Timestamp) -> Timestamp {
        match &self.what {
            What::Event(event, _) => event.time,
            What::Deadline(_) | What::Signal(_) => now,
        }
    }

    /// The source and the kind, for the log.
    pub(crate) fn origin(&self) -> (&str, &str) {
        match &self.what {
            What::Event(event, _) => (&event.source, &event.detail_type),
            What::Deadline(_) => (OWN_SOURCE, "Deadline"),
            What::Signal(_) => (OWN_SOURCE, "Signal"),
        }
    }

    /// The digest and the number of bytes of an event's detail.
    pub(crate) fn detail(&self) -> (Option<Digest>, u64) {
        let What::Event(event, _) = &self.what else {
            return (None, 0);
        };
        measured(&event.detail.to_string())
    }

    /// What events of one source about one thing have in common: the resources, or the fingerprint
    /// of an alert. Without either, an event has no subject, and nothing is older than it.
    pub(crate) fn subject(&self) -> Option<String> {
        let What::Event(event, _) = &self.what else {
            return None;
        };
        let mut resources: Vec<_> = event.resources.iter().map(String::as_str).collect();
        if resources.is_empty() {
            resources.push(event.detail.get("fingerprint")?.as_str()?);
        }
        resources.sort_unstable();
        Some(Life::subject(&event.source, &resources.join("\n")))
    }
}

/// The digest and the number of bytes of a text.
pub(crate) fn measured(text: &str) -> (Option<Digest>, u64) {
    let bytes = u64::try_from(text.len()).unwrap_or(u64::MAX);
    (Some(Digest::of(text.as_bytes())), bytes)
}

impl Definition {
    /// The signal that an event becomes for an instance: that of the first route whose pattern
    /// matches and whose filter holds. A filter that cannot be evaluated does not hold; the second
    /// part says which and why.
    #[must_use]
    pub fn route(
        &self,
        occurrence: &Occurrence<'_>,
        life: &Life,
        now: Timestamp,
    ) -> (Option<Routed>, Option<String>) {
        let What::Event(_, data) = &occurrence.what else {
            return (None, None);
        };
        let mut numbers: Vec<usize> = self
            .patterns()
            .matching(&data.json)
            .into_iter()
            .copied()
            .collect();
        numbers.sort_unstable();
        let facts = Facts::new(life, Some(data), now);
        let mut note = None;
        for number in numbers {
            let Some(route) = self.route_at(number) else {
                continue;
            };
            let held = route
                .filter
                .as_ref()
                .map_or(Ok(true), |filter| filter.holds(&facts));
            match held {
                Ok(true) => {
                    let signal = route.signal.clone();
                    return (
                        Some(Routed {
                            route: number,
                            signal,
                        }),
                        note,
                    );
                }
                Ok(false) => {}
                Err(reason) if note.is_none() => {
                    let item = number + 1;
                    note = Some(format!("the filter of route {item} cannot tell: {reason}"));
                }
                Err(_) => {}
            }
        }
        (None, note)
    }
}
