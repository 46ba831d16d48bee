//! A fleet on the local AWS: how long a check of many instances takes. `cargo xtask bench` runs it
//! with a hundred, or as many as it is told.

use std::time::Duration;

use groundplane_aws::{Aws, Table};
use groundplane_model::{
    Change, EnvironmentName, Instance, InstanceId, Member, Partition, Revision, TenantId, UnitState,
};
use groundplane_ports::{ReadTable, WriteTable};
use jiff::Timestamp;

use super::cloud::Cloud;
use super::command::{Platform, variable};
use super::drift::{environment, fleet, spec_in};

/// How many instances there are, if nothing else is said.
const INSTANCES: usize = 12;
const ENVIRONMENT: &str = "fleet";
/// How long the check of one instance may take, with nine others beside it.
const PATIENCE: Duration = Duration::from_secs(10);

/// The records of one instance that is deployed.
struct Model {
    instance: Instance,
    revision: Revision,
    units: Vec<UnitState>,
}

impl Model {
    async fn read(table: &Table, tenant: &TenantId, id: &InstanceId) -> Self {
        let key = Instance::key_of(tenant, id);
        let instance: Instance = table.require(&key).await.unwrap();
        let number = instance.revision.unwrap();
        let key = Revision::key_of(tenant, id, number);
        let partition = Partition::instance(tenant, id);
        Self {
            revision: table.require(&key).await.unwrap(),
            units: table.query(&partition, UnitState::PREFIX).await.unwrap(),
            instance,
        }
    }

    /// The same records under another name. Its stacks and resources are those of the model.
    fn under(&self, tenant: &TenantId, id: &InstanceId) -> Vec<Change> {
        let environment = EnvironmentName::parse(ENVIRONMENT).unwrap();
        let mut changes = vec![
            Change::save(&Instance {
                tenant: tenant.clone(),
                id: id.clone(),
                version: 0,
                ..self.instance.clone()
            }),
            Change::save(&Revision {
                tenant: tenant.clone(),
                instance: id.clone(),
                version: 0,
                ..self.revision.clone()
            }),
            Change::save(&Member::new(environment, tenant.clone(), id.clone())),
        ];
        changes.extend(self.units.iter().map(|unit| {
            Change::save(&UnitState {
                tenant: tenant.clone(),
                instance: id.clone(),
                version: 0,
                ..unit.clone()
            })
        }));
        changes
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the platform under test has the real time"
)]
fn now() -> Timestamp {
    Timestamp::now()
}

#[tokio::test]
#[ignore = "needs the local AWS: cargo xtask test"]
async fn a_fleet_is_checked_and_every_instance_is_counted() {
    let (platform, cloud) = (Platform::from_env(), Cloud::from_env());
    #[expect(clippy::disallowed_methods, reason = "the bench asks for more")]
    let instances = std::env::var("GROUNDPLANE_TEST_FLEET").ok();
    let instances = instances.map_or(INSTANCES, |text| text.parse().unwrap());
    environment(&platform, ENVIRONMENT, "report");
    let mine = spec_in("flagship", ENVIRONMENT);
    let first = platform.run_with(&mine, &["deploy", "-", "--wait", "-o", "json"]);
    assert_eq!(first.code, 0, "{first:?}");

    let table = Aws::from_env()
        .await
        .table(variable("GROUNDPLANE_TEST_TABLE"));
    let tenant = TenantId::parse("demo").unwrap();
    let id = InstanceId::parse("flagship.fleet").unwrap();
    let model = Model::read(&table, &tenant, &id).await;
    let others = TenantId::parse("armada").unwrap();
    for number in 1..instances {
        let id = InstanceId::parse(&format!("ship-{number}.fleet")).unwrap();
        table.commit(model.under(&others, &id)).await.unwrap();
    }

    let begin = now();
    let patience = PATIENCE * u32::try_from(instances).unwrap();
    let ended = fleet(&cloud, ENVIRONMENT, patience);
    let took = now().duration_since(begin).as_secs_f64();
    let counts = &ended["counts"];
    assert_eq!(counts["in_sync"], instances, "{counts}");
    let partition = Partition::environment(&EnvironmentName::parse(ENVIRONMENT).unwrap());
    let members: Vec<Member> = table.query(&partition, Member::PREFIX).await.unwrap();
    assert_eq!(members.len(), instances);
    let late = members
        .iter()
        .filter(|member| member.drift.as_ref().is_none_or(|it| it.checked_at < begin));
    assert_eq!(late.count(), 0, "each was checked by this run");
    println!(
        "{instances} instances of three units: {took:.1} s, {:.2} s each\n",
        took / instances as f64
    );
    let gone = platform.run(&["destroy", "flagship.fleet", "--wait", "--yes", "-o", "json"]);
    assert_eq!(gone.code, 0, "{gone:?}");
}
