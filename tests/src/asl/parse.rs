//! From JSON to states. What the language does not have, or this interpreter does not know, is a
//! problem.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use super::expression::Template;
use super::fields::Fields;
use super::machine::{Catcher, Flow, Kind, Machine, Map, Retrier, Rule, State, Until, Yields};

/// Parses a whole machine.
pub(crate) fn machine(value: Value, problems: &mut Vec<String>) -> Machine {
    let mut fields = Fields::of(value, "machine", problems);
    fields.text("Comment");
    if fields.need_text("QueryLanguage") != "JSONata" {
        fields.problem("`QueryLanguage` is not `JSONata`");
    }
    if fields
        .text("Version")
        .is_some_and(|version| version != "1.0")
    {
        fields.problem("`Version` is not `1.0`");
    }
    let timeout = fields.number("TimeoutSeconds", 1.0);
    let flow = flow_of(&mut fields, "");
    fields.end();
    Machine {
        flow,
        timeout: timeout.map(Duration::from_secs_f64),
    }
}

fn flow_of(fields: &mut Fields<'_>, prefix: &str) -> Flow {
    let start = fields.need_text("StartAt");
    let mut states = BTreeMap::new();
    let all = match fields.need("States") {
        Some(Value::Object(all)) => all,
        Some(_) => {
            fields.problem("`States` is not an object");
            serde_json::Map::new()
        }
        None => serde_json::Map::new(),
    };
    for (name, value) in all {
        let at = format!("{prefix}{name}");
        if let Some(state) = state(value, &at, fields.problems) {
            states.insert(name, state);
        }
    }
    Flow { start, states }
}

fn state(value: Value, at: &str, problems: &mut Vec<String>) -> Option<State> {
    let mut fields = Fields::of(value, at, problems);
    fields.text("Comment");
    if fields
        .text("QueryLanguage")
        .is_some_and(|language| language != "JSONata")
    {
        fields.problem("`QueryLanguage` is not `JSONata`");
    }
    let name = fields.need_text("Type");
    let kind = kind(&name, &mut fields)?;
    let mut state = State {
        kind,
        next: None,
        yields: Yields::default(),
        retry: Vec::new(),
        catch: Vec::new(),
    };
    match state.kind {
        Kind::Fail { .. } => {}
        Kind::Succeed => state.yields.output = fields.template("Output"),
        Kind::Choice { .. } => state.yields = yields(&mut fields),
        Kind::Pass | Kind::Wait(_) => {
            state.next = next(&mut fields);
            state.yields = yields(&mut fields);
        }
        Kind::Task { .. } | Kind::Parallel { .. } | Kind::Map(_) => {
            state.next = next(&mut fields);
            state.yields = yields(&mut fields);
            state.retry = retriers(&mut fields);
            state.catch = catchers(&mut fields);
        }
    }
    fields.end();
    Some(state)
}

fn kind(name: &str, fields: &mut Fields<'_>) -> Option<Kind> {
    Some(match name {
        "Pass" => Kind::Pass,
        "Succeed" => Kind::Succeed,
        "Fail" => Kind::Fail {
            error: fields.template("Error"),
            cause: fields.template("Cause"),
        },
        "Wait" => Kind::Wait(until(fields)),
        "Choice" => Kind::Choice {
            rules: rules(fields),
            default: fields.text("Default"),
        },
        "Task" => Kind::Task {
            resource: fields.need_text("Resource"),
            arguments: fields.template("Arguments"),
            timeout: fields.template("TimeoutSeconds"),
        },
        "Parallel" => Kind::Parallel {
            branches: branches(fields),
            arguments: fields.template("Arguments"),
        },
        "Map" => Kind::Map(Box::new(map(fields))),
        unknown => {
            fields.problem(&format!("unknown `Type` `{unknown}`"));
            return None;
        }
    })
}

fn next(fields: &mut Fields<'_>) -> Option<String> {
    let next = fields.text("Next");
    match (&next, fields.take("End")) {
        (Some(_), None) | (None, Some(Value::Bool(true))) => {}
        _ => fields.problem("one of `Next` and `\"End\": true` must be there"),
    }
    next
}

fn yields(fields: &mut Fields<'_>) -> Yields {
    Yields {
        output: fields.template("Output"),
        assign: fields.templates("Assign"),
    }
}

fn until(fields: &mut Fields<'_>) -> Until {
    match (fields.template("Seconds"), fields.template("Timestamp")) {
        (Some(seconds), None) => Until::Seconds(seconds),
        (None, Some(timestamp)) => Until::Timestamp(timestamp),
        _ => {
            fields.problem("one of `Seconds` and `Timestamp` must be there");
            Until::Seconds(Template::Value(Value::from(0)))
        }
    }
}

