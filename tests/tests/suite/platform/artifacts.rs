//! A store of templates that tells the CloudFormation in memory what each one comes to.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use groundplane_model::{Artifact, Digest};
use groundplane_ports::{Result, WriteArtifacts};
use serde_json::Value;

use groundplane_tests::accounts::FakeAccounts;
use groundplane_tests::fake_stacks::FakeTemplate;

use crate::system::TestTemplates;

/// Templates, and which types of resources cannot be provisioned.
#[derive(Debug)]
pub(crate) struct FakeArtifacts {
    accounts: Arc<FakeAccounts>,
    /// The templates themselves.
    pub(crate) templates: TestTemplates,
    failing: Mutex<BTreeSet<String>>,
}

impl FakeArtifacts {
    /// A store for `accounts`.
    #[must_use]
    pub(crate) fn new(accounts: Arc<FakeAccounts>) -> Self {
        Self {
            accounts,
            templates: TestTemplates::default(),
            failing: Mutex::default(),
        }
    }

    /// From now on, templates with a resource of this type fail.
    pub(crate) fn fail(&self, resource_type: &str) {
        let mut failing = self.failing.lock().unwrap_or_else(PoisonError::into_inner);
        failing.insert(resource_type.to_owned());
    }

    /// From now on, every template can be provisioned.
    pub(crate) fn fail_no_more(&self) {
        let mut failing = self.failing.lock().unwrap_or_else(PoisonError::into_inner);
        failing.clear();
    }

    fn outcome(&self, template: &Value) -> FakeTemplate {
        let failing = self.failing.lock().unwrap_or_else(PoisonError::into_inner);
        let resources: BTreeMap<String, String> = names(template, "Resources")
            .map(|name| {
                let kind = template.pointer(&format!("/Resources/{name}/Type"));
                (
                    name.clone(),
                    kind.and_then(Value::as_str).unwrap_or_default().to_owned(),
                )
            })
            .collect();
        let fails = resources
            .iter()
            .find(|(_, kind)| failing.contains(*kind))
            .map(|(name, _)| (name.clone(), "the cloud does not want to".to_owned()));
        FakeTemplate {
            outputs: names(template, "Outputs")
                .map(|name| (name.clone(), format!("{name}-value")))
                .collect(),
            resources,
            fails,
            refused: None,
        }
    }
}

fn names<'a>(template: &'a Value, part: &str) -> impl Iterator<Item = &'a String> {
    template
        .get(part)
        .and_then(Value::as_object)
        .into_iter()
        .flat_map(serde_json::Map::keys)
}

impl WriteArtifacts for FakeArtifacts {
    async fn store(&self, content: &[u8]) -> Result<Artifact> {
        let digest = Digest::of(content);
        let key = format!("templates/{digest}.json");
        let artifact = Artifact {
            bucket: "artifacts".to_owned(),
            key,
            digest,
        };
        self.templates.keep(&artifact, content);
        let template = serde_json::from_slice(content).unwrap_or_default();
        self.accounts.define(&artifact, &self.outcome(&template));
        Ok(artifact)
    }
}
