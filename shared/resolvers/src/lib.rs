//! Resolvers turn abstract inputs into concrete values before anything is provisioned. Each
//! algorithm is pure and has a module of its own; the Lambdas under `functions/resolve-*` keep
//! what they hand out.

mod check;
mod configured;
mod image;
mod ipam;
mod layers;
mod naming;
mod refusals;
mod secret;

pub use check::check_config;
pub use configured::{configured, defaults_of, layers_of};
pub use image::{
    Architecture, CatalogEntry, Constraint, ConstraintError, ContainerError, ContainerPlan,
    Deprecated, ImageConfig, ImageKind, ImageState, InvalidVersion, MachineImage, PlannedContainer,
    SEEDS, Seed, SelectError, Selected, Version, choose_tag, nearest_tags, plan_container, select,
};
pub use ipam::{
    AddressRequest, AddressRequestError, Block, BlockState, Cidr, CidrError, Edit, Family, Holder,
    InvalidSlots, IpamConfig, IpamError, Lengths, LengthsDraft, NodeId, Pool, PoolDraft, PoolNode,
    PoolSpec, Size, Slot, Slots, Spread, Step, Tree, Utilisation, View, Within,
};
pub use layers::{Effective, Entry, Layered};
pub use naming::{
    Counter, CounterError, First, Gap, Limits, NameClaim, NameRequest, Naming, NamingConfig,
    NamingError, Pattern, PatternError, Preview, Sequence, SequencePer, Uniqueness, preview,
};
pub use refusals::Refusals;
pub use secret::{SecretConfig, SecretStack, secret_reference};
