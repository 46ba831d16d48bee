//! A deployment that was accepted, as resolvers find it in the table.

use groundplane_model::{
    Change, DeploymentId, DeploymentSpec, Environment, LandingZone, Resolver, ResolverConfigs,
    ResolverName, TenantId,
};
use groundplane_ports::WriteTable;
use serde_json::{Value, json};

/// The tenant of the deployment.
pub(crate) fn tenant() -> TenantId {
    TenantId::parse("acme").unwrap()
}

/// The deployment.
pub(crate) fn deployment(number: u128) -> DeploymentId {
    DeploymentId::from_number(number)
}

/// What it was accepted on: the environment configures resolvers as `environment` says.
pub(crate) fn submitted(number: u128, environment: &ResolverConfigs) -> DeploymentSpec {
    let applied = |name: &str, spec: Value| {
        json!({
            "name": name, "spec": spec, "version": 1,
            "updated_at": "2026-01-01T00:00:00Z", "updated_by": "ops",
        })
    };
    let zone = json!({
        "account": "123456789012",
        "region": "eu-west-1",
        "network": { "vpcId": "vpc-0a1b2c3d", "privateSubnetIds": ["subnet-0a000001"] },
        "cluster": "sandbox",
    });
    let place = json!({
        "landingZone": "sandbox", "production": false, "approval": false,
        "resolvers": environment,
    });
    let environment: Environment = serde_json::from_value(applied("dev", place)).unwrap();
    let landing_zone: LandingZone = serde_json::from_value(applied("sandbox", zone)).unwrap();
    DeploymentSpec {
        tenant: tenant(),
        deployment: deployment(number),
        spec: Value::Null,
        environment,
        landing_zone,
        resolvers: Vec::new(),
        bound: Vec::new(),
        kept: Vec::new(),
        lifecycle: None,
        repair: None,
        version: 0,
    }
}

/// Accepts it with these configurations of resolvers.
pub(crate) async fn accept(table: &impl WriteTable, number: u128, configs: &[(&str, Value)]) {
    accept_with(table, number, configs, Vec::new()).await;
}

/// Accepts it with registered resolvers as well.
pub(crate) async fn accept_with(
    table: &impl WriteTable,
    number: u128,
    configs: &[(&str, Value)],
    resolvers: Vec<Resolver>,
) {
    let configs = configs
        .iter()
        .map(|(name, config)| (ResolverName::parse(name).unwrap(), config.clone()));
    let submitted = DeploymentSpec {
        resolvers,
        ..submitted(number, &configs.collect())
    };
    table.commit(vec![Change::save(&submitted)]).await.unwrap();
}
