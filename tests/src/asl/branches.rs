//! Branches side by side: the items of a Map state and the branches of a Parallel state.

use std::cell::Cell;
use std::collections::{BTreeMap, VecDeque};
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use serde_json::Value;

use super::error::Stop;
use super::machine::{Flow, Map};
use super::scope::{Scope, Visit};
use super::walk::Walk;
use super::{Host, Turns, limits};

/// How many items of an inline map Step Functions works on at once, at most.
const MOST: usize = 40;

/// In which order branches that may run side by side get on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Schedule {
    /// One after the other, the first one first.
    #[default]
    InOrder,
    /// One after the other, the last one first of as many as may run side by side.
    Reversed,
    /// In turns, one state each. When one fails, the others finish the state that they are in.
    Interleaved,
}

impl Schedule {
    /// Every schedule, for tests that want them all.
    pub const ALL: [Self; 3] = [Self::InOrder, Self::Reversed, Self::Interleaved];
}

/// A branch that has not started.
struct Work<'f> {
    index: usize,
    flow: &'f Flow,
    input: Value,
    item: Option<(usize, Value)>,
}

/// How a branch ended, and when.
type Outcome = (Result<Value, Stop>, Duration);

/// A branch that runs.
struct Branch<'f> {
    index: usize,
    future: Pin<Box<dyn Future<Output = Outcome> + 'f>>,
}

/// How all branches ended so far.
struct Tally {
    outputs: BTreeMap<usize, Value>,
    first_stop: Option<Stop>,
    latest: Duration,
    /// When each place that branches can run in is free.
    places: Vec<Duration>,
}

impl<'a, H: Host> Walk<'a, H> {
    /// Runs the branches of a Parallel state.
    pub(crate) async fn parallel(
        self,
        branches: &[Flow],
        input: &Value,
        scope: &mut Scope,
    ) -> Result<Value, Stop> {
        let works = branches.iter().enumerate().map(|(index, flow)| Work {
            index,
            flow,
            input: input.clone(),
            item: scope.item.clone(),
        });
        let works: Vec<Work<'_>> = works.collect();
        let at_once = works.len();
        self.all(works, at_once, scope).await
    }

    /// Runs the items of a Map state.
    pub(crate) async fn map(
        self,
        map: &Map,
        visit: Visit<'_>,
        scope: &mut Scope,
    ) -> Result<Value, Stop> {
        let bindings = scope.bindings(visit);
        let items = match &map.items {
            Some(items) => items.evaluate(&bindings, "Items")?,
            None => visit.input.clone(),
        };
        let Value::Array(items) = items else {
            return Err(bindings.reject("'Items' is not an array.").into());
        };
        let at_once = match &map.concurrency {
            Some(most) => most.evaluate(&bindings, "MaxConcurrency")?,
            None => Value::from(0),
        };
        let at_once = at_once.as_u64().and_then(|most| usize::try_from(most).ok());
        let at_once =
            at_once.ok_or_else(|| bindings.reject("'MaxConcurrency' is not a whole number."))?;
        let at_once = if at_once == 0 {
            MOST
        } else {
            at_once.min(MOST)
        };
        let mut works = Vec::new();
        for (index, item) in items.into_iter().enumerate() {
            works.push(work(map, visit, scope, (index, item))?);
        }
        self.all(works, at_once, scope).await
    }

