//! What instances stand on, and what their inputs become.

use groundplane_authority::Action;
use groundplane_model::{Environment, LandingZone, Resolver};

use crate::contract::{json, says};
use crate::routes::Routes;
use crate::{System, Table, allocations, ground, images, names, pools, resolvers};

/// What instances stand on, and what their inputs become.
pub(super) fn routes<T: Table, S: System>() -> Routes<T, S> {
    of_grounds().merge(of_resolvers()).merge(of_pools())
}

/// What instances stand on.
fn of_grounds<T: Table, S: System>() -> Routes<T, S> {
    Routes::new()
        .get(
            "/v1/environments",
            Action::GroundRead,
            says("listEnvironments", "Lists environments"),
            ground::list::<Environment, T, S>,
        )
        .put(
            "/v1/environments/{name}",
            Action::GroundManage,
            says("applyEnvironment", "Applies an environment")
                .besides(|sheet| sheet.takes_document("environment")),
            ground::apply::<Environment, T, S>,
        )
        .get(
            "/v1/environments/{name}",
            Action::GroundRead,
            says("showEnvironment", "Shows an environment"),
            ground::show::<Environment, T, S>,
        )
        .get(
            "/v1/landing-zones",
            Action::GroundRead,
            says("listLandingZones", "Lists landing zones"),
            ground::list::<LandingZone, T, S>,
        )
        .put(
            "/v1/landing-zones/{name}",
            Action::GroundManage,
            says("applyLandingZone", "Applies a landing zone")
                .besides(|sheet| sheet.takes_document("landing-zone")),
            ground::apply::<LandingZone, T, S>,
        )
        .get(
            "/v1/landing-zones/{name}",
            Action::GroundRead,
            says("showLandingZone", "Shows a landing zone"),
            ground::show::<LandingZone, T, S>,
        )
}

/// What inputs become.
fn of_resolvers<T: Table, S: System>() -> Routes<T, S> {
    Routes::new()
        .get(
            "/v1/resolvers",
            Action::ResolverRead,
            says("listResolvers", "Lists resolvers"),
            resolvers::list::<T, S>,
        )
        .put(
            "/v1/resolvers/{name}",
            Action::ResolverConfigure,
            says("applyResolver", "Configures a resolver, or registers one")
                .besides(|sheet| sheet.takes_document("resolver")),
            ground::apply::<Resolver, T, S>,
        )
        .get(
            "/v1/resolvers/{name}",
            Action::ResolverRead,
            says("showResolver", "Shows a resolver"),
            resolvers::show::<T, S>,
        )
        .get(
            "/v1/resolvers/{name}/config",
            Action::ResolverRead,
            says(
                "showResolverConfiguration",
                "Shows the configuration that applies, each value with its layer",
            ),
            resolvers::config::<T, S>,
        )
        .get(
            "/v1/images",
            Action::ImageRead,
            says("listImages", "Lists the images of the catalog"),
            images::list::<T, S>,
        )
        .put(
            "/v1/images",
            Action::ImagePublish,
            says(
                "putImages",
                "Puts one image or up to 99 into the catalog, all or none",
            )
            .besides(images::taken),
            images::set::<T, S>,
        )
        .post(
            "/v1/names:preview",
            Action::ResolverRead,
            says("previewName", "Says what name a resource would get")
                .besides(json::<names::Wanted>),
            names::preview::<T, S>,
        )
}

/// Addresses.
fn of_pools<T: Table, S: System>() -> Routes<T, S> {
    Routes::new()
        .get(
            "/v1/pools",
            Action::PoolRead,
            says("listPools", "Lists pools of addresses"),
            pools::list::<T, S>,
        )
        .put(
            "/v1/pools/{name}",
            Action::PoolManage,
            says("createPool", "Creates a pool")
                .besides(|sheet| sheet.takes_yaml::<groundplane_resolvers::PoolDraft>()),
            pools::create::<T, S>,
        )
        .get(
            "/v1/pools/{name}",
            Action::PoolRead,
            says("showPool", "Shows a pool and how full it is"),
            pools::show::<T, S>,
        )
        .delete(
            "/v1/pools/{name}",
            Action::PoolManage,
            says("removePool", "Deletes a pool that nobody holds anything of"),
            pools::remove::<T, S>,
        )
        .get(
            "/v1/allocations",
            Action::PoolRead,
            says(
                "listAllocations",
                "Lists what is taken of a pool or a space",
            ),
            allocations::list::<T, S>,
        )
        .post(
            "/v1/allocations",
            Action::PoolManage,
            says(
                "importAllocation",
                "Imports a block that something else uses",
            )
            .besides(allocations::taken),
            allocations::take::<T, S>,
        )
        .delete(
            "/v1/allocations",
            Action::PoolManage,
            says("giveBackAllocation", "Gives an imported block back"),
            allocations::give_back::<T, S>,
        )
}
