//! What an expression costs at most, as a function of the data that it reads. The evaluator has no
//! limit of its own, so what could take long is refused before it begins.

use cel::common::ast::{CallExpr, Expr, operators};
use cel::parser::Expression as Tree;

use super::data::Size;

/// The most that an evaluation may cost; a unit is about what a comparison of two numbers takes.
const MOST: u64 = 200_000;
/// Long texts make every step dearer by one for each so many bytes of data.
const BYTES_PER_STEP: u64 = 16 * 1024;
/// What can look at all the data, or copy it, takes a step for each so many bytes.
const BYTES_PER_LOOK: u64 = 32;

/// The number of nodes by how many loops they stand in: none, one, two or more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cost {
    nodes: [u64; 3],
    /// Those of them that can look at all the data.
    looks: [u64; 3],
}

impl Cost {
    pub(super) fn of(tree: &Tree) -> Self {
        let mut cost = Self {
            nodes: [0; 3],
            looks: [0; 3],
        };
        cost.add(tree, 0);
        cost
    }

    /// INVARIANT: recursion is bounded by the depth of the tree, which was checked, and it holds no
    /// mapping, which would have been refused.
    fn add(&mut self, tree: &Tree, loops: usize) {
        count(&mut self.nodes, loops);
        match &tree.expr {
            Expr::Call(call) => {
                if compares_values(call) {
                    count(&mut self.looks, loops);
                }
                let inner = call.target.as_deref().into_iter().chain(&call.args);
                inner.for_each(|part| self.add(part, loops));
            }
            Expr::Comprehension(each) => {
                // The evaluator copies each item that it comes to.
                count(&mut self.looks, loops);
                self.add(&each.iter_range, loops);
                self.add(&each.loop_cond, loops + 1);
                self.add(&each.loop_step, loops + 1);
            }
            Expr::List(list) => list.elements.iter().for_each(|part| self.add(part, loops)),
            Expr::Select(select) => self.add(&select.operand, loops),
            Expr::Unspecified
            | Expr::Ident(_)
            | Expr::Literal(_)
            | Expr::Map(_)
            | Expr::Struct(_) => {}
        }
    }

    /// An upper bound for data of this size.
    fn bound(self, size: Size) -> u64 {
        let Size { items, bytes } = size;
        // A list can also stand in the expression itself.
        let items = items.max(self.nodes.iter().sum());
        let steps = at_most(self.nodes, items).saturating_mul(1 + bytes / BYTES_PER_STEP);
        let looks = at_most(self.looks, items).saturating_mul(bytes / BYTES_PER_LOOK);
        steps.saturating_add(looks)
    }

    pub(super) fn affordable(self, size: Size) -> Result<(), String> {
        if self.bound(size) <= MOST {
            return Ok(());
        }
        let Size { items, bytes } = size;
        Err(format!(
            "the data is too large for it, {bytes} bytes with up to {items} items in a list"
        ))
    }
}

fn count(nodes: &mut [u64; 3], loops: usize) {
    if let Some(count) = nodes.get_mut(loops.min(2)) {
        *count += 1;
    }
}

/// How often nodes are come to, if each loop has as many turns as the longest list has items.
fn at_most([outside, once, twice]: [u64; 3], items: u64) -> u64 {
    let twice = twice.saturating_mul(items).saturating_mul(items);
    outside
        .saturating_add(once.saturating_mul(items))
        .saturating_add(twice)
}

/// Whether a call compares values that can both be large.
fn compares_values(call: &CallExpr) -> bool {
    let compares = [operators::EQUALS, operators::NOT_EQUALS, operators::IN];
    let constant = |part: &Tree| matches!(part.expr, Expr::Literal(_));
    compares.contains(&call.func_name.as_str())
        && match call.args.as_slice() {
            [_, list] if call.func_name == operators::IN => !matches!(list.expr, Expr::List(_)),
            sides => !sides.iter().any(constant),
        }
}
