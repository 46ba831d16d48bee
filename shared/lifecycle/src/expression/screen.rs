//! The check of an expression before it is ever evaluated: what it names exists, what it combines
//! is of the right kind as far as that can be told, and it is not too large.

use cel::common::ast::{CallExpr, ComprehensionExpr, Expr, LiteralValue, SelectExpr, operators};
use cel::parser::Expression as Tree;

use super::Flaw;
use super::kinds::{Kind, compares, condition, example, literal_kind, operator, sign};
use super::names::{FUNCTIONS, MACROS, Scope, callable, fields};
use crate::wording::{did_you_mean, one_of, quoted};

/// The most parts of an expression.
const MOST_NODES: usize = 300;
/// How deep its tree may be.
const DEEPEST: usize = 48;
/// How many loops (`exists`, `all`, …) may stand in each other.
const MOST_LOOPS: usize = 2;

/// Checks that `tree` uses the names of `scope` only and gives true or false.
pub(super) fn check(tree: &Tree, scope: Scope) -> Result<(), Vec<Flaw>> {
    let mut walk = Walk {
        scope,
        bound: Vec::new(),
        nodes: 0,
        flaws: Vec::new(),
    };
    let kind = walk.kind(tree, 0);
    if walk.flaws.is_empty() && !kind.can_be(Kind::Truth) {
        let message = "the expression is neither true nor false";
        let hint = "compare it with something, for example `… == 1`";
        walk.flaws
            .push(Flaw::hinted(message, Some(hint.to_owned())));
    }
    if walk.flaws.is_empty() {
        return Ok(());
    }
    walk.flaws.dedup();
    Err(walk.flaws)
}

struct Walk<'a> {
    scope: Scope,
    /// The names that loops around have bound.
    bound: Vec<&'a str>,
    nodes: usize,
    flaws: Vec<Flaw>,
}

impl<'a> Walk<'a> {
    fn flaw(&mut self, message: String, hint: Option<String>) -> Kind {
        self.flaws.push(Flaw::hinted(message, hint));
        Kind::Unknown
    }

    fn kind(&mut self, tree: &'a Tree, depth: usize) -> Kind {
        self.nodes += 1;
        if depth > DEEPEST || self.nodes > MOST_NODES {
            let flaw = Flaw::new("the expression is too large");
            if !self.flaws.contains(&flaw) {
                self.flaws.push(flaw);
            }
            return Kind::Unknown;
        }
        let below = depth + 1;
        match &tree.expr {
            Expr::Ident(name) => self.variable(name),
            Expr::Literal(literal) => literal_kind(literal),
            Expr::Select(select) => self.select(select, below),
            Expr::Call(call) => self.call(call, below),
            Expr::Comprehension(each) => self.each(each, below),
            Expr::List(list) => {
                for element in &list.elements {
                    self.kind(element, below);
                }
                Kind::List
            }
            Expr::Map(_) | Expr::Struct(_) => {
                self.flaw("mappings cannot be written here".to_owned(), None)
            }
            Expr::Unspecified => self.flaw("a part of the expression is missing".to_owned(), None),
        }
    }

    fn variable(&mut self, name: &'a str) -> Kind {
        let known = self.scope.variables();
        if self.bound.contains(&name) {
            return Kind::Unknown;
        }
        if known.contains(&name) {
            return Kind::Variable;
        }
        let hint = if name == "event" {
            "a guard sees the instance alone; look at events with the filter of a route".to_owned()
        } else {
            let near = did_you_mean(name, known.iter().copied());
            near.unwrap_or_else(|| format!("there is {}", one_of(known)))
        };
        self.flaw(format!("unknown name {}", quoted(name)), Some(hint))
    }

    /// `a.b`, and `a["b"]`: the fields of our own variables are known.
    fn field(&mut self, of: &'a Tree, name: &str) {
        let Expr::Ident(variable) = &of.expr else {
            return;
        };
        if self.bound.contains(&variable.as_str())
            || !self.scope.variables().contains(&variable.as_str())
        {
            return;
        }
        if let Some(known) = fields(variable).filter(|known| !known.contains(&name)) {
            let near = did_you_mean(name, known.iter().copied());
            let hint = near.unwrap_or_else(|| format!("it has {}", one_of(known)));
            let message = format!("{} has no {}", quoted(variable), quoted(name));
            self.flaw(message, Some(hint));
        }
    }

