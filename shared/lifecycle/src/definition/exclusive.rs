//! Whether two guards can never hold at once, as far as their form tells: one is the opposite of
//! the other, or they compare the same value with constants that exclude each other. A part that
//! is joined with `&&` decides for the whole.

use cel::common::ast::{CallExpr, Expr, LiteralValue, operators};
use cel::parser::Expression as Tree;

use crate::expression::Expression;

/// Whether never both hold. What cannot be told is taken to be possible.
pub(super) fn never_both(first: Option<&Expression>, second: Option<&Expression>) -> bool {
    let (Some(first), Some(second)) = (first, second) else {
        return false;
    };
    let (first, second) = (plain(first.tree()), plain(second.tree()));
    let (mut ones, mut others) = (Vec::new(), Vec::new());
    conjuncts(&first, &mut ones);
    conjuncts(&second, &mut others);
    ones.iter()
        .any(|one| others.iter().any(|other| opposite(one, other)))
}

/// The tree without the numbers that the parser gave to its parts.
/// INVARIANT: recursion is bounded by the depth of the tree, which was checked when it was parsed.
fn plain(tree: &Tree) -> Tree {
    let mut tree = tree.clone();
    forget(&mut tree);
    tree
}

fn forget(tree: &mut Tree) {
    tree.id = 0;
    match &mut tree.expr {
        Expr::Call(call) => {
            let parts = call.target.as_deref_mut().into_iter().chain(&mut call.args);
            parts.for_each(forget);
        }
        Expr::Comprehension(each) => {
            forget(&mut each.iter_range);
            forget(&mut each.accu_init);
            forget(&mut each.loop_cond);
            forget(&mut each.loop_step);
            forget(&mut each.result);
        }
        Expr::List(list) => list.elements.iter_mut().for_each(forget),
        Expr::Select(select) => forget(&mut select.operand),
        Expr::Unspecified | Expr::Ident(_) | Expr::Literal(_) | Expr::Map(_) | Expr::Struct(_) => {}
    }
}

fn conjuncts<'a>(tree: &'a Tree, into: &mut Vec<&'a Tree>) {
    match operands(tree, operators::LOGICAL_AND) {
        Some(parts) => parts.iter().for_each(|part| conjuncts(part, into)),
        None => into.push(tree),
    }
}

/// The operands of `operator`, if that is what `tree` is.
fn operands<'a>(tree: &'a Tree, operator: &str) -> Option<&'a [Tree]> {
    let Expr::Call(call) = &tree.expr else {
        return None;
    };
    (call.func_name == operator).then_some(call.args.as_slice())
}

fn opposite(one: &Tree, other: &Tree) -> bool {
    negated(one) == Some(other)
        || negated(other) == Some(one)
        || match (comparison(one), comparison(other)) {
            (Some(one), Some(other)) => one.excludes(&other),
            _ => false,
        }
}

fn negated(tree: &Tree) -> Option<&Tree> {
    operands(tree, operators::LOGICAL_NOT)?.first()
}

/// A value that is compared with a constant.
struct Comparison<'a> {
    value: &'a Tree,
    operator: &'a str,
    constant: &'a LiteralValue,
}

fn comparison(tree: &Tree) -> Option<Comparison<'_>> {
    let Expr::Call(CallExpr {
        func_name, args, ..
    }) = &tree.expr
    else {
        return None;
    };
    let (operator, value, constant) = match args.as_slice() {
        [
            value,
            Tree {
                expr: Expr::Literal(constant),
                ..
            },
        ] => (func_name.as_str(), value, constant),
        [
            Tree {
                expr: Expr::Literal(constant),
                ..
            },
            value,
        ] => (turned(func_name), value, constant),
        _ => return None,
    };
    Some(Comparison {
        value,
        operator,
        constant,
    })
}

/// The operator with its sides exchanged.
fn turned(operator: &str) -> &str {
    match operator {
        operators::LESS => operators::GREATER,
        operators::LESS_EQUALS => operators::GREATER_EQUALS,
        operators::GREATER => operators::LESS,
        operators::GREATER_EQUALS => operators::LESS_EQUALS,
        _ => operator,
    }
}

