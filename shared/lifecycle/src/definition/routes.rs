//! Routes: which events become which signal.

use groundplane_model::{RouteSpec, SignalName};
use groundplane_patterns::{Mistake, Pattern};

use super::Check;
use crate::expression::{Expression, Scope};

/// One route, without its pattern.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) filter: Option<Expression>,
    pub(crate) signal: SignalName,
}

impl Check<'_> {
    /// The routes, and their patterns by the number of the route.
    pub(super) fn routes(&mut self) -> (Vec<Route>, Vec<(Pattern, usize)>) {
        let (mut routes, mut patterns) = (Vec::new(), Vec::new());
        for (number, spec) in self.spec.routes.iter().enumerate() {
            let pointer = format!("/spec/routes/{number}");
            let pattern = self.pattern(&pointer, spec);
            patterns.extend(pattern.map(|pattern| (pattern, number)));
            self.listened(&format!("{pointer}/signal"), &spec.signal);
            let filter = spec.filter.as_ref();
            let filter = filter.map(|text| Expression::parse(text, Scope::Filter));
            let filter = filter.transpose().unwrap_or_else(|flaws| {
                self.flaws(&format!("{pointer}/filter"), flaws);
                None
            });
            routes.push(Route {
                filter,
                signal: spec.signal.clone(),
            });
        }
        (routes, patterns)
    }

    fn pattern(&mut self, pointer: &str, spec: &RouteSpec) -> Option<Pattern> {
        let read =
            Pattern::parse(&spec.pattern).and_then(|pattern| match pattern.never_matches() {
                Some(mistake) => Err(vec![mistake]),
                None => Ok(pattern),
            });
        read.map_err(|mistakes| {
            for Mistake {
                pointer: place,
                message,
                hint,
            } in mistakes
            {
                self.problem(&format!("{pointer}/pattern{place}"), message, hint);
            }
        })
        .ok()
    }
}
