//! Many owners at once, who take turns in any order after every single read and commit.

use std::collections::BTreeMap;

use super::fixture::*;
use super::*;

/// What a run has come to.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Tally {
    pub(super) allocations: usize,
    pub(super) releases: usize,
    pub(super) conflicts: usize,
    pub(super) most_attempts: u32,
    pub(super) crashes: usize,
    pub(super) refused: usize,
}

#[derive(Debug, Clone, Copy)]
enum Task {
    Allocate { length: u8 },
    Release { block: Cidr },
}

/// One caller of the resolver, with a request at hand.
struct Caller {
    owner: u64,
    task: Task,
    attempt: u32,
    view: View,
    decided: Option<(Cidr, Vec<Edit>)>,
}

/// What is asked of a pool, and by how many at once.
pub(super) struct Load<'a> {
    pub(super) pool: &'a str,
    pub(super) lengths: &'a [u8],
    pub(super) callers: usize,
    /// How many allocations are asked for.
    pub(super) allocations: usize,
    /// From how many blocks on each allocation is followed by the release of one.
    pub(super) kept: usize,
    /// One in how many answers gets lost, so that the caller asks again.
    pub(super) lost: Option<usize>,
}

pub(super) struct Simulation<'a> {
    load: &'a Load<'a>,
    pub(super) tree: Tree,
    pub(super) nodes: Nodes,
    /// Who holds what: written in the same commit as the nodes.
    pub(super) claims: BTreeMap<u64, Cidr>,
    due: Vec<(u64, Task)>,
    numbers: Numbers,
    owners: u64,
    pub(super) tally: Tally,
}

impl<'a> Simulation<'a> {
    pub(super) fn new(load: &'a Load<'a>, seed: u64) -> Self {
        let tree = pool(load.pool);
        Self {
            load,
            nodes: Nodes::new(&tree, &[]),
            tree,
            claims: BTreeMap::new(),
            due: Vec::new(),
            numbers: Numbers(seed),
            owners: 0,
            tally: Tally::default(),
        }
    }

    pub(super) fn run(&mut self) {
        let mut callers: Vec<Caller> = Vec::new();
        loop {
            let idle = self.load.callers - callers.len();
            callers.extend((0..idle).map_while(|_| self.next_caller()));
            if callers.is_empty() {
                return;
            }
            let turn = self.numbers.below(callers.len());
            if self.turn(&mut callers[turn]) {
                callers.swap_remove(turn);
            }
        }
    }

    fn next_caller(&mut self) -> Option<Caller> {
        let (owner, task) = self.due.pop().or_else(|| {
            let is_left = self.owners < self.load.allocations as u64;
            is_left.then(|| {
                self.owners += 1;
                let length = self.load.lengths[self.numbers.below(self.load.lengths.len())];
                (self.owners, Task::Allocate { length })
            })
        })?;
        Some(Caller {
            owner,
            task,
            attempt: 0,
            view: View::new(self.tree.clone()),
            decided: None,
        })
    }

    /// Lets the caller do one read or one commit. Returns whether it has its answer.
    fn turn(&mut self, caller: &mut Caller) -> bool {
        if let Some((block, edits)) = caller.decided.take() {
            return self.commit(caller, block, &edits);
        }
        if self.is_answered(caller) {
            return true;
        }
        let spread = Spread {
            seed: caller.owner.wrapping_mul(0x9e37_79b9_7f4a_7c15),
            attempt: caller.attempt,
        };
        let step = match caller.task {
            Task::Allocate { length } => caller.view.allocate(length, spread),
            Task::Release { block } => caller.view.release(block).map(|step| match step {
                Step::Read(ids) => Step::Read(ids),
                Step::Done(()) => Step::Done(block),
            }),
        };
        match step {
            Ok(Step::Read(ids)) => self.nodes.read(&mut caller.view, &ids),
            Ok(Step::Done(block)) => caller.decided = Some((block, caller.view.edits())),
            Err(IpamError::Stale) => self.conflict(caller),
            Err(IpamError::Full { .. }) => {
                self.tally.refused += 1;
                return true;
            }
            Err(error) => panic!("{error}"),
        }
        false
    }

