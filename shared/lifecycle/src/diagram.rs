//! A lifecycle as a picture: a Mermaid state diagram.

use std::fmt::Write as _;

use groundplane_model::{FromStates, LifecycleSpec, StateName, TransitionSpec};

/// How much of a guard is shown.
const SHOWN: usize = 60;

/// The diagram of a lifecycle, with the present state marked if one is given. A transition from `*`
/// is drawn once, from a state of that name. Nothing of the lifecycle can break out of its place.
#[must_use]
pub fn diagram(spec: &LifecycleSpec, present: Option<&StateName>) -> String {
    let mut text = String::from("stateDiagram-v2\n");
    let mut line = |line: String| {
        text.push_str("    ");
        text.push_str(&line);
        text.push('\n');
    };
    for name in spec.states.keys() {
        line(format!("state \"{name}\" as {}", alias(name)));
    }
    let anywhere = |way: &TransitionSpec| way.from == FromStates::Any;
    if spec.transitions.iter().any(anywhere) {
        line("state \"any state\" as any_state".to_owned());
    }
    line(format!("[*] --> {}", alias(&spec.initial)));
    for way in &spec.transitions {
        for from in sources(way) {
            line(format!("{from} --> {}: {}", alias(&way.to), label(way)));
        }
    }
    for (name, state) in &spec.states {
        if let Some(timeout) = &state.timeout {
            let after = harmless(&timeout.after);
            line(format!(
                "note right of {}: after {after}, {}",
                alias(name),
                timeout.signal
            ));
        }
        if state.terminal {
            line(format!("{} --> [*]", alias(name)));
        }
    }
    if let Some(present) = present.filter(|present| spec.states.contains_key(*present)) {
        line("classDef present stroke-width:4px".to_owned());
        line(format!("class {} present", alias(present)));
    }
    text
}

fn sources(way: &TransitionSpec) -> Vec<String> {
    match &way.from {
        FromStates::Any => vec!["any_state".to_owned()],
        FromStates::Of(states) => states.iter().map(alias).collect(),
    }
}

/// A name that is no word of Mermaid's.
fn alias(name: &StateName) -> String {
    format!("s_{}", name.as_str().replace('-', "_"))
}

fn label(way: &TransitionSpec) -> String {
    let mut label = way.on.to_string();
    if let Some(guard) = &way.when {
        let _ = write!(label, " [{}]", harmless(guard));
    }
    if let Some(run) = &way.run {
        let _ = write!(label, " / {}", run.workflow);
        if let Some(state) = &way.on_failure {
            let _ = write!(label, " (else {state})");
        }
    }
    label
}

/// Free text without what means something to Mermaid or to the page around it.
fn harmless(text: &str) -> String {
    let mut shown = String::new();
    for c in text.chars().take(SHOWN) {
        match c {
            ':' | ';' | '#' | '"' | '<' | '>' | '&' | '{' | '}' | '%' | '`' | '\\' => {
                let _ = write!(shown, "#{};", u32::from(c));
            }
            c if c.is_control() => shown.push(' '),
            c => shown.push(c),
        }
    }
    if text.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use groundplane_model::StateName;
    use serde_json::json;

    use super::*;

    fn spec() -> LifecycleSpec {
        serde_json::from_value(json!({
            "initial": "up",
            "states": {
                "up": {}, "end": {"terminal": true},
                "failing-over": {"timeout": {"after": "10m", "signal": "retire"}}
            },
            "transitions": [
                {"from": "up", "on": "failure", "to": "failing-over", "run": "failover",
                 "onFailure": "up", "timeout": "1h",
                 "when": "instance.labels.a == \"x;\n}\" && instance.labels.b == '<script>'"},
                {"from": "*", "on": "retire", "to": "end", "timeout": "1h"}
            ]
        }))
        .unwrap()
    }

    #[test]
    fn states_transitions_timeouts_and_ends_are_drawn() {
        let drawn = diagram(&spec(), Some(&StateName::parse("up").unwrap()));
        let expected = "\
stateDiagram-v2
    state \"end\" as s_end
    state \"failing-over\" as s_failing_over
    state \"up\" as s_up
    state \"any state\" as any_state
    [*] --> s_up
    s_up --> s_failing_over: failure [instance.labels.a == #34;x#59; #125;#34; #38;#38; instance.labels.b == '#60;script…] / failover (else up)
    any_state --> s_end: retire
    s_end --> [*]
    note right of s_failing_over: after 10m, retire
    classDef present stroke-width:4px
    class s_up present
";
        assert_eq!(drawn, expected);
    }

    #[test]
    fn a_state_that_is_not_there_is_not_marked() {
        let drawn = diagram(&spec(), Some(&StateName::parse("gone").unwrap()));
        assert_eq!(drawn, diagram(&spec(), None));
    }
}
