//! The instances that an event is about: the one that it names, and those that own what it names.

use std::collections::BTreeMap;

use groundplane_events::subjects;
use groundplane_lives::Whose;
use groundplane_model::{Event, Failure, InstanceId, ResourceOwner, TenantId};
use groundplane_ports::ReadTable;
use serde::Deserialize;

/// An instance that an event is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Owner {
    pub(crate) whose: Whose,
    /// The life that owns the resource; none where the event names the instance itself.
    pub(crate) incarnation: Option<String>,
}

/// The instances that `event` is about, each once. What does not come from AWS reaches the
/// instances of its own tenant only.
pub(crate) async fn of(table: &impl ReadTable, event: &Event) -> Result<Vec<Owner>, Failure> {
    let tenant: Option<TenantId> = named(event, Event::TENANT);
    if tenant.is_none() && !event.is_of_aws() {
        return Ok(Vec::new());
    }
    let mut owners: BTreeMap<Whose, Option<String>> = BTreeMap::new();
    let instance: Option<InstanceId> = named(event, Event::INSTANCE);
    // AWS knows nothing of instances; such a field is from the resource's own user data.
    if let Some((tenant, instance)) = tenant.clone().zip(instance)
        && !event.is_of_aws()
    {
        owners.insert(Whose { tenant, instance }, None);
    }
    for subject in subjects(event) {
        let key = ResourceOwner::key_of(&subject);
        let Some(owner) = table.get::<ResourceOwner>(&key).await? else {
            continue;
        };
        let may = event.is_of_aws() || tenant.as_ref() == Some(&owner.tenant);
        if may {
            let whose = Whose {
                tenant: owner.tenant,
                instance: owner.instance,
            };
            owners.entry(whose).or_insert(Some(owner.incarnation));
        }
    }
    let owners = owners.into_iter();
    Ok(owners
        .map(|(whose, incarnation)| Owner { whose, incarnation })
        .collect())
}

/// A field of the detail that is an identifier.
fn named<T: for<'a> Deserialize<'a>>(event: &Event, field: &str) -> Option<T> {
    let value = event.detail.get(field)?;
    T::deserialize(value).ok()
}
