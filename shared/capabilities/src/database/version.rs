//! Versions of the engines: which part of one an upgrade keeps, and which ones AWS still offers.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use groundplane_model::Problem;
use serde::Deserialize;

use super::{Database, Engine};
use crate::text::pointer;

/// What AWS offers by engine; `cargo xtask aws-data` writes it.
static ENGINES: LazyLock<BTreeMap<String, Offer>> = LazyLock::new(|| {
    // INVARIANT: a test reads the file.
    serde_json::from_str(include_str!("../../data/database-engines.json")).unwrap_or_default()
});

/// The versions of one engine.
#[derive(Debug, Default, Deserialize)]
struct Offer {
    /// Those that databases are created with, in the order of their text.
    current: Vec<String>,
    /// Those that databases may run, but that no new one is created with.
    retired: Vec<String>,
}

impl<'a> Database<'a> {
    /// The part of the version that an upgrade in place never changes: `16` of postgres 16.4,
    /// `8.0` of mysql 8.0.40.
    pub(super) fn major_version(&self) -> &'a str {
        major(self.engine, self.engine_version)
    }

    /// A warning where AWS no longer creates databases of this version. Those that run it are left
    /// alone, and what is known here may be older than what AWS offers, so it is no error.
    pub(super) fn retired_version(&self) -> Option<Problem> {
        let offer = ENGINES.get(self.engine.name())?;
        if !offer.retired.iter().any(|it| it == self.engine_version) {
            return None;
        }
        let message = format!(
            "AWS creates no new databases of {} `{}`",
            self.engine.name(),
            self.engine_version
        );
        let problem = Problem::warning(pointer(&["database", "engineVersion"]), message);
        let same_major = |it: &&String| major(self.engine, it) == self.major_version();
        let oldest = offer
            .current
            .iter()
            .filter(same_major)
            .min_by_key(|it| numbers(it));
        Some(match oldest {
            Some(version) => {
                problem.with_hint(format!("the nearest that it creates is \"{version}\""))
            }
            None => problem.with_hint("choose a newer major version"),
        })
    }
}

/// The part of `version` that an upgrade in place never changes.
fn major(engine: Engine, version: &str) -> &str {
    let parts = match engine {
        Engine::Postgres => 1,
        Engine::Mysql => 2,
    };
    let mut dots = version.match_indices('.').map(|(at, _)| at);
    let end = dots.nth(parts - 1).unwrap_or(version.len());
    version.get(..end).unwrap_or(version)
}

/// The numbers of a version, which order it.
pub(super) fn numbers(version: &str) -> Vec<u32> {
    let parts = version.split('.');
    parts.map(|part| part.parse().unwrap_or(0)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn section(engine: &str, version: &str) -> Value {
        json!({
            "engine": engine,
            "engineVersion": version,
            "instanceClass": "db.t3.micro",
            "allocatedStorage": 20,
            "multiAz": false,
            "backupRetentionDays": 7,
            "dbName": "app",
            "dbUsername": "app",
            "onDelete": "snapshot",
        })
    }

    #[test]
    fn the_major_version_is_what_an_upgrade_in_place_keeps() {
        for (engine, version, expected) in [
            ("postgres", "16.4", "16"),
            ("postgres", "16", "16"),
            ("mysql", "8.0.40", "8.0"),
            ("mysql", "8.0", "8.0"),
        ] {
            let section = section(engine, version);
            let database = Database::deserialize(&section).unwrap();
            assert_eq!(database.major_version(), expected, "{engine} {version}");
        }
    }

    #[test]
    fn a_version_that_aws_no_longer_creates_is_named_with_the_nearest_that_it_does() {
        for (engine, version, hint) in [
            (
                "postgres",
                "16.4",
                Some("the nearest that it creates is \"16.9\""),
            ),
            ("postgres", "11.4", Some("choose a newer major version")),
            (
                "mysql",
                "8.0.40",
                Some("the nearest that it creates is \"8.0.42\""),
            ),
            ("mysql", "8.4.7", None),
            ("postgres", "16", None),
            // Newer than what is known here.
            ("postgres", "99.1", None),
        ] {
            let section = section(engine, version);
            let problem = Database::deserialize(&section).unwrap().retired_version();
            let found = problem.and_then(|problem| problem.hint);
            assert_eq!(found.as_deref(), hint, "{engine} {version}");
        }
    }

    #[test]
    fn every_engine_has_versions_that_are_offered_and_no_longer_offered() {
        for engine in [Engine::Postgres, Engine::Mysql] {
            let offer = &ENGINES[engine.name()];
            assert!(!offer.current.is_empty() && !offer.retired.is_empty());
            assert!(offer.current.iter().all(|it| !offer.retired.contains(it)));
        }
    }
}
