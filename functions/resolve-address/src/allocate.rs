//! Gives an owner its block: the one that it has, or a new one.

use std::collections::BTreeMap;

use groundplane_addresses::{Attempts, Stopped, carry_out, commit, explain, free_due};
use groundplane_model::{
    Allocation, Change, Digest, Failure, FailureKind, Owner, ResolutionRequest, ResolverName,
};
use groundplane_ports::{PortError, ReadTable, WriteTable};
use groundplane_resolvers::{
    AddressRequest, Block, BlockState, Cidr, Holder, IpamError, Pool, Size, Spread, View, Within,
};
use jiff::Timestamp;

use crate::ground::Ground;
use crate::release::block_of;

/// Gives the owner of `request` a block, unless it has one.
pub(crate) async fn allocate(
    table: &(impl ReadTable + WriteTable),
    ground: &mut Ground,
    request: &ResolutionRequest,
    now: Timestamp,
) -> Result<(), Failure> {
    let wanted = AddressRequest::read(&request.inputs, &ground.config);
    let wanted = wanted.map_err(|error| invalid(request, &error.to_string()))?;
    let mut wish = Wish {
        request,
        wanted,
        ground,
        now,
    };
    let mut attempts = Attempts::default();
    loop {
        let Err((pool, stopped)) = wish.attempt(table, attempts).await else {
            return Ok(());
        };
        if let (Some(pool), Stopped::Refused(error)) = (&pool, &stopped)
            && wish.makes_room(table, pool, error).await?
        {
            continue;
        }
        if let Err(stopped) = attempts.again(stopped) {
            return Err(wish.explain(table, pool, stopped).await);
        }
    }
}

/// What an owner wants, and what there is to give it.
struct Wish<'a> {
    request: &'a ResolutionRequest,
    wanted: AddressRequest,
    ground: &'a mut Ground,
    now: Timestamp,
}

/// Why an attempt ended, and the pool that it was about, once that was known.
type Ended = (Option<Pool>, Stopped);

