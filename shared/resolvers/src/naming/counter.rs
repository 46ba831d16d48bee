//! Counters for `{seq}`: the numbers of one scope, each with one owner at a time.

use groundplane_model::{Key, Partition, Record};
use serde::{Deserialize, Serialize};

/// How a counter goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sequence {
    /// Always the next number; released ones are never used again.
    #[default]
    Plain,
    /// Always the lowest number that is free.
    GapFree,
}

/// Why a counter cannot do what is asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CounterError {
    /// No number is left.
    #[error("all {last} numbers of `{0}` are taken", last = Counter::LAST)]
    Exhausted(String),
    /// The released numbers lie too far apart to be remembered.
    #[error(
        "more than {most} gaps between the numbers of `{0}` cannot be remembered; fill some before more numbers are given back",
        most = Counter::MOST_GAPS
    )]
    TooManyGaps(String),
    /// Nobody has the number.
    #[error("the number {number} of `{scope}` is not taken")]
    NotTaken {
        /// The scope of the counter.
        scope: String,
        /// The number.
        number: u32,
    },
}

/// Numbers in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// The first.
    pub first: u32,
    /// The last, which belongs to it.
    pub last: u32,
}

/// The numbers of one scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counter {
    /// What the numbers are counted for: a type of resource, and the name without its number.
    pub scope: String,
    /// The lowest number that was never handed out, or none above it is taken.
    pub next: u32,
    /// The released numbers below it that will be handed out again: ascending, apart from each
    /// other.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub free: Vec<Gap>,
    /// The version of this record.
    #[serde(default)]
    pub version: u64,
}

impl Counter {
    /// The most digits of a number.
    pub const DIGITS: usize = 6;
    /// The highest number.
    pub const LAST: u32 = 999_999;
    /// The most gaps that are remembered, which keeps the record below 20 KB.
    pub const MOST_GAPS: usize = 512;

    /// The counter of a scope that no number was taken from yet.
    #[must_use]
    pub fn new(scope: impl Into<String>) -> Self {
        Self {
            scope: scope.into(),
            next: 1,
            free: Vec::new(),
            version: 0,
        }
    }

    /// Where the counter of a scope lies.
    #[must_use]
    pub fn key_of(scope: &str) -> Key {
        Key::meta(Partition::counter(scope))
    }

    /// Takes a number: the next or the lowest that is free. With `passed_over`, that many
    /// numbers are skipped because the names that they give are taken; a gap-free counter keeps
    /// them free.
    ///
    /// # Errors
    /// Where no number is left, or a gap too many would have to be remembered.
    pub fn take(&self, sequence: Sequence, passed_over: u32) -> Result<(u32, Self), CounterError> {
        let free: &[Gap] = match sequence {
            Sequence::Plain => &[],
            Sequence::GapFree => &self.free,
        };
        let mut after = self.clone();
        let mut skip = passed_over;
        let found = free.iter().find_map(|gap| {
            let size = gap.last - gap.first + 1;
            let number = (skip < size).then(|| gap.first + skip);
            skip = skip.saturating_sub(size);
            number
        });
        let number = found.unwrap_or_else(|| self.next.saturating_add(skip));
        if number > Self::LAST {
            return Err(CounterError::Exhausted(self.scope.clone()));
        }
        if found.is_some() {
            after.remove(number);
        } else {
            after.next = number + 1;
        }
        if found.is_none() && sequence == Sequence::GapFree && skip > 0 {
            after.insert(Gap {
                first: self.next,
                last: number - 1,
            });
        }
        after.bounded().map(|after| (number, after))
    }

    /// Gives a number back. A plain counter does not change.
    ///
    /// # Errors
    /// Where nobody has the number, or a gap too many would have to be remembered.
    pub fn give_back(&self, sequence: Sequence, number: u32) -> Result<Self, CounterError> {
        if sequence == Sequence::Plain {
            return Ok(self.clone());
        }
        if !self.is_taken(number) {
            return Err(CounterError::NotTaken {
                scope: self.scope.clone(),
                number,
            });
        }
        let mut after = self.clone();
        after.insert(Gap {
            first: number,
            last: number,
        });
        // What nobody has above the highest taken number need not be remembered.
        if let Some(gap) = after.free.pop_if(|gap| gap.last + 1 == self.next) {
            after.next = gap.first;
        }
        after.bounded()
    }

    /// Whether the number was handed out and not given back, as far as the counter remembers.
    #[must_use]
    pub fn is_taken(&self, number: u32) -> bool {
        let within = |gap: &Gap| (gap.first..=gap.last).contains(&number);
        (1..self.next).contains(&number) && !self.free.iter().any(within)
    }

    /// Adds numbers that are not free yet, and joins them with their neighbours.
    fn insert(&mut self, added: Gap) {
        let at = self.free.partition_point(|gap| gap.last < added.first);
        let mut joined = added;
        let follows = |gap: &&mut Gap| gap.first == added.last + 1;
        if let Some(next) = self.free.get_mut(at).filter(follows) {
            joined.last = next.last;
            self.free.remove(at);
        }
        let before = at.checked_sub(1).and_then(|index| self.free.get_mut(index));
        match before {
            Some(before) if before.last + 1 == joined.first => before.last = joined.last,
            Some(_) | None => self.free.insert(at, joined),
        }
    }

    /// Removes a number that is free.
    fn remove(&mut self, number: u32) {
        let at = self.free.partition_point(|gap| gap.last < number);
        if at >= self.free.len() {
            return;
        }
        let gap = self.free.remove(at);
        let rest = [
            (gap.first, number.saturating_sub(1)),
            (number + 1, gap.last),
        ];
        let rest = rest.into_iter().filter(|(first, last)| first <= last);
        self.free
            .splice(at..at, rest.map(|(first, last)| Gap { first, last }));
    }

    fn bounded(self) -> Result<Self, CounterError> {
        if self.free.len() > Self::MOST_GAPS {
            return Err(CounterError::TooManyGaps(self.scope));
        }
        Ok(self)
    }
}

impl Record for Counter {
    const KIND: &'static str = "counter";

    fn key(&self) -> Key {
        Self::key_of(&self.scope)
    }

    fn version(&self) -> u64 {
        self.version
    }
}

#[cfg(test)]
#[path = "counter_tests.rs"]
mod tests;
