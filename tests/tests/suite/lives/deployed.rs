//! A life begins with the first deployment that succeeds and ends with the instance.

use groundplane_model::{InstanceId, Life, Record, ResourceOwner};
use groundplane_ports::ReadTable;
use groundplane_tests::asl::Schedule;
use groundplane_tests::faults::Faults;

use crate::platform::{TestPlatform, example};

fn id() -> InstanceId {
    InstanceId::parse("web-service.dev").unwrap()
}

async fn platform() -> TestPlatform {
    TestPlatform::start(Faults::none(), Schedule::InOrder)
        .await
        .unwrap()
}

async fn life(platform: &TestPlatform) -> Option<Life> {
    let key = Life::key_of(platform.tenant(), &id());
    platform.table.get(&key).await.unwrap()
}

#[tokio::test]
async fn the_first_deployment_that_succeeds_begins_a_life_and_a_destroy_ends_it() {
    let platform = platform().await;
    let spec = example("web-service.yaml").unwrap();
    platform.deploy(&spec).await.unwrap();
    let first = life(&platform).await.unwrap();
    assert_eq!(first.state.as_str(), "healthy");
    assert_eq!(first.lifecycle.to_string(), "default@1.0.0");
    assert!(platform.table.count("resource-owner") > 0);

    platform
        .deploy(
            &spec
                .replace("cpu: 256", "cpu: 512")
                .replace("memory: 512", "memory: 1024"),
        )
        .await
        .unwrap();
    let renewed = life(&platform).await.unwrap();
    assert_eq!(renewed.parameters["compute"]["cpu"], 512);
    assert_eq!(
        (renewed.stay, renewed.entered_at),
        (first.stay, first.entered_at)
    );

    let gone = platform.destroy(&id()).await.unwrap();
    platform.settle(&gone).await.unwrap();
    assert!(life(&platform).await.unwrap().ended);
    assert_eq!(platform.table.count("resource-owner"), 0);

    platform.deploy(&spec).await.unwrap();
    let second = life(&platform).await.unwrap();
    assert!(!second.ended && second.incarnation != first.incarnation);
    assert!(
        second.stay > renewed.stay,
        "nothing of the first life is taken for its own"
    );
}

#[tokio::test]
async fn a_deployment_that_fails_begins_no_life_and_owns_nothing() {
    let platform = platform().await;
    platform.artifacts.fail("AWS::ECS::Service");
    platform
        .deploy(&example("web-service.yaml").unwrap())
        .await
        .unwrap();
    assert_eq!(life(&platform).await, None);
    assert_eq!(platform.table.count("resource-owner"), 0);
}

#[tokio::test]
async fn an_update_that_fails_leaves_life_and_resources_as_they_were() {
    let platform = platform().await;
    let spec = example("web-service.yaml").unwrap();
    platform.deploy(&spec).await.unwrap();
    let owners = |platform: &TestPlatform| {
        let dump = platform.table.dump().into_values();
        let owners = dump.filter(|stored| stored.kind == ResourceOwner::KIND);
        let mut owners: Vec<String> = owners
            .map(|stored| stored.content["identifier"].to_string())
            .collect();
        owners.sort();
        owners
    };
    let (before, alive) = (owners(&platform), life(&platform).await);
    platform.artifacts.fail("AWS::ECS::Service");
    platform
        .deploy(
            &spec
                .replace("cpu: 256", "cpu: 512")
                .replace("memory: 512", "memory: 1024"),
        )
        .await
        .unwrap();
    assert_eq!(owners(&platform), before);
    assert_eq!(life(&platform).await, alive);
}
