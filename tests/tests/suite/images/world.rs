//! A table, a registry, and what is asked of the image resolver.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use groundplane_model::{
    Allocation, Change, Failure, FailureKind, ImageReference, InstanceId, Owner, ResolutionRequest,
    ResolverAnswer, ResolverCall, ResolverName, UnitName,
};
use groundplane_ports::{PortError, ReadRegistry, ReadTable, Result, WriteTable};
use groundplane_resolve_image::handle;
use groundplane_resolvers::CatalogEntry;
use groundplane_tests::accounts::OwnAccount;
use serde_json::{Value, json};

use crate::accepted;
use crate::dynamo::{Dump, TestTable};
use crate::system::TestSystem;

pub(super) const ECR: &str = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/web";

/// A registry with one repository, `team/web`.
#[derive(Clone, Default)]
pub(super) struct FakeRegistry(Arc<Mutex<Registry>>);

#[derive(Default)]
pub(super) struct Registry {
    tags: BTreeMap<String, String>,
    fails: Option<PortError>,
    asked: usize,
}

/// A digest that begins with the digit.
pub(super) fn digest(digit: char) -> String {
    format!("sha256:{}", digit.to_string().repeat(64))
}

impl FakeRegistry {
    pub(super) fn with(tags: &[(&str, char)]) -> Self {
        let registry = Self::default();
        for (tag, digit) in tags {
            registry.push(tag, *digit);
        }
        registry
    }

    pub(super) fn push(&self, tag: &str, digit: char) {
        let mut registry = self.0.lock().unwrap();
        registry.tags.insert(tag.to_owned(), digest(digit));
    }

    pub(super) fn fail(&self, error: PortError) {
        self.0.lock().unwrap().fails = Some(error);
    }

    pub(super) fn asked(&self) -> usize {
        self.0.lock().unwrap().asked
    }

    pub(super) fn tags_of(
        &self,
        image: &ImageReference,
    ) -> Result<Option<BTreeMap<String, String>>> {
        assert!(image.ecr().is_some(), "{image} is not in ECR");
        let mut registry = self.0.lock().unwrap();
        registry.asked += 1;
        match &registry.fails {
            Some(error) => Err(error.clone()),
            None if image.repository() == "team/web" => Ok(Some(registry.tags.clone())),
            None => Ok(None),
        }
    }
}

impl ReadRegistry for FakeRegistry {
    async fn digest(&self, image: &ImageReference) -> Result<Option<String>> {
        let tags = self.tags_of(image)?.unwrap_or_default();
        Ok(tags.get(image.tag().unwrap()).cloned())
    }

    async fn tags(&self, repository: &ImageReference) -> Result<Option<Vec<String>>> {
        let tags = self.tags_of(repository)?;
        Ok(tags.map(|tags| tags.into_keys().collect()))
    }
}

/// A table with two accepted deployments, a registry, and a clock.
#[derive(Clone)]
pub(super) struct World {
    pub(super) table: TestTable,
    pub(super) registry: FakeRegistry,
}

impl World {
    /// Images are configured like this.
    pub(super) async fn start_with(image: Value, registry: FakeRegistry) -> Self {
        let table = TestTable::start().await;
        for number in [1, 2] {
            accepted::accept(&*table, number, &[("image", image.clone())]).await;
        }
        Self { table, registry }
    }

    pub(super) async fn start(tags: &[(&str, char)]) -> Self {
        Self::start_with(json!({}), FakeRegistry::with(tags)).await
    }

    /// Puts images of `ubuntu` or of `ECR` into the catalog: kind, zone, release, image, state.
    pub(super) async fn catalog(&self, entries: &[Value]) {
        let entries = entries.iter().map(|entry| {
            let entry: CatalogEntry = serde_json::from_value(entry.clone()).unwrap();
            assert_eq!(entry.check(), Vec::new());
            Change::save(&entry)
        });
        self.table.commit(entries.collect()).await.unwrap();
    }

