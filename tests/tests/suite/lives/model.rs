//! Lives on a table against a model of them: whatever happens in whatever order, each call with
//! one I/O call failing in some way and then delivered again, what is stored is what the model
//! says.

mod machine;

use std::collections::BTreeMap;

use groundplane_lifecycle::{Beginning, Occurrence, Request, RunOutcome, start};
use groundplane_lives::{Definitions, Lives, changes_of};
use groundplane_model::{
    Change, EventEntry, Life, Lifecycle, LifecycleRef, Partition, Passage, RunId,
};
use groundplane_ports::{Clock as _, ReadTable as _, WriteTable as _};
use groundplane_tests::faults::{Fault, Faults};
use proptest::test_runner::Config;
use proptest_state_machine::{StateMachineTest, prop_state_machine};
use serde_json::json;
use tokio::runtime::Runtime;

use super::world::{lifecycle, whose, word};
use crate::memory::MemoryTable;
use crate::system::TestSystem;

use machine::{Act, Happening, Machine};

/// One instance on a table.
struct Stored {
    runtime: Runtime,
    table: MemoryTable,
    clock: TestSystem,
    definitions: Definitions,
}

impl Stored {
    fn begin() -> Self {
        let stored = Self {
            runtime: tokio::runtime::Builder::new_current_thread()
                .build()
                .unwrap(),
            table: MemoryTable::default(),
            clock: TestSystem::default(),
            definitions: Definitions::default(),
        };
        let (now, whose) = (stored.clock.now(), whose(0));
        let reference = LifecycleRef::parse("web-service@1.0.0").unwrap();
        let published = Lifecycle::publish(reference.clone(), lifecycle(), "ops", now);
        stored.runtime.block_on(async {
            let publish = vec![Change::save(&published)];
            stored.table.commit(publish).await.unwrap();
            let definition = stored
                .definitions
                .get(&stored.table, &reference)
                .await
                .unwrap();
            let beginning = Beginning {
                tenant: whose.tenant.clone(),
                instance: whose.instance.clone(),
                incarnation: "first".to_owned(),
                lifecycle: reference.clone(),
                labels: BTreeMap::new(),
                parameters: json!({}),
            };
            let begun = start(&definition, beginning, None, now);
            let changes = changes_of((&whose.tenant, &whose.instance), &begun, now);
            stored.table.commit(changes).await.unwrap();
        });
        stored
    }

    async fn life(&self) -> Life {
        let whose = whose(0);
        self.table
            .require(&Life::key_of(&whose.tenant, &whose.instance))
            .await
            .unwrap()
    }

    /// Does it; what comes of a call that fails is for the next delivery to say.
    async fn act(&self, act: &Act, run: Option<&RunId>, faults: &Faults) {
        let table = faults.wrap(&self.table);
        let lives = Lives {
            table: &table,
            clock: &self.clock,
            definitions: &self.definitions,
        };
        let whose = whose(0);
        let cause = "it did not work".to_owned();
        let done = faults.invocation(async {
            // What comes of it is looked at in the table.
            let _ = match (act, run) {
                (Act::Signal { id, signal }, _) => {
                    let occurrence = Occurrence::signal(*id, signal.parse().unwrap(), "ada");
                    lives.tell(&whose, &occurrence).await.map(|_| ())
                }
                (Act::Operate { id }, _) => lives.operate(&whose, &restart(id)).await.map(|_| ()),
                (Act::Settle { .. }, None) => Ok(()),
                (Act::Settle { well: true }, Some(run)) => {
                    lives.settle(&whose, run, &RunOutcome::Succeeded).await
                }
                (Act::Settle { well: false }, Some(run)) => {
                    lives
                        .settle(&whose, run, &RunOutcome::Failed { cause })
                        .await
                }
            };
        });
        let _ = done.await;
    }
}

fn restart(id: &str) -> Request {
    Request {
        id: id.to_owned(),
        operation: "restart".parse().unwrap(),
        input: serde_json::Map::new(),
        by: "ada".to_owned(),
    }
}

impl StateMachineTest for Stored {
    type SystemUnderTest = Self;
    type Reference = Machine;

    fn init_test(_: &Machine) -> Self {
        Self::begin()
    }

    fn apply(stored: Self, _: &Machine, happening: Happening) -> Self {
        stored.runtime.block_on(async {
            let run = stored.life().await.run.map(|run| run.id);
            let Happening { act, point, fault } = happening;
            stored
                .act(&act, run.as_ref(), &Faults::at(point, Fault::ALL[fault]))
                .await;
            stored.act(&act, run.as_ref(), &Faults::none()).await;
        });
        stored
    }

    fn check_invariants(stored: &Self, machine: &Machine) {
        let whose = whose(0);
        let partition = Partition::instance(&whose.tenant, &whose.instance);
        let (life, history, log) = stored.runtime.block_on(async {
            let history: Vec<Passage> = stored
                .table
                .query(&partition, Passage::PREFIX)
                .await
                .unwrap();
            let log: Vec<EventEntry> = stored
                .table
                .query(&partition, EventEntry::PREFIX)
                .await
                .unwrap();
            (stored.life().await, history, log)
        });
        assert_eq!(life.state.as_str(), machine.state);
        assert_eq!(life.run.is_some(), machine.run.is_some());
        let waiting: Vec<&str> = life.waiting.iter().map(|it| it.signal.as_str()).collect();
        assert_eq!(waiting, Vec::from(machine.queue.clone()));
        let history: Vec<String> = history.iter().map(word).collect();
        assert_eq!(history, machine.history);
        let mut decided: Vec<&str> = log
            .iter()
            .filter(|entry| !entry.again && machine.heard.contains(entry.event.as_str()))
            .map(|entry| entry.event.as_str())
            .collect();
        decided.sort_unstable();
        let heard: Vec<&str> = machine.heard.iter().copied().collect();
        assert_eq!(decided, heard, "each is in the log once");
        assert_eq!(life.runs, machine.runs);
    }
}

prop_state_machine! {
    #![proptest_config(Config { cases: 96, failure_persistence: None, ..Config::default() })]

    #[test]
    fn what_is_stored_is_what_the_model_says(sequential 1..40 => Stored);
}
