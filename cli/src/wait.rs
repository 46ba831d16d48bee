//! Waiting for a deployment: how often to ask, how long to bear with a platform that does not
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

/// What happens while a deployment is followed.
#[derive(Debug)]
pub(crate) enum Event<'a> {
    /// The platform answered.
    Answer(&'a Deployment),
    /// The platform has stopped answering; it will be asked again.
    Silence(&'a CallError),
}

/// Why following ended before the deployment did.
#[derive(Debug)]
pub(crate) enum Abandoned {
    /// The time is over.
    TimedOut,
    /// The platform does not answer, or not this question.
    Call(CallError),
}

/// Asks for a deployment until it has ended, and tells `tell` what happens.
pub(crate) fn follow(
    clock: &dyn Clock,
    limit: Duration,
    mut ask: impl FnMut() -> Result<Deployment, CallError>,
    mut tell: impl FnMut(Event<'_>),
) -> Result<Deployment, Abandoned> {
    let give_up = clock.elapsed().saturating_add(limit);
    let mut rhythm = Rhythm::default();
    loop {
        let wanted = match ask() {
            Ok(deployment) if deployment.status.has_ended() => {
                tell(Event::Answer(&deployment));
                return Ok(deployment);
            }
            Ok(deployment) => {
                tell(Event::Answer(&deployment));
                rhythm.after_answer(deployment)
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
#[derive(Debug, Default)]
struct Rhythm {
    pause: Option<Duration>,
    last: Option<Deployment>,
    silent_since: Option<Duration>,
}

impl Rhythm {
    /// Quickly again while things happen, ever more slowly while they do not.
    fn after_answer(&mut self, deployment: Deployment) -> Duration {
        self.silent_since = None;
        if self.last.as_ref() != Some(&deployment) {
            self.pause = None;
            self.last = Some(deployment);
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
