//! The configuration that a deployment gives to a resolver: what provider, landing zone and
//! environment said when it was accepted.

use groundplane_model::{
    DeploymentSpec, Environment, Failure, FailureKind, LandingZone, Layer, Resolver, ResolverName,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::{Effective, Layered, NamingConfig};

/// What applies where nothing is configured.
#[must_use]
pub fn defaults_of(name: &ResolverName) -> Value {
    match name.as_str() {
        // INVARIANT: the configuration is a plain struct with string keys.
        "naming" => serde_json::to_value(NamingConfig::defaults()).unwrap_or_default(),
        "ipam" => json!({ "quarantineMinutes": 15 }),
        "image" => json!({ "pin": true, "deprecated": "warn" }),
        // Characters that a shell or a connection string gives a meaning to.
        "secret" => json!({ "length": 32, "excludeCharacters": "\"'@/\\` $" }),
        _ => json!({}),
    }
}

/// What each layer says about the resolver `name`.
#[must_use]
pub fn layers_of(
    name: &ResolverName,
    resolvers: &[Resolver],
    landing_zone: &LandingZone,
    environment: &Environment,
) -> Effective {
    let provider = resolvers.iter().find(|resolver| resolver.name == *name);
    let defaults = defaults_of(name);
    let layers = [
        (Layer::Default, Some(&defaults)),
        (
            Layer::Provider,
            provider.map(|resolver| &resolver.spec.config),
        ),
        (Layer::LandingZone, landing_zone.spec.resolvers.get(name)),
        (Layer::Environment, environment.spec.resolvers.get(name)),
    ];
    let said = layers.into_iter().filter_map(|(layer, config)| {
        let config = config?.clone();
        Some(Layered::new(layer, config))
    });
    Effective::merge(said)
}

/// The configuration of the resolver `name` for a deployment, and the layer that had the last
/// word.
///
/// # Errors
/// `Invalid` where it cannot be read: what a document says was checked when it was applied.
pub fn configured<C: DeserializeOwned>(
    name: &ResolverName,
    submitted: &DeploymentSpec,
) -> Result<(C, Layer), Failure> {
    let DeploymentSpec {
        resolvers,
        landing_zone,
        environment,
        ..
    } = submitted;
    let effective = layers_of(name, resolvers, landing_zone, environment);
    let config = effective.read().map_err(|error| {
        let message = format!("the resolver `{name}` is not well configured: {error}");
        Failure::new(FailureKind::Invalid, message)
    })?;
    Ok((config, effective.layer_of("").unwrap_or_default()))
}
