//! A run is looked after until it has ended, whatever became of its execution.

use groundplane_model::{PassageOutcome, Run};
use serde_json::json;

use super::*;
use crate::fixture::{at, compiled, document, newborn, request, saved};
use crate::operate;

/// An instance for which `restart` runs since second 1.
fn running(definition: &Definition) -> (Life, Run) {
    let begun = operate(
        definition,
        &newborn(definition),
        &request("restart", "restart", &json!({})),
        at(1),
    );
    let life = saved(begun.unwrap().life);
    let run = life.run.clone().unwrap();
    (life, run)
}

#[test]
fn one_whose_execution_runs_is_looked_at_again_later() {
    let definition = compiled(&document());
    let (life, run) = running(&definition);
    assert_eq!((run.watch_at, life.due()), (at(301), Some(at(301))));
    let looked = watch(&definition, &life, (&run.id, Execution::Running), at(301));
    assert_eq!(looked.effects, []);
    let life = looked.life.unwrap();
    assert_eq!(life.run.as_ref().map(|run| run.watch_at), Some(at(601)));
    assert_eq!(life.run.map(|run| run.deadline), Some(run.deadline));
}

#[test]
fn the_longer_it_runs_the_less_often_it_is_looked_at() {
    assert_eq!(Run::watch_after(at(0), at(60)), at(360));
    assert_eq!(Run::watch_after(at(0), at(86_400)), at(90_720));
}

#[test]
fn one_whose_execution_was_never_started_is_started() {
    let definition = compiled(&document());
    let (life, run) = running(&definition);
    let looked = watch(&definition, &life, (&run.id, Execution::Missing), at(301));
    let [Effect::StartRun { run: started }] = looked.effects.as_slice() else {
        panic!("{:?}", looked.effects);
    };
    assert_eq!(
        started.id, run.id,
        "under the same name, so that it runs once"
    );
    assert_eq!(
        looked.life.and_then(|life| life.run).as_ref(),
        Some(&**started)
    );
}

#[test]
fn one_whose_execution_is_gone_has_failed() {
    let definition = compiled(&document());
    let (life, run) = running(&definition);
    let looked = watch(&definition, &life, (&run.id, Execution::Over), at(301));
    assert_eq!(looked.life.unwrap().run, None);
    let passage = looked.passages.last().unwrap();
    assert_eq!(passage.outcome, PassageOutcome::Failed);
    assert!(passage.cause.as_ref().unwrap().contains("without saying"));
}

#[test]
fn one_that_is_not_the_present_one_is_left_alone() {
    let definition = compiled(&document());
    let (life, _) = running(&definition);
    let other = RunId::of(&life.tenant, &life.instance, &life.incarnation, 9);
    for execution in [Execution::Running, Execution::Missing, Execution::Over] {
        let looked = watch(&definition, &life, (&other, execution), at(301));
        assert!(looked.is_empty(), "{execution:?}");
    }
}
