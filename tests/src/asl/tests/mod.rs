//! The interpreter, held against what the Amazon States Language and Step Functions document.

#![expect(
    clippy::needless_pass_by_value,
    reason = "literals of JSON read better by value"
)]

mod branches;
mod children;
mod expressions;
mod handlers;
mod load;
mod states;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::{Host, Interpreter, Machine, Run, Schedule, Status, TaskError};

const MAIN: &str = "arn:aws:states:eu-west-1:000000000000:stateMachine:main";
const CHILD: &str = "arn:aws:states:eu-west-1:000000000000:stateMachine:child";

/// A world whose functions give a list of answers, one per invocation, the last for ever.
#[derive(Default)]
struct World {
    answers: RefCell<BTreeMap<String, Vec<Result<Value, TaskError>>>>,
    seen: RefCell<Vec<(String, Value)>>,
    passed: RefCell<Vec<Duration>>,
}

impl World {
    fn answering(function: &str, answers: Vec<Result<Value, TaskError>>) -> Self {
        Self::default().and(function, answers)
    }

    fn and(self, function: &str, answers: Vec<Result<Value, TaskError>>) -> Self {
        self.answers
            .borrow_mut()
            .insert(function.to_owned(), answers);
        self
    }

    fn payloads(&self) -> Vec<Value> {
        let seen = self.seen.borrow();
        seen.iter().map(|(_, payload)| payload.clone()).collect()
    }
}

impl Host for World {
    async fn invoke(&self, function: &str, payload: Value) -> Result<Value, TaskError> {
        let seen = (function.to_owned(), payload.clone());
        self.seen.borrow_mut().push(seen);
        let mut answers = self.answers.borrow_mut();
        match answers.get_mut(function) {
            None => Ok(payload),
            Some(left) if left.len() > 1 => left.remove(0),
            Some(left) => left[0].clone(),
        }
    }

    async fn pass_time(&self, duration: Duration) {
        self.passed.borrow_mut().push(duration);
    }
}

/// A machine of `states` that starts at the one named `start`.
fn machine(start: &str, states: &Value) -> Machine {
    Machine::load(&text(start, states), &BTreeMap::new()).unwrap()
}

fn text(start: &str, states: &Value) -> String {
    json!({ "QueryLanguage": "JSONata", "StartAt": start, "States": states }).to_string()
}

fn problems(start: &str, states: &Value) -> Vec<String> {
    let error = Machine::load(&text(start, states), &BTreeMap::new()).unwrap_err();
    error.0
}

async fn run_in(world: &World, start: &str, states: &Value, input: Value) -> Run {
    let interpreter = Interpreter::new(world).machine(MAIN, machine(start, states));
    interpreter.run(MAIN, "run", input).await.unwrap()
}

async fn run(start: &str, states: &Value, input: Value) -> Run {
    run_in(&World::default(), start, states, input).await
}

/// What a run gives that must succeed.
async fn output(start: &str, states: &Value, input: Value) -> Value {
    let run = run(start, states, input).await;
    assert_eq!(run.status, Status::Succeeded, "{:?}", run.error);
    run.output.unwrap()
}

/// The name of the error of a run that must fail.
fn failed(run: &Run) -> &str {
    assert_eq!(run.status, Status::Failed, "{:?}", run.output);
    &run.error.as_ref().unwrap().error
}

fn invoke(function: &str, payload: Value) -> Value {
    json!({
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": { "FunctionName": function, "Payload": payload },
        "Output": "{% $states.result.Payload %}",
        "End": true,
    })
}

/// `state` with more fields.
fn with(mut state: Value, more: Value) -> Value {
    let (Value::Object(fields), Value::Object(more)) = (&mut state, more) else {
        panic!("not an object");
    };
    if more.contains_key("Next") {
        fields.remove("End");
    }
    fields.extend(more);
    state
}
