//! A set of rules and its exceptions, ready to judge templates.

use std::collections::{BTreeMap, BTreeSet};

use regorus::Engine;
use serde::Deserialize;
use serde_json::Value;

use crate::{Excepted, Exception, GuardrailError, PolicyError, Verdict, Violation, starter, steps};

/// Text that is read as JSON is never nested deeper (`serde_json` stops there).
const DEEPEST: usize = 128;

/// The rule that gathers what all the others find, by package.
const FOUND: &str = "data.groundplane.found";

/// How the rules read templates.
const READS: &str = "data.guardrails.template";

/// Where [`FOUND`] is.
const GATHERS: &str = "data.groundplane";

/// Rules and their exceptions.
#[derive(Debug, Clone)]
pub struct Guardrails {
    engine: Engine,
    exceptions: Vec<Exception>,
    /// The names of the rules, where they are known; then it finds nothing under another.
    names: Option<BTreeSet<String>>,
}

impl Guardrails {
    /// The rules and exceptions that Groundplane brings.
    ///
    /// # Errors
    ///
    /// As [`Guardrails::parse`]; a test holds that there are none.
    pub fn starter() -> Result<Self, GuardrailError> {
        let mut starter = Self::parse(&starter::RULES, starter::EXCEPTIONS)?;
        starter.names = Some(starter::NAMES.iter().map(|&name| name.to_owned()).collect());
        Ok(starter)
    }

    /// One policy that somebody has written, called `name`; how templates are read is at hand in
    /// it as `data.guardrails.template`. Its rules are those that its text names, as
    /// `"<name>/<rule>"`.
    ///
    /// # Errors
    ///
    /// Where the policy cannot be used, with the place; where it names no rule of its own, or
    /// would change how templates are read.
    pub fn own(name: &str, policy: &str) -> Result<Self, GuardrailError> {
        let names = named_in(name, policy);
        if names.is_empty() {
            return Err(GuardrailError::Unnamed(name.to_owned()));
        }
        let [reading] = starter::READING;
        let mut own = Self::parse(&[reading, (name, policy)], "[]")?;
        own.names = Some(names);
        Ok(own)
    }

    /// The names of the rules, each as `group/rule`.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().flatten().map(String::as_str)
    }

    /// Reads policies, each a name and its text in Rego, and a list of exceptions in JSON. What
    /// counts are the sets `deny`, in any package; their entries are objects with `rule`,
    /// `resource`, `pointer`, `msg` and perhaps `action`.
    ///
    /// # Errors
    ///
    /// Every policy that cannot be used, with the place; exceptions that cannot be read or have
    /// no reason; policies among which there is nothing to break.
    pub fn parse(rules: &[(&str, &str)], exceptions: &str) -> Result<Self, GuardrailError> {
        let mut engine = Engine::new();
        engine.set_execution_timer_config(steps::bound());
        // As in OPA: a function that does not fit its argument makes the condition undefined.
        engine.set_strict_builtin_errors(false);
        let mut packages = BTreeSet::new();
        let mut problems = Vec::new();
        for (name, text) in rules {
            match add(&mut engine, name, text) {
                Ok(Some(package)) => drop(packages.insert(package)),
                Ok(None) => {}
                Err(problem) => problems.push(problem),
            }
        }
        if !problems.is_empty() {
            return Err(GuardrailError::Policies(problems));
        }
        if packages.is_empty() {
            return Err(GuardrailError::NoRules);
        }
        let gathering = gathering(&packages);
        add(&mut engine, "groundplane", &gathering)
            .map_err(|problem| GuardrailError::Policies(vec![problem]))?;
        let exceptions = Exception::read(exceptions)?;
        let names = None;
        let mut guardrails = Self {
            engine,
            exceptions,
            names,
        };
        // Only an evaluation finds names that nothing defines; it also prepares the next ones.
        guardrails.warm_up()?;
        Ok(guardrails)
    }

    fn warm_up(&mut self) -> Result<(), GuardrailError> {
        match found(&mut self.engine, regorus::Value::new_object()) {
            Ok(_) => Ok(()),
            Err(GuardrailError::Failed(problem)) => Err(GuardrailError::Policies(vec![problem])),
            Err(other) => Err(other),
        }
    }

    /// The exceptions, in their order.
    #[must_use]
    pub fn exceptions(&self) -> &[Exception] {
        &self.exceptions
    }

    /// What in the template of `unit` breaks a rule without an exception, in the order of
    /// resources and places.
    ///
    /// # Errors
    ///
    /// Where there is no verdict: the template is nested too deeply, or the rules fail on it or
    /// take too long. That is no pass.
    pub fn evaluate(&self, unit: &str, template: &Value) -> Result<Vec<Violation>, GuardrailError> {
        self.examine(unit, template)
            .map(|verdict| verdict.violations)
    }

    /// As [`Guardrails::evaluate`], with what exceptions allow and why.
    ///
    /// # Errors
    ///
    /// As [`Guardrails::evaluate`].
    pub fn examine(&self, unit: &str, template: &Value) -> Result<Verdict, GuardrailError> {
        self.examine_but(unit, template, &[])
    }

    /// As [`Guardrails::examine`], with `further` exceptions.
    ///
    /// # Errors
    ///
    /// As [`Guardrails::evaluate`]; where a rule is found broken that the policy does not name.
    pub fn examine_but(
        &self,
        unit: &str,
        template: &Value,
        further: &[Exception],
    ) -> Result<Verdict, GuardrailError> {
        if is_deeper_than(template, DEEPEST) {
            return Err(GuardrailError::TooDeep { limit: DEEPEST });
        }
        let input = regorus::Value::deserialize(template).map_err(|error| {
            GuardrailError::Failed(PolicyError::read("the template", &error.to_string()))
        })?;
        let mut verdict = Verdict::default();
        for violation in found(&mut self.engine.clone(), input)? {
            let is_known = |names: &BTreeSet<String>| names.contains(&violation.rule);
            if !self.names.as_ref().is_none_or(is_known) {
                return Err(GuardrailError::UnknownRule(violation.rule));
            }
            let covering = |exception: &&Exception| exception.covers(unit, &violation);
            match self.exceptions.iter().chain(further).find(covering) {
                Some(Exception { reason, .. }) => verdict.excepted.push(Excepted {
                    violation,
                    reason: reason.clone(),
                }),
                None => verdict.violations.push(violation),
            }
        }
        Ok(verdict)
    }
}

