//! The move of an instance to another lifecycle, or to another version of its own. It is explicit,
//! and says what becomes of each state.

use std::collections::BTreeMap;

use groundplane_model::{
    EventEntry, Life, LifecycleRef, PassageOutcome, Problem, StateName, Verdict,
};
use jiff::Timestamp;

use crate::draft::{Applied, Cause, Draft};
use crate::occurrence::OWN_SOURCE;
use crate::operate::{Refusal, idle};
use crate::wording::{among, one_of};
use crate::{Definition, Delivery};

/// A move.
#[derive(Debug, Clone, Copy)]
pub struct Move<'a> {
    /// What the instance follows now.
    pub old: &'a Definition,
    /// What it is to follow.
    pub new: &'a Definition,
    /// The new one's name and version.
    pub reference: &'a LifecycleRef,
    /// What becomes of the states that have no namesake; others can be named too.
    pub states: &'a BTreeMap<StateName, StateName>,
    /// Tells the request from every other; the same for each delivery.
    pub id: &'a str,
    /// Who asks.
    pub by: &'a str,
}

/// Moves an instance. It enters the state anew, with the timeout of the new definition. The log says
/// who moved it. The caller writes nothing if there is an entry for the same request already.
///
/// # Errors
/// Where a run is in progress, the instance is destroyed, or the states do not fit; pointers lead
/// into the mapping of states.
pub fn adopt(life: &Life, the_move: &Move<'_>, now: Timestamp) -> Result<Delivery, Refusal> {
    idle(life)?;
    let problems = the_move.problems(&life.state);
    if !problems.is_empty() {
        return Err(Refusal::Invalid { problems });
    }
    let mut draft = Draft::new(the_move.new, life, now);
    let from = life.state.clone();
    let to = the_move.states.get(&from).unwrap_or(&from).clone();
    let why = format!("moved from {} to {}", life.lifecycle, the_move.reference);
    let cause = Cause {
        event: Some(the_move.id.to_owned()),
        text: Some(why.clone()),
        by: Some(the_move.by.to_owned()),
        ..Cause::default()
    };
    draft.life.lifecycle = the_move.reference.clone();
    draft.enter(to.clone());
    draft.passage(Some(from.clone()), &to, PassageOutcome::Adopted, &cause);
    let applied = Applied {
        verdict: Verdict::Transition,
        why: Some(why),
        to: Some(to),
        run: None,
    };
    let known_as = (the_move.id, EventEntry::own_identity(the_move.id));
    let entry = EventEntry {
        source: OWN_SOURCE.to_owned(),
        detail_type: "Move".to_owned(),
        by: Some(the_move.by.to_owned()),
        ..draft.entry(known_as, applied, from)
    };
    draft.log(entry);
    Ok(draft.finish(Some(life)))
}

impl Move<'_> {
    fn problems(&self, state: &StateName) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (old, new) in self.states {
            let pointer = crate::pointer(old.as_str());
            if self.old.state(old).is_none() && old != state {
                let hint = among(old.as_str(), self.old.states().map(StateName::as_str));
                let message = format!("the present lifecycle has no state `{old}`");
                problems.push(Problem::error(pointer.clone(), message).with_hint(hint));
            }
            if self.new.state(new).is_none() {
                let hint = among(new.as_str(), self.new.states().map(StateName::as_str));
                let message = format!("{} has no state `{new}`", self.reference);
                problems.push(Problem::error(pointer, message).with_hint(hint));
            }
        }
        let known: Vec<_> = self.new.states().map(StateName::as_str).collect();
        let old = self
            .old
            .states()
            .chain(self.old.state(state).is_none().then_some(state));
        for lost in old {
            if !self.states.contains_key(lost) && self.new.state(lost).is_none() {
                let message = format!("{} has no state `{lost}`", self.reference);
                let hint = format!("say which it becomes: {}", one_of(&known));
                problems.push(Problem::error("", message).with_hint(hint));
            }
        }
        problems
    }
}

#[cfg(test)]
mod tests;
