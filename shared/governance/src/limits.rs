//! Limits of landing zones and environments: held against a spec when it is submitted, and again
//! when resolvers have given their values.

use groundplane_model::{Environment, LandingZone, Limit, Problem, places};
use regex::{Regex, RegexBuilder};
use serde_json::{Number, Value};

/// How large a compiled pattern may be, in bytes: what a spec is held against must stay cheap.
const LARGEST_PATTERN: usize = 64 * 1024;

/// Every value in `spec` that a limit of its landing zone or environment does not allow. An input
/// that has no value is not judged.
#[must_use]
pub fn limit_problems(
    spec: &Value,
    environment: &Environment,
    landing_zone: &LandingZone,
) -> Vec<Problem> {
    let wide = format!("landing zone `{}`", landing_zone.name);
    let narrow = format!("environment `{}`", environment.name);
    let mut problems = excesses(spec, &landing_zone.spec.limits, &wide);
    problems.extend(excesses(spec, &environment.spec.limits, &narrow));
    problems
}

/// Every value in `spec` that one of the limits of `scope` does not allow.
pub(crate) fn excesses(spec: &Value, limits: &[Limit], scope: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    for limit in limits {
        for place in places(&limit.input, spec) {
            let excess = spec.pointer(&place).and_then(|value| excess(limit, value));
            problems.extend(excess.map(|excess| {
                let Limit { name, owner, .. } = limit;
                let message = format!("{excess}: the limit `{name}` of the {scope}");
                let hint = format!("`{}` can say more about it", shown(owner));
                Problem::error(place, message).with_hint(hint)
            }));
        }
    }
    problems
}

/// What is wrong with `limits` themselves; pointers lead into them. Whether specs have the inputs
/// is not asked here.
#[must_use]
pub fn check_limits(limits: &[Limit]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (number, limit) in limits.iter().enumerate() {
        let earlier = limits.iter().take(number);
        if earlier.into_iter().any(|other| other.name == limit.name) {
            let message = format!("there are two limits `{}`", limit.name);
            problems.push(Problem::error(format!("/{number}/name"), message));
        }
        if says_nothing(limit) {
            let message = format!("the limit `{}` limits nothing", limit.name);
            let problem = Problem::error(format!("/{number}"), message);
            problems
                .push(problem.with_hint("give it `minimum`, `maximum`, `allowed` or `pattern`"));
        }
        if let Some(Err(why)) = limit.pattern.as_deref().map(compile) {
            problems.push(Problem::error(format!("/{number}/pattern"), why));
        }
        if let (Some(least), Some(most)) = (&limit.minimum, &limit.maximum)
            && is_less(most, least)
        {
            let message = format!("no number is at least {least} and at most {most}");
            problems.push(Problem::error(format!("/{number}"), message));
        }
    }
    problems
}

fn says_nothing(limit: &Limit) -> bool {
    let bounds = limit.minimum.is_none() && limit.maximum.is_none();
    bounds && limit.allowed.is_none() && limit.pattern.is_none()
}

/// Why a limit does not allow a value, if it does not.
fn excess(limit: &Limit, value: &Value) -> Option<String> {
    let text = value.as_str().map(str::to_owned);
    let said = shown(&text.unwrap_or_else(|| value.to_string()));
    number_excess(limit, value, &said)
        .or_else(|| choice_excess(limit, value, &said))
        .or_else(|| text_excess(limit, value, &said))
}

fn number_excess(limit: &Limit, value: &Value, said: &str) -> Option<String> {
    let bounds = [&limit.minimum, &limit.maximum];
    if bounds.iter().all(|bound| bound.is_none()) {
        return None;
    }
    let Value::Number(number) = value else {
        return Some(format!("`{said}` is not a number"));
    };
    let [least, most] = bounds;
    if let Some(least) = least.as_ref().filter(|least| is_less(number, least)) {
        return Some(format!("`{said}` is less than {least}"));
    }
    let most = most.as_ref().filter(|most| is_less(most, number))?;
    Some(format!("`{said}` is more than {most}"))
}

fn choice_excess(limit: &Limit, value: &Value, said: &str) -> Option<String> {
    let allowed = limit.allowed.as_ref()?;
    if allowed.iter().any(|one| is_same(one, value)) {
        return None;
    }
    let allowed: Vec<String> = allowed
        .iter()
        .map(|one| {
            shown(
                one.as_str()
                    .map_or_else(|| one.to_string(), str::to_owned)
                    .as_str(),
            )
        })
        .map(|one| format!("`{one}`"))
        .collect();
    Some(format!("`{said}` is not one of {}", allowed.join(", ")))
}

fn text_excess(limit: &Limit, value: &Value, said: &str) -> Option<String> {
    let pattern = limit.pattern.as_deref()?;
    let Value::String(text) = value else {
        return Some(format!("`{said}` is not a text"));
    };
    match compile(pattern) {
        Ok(regex) if regex.is_match(text) => None,
        Ok(_) => Some(format!("`{said}` does not match `{}`", shown(pattern))),
        // It was compiled when it was applied; what cannot be judged is not let through.
        Err(why) => Some(format!("`{said}` cannot be judged: {why}")),
    }
}

pub(crate) fn compile(pattern: &str) -> Result<Regex, String> {
    let built = RegexBuilder::new(pattern)
        .size_limit(LARGEST_PATTERN)
        .build();
    built.map_err(|error| {
        let is_too_large = matches!(error, regex::Error::CompiledTooBig(_));
        let what = if is_too_large {
            "too large a pattern"
        } else {
            "not a regular expression"
        };
        format!("`{}` is {what}", shown(pattern))
    })
}

/// Whether `a` is less than `b`; whole numbers are compared as such, however large they are.
fn is_less(a: &Number, b: &Number) -> bool {
    match (a.as_i128(), b.as_i128()) {
        (Some(a), Some(b)) => a < b,
        _ => a.as_f64() < b.as_f64(),
    }
}

fn is_same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => !is_less(a, b) && !is_less(b, a),
        _ => a == b,
    }
}

pub(crate) fn shown(text: &str) -> String {
    let start = text.chars().take(80);
    start.flat_map(char::escape_default).collect()
}

#[cfg(test)]
#[path = "limits_tests.rs"]
mod tests;
