//! The health of the services of one cluster, from their counts and their newest rollout.

use std::collections::BTreeMap;

use groundplane_events::poll::{Rollout, ServiceCounts, ecs_health};
use groundplane_model::Failure;
use groundplane_ports::{ReadServices, RolloutState, ServiceHealth, ServicePlace};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::poll::{Finding, Poll, Seen, Watched};

/// The services of one cluster.
pub(crate) struct ServicePoller<'a, P> {
    port: &'a P,
    cluster: String,
    /// By the name of the service.
    watched: BTreeMap<String, &'a Watched>,
    now: Timestamp,
}

impl<'a, P> ServicePoller<'a, P> {
    /// A poller for each cluster that has any of these services.
    pub(crate) fn for_all(
        port: &'a P,
        watched: impl Iterator<Item = &'a Watched>,
        now: Timestamp,
    ) -> Vec<Self> {
        let mut clusters: BTreeMap<String, BTreeMap<String, &Watched>> = BTreeMap::new();
        for one in watched {
            let Some(place) = ServicePlace::of_arn(&one.owner.identifier) else {
                tracing::warn!(arn = one.owner.identifier, "a service without a cluster");
                continue;
            };
            let cluster = clusters.entry(place.cluster).or_default();
            cluster.insert(place.name, one);
        }
        let pollers = clusters.into_iter().map(|(cluster, watched)| Self {
            port,
            cluster,
            watched,
            now,
        });
        pollers.collect()
    }
}

impl<P: ReadServices> Poll for ServicePoller<'_, P> {
    fn source(&self) -> String {
        format!("the services of the cluster `{}`", self.cluster)
    }

    async fn poll(&self, since: Option<Timestamp>) -> Result<Vec<Finding>, Failure> {
        let names: Vec<&str> = self.watched.keys().map(String::as_str).collect();
        let found = self.port.services(&self.cluster, &names).await?;
        let found: BTreeMap<&str, &ServiceHealth> = found
            .iter()
            .map(|health| (health.arn.as_str(), health))
            .collect();
        let findings = self.watched.values().filter_map(|watched| {
            let health = found.get(watched.owner.identifier.as_str());
            let seen = health.map_or_else(Seen::missing, |health| seen(health));
            watched.compare(seen, since, self.now)
        });
        Ok(findings.collect())
    }
}

fn seen(service: &ServiceHealth) -> Seen {
    let rollout = service.primary().and_then(|primary| match primary.state {
        RolloutState::InProgress => Some(Rollout::InProgress),
        RolloutState::Completed => Some(Rollout::Completed),
        RolloutState::Failed => Some(Rollout::Failed),
        RolloutState::Unknown => None,
    });
    let health = ecs_health(&ServiceCounts {
        is_active: service.is_active,
        desired: service.desired,
        running: service.running,
        pending: service.pending,
        rollout,
    });
    let counts = [
        ("desiredCount", service.desired),
        ("runningCount", service.running),
        ("pendingCount", service.pending),
    ];
    let detail: Map<String, Value> = counts
        .into_iter()
        .map(|(name, count)| (name.to_owned(), json!(count)))
        .collect();
    Seen { health, detail }
}
