//! The image resolver as a Lambda: references to images, looked up anew for every deployment. A
//! deployment that asks again gets what it got before, whatever was pushed since.

mod container;
mod machine;

use std::collections::BTreeMap;

use groundplane_accounts::of_zone;
use groundplane_model::{
    Allocation, Change, DeploymentSpec, Failure, FailureKind, ImageReference, LandingZone, Layer,
    Owner, Partition, ResolutionRequest, ResolverAnswer, ResolverCall, ResolverName,
};
use groundplane_ports::{Account, Clock, PortError, Reach, ReadRegistry, ReadTable, WriteTable};
use groundplane_quotas::Counted;
use groundplane_resolvers::{
    Architecture, CatalogEntry, ImageConfig, ImageKind, Refusals, configured,
};
use serde_json::Value;

/// How often an allocation is written again where others were faster. Only a repeated delivery of
/// the same call writes the same one.
const RACES: u32 = 4;

/// Hands out or takes back references to images. Doing it again changes nothing.
///
/// # Errors
/// `Invalid` with every request that cannot be met, `Unavailable` where a registry does not
/// answer, and as the table says.
pub async fn handle(
    table: &(impl ReadTable + WriteTable),
    registries: &impl Reach<Port: ReadRegistry>,
    clock: &impl Clock,
    call: ResolverCall,
) -> Result<ResolverAnswer, Failure> {
    let table = &Counted::new(table, clock.now());
    match call {
        ResolverCall::Resolve {
            tenant,
            deployment,
            requests,
            ..
        } => {
            let key = DeploymentSpec::key_of(&tenant, &deployment);
            let submitted: DeploymentSpec = table.require(&key).await?;
            let (config, layer) = configured(&ResolverName::image(), &submitted)?;
            let ground = Ground {
                config,
                layer,
                landing_zone: &submitted.landing_zone,
                account: of_zone(table, &tenant, &submitted.landing_zone).await?,
            };
            let mut refusals = Refusals::default();
            for request in &requests {
                let outcome = resolve(table, registries, clock, (&ground, request)).await;
                refusals.note(&request.owner, outcome)?;
            }
            refusals.end("image")?;
            Ok(ResolverAnswer {
                count: requests.len(),
            })
        }
        ResolverCall::Release { owners, .. } => {
            for owner in &owners {
                release(table, owner).await?;
            }
            Ok(ResolverAnswer {
                count: owners.len(),
            })
        }
        // Nothing rests here after its release.
        ResolverCall::Sweep {} => Ok(ResolverAnswer { count: 0 }),
    }
}

/// What images are chosen by, the request aside.
pub(crate) struct Ground<'a> {
    pub(crate) config: ImageConfig,
    layer: Layer,
    landing_zone: &'a LandingZone,
    /// The account of the landing zone, if it is another one than the platform's.
    account: Option<Account>,
}

impl Ground<'_> {
    /// The account whose rights decide about an image: that of the landing zone over its own
    /// repositories, the platform's over all others.
    pub(crate) fn account_of(&self, image: &ImageReference) -> Option<&Account> {
        let registry = image.ecr()?;
        let is_there = registry.account == self.landing_zone.spec.account;
        self.account.as_ref().filter(|_| is_there)
    }

    /// What the catalog has of a family, for this landing zone and for all.
    pub(crate) async fn entries(
        &self,
        table: &impl ReadTable,
        kind: ImageKind,
        family: &str,
    ) -> Result<Vec<CatalogEntry>, Failure> {
        let prefix = CatalogEntry::prefix_of(kind, family);
        let mut entries = Vec::new();
        for place in [Some(&self.landing_zone.name), None] {
            let found: Vec<CatalogEntry> = table.query(&Partition::images(place), &prefix).await?;
            entries.extend(found);
        }
        Ok(entries)
    }
}

/// An image, ready to be handed out.
pub(crate) struct Answer {
    /// What a template takes as the image.
    pub(crate) image: String,
    /// What else is known of it: `digest`, `version`, `parameter`.
    pub(crate) known: Vec<(&'static str, String)>,
    /// What the user should know.
    pub(crate) warning: Option<String>,
}

impl Answer {
    fn outputs(&self) -> BTreeMap<String, String> {
        let image = [("image", self.image.clone())].into_iter();
        let warning = self.warning.iter().map(|text| ("warning", text.clone()));
        let known = self.known.iter().cloned();
        let all = image.chain(known).chain(warning);
        all.map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

async fn resolve(
    table: &(impl ReadTable + WriteTable),
    registries: &impl Reach<Port: ReadRegistry>,
    clock: &impl Clock,
    (ground, request): (&Ground<'_>, &ResolutionRequest),
) -> Result<(), Failure> {
    let key = Allocation::key_of(&ResolverName::image(), &request.owner);
    for _ in 0..RACES {
        let held: Option<Allocation> = table.get(&key).await?;
        if held.as_ref().is_some_and(|held| answers(held, request)) {
            return Ok(());
        }
        let answer = answer(table, registries, (ground, request)).await?;
        let value = (answer.image.as_str(), answer.outputs());
        let allocation = Allocation::answer(request, value, ground.layer, clock.now());
        match table
            .commit(vec![Change::save(&allocation.over(held.as_ref()))])
            .await
        {
            Ok(()) => return Ok(()),
            Err(PortError::Conflict(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(busy(&request.owner))
}

/// Whether the deployment that asks was answered before.
fn answers(held: &Allocation, request: &ResolutionRequest) -> bool {
    held.owner == request.owner
        && held.deployment == request.deployment
        && held.inputs == request.inputs
}

async fn answer(
    table: &impl ReadTable,
    registries: &impl Reach<Port: ReadRegistry>,
    (ground, request): (&Ground<'_>, &ResolutionRequest),
) -> Result<Answer, Failure> {
    let input = |name: &str| request.inputs.get(name).map(|value| value.trim());
    let architecture = input("architecture").map(architecture).transpose()?;
    if let Some(image) = input("value").or(input("repository")) {
        let wanted = container::Wanted::of(image, input("version"), architecture);
        return container::answer(table, registries, ground, wanted).await;
    }
    if let Some(family) = input("osFamily") {
        let version = input("osVersion").unwrap_or("latest");
        return machine::answer(table, ground, (family, version), architecture).await;
    }
    Err(invalid(
        &"the request for an image names neither a container image (`value` or `repository`) nor \
         an operating system (`osFamily`)",
    ))
}

fn architecture(text: &str) -> Result<Architecture, Failure> {
    serde_json::from_value(Value::from(text)).map_err(|_| {
        let text = text.escape_default();
        invalid(&format!(
            "`{text}` is not an architecture; there are `x86_64` and `arm64`"
        ))
    })
}

/// A request that cannot be met.
pub(crate) fn invalid(error: &impl ToString) -> Failure {
    Failure::new(FailureKind::Invalid, error.to_string())
}

async fn release(table: &(impl ReadTable + WriteTable), owner: &Owner) -> Result<(), Failure> {
    let key = Allocation::key_of(&ResolverName::image(), owner);
    for _ in 0..RACES {
        let held: Option<Allocation> = table.get(&key).await?;
        let Some(held) = held.filter(|held| held.owner == *owner) else {
            return Ok(());
        };
        match table.commit(vec![Change::remove(&held)]).await {
            Ok(()) => return Ok(()),
            Err(PortError::Conflict(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(busy(owner))
}

fn busy(owner: &Owner) -> Failure {
    let message = format!("the image of `{}` keeps changing", owner.unit);
    Failure::new(FailureKind::Conflict, message)
}