    async fn all(
        self,
        works: Vec<Work<'_>>,
        at_once: usize,
        scope: &mut Scope,
    ) -> Result<Value, Stop> {
        let mut tally = Tally {
            outputs: BTreeMap::new(),
            first_stop: None,
            latest: scope.clock,
            places: vec![scope.clock; at_once.max(1)],
        };
        let width = match self.on.schedule {
            Schedule::Interleaved => at_once.max(1),
            Schedule::InOrder | Schedule::Reversed => 1,
        };
        let abandoned = Rc::new(Cell::new(false));
        let mut waiting = ordered(works, at_once, self.on.schedule);
        let mut running: VecDeque<Branch<'_>> = VecDeque::new();
        loop {
            let more = width.saturating_sub(running.len());
            for work in tally.start(&mut waiting, more) {
                let mut inner = scope.clone();
                inner.clock = tally.take_place();
                inner.abandoned.push(Rc::clone(&abandoned));
                running.push_back(self.begin(work, inner));
            }
            let Some(mut branch) = running.pop_front() else {
                break;
            };
            match turn(&mut branch, &self.on.turns).await {
                Some(outcome) => {
                    tally.note(branch.index, outcome);
                    abandoned.set(tally.first_stop.is_some());
                }
                None => {
                    running.push_back(branch);
                    // Branches further out get their turn as well.
                    self.on.turns.pass().await;
                }
            }
        }
        scope.clock = tally.latest;
        match tally.first_stop {
            Some(stop) => Err(stop),
            None => Ok(tally.outputs.into_values().collect()),
        }
    }

    fn begin<'f>(self, work: Work<'f>, mut scope: Scope) -> Branch<'f>
    where
        'a: 'f,
    {
        scope.item = work.item;
        let future = Box::pin(async move {
            let end = self.flow(work.flow, work.input, &mut scope).await;
            (end, scope.clock)
        });
        Branch {
            index: work.index,
            future,
        }
    }
}

impl Tally {
    /// Takes at most `more` branches off the queue, none once one has failed.
    fn start<'f>(&self, waiting: &mut VecDeque<Work<'f>>, more: usize) -> Vec<Work<'f>> {
        let more = match self.first_stop {
            Some(_) => 0,
            None => more.min(waiting.len()),
        };
        waiting.drain(..more).collect()
    }

    /// Takes the place that is free first.
    fn take_place(&mut self) -> Duration {
        self.places.sort();
        self.places.drain(..1).next().unwrap_or(self.latest)
    }

    fn note(&mut self, index: usize, (end, clock): Outcome) {
        self.places.push(clock);
        self.latest = self.latest.max(clock);
        match end {
            Ok(output) => {
                self.outputs.insert(index, output);
            }
            // A run that is stuck stays so, whatever failed before.
            Err(Stop::Stuck(stuck)) => self.first_stop = Some(Stop::Stuck(stuck)),
            Err(stop) => {
                self.first_stop.get_or_insert(stop);
            }
        }
    }
}

/// Polls a branch until it passes its turn on, which gives nothing, or ends.
async fn turn(branch: &mut Branch<'_>, turns: &Turns) -> Option<Outcome> {
    poll_fn(|context| {
        turns.begin();
        match branch.future.as_mut().poll(context) {
            Poll::Ready(outcome) => Poll::Ready(Some(outcome)),
            Poll::Pending if turns.passed() => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

fn ordered(works: Vec<Work<'_>>, at_once: usize, schedule: Schedule) -> VecDeque<Work<'_>> {
    if schedule != Schedule::Reversed {
        return works.into();
    }
    let mut works: Vec<(usize, Work<'_>)> = works.into_iter().enumerate().collect();
    let place = |index: usize| (index / at_once.max(1), std::cmp::Reverse(index));
    works.sort_by_key(|(index, _)| place(*index));
    works.into_iter().map(|(_, work)| work).collect()
}

fn work<'f>(
    map: &'f Map,
    visit: Visit<'_>,
    scope: &Scope,
    item: (usize, Value),
) -> Result<Work<'f>, Stop> {
    let index = item.0;
    let input = match &map.selector {
        None => item.1.clone(),
        Some(selector) => {
            let mut scope = scope.clone();
            scope.item = Some(item.clone());
            selector.evaluate(&scope.bindings(visit), "ItemSelector")?
        }
    };
    limits::payload("an item", visit.state, &input)?;
    Ok(Work {
        index,
        flow: &map.flow,
        input,
        item: Some(item),
    })
}
