//! How fast names and images are looked up, as a table for the documentation.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use groundplane_model::{
    Change, ImageReference, InstanceId, Owner, ResolutionRequest, ResolverCall, ResolverName,
    UnitName,
};
use groundplane_ports::{PortError, ReadRegistry, WriteTable};
use groundplane_resolvers::CatalogEntry;
use groundplane_tests::accounts::OwnAccount;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::accepted;
use crate::dynamo::TestTable;
use crate::system::TestSystem;

/// How many look-ups each row has.
const COUNT: usize = 2_000;

/// How many of them one invocation of a function has.
const BATCH: usize = 10;

/// The images that are looked up are in the catalog; no registry is asked.
struct NoRegistry;

impl ReadRegistry for NoRegistry {
    async fn digest(&self, _: &ImageReference) -> groundplane_ports::Result<Option<String>> {
        Err(PortError::Denied("no registry is asked".to_owned()))
    }

    async fn tags(&self, _: &ImageReference) -> groundplane_ports::Result<Option<Vec<String>>> {
        Err(PortError::Denied("no registry is asked".to_owned()))
    }
}

/// Calls for [`COUNT`] owners with the same `inputs`.
fn calls(resolver: &ResolverName, inputs: &[(&str, &str)]) -> Vec<ResolverCall> {
    let inputs: BTreeMap<String, String> = inputs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let requests: Vec<ResolutionRequest> = (0..COUNT)
        .map(|number| ResolutionRequest {
            resolver: resolver.clone(),
            owner: Owner {
                tenant: accepted::tenant(),
                instance: InstanceId::parse(&format!("service-{number}.dev")).unwrap(),
                incarnation: "1".to_owned(),
                unit: UnitName::parse("compute").unwrap(),
                input: "stack".to_owned(),
            },
            deployment: accepted::deployment(1),
            inputs: inputs.clone(),
        })
        .collect();
    requests
        .chunks(BATCH)
        .map(|requests| ResolverCall::Resolve {
            tenant: accepted::tenant(),
            deployment: accepted::deployment(1),
            resolver: resolver.clone(),
            requests: requests.to_vec(),
        })
        .collect()
}

/// The catalog: that many images of one family.
async fn fill(table: &TestTable, images: usize) {
    let entries: Vec<Change> = (0..images)
        .map(|number| {
            let entry: Value = json!({
                "image_kind": "machine", "family": "ubuntu", "architecture": "x86_64",
                "release": format!("{}.{number}", 20 + number % 5), "state": "current",
                "image": format!("ami-{number:08x}"),
            });
            let entry: CatalogEntry = serde_json::from_value(entry).unwrap();
            Change::save(&entry)
        })
        .collect();
    for batch in entries.chunks(100) {
        table.commit(batch.to_vec()).await.unwrap();
    }
}

/// Lets `callers` carry out `calls`, each of them one after the other; look-ups per second.
async fn rate(table: &TestTable, callers: usize, calls: Vec<ResolverCall>) -> f64 {
    let (calls, next) = (Arc::new(calls), Arc::new(AtomicUsize::new(0)));
    let mut at_work = JoinSet::new();
    let begin = now();
    for _ in 0..callers {
        let (table, calls, next) = (table.clone(), Arc::clone(&calls), Arc::clone(&next));
        at_work.spawn(async move {
            while let Some(call) = calls.get(next.fetch_add(1, Ordering::Relaxed)) {
                answer(&table, call.clone()).await;
            }
        });
    }
    at_work.join_all().await;
    COUNT as f64 / begin.elapsed().as_secs_f64()
}

async fn answer(table: &TestTable, call: ResolverCall) {
    let system = TestSystem::default();
    let ResolverCall::Resolve { resolver, .. } = &call else {
        unreachable!("only look-ups are measured")
    };
    let answered = if *resolver == ResolverName::naming() {
        groundplane_resolve_name::handle(&**table, &system, "one", call).await
    } else {
        groundplane_resolve_image::handle(&**table, &OwnAccount(&NoRegistry), &system, call).await
    };
    answered.unwrap();
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long it takes is what is measured"
)]
fn now() -> Instant {
    Instant::now()
}

#[tokio::test]
#[ignore = "prints figures; run it with --release and --nocapture"]
async fn figures_of_names_and_images() {
    println!("| look-up | callers | per second |\n|---|---|---|");
    let names = json!({ "pattern": "gp-{env}-{service|short:20}-{unit}-{hash:8}" });
    let numbered = json!({ "pattern": "gp-{env}-{unit}-{seq:05d}" });
    // Numbers of one counter are given one after the other: more callers only wait for each other.
    for (what, config, most) in [
        ("name with a hash", &names, 64),
        ("name with a number", &numbered, 8),
    ] {
        for callers in [1, 8, 64].into_iter().filter(|callers| *callers <= most) {
            let table = TestTable::start().await;
            accepted::accept(&*table, 1, &[("naming", config.clone())]).await;
            let stack = [("resourceType", "AWS::CloudFormation::Stack")];
            let calls = calls(&ResolverName::naming(), &stack);
            let rate = rate(&table, callers, calls).await;
            println!("| {what} | {callers} | {rate:.0} |");
        }
    }
    for images in [10, 100, 1_000] {
        let table = TestTable::start().await;
        accepted::accept(&*table, 1, &[]).await;
        fill(&table, images).await;
        let wanted = [
            ("osFamily", "ubuntu"),
            ("osVersion", "~> 22"),
            ("architecture", "x86_64"),
        ];
        for callers in [1, 8, 64] {
            let calls = calls(&ResolverName::image(), &wanted);
            let rate = rate(&table, callers, calls).await;
            println!("| image of {images} of its family | {callers} | {rate:.0} |");
        }
    }
}
