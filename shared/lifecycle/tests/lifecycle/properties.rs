//! Whatever happens to an instance, in whatever order, some things always hold.

use groundplane_lifecycle::{
    Decision, Definition, Delivery, Occurrence, Request, RunOutcome, Signal, deliver, end, operate,
    settle, start, step,
};
use groundplane_model::{Life, OperationName, SignalName};
use proptest::prelude::*;
use serde_json::Map;

use crate::ground::{at, beginning, definition, event, now};
use crate::writes::{MOST_WRITES, writes};

/// Something that can happen.
#[derive(Debug, Clone)]
enum Happening {
    Event {
        says: String,
        second: i64,
        resource: u8,
    },
    Deadline {
        back: u64,
    },
    Signal {
        name: String,
    },
    Operation {
        name: &'static str,
    },
    Settle {
        old: bool,
        outcome: u8,
    },
    End,
}

fn happening() -> impl Strategy<Value = Happening> {
    let says = prop::sample::select(vec![
        "failure",
        "recovered",
        "escalate",
        "retire",
        "unknown",
    ]);
    let operation = prop::sample::select(vec!["restart", "repair"]);
    prop_oneof![
        8 => (says.clone(), 0..5_000_i64, 0..80_u8).prop_map(|(says, second, resource)| {
            Happening::Event { says: says.to_owned(), second, resource }
        }),
        2 => (0..2_u64).prop_map(|back| Happening::Deadline { back }),
        2 => says.prop_map(|name| Happening::Signal { name: name.to_owned() }),
        2 => operation.prop_map(|name| Happening::Operation { name }),
        3 => (any::<bool>(), 0..3_u8).prop_map(|(old, outcome)| Happening::Settle { old, outcome }),
        1 => Just(Happening::End),
    ]
}

fn outcome(number: u8) -> RunOutcome {
    match number {
        0 => RunOutcome::Succeeded,
        1 => RunOutcome::TimedOut,
        _ => RunOutcome::Failed {
            cause: "x".to_owned(),
        },
    }
}

fn happens(definition: &Definition, life: &Life, happening: &Happening, id: &str) -> Delivery {
    match happening {
        Happening::Event {
            says,
            second,
            resource,
        } => {
            let event = event(id, *second, says, &resource.to_string());
            deliver(definition, life, &Occurrence::event(&event), now())
        }
        Happening::Deadline { back } => {
            let stay = life.stay.saturating_sub(*back);
            deliver(definition, life, &Occurrence::deadline(life, stay), now())
        }
        Happening::Signal { name } => {
            let name = SignalName::parse(name).unwrap();
            deliver(
                definition,
                life,
                &Occurrence::signal(id, name, "ada"),
                now(),
            )
        }
        Happening::Operation { name } => {
            let request = Request {
                id: id.to_owned(),
                operation: OperationName::parse(name).unwrap(),
                input: Map::new(),
                by: "ada".to_owned(),
            };
            operate(definition, life, &request, now()).unwrap_or_default()
        }
        Happening::Settle {
            old,
            outcome: number,
        } => {
            let number_of_run = life.runs.saturating_sub(u64::from(*old));
            let run = groundplane_model::RunId::of(
                &life.tenant,
                &life.instance,
                &life.incarnation,
                number_of_run,
            );
            settle(definition, life, &run, &outcome(*number), now())
        }
        Happening::End => end(definition, life, now()),
    }
}

/// What holds for every life.
fn is_sound(definition: &Definition, life: &Life) -> Result<(), TestCaseError> {
    prop_assert!(definition.states().any(|state| *state == life.state));
    prop_assert!(life.waiting.len() <= Life::MOST_WAITING);
    prop_assert!(life.seen.len() <= Life::MOST_SEEN);
    prop_assert!(
        life.run.is_some() || life.waiting.is_empty(),
        "something waits for nothing"
    );
    let moving = life.run.as_ref().is_some_and(|run| run.to.is_some());
    let ends = life.waiting.iter().filter(|it| it.stay == Some(life.stay));
    let ends = ends.count();
    prop_assert!(ends <= 1, "the end of the stay waits twice");
    let wants = life.state.as_str() == "degraded" && !moving && !life.ended && ends == 0;
    prop_assert_eq!(life.deadline.is_some(), wants);
    Ok(())
}

/// What holds for every change of a life.
fn follows(before: &Life, delivery: &Delivery) -> Result<(), TestCaseError> {
    let after = delivery.life.as_ref().unwrap_or(before);
    prop_assert_eq!(after.version, before.version);
    prop_assert!(after.stay >= before.stay && after.runs >= before.runs);
    let numbers: Vec<_> = delivery
        .passages
        .iter()
        .map(|passage| passage.number)
        .collect();
    let expected: Vec<_> = (before.passages + 1..=after.passages).collect();
    prop_assert_eq!(
        numbers,
        expected,
        "every step of the history has its number"
    );
    if after.state != before.state {
        let told = delivery.passages.last().map(|passage| &passage.to);
        prop_assert!(told.is_some(), "a state changed without a word");
    }
    let begun = delivery
        .passages
        .iter()
        .filter(|passage| passage.outcome == groundplane_model::PassageOutcome::Started);
    prop_assert_eq!(begun.count() as u64, after.runs - before.runs);
    prop_assert!(writes(delivery) <= MOST_WRITES, "{}", writes(delivery));
    if delivery.life.is_none() {
        prop_assert!(delivery.passages.is_empty() && delivery.effects.is_empty());
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn a_life_stays_sound_whatever_happens(all in prop::collection::vec(happening(), 0..60)) {
        let definition = definition();
        let mut life = start(&definition, beginning("web-service.dev"), None, at(0)).life.unwrap();
        is_sound(&definition, &life)?;
        for (number, happening) in all.iter().enumerate() {
            let id = format!("e{number}");
            let delivery = happens(&definition, &life, happening, &id);
            follows(&life, &delivery)?;
            prop_assert_eq!(&delivery, &happens(&definition, &life, happening, &id), "it is a function");
            if let Some(next) = delivery.life {
                prop_assert_ne!(&next, &life, "an unchanged life is not written");
                life = next;
                life.version += 1;
            }
            is_sound(&definition, &life)?;
        }
    }

    #[test]
    fn the_step_and_the_delivery_agree(all in prop::collection::vec(happening(), 0..20), name in "[a-z]{1,10}|failure|retire|escalate") {
        let definition = definition();
        let mut life = start(&definition, beginning("web-service.dev"), None, at(0)).life.unwrap();
        for (number, happening) in all.iter().enumerate() {
            life = happens(&definition, &life, happening, &number.to_string()).life.unwrap_or(life);
        }
        let name = SignalName::parse(&name).unwrap();
        let decision = step(&definition, &life, &Signal { name: &name, stay: None }, now());
        let sent = Occurrence::signal("last", name, "ada");
        let delivery = deliver(&definition, &life, &sent, now());
        let entry = &delivery.entries[0];
        let (why, to) = match decision {
            Decision::Ignored { why } | Decision::Rejected { why } => (Some(why), None),
            Decision::Waiting => (None, None),
            Decision::Transition { to, .. } => (None, Some(to)),
        };
        prop_assert_eq!((&entry.why, &entry.to), (&why, &to));
    }
}