fn rules(fields: &mut Fields<'_>) -> Vec<Rule> {
    let mut rules = Vec::new();
    for (index, value) in fields.list("Choices").into_iter().enumerate() {
        let at = format!("{}/Choices[{index}]", fields.at);
        let mut rule = Fields::of(value, &at, fields.problems);
        rule.text("Comment");
        let condition = rule.template("Condition");
        if condition.is_none() {
            rule.problem("`Condition` is missing");
        }
        rules.push(Rule {
            condition: condition.unwrap_or(Template::Value(Value::Null)),
            next: rule.need_text("Next"),
            yields: yields(&mut rule),
        });
        rule.end();
    }
    if rules.is_empty() {
        fields.problem("`Choices` is missing or empty");
    }
    rules
}

fn branches(fields: &mut Fields<'_>) -> Vec<Flow> {
    let mut branches = Vec::new();
    for (index, value) in fields.list("Branches").into_iter().enumerate() {
        let at = format!("{}/Branches[{index}]", fields.at);
        let mut branch = Fields::of(value, &at, fields.problems);
        branch.text("Comment");
        branches.push(flow_of(&mut branch, &format!("{at}/")));
        branch.end();
    }
    if branches.is_empty() {
        fields.problem("`Branches` is missing or empty");
    }
    branches
}

fn map(fields: &mut Fields<'_>) -> Map {
    let items = fields.template("Items");
    let selector = fields.template("ItemSelector");
    let concurrency = fields.template("MaxConcurrency");
    let at = format!("{}/ItemProcessor", fields.at);
    let value = fields.need("ItemProcessor").unwrap_or_default();
    let mut processor = Fields::of(value, &at, fields.problems);
    processor.text("Comment");
    let mut is_distributed = false;
    if let Some(config) = processor.take("ProcessorConfig") {
        let mut config = Fields::of(config, &at, processor.problems);
        is_distributed = distributed(&mut config);
        config.end();
    }
    let flow = flow_of(&mut processor, &format!("{}/", fields.at));
    processor.end();
    Map {
        items,
        selector,
        concurrency,
        is_distributed,
        flow,
    }
}

/// Whether every item is an execution of its own.
fn distributed(config: &mut Fields<'_>) -> bool {
    let mode = config.need_text("Mode");
    // Either kind of execution gives the same, since both run what is inside as it stands.
    let execution = config.text("ExecutionType");
    match (mode.as_str(), execution.as_deref()) {
        ("INLINE", None) => {}
        ("DISTRIBUTED", Some("STANDARD" | "EXPRESS")) => {}
        ("INLINE" | "DISTRIBUTED", _) => {
            config
                .problem("`ExecutionType` stands beside the `Mode` `DISTRIBUTED`, and only there");
        }
        (_, _) => config.problem("the `Mode` is neither `INLINE` nor `DISTRIBUTED`"),
    }
    mode == "DISTRIBUTED"
}

fn retriers(fields: &mut Fields<'_>) -> Vec<Retrier> {
    let mut retriers = Vec::new();
    for (index, value) in fields.list("Retry").into_iter().enumerate() {
        let at = format!("{}/Retry[{index}]", fields.at);
        let mut retrier = Fields::of(value, &at, fields.problems);
        retrier.text("Comment");
        let attempts = retrier.number("MaxAttempts", 0.0).unwrap_or(3.0);
        let jitter = retrier.text("JitterStrategy");
        if !matches!(jitter.as_deref(), None | Some("FULL" | "NONE")) {
            retrier.problem("`JitterStrategy` is neither `FULL` nor `NONE`");
        }
        let interval = retrier.number("IntervalSeconds", 1.0).unwrap_or(1.0);
        retriers.push(Retrier {
            errors: retrier.need_texts("ErrorEquals"),
            interval,
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "Step Functions allows up to 99,999,999 and the reader nothing below 0"
            )]
            attempts: attempts as u32,
            rate: retrier.number("BackoffRate", 1.0).unwrap_or(2.0),
            max_delay: retrier.number("MaxDelaySeconds", interval + 1.0),
        });
        retrier.end();
    }
    retriers
}

fn catchers(fields: &mut Fields<'_>) -> Vec<Catcher> {
    let mut catchers = Vec::new();
    for (index, value) in fields.list("Catch").into_iter().enumerate() {
        let at = format!("{}/Catch[{index}]", fields.at);
        let mut catcher = Fields::of(value, &at, fields.problems);
        catcher.text("Comment");
        catchers.push(Catcher {
            errors: catcher.need_texts("ErrorEquals"),
            next: catcher.need_text("Next"),
            yields: yields(&mut catcher),
        });
        catcher.end();
    }
    catchers
}