impl Comparison<'_> {
    fn excludes(&self, other: &Self) -> bool {
        if self.value != other.value {
            return false;
        }
        let same = self.constant == other.constant;
        match (self.operator, other.operator) {
            (operators::EQUALS, operators::NOT_EQUALS)
            | (operators::NOT_EQUALS, operators::EQUALS) => same,
            (operators::EQUALS, operators::EQUALS) => {
                let numbers = number(self.constant).zip(number(other.constant));
                // `1` and `1.0` are equal without being the same.
                numbers.map_or(!same, |(one, other)| one < other || other < one)
            }
            _ => match (self.range(), other.range()) {
                (Some(one), Some(other)) => one.is_below(&other) || other.is_below(&one),
                _ => false,
            },
        }
    }

    fn range(&self) -> Option<Range> {
        let number = number(self.constant)?;
        let (low, high) = match self.operator {
            operators::EQUALS => ((number, true), (number, true)),
            operators::LESS => ((f64::NEG_INFINITY, true), (number, false)),
            operators::LESS_EQUALS => ((f64::NEG_INFINITY, true), (number, true)),
            operators::GREATER => ((number, false), (f64::INFINITY, true)),
            operators::GREATER_EQUALS => ((number, true), (f64::INFINITY, true)),
            _ => return None,
        };
        Some(Range { low, high })
    }
}

/// Numbers between two ends, each of which may belong to it.
struct Range {
    low: (f64, bool),
    high: (f64, bool),
}

impl Range {
    fn is_below(&self, other: &Self) -> bool {
        let ((high, in_this), (low, in_other)) = (self.high, other.low);
        high < low || (high <= low && !(in_this && in_other))
    }
}

/// A number that is exact as a floating-point number; a larger one could be equal to another.
fn number(literal: &LiteralValue) -> Option<f64> {
    let whole = |number: i64| i32::try_from(number).ok().map(f64::from);
    match literal {
        LiteralValue::Int(number) => whole(*number.inner()),
        LiteralValue::UInt(number) => whole(i64::try_from(*number.inner()).ok()?),
        LiteralValue::Double(number) => Some(*number.inner()),
        LiteralValue::Boolean(_)
        | LiteralValue::Bytes(_)
        | LiteralValue::Null
        | LiteralValue::String(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expression::Scope;

    fn exclude(one: &str, other: &str) -> bool {
        let parse = |text: &str| Expression::parse(text, Scope::Guard).unwrap();
        let (one, other) = (parse(one), parse(other));
        let result = never_both(Some(&one), Some(&other));
        assert_eq!(result, never_both(Some(&other), Some(&one)));
        result
    }

    #[test]
    fn opposites_and_different_constants_exclude_each_other() {
        for (one, other) in [
            ("instance.parameters.a", "!instance.parameters.a"),
            (
                "instance.parameters.a == 1",
                "!(instance.parameters.a == 1)",
            ),
            ("instance.parameters.a == 1", "instance.parameters.a != 1"),
            ("instance.parameters.a == 1", "2 == instance.parameters.a"),
            (
                "instance.parameters.a == 'x'",
                "instance.parameters.a == 'y'",
            ),
            (
                "instance.parameters.a == true",
                "instance.parameters.a == false",
            ),
            ("instance.parameters.a < 5", "instance.parameters.a >= 5"),
            ("5 > instance.parameters.a", "instance.parameters.a > 5.5"),
            ("instance.parameters.a < 5", "instance.parameters.a == 5"),
            (
                "instance.labels.x == 'a' && instance.parameters.a == 1",
                "instance.parameters.a == 2 && has(instance.labels.y)",
            ),
        ] {
            assert!(exclude(one, other), "{one} | {other}");
        }
    }

    #[test]
    fn what_could_hold_together_is_told() {
        for (one, other) in [
            ("instance.parameters.a == 1", "instance.parameters.b == 2"),
            ("instance.parameters.a == 1", "instance.parameters.a == 1"),
            ("instance.parameters.a == 1", "instance.parameters.a == 1.0"),
            ("instance.parameters.a != 1", "instance.parameters.a != 2"),
            ("instance.parameters.a > 4", "instance.parameters.a < 5"),
            ("instance.parameters.a <= 5", "instance.parameters.a >= 5"),
            (
                "instance.parameters.a == 1 || true",
                "instance.parameters.a == 2 || true",
            ),
            (
                "instance.parameters.a == 9007199254740993",
                "instance.parameters.a < 9007199254740993",
            ),
        ] {
            assert!(!exclude(one, other), "{one} | {other}");
        }
    }

    #[test]
    fn a_transition_without_a_guard_excludes_none() {
        let guard = Expression::parse("instance.parameters.a", Scope::Guard).unwrap();
        assert!(!never_both(Some(&guard), None));
        assert!(!never_both(None, None));
    }
}
