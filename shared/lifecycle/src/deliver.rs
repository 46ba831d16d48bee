//! What something that happens does to an instance, as one transaction.

use groundplane_model::{EventEntry, Life, SignalName, Waiting};
use jiff::Timestamp;

use crate::draft::{Cause, Draft};
use crate::occurrence::What;
use crate::step::{Decision, Signal, step};
use crate::{Definition, Delivery, Occurrence};

/// What an occurrence is for an instance.
struct Reading {
    signal: Option<SignalName>,
    route: Option<usize>,
    /// The stay that it ends, if it is the end of one.
    stay: Option<u64>,
    /// What was found while reading it.
    note: Option<String>,
}

/// What `occurrence` does to an instance. There is always one entry for the log. The caller writes
/// nothing if there is an entry for the same occurrence already.
#[must_use]
pub fn deliver(
    definition: &Definition,
    life: &Life,
    occurrence: &Occurrence<'_>,
    now: Timestamp,
) -> Delivery {
    let mut draft = Draft::new(definition, life, now);
    let reading = read(definition, life, occurrence, now);
    let occurred_at = occurrence.occurred_at(now);
    let decision = decide(definition, life, occurrence, &reading, now);
    let cause = Cause {
        event: Some(occurrence.id.clone()),
        signal: reading.signal.clone(),
        by: occurrence.by.clone(),
        ..Cause::default()
    };
    remember(&mut draft.life, occurrence, &reading, occurred_at);
    let applied = match &reading.signal {
        Some(signal) => {
            let waiting = Waiting {
                event: occurrence.id.clone(),
                identity: occurrence.identity.clone(),
                signal: signal.clone(),
                occurred_at,
                received_at: now,
                stay: reading.stay,
                by: occurrence.by.clone(),
            };
            draft.apply(decision, waiting, &cause)
        }
        None => draft.nothing(decision),
    };
    renew_unanswered(&mut draft, life, reading.stay);
    let known_as = (occurrence.id(), occurrence.identity.clone());
    let mut entry = draft.entry(known_as, applied, life.state.clone());
    let (source, detail_type) = occurrence.origin();
    entry.source = source.to_owned();
    entry.detail_type = detail_type.to_owned();
    entry.occurred_at = occurrence.stated_time(now);
    (entry.detail_digest, entry.detail_bytes) = occurrence.detail();
    entry.route = reading.route.and_then(|route| u64::try_from(route).ok());
    entry.signal = reading.signal;
    entry.by.clone_from(&occurrence.by);
    entry.why = entry.why.or(reading.note);
    draft.log(entry);
    draft.finish(Some(life))
}

fn read(
    definition: &Definition,
    life: &Life,
    occurrence: &Occurrence<'_>,
    now: Timestamp,
) -> Reading {
    let mut reading = Reading {
        signal: None,
        route: None,
        stay: None,
        note: None,
    };
    match &occurrence.what {
        What::Event(..) => {
            let (routed, note) = definition.route(occurrence, life, now);
            reading.route = routed.as_ref().map(|routed| routed.route);
            reading.signal = routed.map(|routed| routed.signal);
            reading.note = note;
        }
        What::Deadline(stay) => {
            let due = life.deadline.as_ref().filter(|_| life.stay == *stay);
            reading.signal = due.map(|deadline| deadline.signal.clone());
            reading.stay = Some(*stay);
        }
        What::Signal(signal) => reading.signal = Some(signal.clone()),
    }
    reading
}

fn decide(
    definition: &Definition,
    life: &Life,
    occurrence: &Occurrence<'_>,
    reading: &Reading,
    now: Timestamp,
) -> Decision {
    let ignored = |why: &str| Decision::Ignored {
        why: why.to_owned(),
    };
    let Some(name) = &reading.signal else {
        return match &occurrence.what {
            What::Deadline(_) => ignored("stale: the stay that it ends is over"),
            What::Event(..) | What::Signal(_) => Decision::Ignored {
                why: reading
                    .note
                    .clone()
                    .unwrap_or_else(|| "no route matches".to_owned()),
            },
        };
    };
    // Older than what the log remembers, it may have been decided long ago.
    if now.duration_since(occurrence.occurred_at(now)) > EventEntry::KEPT {
        return ignored("stale: it is older than the log of events");
    }
    let newest = occurrence
        .subject()
        .and_then(|subject| life.seen.get(&subject).copied());
    if newest.is_some_and(|newest| occurrence.occurred_at(now) < newest) {
        return ignored("stale: a newer event of the same source and resource was decided before");
    }
    let signal = Signal {
        name,
        stay: reading.stay,
    };
    step(definition, life, &signal, now)
}

/// Remembers the time of an event that gave a signal, also of one that changed nothing: an older
/// one that comes later must not undo what this one says.
fn remember(
    life: &mut Life,
    occurrence: &Occurrence<'_>,
    reading: &Reading,
    occurred_at: Timestamp,
) {
    let Some(subject) = occurrence.subject().filter(|_| reading.signal.is_some()) else {
        return;
    };
    if life.ended {
        return;
    }
    let newest = life.seen.entry(subject).or_insert(occurred_at);
    *newest = occurred_at.max(*newest);
    if life.seen.len() > Life::MOST_SEEN {
        let oldest = life
            .seen
            .iter()
            .min_by_key(|(subject, time)| (**time, *subject));
        if let Some(oldest) = oldest.map(|(subject, _)| subject.clone()) {
            life.seen.remove(&oldest);
        }
    }
}

/// The end of a stay that changed nothing, because no guard held or too much waits, comes again
/// after the same time. Otherwise the state would have lost its way out.
fn renew_unanswered(draft: &mut Draft<'_>, before: &Life, stay: Option<u64>) {
    let present = stay == Some(before.stay) && before.deadline.is_some() && !before.ended;
    let unanswered = draft.life.stay == before.stay
        && draft.life.run == before.run
        && draft.life.waiting.len() == before.waiting.len();
    if present && unanswered {
        draft.renew();
    }
}

#[cfg(test)]
mod tests;