    fn select(&mut self, select: &'a SelectExpr, depth: usize) -> Kind {
        self.kind(&select.operand, depth);
        self.field(&select.operand, &select.field);
        if select.test {
            Kind::Truth
        } else {
            Kind::Unknown
        }
    }

    fn call(&mut self, call: &'a CallExpr, depth: usize) -> Kind {
        if call.func_name == operators::INDEX
            && let [
                of,
                Tree {
                    expr: Expr::Literal(LiteralValue::String(name)),
                    ..
                },
            ] = call.args.as_slice()
        {
            self.kind(of, depth);
            self.field(of, name.inner());
            return Kind::Unknown;
        }
        let target = call.target.as_deref();
        let operands: Vec<_> = target
            .into_iter()
            .chain(&call.args)
            .map(|part| self.kind(part, depth))
            .collect();
        match operator(&call.func_name) {
            Some(operator) => self.operator(&call.func_name, operator, &operands),
            None => self.function(call),
        }
    }

    fn operator(
        &mut self,
        name: &str,
        (wanted, given): (Option<Kind>, Kind),
        operands: &[Kind],
    ) -> Kind {
        // The condition of `c ? a : b` alone must be true or false.
        let checked = if name == operators::CONDITIONAL {
            1
        } else {
            operands.len()
        };
        let fits = |kind: &Kind| wanted.is_none_or(|wanted| kind.can_be(wanted));
        if !operands.iter().take(checked).all(fits) {
            let kind = if wanted == Some(Kind::Truth) {
                "true or false"
            } else {
                "a number"
            };
            return self.flaw(
                format!(
                    "{} stands beside something that is not {kind}",
                    quoted(&sign(name))
                ),
                None,
            );
        }
        if let (true, [left, right]) = (compares(name), operands)
            && ![left, right].contains(&&Kind::Other)
            && !left.can_be(*right)
            && !right.can_be(*left)
        {
            let message = format!(
                "{} compares {} with {}",
                quoted(&sign(name)),
                left.word(),
                right.word()
            );
            return self.flaw(message, None);
        }
        if name == operators::ADD && !self.bound.is_empty() {
            let message = "`+` cannot be used inside of a loop".to_owned();
            return self.flaw(message, None);
        }
        given
    }

    fn function(&mut self, call: &CallExpr) -> Kind {
        let name = call.func_name.as_str();
        let form = (name, call.target.is_some(), call.args.len());
        if FUNCTIONS.contains(&form) {
            return match name {
                "size" | "int" | "double" => Kind::Number,
                "string" => Kind::Text,
                _ => Kind::Truth,
            };
        }
        let known = FUNCTIONS.iter().any(|(known, ..)| *known == name) || MACROS.contains(&name);
        if known {
            let hint = format!("for example `{}`", example(name));
            return self.flaw(
                format!("{} is not used like this", quoted(name)),
                Some(hint),
            );
        }
        let names: Vec<_> = callable().collect();
        let near = did_you_mean(name, names.iter().copied());
        let hint = near.unwrap_or_else(|| format!("there is {}", one_of(&names)));
        self.flaw(format!("unknown function {}", quoted(name)), Some(hint))
    }

    fn each(&mut self, each: &'a ComprehensionExpr, depth: usize) -> Kind {
        let range = self.kind(&each.iter_range, depth);
        if matches!(range, Kind::Truth | Kind::Number | Kind::Text) {
            return self.flaw("a loop needs a list or a mapping".to_owned(), None);
        }
        let Some((condition, given)) = condition(each) else {
            let names = ["all", "exists", "exists_one", "filter"];
            let message = "this kind of loop is not offered".to_owned();
            return self.flaw(message, Some(format!("there is {}", one_of(&names))));
        };
        if self.bound.len() >= MOST_LOOPS {
            let message = format!("more than {MOST_LOOPS} loops stand in each other");
            return self.flaw(message, None);
        }
        self.bound.push(&each.iter_var);
        let kind = self.kind(condition, depth);
        self.bound.pop();
        if !kind.can_be(Kind::Truth) {
            let message = "the condition of a loop is neither true nor false";
            return self.flaw(message.to_owned(), None);
        }
        given
    }
}
