//! Waiting for a deployment or a check: how often to ask, how long to bear with a platform that does not
//! answer, when to give up. The time and the question are given, so that nothing here sleeps.

use std::time::Duration;

use crate::client::{CallError, Deployment};
use crate::world::Clock;

/// How soon after something has happened the platform is asked again.
const SHORTEST_PAUSE: Duration = Duration::from_millis(200);

/// How seldom the platform is asked at most.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// How long calls may fail in a row. An update of the platform or a change of network is over
/// sooner.
const TOLERANCE: Duration = Duration::from_secs(60);

/// What can be followed to its end.
pub(crate) trait Followed: PartialEq {
    /// Whether nothing more will happen.
    fn has_ended(&self) -> bool;
}

impl Followed for Deployment {
    fn has_ended(&self) -> bool {
        self.status.has_ended()
    }
}

/// What happens while something is followed.
#[derive(Debug)]
pub(crate) enum Event<'a, F> {
    /// The platform answered.
    Answer(&'a F),
    /// The platform has stopped answering; it will be asked again.
    Silence(&'a CallError),
}

/// Why following ended before what was followed did.
#[derive(Debug)]
pub(crate) enum Abandoned {
    /// The time is over.
    TimedOut,
    /// The platform does not answer, or not this question.
    Call(CallError),
}

/// Asks for something until it has ended, and tells `tell` what happens.
pub(crate) fn follow<F: Followed>(
    clock: &dyn Clock,
    limit: Duration,
    mut ask: impl FnMut() -> Result<F, CallError>,
    mut tell: impl FnMut(Event<'_, F>),
) -> Result<F, Abandoned> {
    let give_up = clock.elapsed().saturating_add(limit);
    let mut rhythm = Rhythm::default();
    loop {
        let wanted = match ask() {
            Ok(now) if now.has_ended() => {
                tell(Event::Answer(&now));
                return Ok(now);
            }
            Ok(now) => {
                tell(Event::Answer(&now));
                rhythm.after_answer(now)
            }
            Err(error) if error.is_passing() => {
                if rhythm.silent_since.is_none() {
                    tell(Event::Silence(&error));
                }
                rhythm.after_silence(clock.elapsed(), error)?
            }
            Err(error) => return Err(Abandoned::Call(error)),
        };
        let left = give_up.saturating_sub(clock.elapsed());
        if left.is_zero() {
            return Err(Abandoned::TimedOut);
        }
        clock.sleep(wanted.min(left));
    }
}

/// How long to pause, from what the platform said before.
#[derive(Debug)]
struct Rhythm<F> {
    pause: Option<Duration>,
    last: Option<F>,
    silent_since: Option<Duration>,
}

impl<F> Default for Rhythm<F> {
    fn default() -> Self {
        Self {
            pause: None,
            last: None,
            silent_since: None,
        }
    }
}

impl<F: Followed> Rhythm<F> {
    /// Quickly again while things happen, ever more slowly while they do not.
    fn after_answer(&mut self, now: F) -> Duration {
        self.silent_since = None;
        if self.last.as_ref() != Some(&now) {
            self.pause = None;
            self.last = Some(now);
        }
        self.next_pause()
    }

    fn after_silence(&mut self, now: Duration, error: CallError) -> Result<Duration, Abandoned> {
        let since = *self.silent_since.get_or_insert(now);
        if now.saturating_sub(since) >= TOLERANCE {
            return Err(Abandoned::Call(error));
        }
        let asked_for = error.retry_after().unwrap_or_default();
        Ok(self.next_pause().max(asked_for.min(TOLERANCE)))
    }

    fn next_pause(&mut self) -> Duration {
        let pause = self
            .pause
            .map_or(SHORTEST_PAUSE, |pause| (pause * 2).min(LONGEST_PAUSE));
        self.pause = Some(pause);
        pause
    }
}

#[cfg(test)]
mod tests;
