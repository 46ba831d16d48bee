//! The schedule of checks: each turn of an environment begins once.

use std::collections::BTreeMap;
use std::sync::Mutex;

use groundplane_model::Change;
use groundplane_ports::{Result, StartChecks, WriteTable as _};
use groundplane_schedule_drift::{Answer, handle};
use groundplane_tests::faults::Faults;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::scene::{Scene, environment};

/// The executions that were started, by name.
#[derive(Default)]
struct Started(Mutex<BTreeMap<String, String>>);

impl StartChecks for Started {
    async fn start_check(&self, name: &str, input: &str) -> Result<()> {
        let mut started = self.0.lock().unwrap();
        let earlier = started.insert(name.to_owned(), input.to_owned());
        assert!(earlier.is_none_or(|earlier| earlier == input));
        Ok(())
    }
}

#[tokio::test]
async fn the_checks_of_an_hour_begin_once_each_however_often_the_schedule_calls() {
    let scene = Scene::of(Faults::none(), json!({"schedule": "20m"})).await;
    let mut nobody = environment(json!({}), jiff::Timestamp::UNIX_EPOCH);
    nobody.name = "empty".parse().unwrap();
    let changes = vec![Change::save(&nobody)];
    scene.table.commit(changes).await.unwrap();
    let started = Started::default();
    for _ in 0..120 {
        let told = handle(&scene.table, &started, &scene.system).await.unwrap();
        let Answer { seen, begun } = told;
        assert_eq!(seen, 2);
        assert!(begun <= 1, "nobody is in the other one");
        scene.system.advance(SignedDuration::from_secs(30));
    }
    let started = started.0.lock().unwrap();
    assert!((3..=4).contains(&started.len()), "{started:?}");
    for (name, input) in started.iter() {
        assert!(name.starts_with("dev-") && name.len() <= 80, "{name}");
        let input: Value = serde_json::from_str(input).unwrap();
        assert_eq!(input, json!({"environment": "dev"}));
    }
}
