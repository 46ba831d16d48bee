//! The health of databases, from the status that RDS gives them.

use std::collections::BTreeMap;

use groundplane_events::poll::rds_health;
use groundplane_model::Failure;
use groundplane_ports::{Database, ReadDatabases};
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::poll::{Finding, Poll, Seen, Watched};

/// All databases.
pub(crate) struct DatabasePoller<'a, P> {
    pub(crate) port: &'a P,
    pub(crate) watched: Vec<&'a Watched>,
    pub(crate) now: Timestamp,
}

impl<P: ReadDatabases> Poll for DatabasePoller<'_, P> {
    fn source(&self) -> String {
        "the databases".to_owned()
    }

    async fn poll(&self, since: Option<Timestamp>) -> Result<Vec<Finding>, Failure> {
        let names: Vec<&str> = self
            .watched
            .iter()
            .map(|watched| watched.owner.physical_id.as_str())
            .collect();
        let found = self.port.databases(&names).await?;
        let found: BTreeMap<&str, &Database> = found
            .iter()
            .map(|database| (database.identifier.as_str(), database))
            .collect();
        let findings = self.watched.iter().filter_map(|watched| {
            // RDS writes identifiers in lower case, whatever a template says.
            let name = watched.owner.physical_id.to_ascii_lowercase();
            let database = found.get(name.as_str());
            let seen = database.map_or_else(Seen::missing, |database| seen(database));
            watched.compare(seen, since, self.now)
        });
        Ok(findings.collect())
    }
}

fn seen(database: &Database) -> Seen {
    let status = Value::from(database.status.as_str());
    Seen {
        health: rds_health(&database.status),
        detail: Map::from_iter([("databaseStatus".to_owned(), status)]),
    }
}
