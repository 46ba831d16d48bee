//! Workflows that platform engineers have registered: state machines of their own.

use groundplane_model::{
    Context, Failure, FailureKind, Index, UnitState, Workflow, WorkflowName, WorkflowSpec,
    parse_duration,
};
use groundplane_ports::ReadTable;
use groundplane_spec::InputSchema;
use serde_json::{Value, json};

use crate::Answer;
use crate::input::{Input, refused};
use crate::work::{Work, impossible};

/// The most workflows that are looked through for one with a similar name.
const NAMES: u16 = 100;

pub(crate) async fn advance(table: &impl ReadTable, work: &Work<'_>) -> Result<Answer, Failure> {
    let name = &work.run.workflow;
    let Some(workflow) = table.get::<Workflow>(&Workflow::key_of(name)).await? else {
        return Err(unknown(table, name).await?);
    };
    check_input(work, &workflow.spec)?;
    let units = work.units(table).await?;
    call(work, &workflow, &units)
}

/// Which machine is run, what it is told, and for how long it may run.
fn call(work: &Work<'_>, workflow: &Workflow, units: &[UnitState]) -> Result<Answer, Failure> {
    let spec = &workflow.spec;
    if !spec.has_startable_machine() {
        let message = format!(
            "`{}` names a state machine that the platform may not start; its name must begin \
             with `{}`",
            workflow.name,
            WorkflowSpec::MACHINE_PREFIX
        );
        return Err(impossible(message));
    }
    let left = work.run.deadline.duration_since(work.now);
    let wrong = |message| impossible(format!("the timeout of `{}`: {message}", workflow.name));
    let timeout = spec.timeout.as_deref().map(parse_duration).transpose();
    let time = timeout.map_err(wrong)?.map_or(left, |own| own.min(left));
    let mut context = Context::default();
    let applied = units.iter().filter_map(|unit| unit.applied.as_ref());
    applied.for_each(|applied| context.merge(applied.context.clone()));
    let outputs: serde_json::Map<String, Value> = context
        .exported()
        .map(|(key, value)| (key.to_string(), Value::from(value)))
        .collect();
    Ok(Answer::Machine {
        arn: spec.state_machine_arn.clone(),
        input: json!({
            "tenant": work.life.tenant,
            "instance": work.life.instance,
            "run": work.run.id,
            "input": work.run.input,
            "outputs": outputs,
        }),
        timeout_seconds: time.as_secs().max(1).unsigned_abs(),
    })
}

/// The workflow may have been applied anew since the lifecycle was published.
fn check_input(work: &Work<'_>, spec: &WorkflowSpec) -> Result<(), Failure> {
    let Some(schema) = &spec.input else {
        return Input::of(work.run, &[]).end();
    };
    let schema = InputSchema::parse(schema).map_err(|message| {
        let name = &work.run.workflow;
        impossible(format!("the `input` of the workflow `{name}`: {message}"))
    })?;
    let problems = schema.problems(&work.run.input);
    if problems.is_empty() {
        return Ok(());
    }
    Err(refused(work.run, problems))
}

/// There is no such workflow: it was deleted while a lifecycle still names it.
async fn unknown(table: &impl ReadTable, name: &WorkflowName) -> Result<Failure, Failure> {
    let page = table
        .list::<Workflow>(&Index::workflows(""), NAMES, None)
        .await?;
    let nearest = page
        .records
        .iter()
        .map(|known| {
            (
                strsim::jaro_winkler(known.name.as_str(), name.as_str()),
                known,
            )
        })
        .filter(|(near, _)| *near > 0.7)
        .max_by(|(a, _), (b, _)| a.total_cmp(b));
    let message = match nearest {
        Some((_, known)) => {
            let known = &known.name;
            format!("there is no workflow `{name}`; did you mean `{known}`?")
        }
        None => format!("there is no workflow `{name}`"),
    };
    Ok(Failure::new(FailureKind::NotFound, message))
}

#[cfg(test)]
#[path = "registered_tests.rs"]
mod tests;
