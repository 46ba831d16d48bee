//! Kinds of values, and what the operators and forms of the language make of them.

use cel::common::ast::{ComprehensionExpr, Expr, LiteralValue, operators};
use cel::parser::Expression as Tree;

/// What an expression gives, as far as that can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Truth,
    Number,
    Text,
    List,
    /// What the data holds, which can be of any kind.
    Unknown,
    /// One of our own variables, which are mappings.
    Variable,
    /// Null or bytes, which can be compared with anything and never hold.
    Other,
}

impl Kind {
    pub(super) const fn can_be(self, wanted: Self) -> bool {
        matches!(self, Self::Unknown) || self as u8 == wanted as u8
    }

    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Truth => "true or false",
            Self::Number => "a number",
            Self::Text => "a text",
            Self::List => "a list",
            Self::Variable => "a mapping",
            Self::Unknown | Self::Other => "something",
        }
    }
}

/// Whether an operator compares its sides with each other.
pub(super) fn compares(name: &str) -> bool {
    [
        operators::EQUALS,
        operators::NOT_EQUALS,
        operators::LESS,
        operators::LESS_EQUALS,
        operators::GREATER,
        operators::GREATER_EQUALS,
    ]
    .contains(&name)
}

/// An operator as users write it.
pub(super) fn sign(name: &str) -> String {
    if name == operators::CONDITIONAL {
        return "?".to_owned();
    }
    name.trim_matches(['_', '@']).to_owned()
}

pub(super) fn literal_kind(literal: &LiteralValue) -> Kind {
    match literal {
        LiteralValue::Boolean(_) => Kind::Truth,
        LiteralValue::Int(_) | LiteralValue::UInt(_) | LiteralValue::Double(_) => Kind::Number,
        LiteralValue::String(_) => Kind::Text,
        LiteralValue::Bytes(_) | LiteralValue::Null => Kind::Other,
    }
}

/// What an operator wants on its sides, if that is one kind, and what it gives.
pub(super) fn operator(name: &str) -> Option<(Option<Kind>, Kind)> {
    Some(match name {
        operators::LOGICAL_AND | operators::LOGICAL_OR | operators::LOGICAL_NOT => {
            (Some(Kind::Truth), Kind::Truth)
        }
        operators::CONDITIONAL => (Some(Kind::Truth), Kind::Unknown),
        operators::EQUALS
        | operators::NOT_EQUALS
        | operators::LESS
        | operators::LESS_EQUALS
        | operators::GREATER
        | operators::GREATER_EQUALS
        | operators::IN => (None, Kind::Truth),
        operators::SUBSTRACT
        | operators::MULTIPLY
        | operators::DIVIDE
        | operators::MODULO
        | operators::NEGATE => (Some(Kind::Number), Kind::Number),
        // Numbers, texts and lists can all be added.
        operators::ADD | operators::INDEX => (None, Kind::Unknown),
        _ => return None,
    })
}

/// The condition that the user wrote for a loop, and what the loop gives. The parser has wrapped it
/// in an accumulator: `@result || c`, `@result && c`, `c ? @result + 1 : @result` or
/// `c ? @result + [x] : @result`. None for what builds new values.
pub(super) fn condition(each: &ComprehensionExpr) -> Option<(&Tree, Kind)> {
    let Expr::Call(step) = &each.loop_step.expr else {
        return None;
    };
    if each.iter_var2.is_some() {
        return None;
    }
    match (step.func_name.as_str(), step.args.as_slice()) {
        (operators::LOGICAL_OR | operators::LOGICAL_AND, [_, condition]) => {
            Some((condition, Kind::Truth))
        }
        (operators::CONDITIONAL, [condition, grown, _]) => {
            let Expr::Call(grown) = &grown.expr else {
                return None;
            };
            let added = &grown.args.get(1)?.expr;
            if matches!(added, Expr::Literal(_)) {
                return Some((condition, Kind::Truth));
            }
            let Expr::List(list) = added else {
                return None;
            };
            let [
                Tree {
                    expr: Expr::Ident(name),
                    ..
                },
            ] = list.elements.as_slice()
            else {
                return None;
            };
            (*name == each.iter_var).then_some((condition, Kind::List))
        }
        _ => None,
    }
}

pub(super) fn example(name: &str) -> &'static str {
    match name {
        "has" => "has(event.detail.group)",
        "all" => "list.all(x, x > 1)",
        "exists" => "list.exists(x, x > 1)",
        "exists_one" => "list.exists_one(x, x > 1)",
        "filter" => "size(list.filter(x, x > 1)) > 2",
        "size" => "size(list)",
        "contains" => "text.contains('part')",
        "startsWith" => "text.startsWith('part')",
        "endsWith" => "text.endsWith('part')",
        "int" => "int(text)",
        "double" => "double(text)",
        _ => "string(number)",
    }
}
