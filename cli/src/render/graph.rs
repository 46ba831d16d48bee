//! Units in waves as drawings.

use std::collections::BTreeSet;

use groundplane_model::UnitName;

/// Units in waves, each with those that it comes after.
pub(crate) type Waves = [Vec<(UnitName, BTreeSet<UnitName>)>];

/// A Mermaid flowchart: a box for each wave, an arrow to each unit from those that it reads.
pub(crate) fn mermaid(waves: &Waves) -> String {
    let mut text = "flowchart LR\n".to_owned();
    for (number, wave) in (1..).zip(waves) {
        text.push_str(&format!("    subgraph wave{number}[wave {number}]\n"));
        for (unit, _) in wave {
            text.push_str(&format!("        {unit}\n"));
        }
        text.push_str("    end\n");
    }
    for (before, unit) in arrows(waves) {
        text.push_str(&format!("    {before} --> {unit}\n"));
    }
    text
}

/// A graph in DOT: a cluster for each wave.
pub(crate) fn dot(waves: &Waves) -> String {
    let mut text = "digraph units {\n    rankdir=LR;\n    node [shape=box];\n".to_owned();
    for (number, wave) in (1..).zip(waves) {
        text.push_str(&format!("    subgraph cluster_{number} {{\n"));
        text.push_str(&format!("        label=\"wave {number}\";\n"));
        for (unit, _) in wave {
            text.push_str(&format!("        \"{unit}\";\n"));
        }
        text.push_str("    }\n");
    }
    for (before, unit) in arrows(waves) {
        text.push_str(&format!("    \"{before}\" -> \"{unit}\";\n"));
    }
    text.push_str("}\n");
    text
}

fn arrows(waves: &Waves) -> impl Iterator<Item = (&UnitName, &UnitName)> {
    let units = waves.iter().flatten();
    units.flat_map(|(unit, after)| after.iter().map(move |before| (before, unit)))
}