/// Adds a policy; gives its package where that has a set `deny`.
fn add(engine: &mut Engine, name: &str, text: &str) -> Result<Option<String>, PolicyError> {
    let package = engine
        .add_policy(name.to_owned(), text.to_owned())
        .map_err(|error| PolicyError::read(name, &error.to_string()))?;
    let denies = engine
        .has_declared_rule_rooted_at(name, "deny")
        .map_err(|error| PolicyError::read(name, &error.to_string()))?;
    let is_taken = [READS, GATHERS].iter().any(|taken| package == *taken);
    if denies && is_taken {
        return Err(PolicyError {
            place: name.to_owned(),
            message: format!("the package `{package}` is Groundplane's own"),
        });
    }
    Ok(denies.then_some(package))
}

/// The rules of `group` that a policy names: texts that begin with `group/`.
fn named_in(group: &str, policy: &str) -> BTreeSet<String> {
    let is_rule = |rest: &str| {
        let mut letters = rest.chars();
        !rest.is_empty()
            && letters.all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-')
    };
    let texts = policy.split(['"', '`']);
    texts
        .filter(|text| {
            let rest = text.strip_prefix(group);
            let rest = rest.and_then(|rest| rest.strip_prefix('/'));
            rest.is_some_and(is_rule)
        })
        .map(str::to_owned)
        .collect()
}

/// A policy that asks all others in one evaluation, so that they share what they look up.
fn gathering(packages: &BTreeSet<String>) -> String {
    packages
        .iter()
        .fold("package groundplane\n".to_owned(), |text, package| {
            text + &format!("found[name] := {package}.deny if name := \"{package}\"\n")
        })
}

fn found(
    engine: &mut Engine,
    input: regorus::Value,
) -> Result<BTreeSet<Violation>, GuardrailError> {
    engine.set_input(input);
    let before = steps::taken();
    let found = engine.eval_rule(FOUND.to_owned());
    // Not left to the error: the interpreter wraps it in others on its way.
    if steps::taken().wrapping_sub(before) > steps::LIMIT {
        let limit = steps::LIMIT;
        return Err(GuardrailError::TooLong { limit });
    }
    let found = found.map_err(|error| {
        GuardrailError::Failed(PolicyError::read("the rules", &error.to_string()))
    })?;
    let by_package: BTreeMap<String, BTreeSet<Violation>> = serde_json::to_value(&found)
        .and_then(serde_json::from_value)
        .map_err(GuardrailError::NoViolation)?;
    Ok(by_package.into_values().flatten().collect())
}

fn is_deeper_than(value: &Value, levels: usize) -> bool {
    let Some(rest) = levels.checked_sub(1) else {
        return true;
    };
    match value {
        Value::Array(items) => items.iter().any(|item| is_deeper_than(item, rest)),
        Value::Object(fields) => fields.values().any(|field| is_deeper_than(field, rest)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}