impl Wish<'_> {
    fn owner(&self) -> &Owner {
        &self.request.owner
    }

    async fn attempt(
        &mut self,
        table: &(impl ReadTable + WriteTable),
        attempts: Attempts,
    ) -> Result<(), Ended> {
        let nowhere = |stopped: Stopped| (None, stopped);
        let key = Allocation::key_of(&ResolverName::ipam(), self.owner());
        let held = table.get::<Allocation>(&key).await;
        let held = held.map_err(|error| nowhere(error.into()))?;
        if let Some(held) = held.as_ref().filter(|held| held.owner == *self.owner()) {
            return self.confirm(table, held).await.map_err(nowhere);
        }
        let pool = self.ground.pool(table, self.wanted.pool.as_ref()).await;
        let pool = pool.map_err(|failure| nowhere(failure.into()))?;
        let taken = self.take(table, &pool, held.as_ref(), attempts).await;
        taken.map_err(|stopped| (Some(pool), stopped))
    }

    /// The owner has a block and keeps it, whatever it asks for now. A reservation becomes
    /// permanent, or lasts longer.
    async fn confirm(
        &self,
        table: &(impl ReadTable + WriteTable),
        held: &Allocation,
    ) -> Result<(), Stopped> {
        if !held.inputs.contains_key(AddressRequest::RESERVE_SECONDS) {
            return Ok(());
        }
        // A reservation that has just ended takes its allocation with it.
        let block = block_of(table, held).await?.ok_or(Stopped::Raced)?;
        let state = match (self.state(), block.state) {
            (BlockState::Reserved { due }, BlockState::Reserved { due: before }) => {
                BlockState::Reserved {
                    due: due.max(before),
                }
            }
            (wanted, _) => wanted,
        };
        if state == block.state {
            return Ok(());
        }
        let allocation = Allocation {
            inputs: self.request.inputs.clone(),
            ..held.clone()
        };
        let records = vec![
            Change::save(&Block { state, ..block }),
            Change::save(&allocation),
        ];
        Ok(commit(table, &[], records).await?)
    }

    async fn take(
        &self,
        table: &(impl ReadTable + WriteTable),
        pool: &Pool,
        stale: Option<&Allocation>,
        attempts: Attempts,
    ) -> Result<(), Stopped> {
        pool.spec.expect_allowed(self.wanted.size.length())?;
        let spread = Spread {
            seed: seed(self.owner()),
            attempt: attempts.races(),
        };
        let size = self.wanted.size;
        let mut view = View::new(pool.tree());
        let cidr = carry_out(table, &mut view, |view| match size {
            Size::Length(length) => view.allocate(length, spread),
            Size::Exactly(cidr) => view.allocate_exact(cidr),
        })
        .await?;
        let within = Within::Pool(pool.name.clone());
        let holder = Holder::Instance(self.owner().clone());
        let block = Block {
            state: self.state(),
            quarantine_minutes: self.ground.config.quarantine_minutes(),
            ..Block::taken(&view, (within, cidr), holder, self.now)
        };
        let mut records = vec![Change::save(&block)];
        // What an earlier incarnation of the instance left is put to rest in the same commit.
        if let Some(stale) = stale {
            records.extend(left_by(table, stale, self.now).await?);
        }
        let value = cidr.to_string();
        let answer = (value.as_str(), outputs(pool, cidr));
        let allocation = Allocation::answer(self.request, answer, self.ground.layer, self.now);
        records.push(Change::save(&allocation.over(stale)));
        Ok(commit(table, &[&view], records).await?)
    }

    fn state(&self) -> BlockState {
        match self.wanted.reserve {
            None => BlockState::Held,
            Some(time) => BlockState::Reserved {
                due: self.now.saturating_add(time).unwrap_or(self.now),
            },
        }
    }

    /// Frees what is due of the pool, where that may help. Gives whether anything was freed.
    async fn makes_room(
        &self,
        table: &(impl ReadTable + WriteTable),
        pool: &Pool,
        error: &IpamError,
    ) -> Result<bool, Failure> {
        let may_help = matches!(error, IpamError::Full { .. } | IpamError::Overlaps { .. });
        Ok(may_help && free_due(table, pool, self.now).await? > 0)
    }

    async fn explain(
        &self,
        table: &impl ReadTable,
        pool: Option<Pool>,
        stopped: Stopped,
    ) -> Failure {
        let failure = match (pool, stopped) {
            (Some(pool), stopped) => {
                let within = Within::Pool(pool.name);
                explain(table, &within, stopped, Some(&self.owner().tenant)).await
            }
            (None, Stopped::Failed(failure)) => failure,
            (None, Stopped::Away(error)) => error.into(),
            (None, Stopped::Raced | Stopped::Refused(_)) => {
                PortError::Unavailable("the pools keep changing".to_owned()).into()
            }
        };
        match failure.kind {
            // The same request meets the same block in its way, however often it is made.
            FailureKind::Conflict => invalid(self.request, &failure.message),
            FailureKind::Invalid | FailureKind::NotFound => Failure {
                message: about(self.request, &failure.message),
                ..failure
            },
            FailureKind::Unauthenticated
            | FailureKind::Denied
            | FailureKind::ProvisionFailed
            | FailureKind::Unavailable
            | FailureKind::Cancelled
            | FailureKind::QuotaExceeded
            | FailureKind::Internal => failure,
        }
    }
}

fn invalid(request: &ResolutionRequest, message: &str) -> Failure {
    Failure::new(FailureKind::Invalid, about(request, message))
}

fn about(request: &ResolutionRequest, message: &str) -> String {
    let Owner { unit, input, .. } = &request.owner;
    format!("no addresses for `{input}` of `{unit}`: {message}")
}

/// What is to be written so that the block behind a stale allocation rests.
async fn left_by(
    table: &impl ReadTable,
    stale: &Allocation,
    now: Timestamp,
) -> Result<Option<Change>, PortError> {
    let left = block_of(table, stale).await?;
    Ok(left.map(|block| Change::save(&block.put_to_rest(now))))
}

fn outputs(pool: &Pool, cidr: Cidr) -> BTreeMap<String, String> {
    let mut outputs = BTreeMap::from([
        ("cidr".to_owned(), cidr.to_string()),
        ("prefixLength".to_owned(), cidr.length().to_string()),
        ("pool".to_owned(), pool.name.to_string()),
    ]);
    let gateway = cidr.gateway().map(|address| address.to_string());
    outputs.extend(gateway.map(|gateway| ("gateway".to_owned(), gateway)));
    if let Some(subnet) = &pool.spec.subnet_id {
        outputs.insert("subnetId".to_owned(), subnet.clone());
    }
    if cidr.length() == cidr.family().longest() {
        outputs.insert("address".to_owned(), cidr.network().to_string());
    }
    outputs
}

/// Where the search for room begins: owners who come at the same time begin in different places.
fn seed(owner: &Owner) -> u64 {
    let Owner {
        tenant,
        instance,
        incarnation,
        unit,
        input,
    } = owner;
    let text = format!("{tenant}#{instance}#{incarnation}#{unit}#{input}");
    let digest = Digest::of(text.as_bytes());
    // INVARIANT: sixteen hexadecimal digits are a number of 64 bits.
    u64::from_str_radix(digest.short(16), 16).unwrap_or_default()
}
