//! Variables: who assigns which, and who may read it.

use std::collections::BTreeSet;

use super::super::expression::Expression;
use super::super::machine::{Flow, Kind, State, Until, Yields};
use super::expressions::unbound;

/// Every variable that is read is assigned somewhere in scope, and no inner scope assigns one of
/// an outer scope: Step Functions refuses both.
pub(super) fn check(flow: &Flow, problems: &mut Vec<String>) {
    scope(flow, &BTreeSet::new(), problems);
}

fn scope(flow: &Flow, outer: &BTreeSet<String>, problems: &mut Vec<String>) {
    let mut known = outer.clone();
    for (name, state) in &flow.states {
        for variable in assigned(state) {
            if variable == "states" {
                problems.push(format!("{name}: `states` cannot be assigned"));
            }
            if outer.contains(variable) {
                problems.push(format!(
                    "{name}: the variable `{variable}` belongs to an outer scope"
                ));
            }
            known.insert(variable.to_owned());
        }
    }
    for (name, state) in &flow.states {
        state.visit(&mut |field, expression| {
            let unknown = unbound(&expression.tree)
                .into_iter()
                .filter(|variable| variable != "states" && !known.contains(variable));
            problems.extend(unknown.map(|variable| {
                format!("{name}/{field}: nothing assigns the variable `${variable}`")
            }));
        });
        for inside in Flow::inside(state) {
            let nothing = BTreeSet::new();
            let sees = if is_distributed(state) {
                &nothing
            } else {
                &known
            };
            scope(inside, sees, problems);
        }
    }
}

fn is_distributed(state: &State) -> bool {
    matches!(&state.kind, Kind::Map(map) if map.is_distributed)
}

fn assigned(state: &State) -> Vec<&str> {
    let mut all = vec![&state.yields];
    all.extend(state.catch.iter().map(|catcher| &catcher.yields));
    if let Kind::Choice { rules, .. } = &state.kind {
        all.extend(rules.iter().map(|rule| &rule.yields));
    }
    let assignments = all.into_iter().flat_map(|yields| &yields.assign);
    assignments.map(|(name, _)| name.as_str()).collect()
}

impl Yields {
    fn visit(&self, at: &str, look: &mut dyn FnMut(&str, &Expression)) {
        if let Some(output) = &self.output {
            output.visit(&format!("{at}Output"), look);
        }
        for (name, value) in &self.assign {
            value.visit(&format!("{at}Assign/{name}"), look);
        }
    }
}

impl State {
    /// Shows every expression of the state itself, with its field, to `look`.
    pub(super) fn visit(&self, look: &mut dyn FnMut(&str, &Expression)) {
        self.yields.visit("", look);
        for (index, catcher) in self.catch.iter().enumerate() {
            catcher.yields.visit(&format!("Catch[{index}]/"), look);
        }
        match &self.kind {
            Kind::Pass | Kind::Succeed => {}
            Kind::Fail { error, cause } => {
                visit_all([("Error", error), ("Cause", cause)], look);
            }
            Kind::Wait(Until::Seconds(seconds)) => seconds.visit("Seconds", look),
            Kind::Wait(Until::Timestamp(timestamp)) => timestamp.visit("Timestamp", look),
            Kind::Choice { rules, .. } => {
                for (index, rule) in rules.iter().enumerate() {
                    let at = format!("Choices[{index}]/");
                    rule.condition.visit(&format!("{at}Condition"), look);
                    rule.yields.visit(&at, look);
                }
            }
            Kind::Task {
                arguments, timeout, ..
            } => visit_all(
                [("Arguments", arguments), ("TimeoutSeconds", timeout)],
                look,
            ),
            Kind::Parallel { arguments, .. } => visit_all([("Arguments", arguments)], look),
            Kind::Map(map) => visit_all(
                [
                    ("Items", &map.items),
                    ("ItemSelector", &map.selector),
                    ("MaxConcurrency", &map.concurrency),
                ],
                look,
            ),
        }
    }
}

fn visit_all<const N: usize>(
    fields: [(&str, &Option<super::super::expression::Template>); N],
    look: &mut dyn FnMut(&str, &Expression),
) {
    for (name, template) in fields {
        if let Some(template) = template {
            template.visit(name, look);
        }
    }
}
