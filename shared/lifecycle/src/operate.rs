//! Day-2 operations: what people ask for.

use groundplane_model::{
    Digest, EventEntry, Life, OperationName, Problem, RunId, StateName, Verdict,
};
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::draft::{Applied, Cause, Draft, Order};
use crate::occurrence::{OWN_SOURCE, measured};
use crate::step::after;
use crate::wording::{among, one_of};
use crate::{Definition, Delivery};

/// A request for an operation.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// Tells the request from every other; the same for each delivery.
    pub id: String,
    /// The operation.
    pub operation: OperationName,
    /// What it is told.
    pub input: Map<String, Value>,
    /// Who asks.
    pub by: String,
}

impl Request {
    /// The most bytes of JSON that an input may have: it is kept with the life for as long as the
    /// operation runs, beside what else an item of the table holds.
    pub const MOST_INPUT_BYTES: usize = 32 * 1024;

    /// What tells the request from everything else in the log.
    #[must_use]
    pub fn identity(&self) -> Digest {
        EventEntry::own_identity(&self.id)
    }

    /// The input as text, the same whatever the order of its fields.
    pub(crate) fn input_text(&self) -> String {
        let mut input = Value::Object(self.input.clone());
        input.sort_all_objects();
        input.to_string()
    }
}

/// Why something that was asked for is not done.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// There is no such operation.
    #[error("unknown operation `{operation}` ({hint})")]
    UnknownOperation {
        /// What was asked for.
        operation: OperationName,
        /// The nearest name, or all of them.
        hint: String,
    },
    /// The state forbids it.
    #[error("`{operation}` is not allowed in `{state}`; it is in {}", one_of(&words(allowed)))]
    State {
        /// What was asked for.
        operation: OperationName,
        /// The present state.
        state: StateName,
        /// The states that allow it.
        allowed: Vec<StateName>,
    },
    /// A run is in progress.
    #[error("`{workflow}` is running")]
    Busy {
        /// The run.
        run: RunId,
        /// What runs.
        workflow: String,
    },
    /// The instance is destroyed.
    #[error("the instance is destroyed")]
    Ended,
    /// Another request was made under the same id, in this life or an earlier one.
    #[error("another request was made with this key")]
    Reused,
    /// What came with the request is wrong.
    #[error("the request has {} problems", problems.len())]
    Invalid {
        /// Every problem, with its place in what came with the request.
        problems: Vec<Problem>,
    },
}

fn words(states: &[StateName]) -> Vec<&str> {
    states.iter().map(StateName::as_str).collect()
}

/// Begins an operation.
///
/// # Errors
/// Where the operation is unknown, the state or a run forbids it, or the input is wrong or larger
/// than [`Request::MOST_INPUT_BYTES`].
pub fn operate(
    definition: &Definition,
    life: &Life,
    request: &Request,
    now: Timestamp,
) -> Result<Delivery, Refusal> {
    let name = &request.operation;
    let operation = definition.operation(name).ok_or_else(|| {
        let known = definition.operations().map(|(name, _)| name.as_str());
        Refusal::UnknownOperation {
            operation: name.clone(),
            hint: among(name.as_str(), known),
        }
    })?;
    idle(life)?;
    if !operation.required_states.contains(&life.state) {
        return Err(Refusal::State {
            operation: name.clone(),
            state: life.state.clone(),
            allowed: operation.required_states.iter().cloned().collect(),
        });
    }
    let text = request.input_text();
    let problems = match too_large(&text) {
        Some(problem) => vec![problem],
        None => operation.problems(&request.input),
    };
    if !problems.is_empty() {
        return Err(Refusal::Invalid { problems });
    }
    let mut input = operation.run.input.clone();
    input.extend(request.input.clone());
    let order = Order {
        workflow: operation.run.workflow.clone(),
        input,
        to: None,
        on_failure: None,
        signal_on_success: operation.signal_on_success.clone(),
        deadline: after(now, operation.timeout),
    };
    let mut draft = Draft::new(definition, life, now);
    begin(&mut draft, request, order, &text);
    Ok(draft.finish(Some(life)))
}

fn too_large(text: &str) -> Option<Problem> {
    let (bytes, most) = (text.len(), Request::MOST_INPUT_BYTES);
    let message = format!("the input is {bytes} bytes of JSON; at most {most} are taken");
    (bytes > most).then(|| Problem::error("", message))
}

/// Whether nothing runs for an instance that lives.
pub(crate) fn idle(life: &Life) -> Result<(), Refusal> {
    if life.ended {
        return Err(Refusal::Ended);
    }
    life.run.as_ref().map_or(Ok(()), |run| {
        Err(Refusal::Busy {
            run: run.id.clone(),
            workflow: run.workflow.to_string(),
        })
    })
}

fn begin(draft: &mut Draft<'_>, request: &Request, order: Order, input: &str) {
    let cause = Cause {
        event: Some(request.id.clone()),
        operation: Some(request.operation.clone()),
        by: Some(request.by.clone()),
        ..Cause::default()
    };
    let run = draft.begin(order, &cause);
    let applied = Applied {
        verdict: Verdict::Operation,
        why: None,
        to: None,
        run: Some(run),
    };
    let (detail_digest, detail_bytes) = measured(input);
    let state = draft.life.state.clone();
    let entry = EventEntry {
        source: OWN_SOURCE.to_owned(),
        detail_type: "Operation".to_owned(),
        detail_digest,
        detail_bytes,
        operation: Some(request.operation.clone()),
        by: Some(request.by.clone()),
        ..draft.entry((&request.id, request.identity()), applied, state)
    };
    draft.log(entry);
}

#[cfg(test)]
mod tests;