    /// An owner who asks again is given what it has; one who gives back again is done.
    fn is_answered(&self, caller: &Caller) -> bool {
        let claim = self.claims.get(&caller.owner);
        match caller.task {
            Task::Allocate { .. } => claim.is_some(),
            Task::Release { block } => claim != Some(&block),
        }
    }

    fn commit(&mut self, caller: &mut Caller, block: Cidr, edits: &[Edit]) -> bool {
        let is_allocation = matches!(caller.task, Task::Allocate { .. });
        if self.is_answered(caller) || !self.nodes.commit(edits) {
            self.conflict(caller);
            return false;
        }
        if is_allocation {
            self.claims.insert(caller.owner, block);
            self.tally.allocations += 1;
            if self.claims.len() > self.load.kept {
                let held = self.numbers.below(self.claims.len());
                let (owner, block) = self.claims.iter().nth(held).unwrap();
                self.due.push((*owner, Task::Release { block: *block }));
            }
        } else {
            self.claims.remove(&caller.owner);
            self.tally.releases += 1;
        }
        let is_lost = |one_in: usize| self.numbers.below(one_in) == 0;
        if self.load.lost.is_some_and(is_lost) {
            self.tally.crashes += 1;
            self.due.push((caller.owner, caller.task));
        }
        true
    }

    fn conflict(&mut self, caller: &mut Caller) {
        self.tally.conflicts += 1;
        caller.attempt += 1;
        caller.view = View::new(self.tree.clone());
        self.tally.most_attempts = self.tally.most_attempts.max(caller.attempt);
        assert!(caller.attempt < 1000, "a caller never gets through");
    }

    /// No two claims overlap, and the nodes say exactly what the claims say.
    pub(super) fn check(&self) {
        let mut blocks: Vec<Cidr> = self.claims.values().copied().collect();
        blocks.sort();
        for pair in blocks.windows(2) {
            assert!(!pair[0].overlaps(pair[1]), "{} and {}", pair[0], pair[1]);
        }
        let mut fresh = Nodes::new(&self.tree, &[]);
        for block in blocks {
            fresh.exactly(&self.tree, block).unwrap();
        }
        assert_eq!(self.nodes.slots(), fresh.slots());
    }
}

fn passes(load: &Load<'_>, seed: u64) -> Tally {
    let mut simulation = Simulation::new(load, seed);
    simulation.run();
    simulation.check();
    simulation.tally
}

#[test]
fn sixty_four_callers_get_distinct_blocks_and_leave_nothing_behind() {
    let load = Load {
        pool: "10.0.0.0/8",
        lengths: &[20, 22, 24, 25, 28],
        callers: 64,
        allocations: 2_000,
        kept: 300,
        lost: Some(10),
    };
    let tally = passes(&load, 1);
    // Who lost its answer and was released meanwhile asks for another block.
    assert!(
        tally.allocations >= 2_000 && tally.refused == 0,
        "{tally:?}"
    );
    assert!(tally.conflicts > 0 && tally.crashes > 0 && tally.releases > 1_000);
    assert!(tally.conflicts < tally.allocations, "{tally:?}");
}

#[test]
fn the_last_blocks_of_a_pool_go_to_someone() {
    for seed in 0..20 {
        let load = Load {
            pool: "10.0.0.0/16",
            lengths: &[24],
            callers: 64,
            allocations: 300,
            kept: usize::MAX,
            lost: Some(20),
        };
        let tally = passes(&load, seed);
        assert_eq!((tally.allocations, tally.refused), (256, 44));
    }
}

#[test]
fn a_pool_of_one_node_serialises_and_comes_through() {
    for seed in 0..20 {
        let load = Load {
            pool: "10.0.0.0/26",
            lengths: &[28, 29, 30],
            callers: 8,
            allocations: 200,
            kept: 3,
            lost: Some(5),
        };
        let tally = passes(&load, seed);
        assert!(tally.allocations + tally.refused >= 200, "{tally:?}");
    }
}
