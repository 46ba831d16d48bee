//! Settings as a table.

use super::{line, table};
use crate::commands::{Place, Setting};

/// What stands where nobody says anything.
const NOTHING: &str = "-";

/// The settings, and the files that were looked for.
pub(crate) fn text(settings: &[Setting], files: &[Place]) -> String {
    let head = ["SETTING", "VALUE", "FROM"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    let or_nothing = |text: &Option<String>| line(text.as_deref().unwrap_or(NOTHING));
    rows.extend(settings.iter().map(|setting| {
        vec![
            setting.name.to_owned(),
            or_nothing(&setting.value),
            or_nothing(&setting.from),
        ]
    }));
    let looked: Vec<Vec<String>> = files
        .iter()
        .map(|place| {
            let found = if place.found { "read" } else { "not there" };
            vec![line(&place.path.display().to_string()), found.to_owned()]
        })
        .collect();
    format!(
        "{}\nfiles, the first that says something counts\n{}",
        table::aligned("", &rows),
        table::aligned("  ", &looked)
    )
}