    pub(super) async fn ask(
        &self,
        deployment: u128,
        requests: Vec<ResolutionRequest>,
    ) -> std::result::Result<ResolverAnswer, Failure> {
        let call = ResolverCall::Resolve {
            tenant: accepted::tenant(),
            deployment: accepted::deployment(deployment),
            resolver: ResolverName::image(),
            requests,
        };
        self.send(call).await
    }

    /// Delivers the call twice; both deliveries must come to the same.
    pub(super) async fn send(
        &self,
        call: ResolverCall,
    ) -> std::result::Result<ResolverAnswer, Failure> {
        let system = TestSystem::default();
        let registry = OwnAccount(&self.registry);
        let first = handle(&*self.table, &registry, &system, call.clone()).await;
        let before = self.table.dump().await;
        let again = handle(&*self.table, &registry, &system, call).await;
        assert_eq!(again, first);
        assert_eq!(self.table.dump().await, before);
        first
    }

    /// The outputs that `inputs` get in a deployment.
    pub(super) async fn resolve(
        &self,
        deployment: u128,
        inputs: &[(&str, &str)],
    ) -> BTreeMap<String, String> {
        let request = request(deployment, inputs);
        self.ask(deployment, vec![request.clone()]).await.unwrap();
        let held = self.held(&request.owner).await.unwrap();
        assert_eq!(held.value, held.outputs["image"]);
        assert_eq!(held.deployment, request.deployment);
        held.outputs
    }

    /// Why `inputs` are refused; nothing is kept of them.
    pub(super) async fn refused(&self, inputs: &[(&str, &str)]) -> String {
        let request = request(1, inputs);
        let failure = self.ask(1, vec![request.clone()]).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Invalid, "{failure}");
        assert_eq!(self.held(&request.owner).await, None);
        assert_eq!(failure.message, "the image cannot be used");
        failure.problems[0].message.clone()
    }

    pub(super) async fn held(&self, owner: &Owner) -> Option<Allocation> {
        let key = Allocation::key_of(&ResolverName::image(), owner);
        self.table.get(&key).await.unwrap()
    }

    pub(super) async fn release(&self, owners: &[Owner]) -> ResolverAnswer {
        let call = ResolverCall::Release {
            resolver: ResolverName::image(),
            owners: owners.to_vec(),
        };
        self.send(call).await.unwrap()
    }

    /// The allocations that are stored.
    pub(super) async fn allocations(&self) -> Dump {
        let mut dump = self.table.dump().await;
        dump.retain(|_, item| item["kind"]["S"] == "allocation");
        dump
    }
}

pub(super) fn owner(input: &str) -> Owner {
    Owner {
        tenant: accepted::tenant(),
        instance: InstanceId::parse("web-service.dev").unwrap(),
        incarnation: "1".to_owned(),
        unit: UnitName::parse("spec").unwrap(),
        input: input.to_owned(),
    }
}

pub(super) fn request(deployment: u128, inputs: &[(&str, &str)]) -> ResolutionRequest {
    ResolutionRequest {
        resolver: ResolverName::image(),
        owner: owner("/spec/compute/image#0a1b2c3d"),
        deployment: accepted::deployment(deployment),
        inputs: inputs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
    }
}

pub(super) fn image_of(outputs: &BTreeMap<String, String>) -> &str {
    &outputs["image"]
}

pub(super) fn machine(zone: Option<&str>, release: &str, image: &str, state: &str) -> Value {
    json!({
        "landing_zone": zone, "image_kind": "machine", "family": "ubuntu", "release": release,
        "architecture": "x86_64", "image": image, "state": state,
    })
}

pub(super) fn container(release: &str, state: &str) -> Value {
    json!({
        "image_kind": "container", "family": ECR, "release": release,
        "image": format!("{ECR}:{release}"), "state": state,
    })
}
