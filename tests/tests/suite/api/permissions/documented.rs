//! The table of endpoints and actions in `docs/permissions.md` is that of the code. `UPDATE_GOLDEN=1`
//! writes it.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use groundplane_api::Access;
use groundplane_authority::{Action, Tier};

use super::routes;

const BEGIN: &str = "<!-- generated: begin -->\n";
const END: &str = "<!-- generated: end -->\n";

fn generated() -> String {
    let mut text = BEGIN.to_owned();
    text += "\n## Actions\n\n| action | lets | read-only | user | tenant-admin | provider-admin | system |\n|---|---|---|---|---|---|---|\n";
    for action in Action::ALL {
        let tiers = Tier::ALL.map(|tier| if tier.has(*action) { "yes" } else { "" });
        writeln!(
            text,
            "| `{action}` | {} | {} |",
            action.what(),
            tiers.join(" | ")
        )
        .unwrap();
    }
    text += "\n## Endpoints\n\n| endpoint | needs |\n|---|---|\n";
    for route in routes() {
        let needs = match route.access {
            Access::Open => "nothing".to_owned(),
            Access::Anyone => "a verified token".to_owned(),
            Access::Action(action) => format!("`{action}`"),
        };
        writeln!(text, "| `{} {}` | {needs} |", route.method, route.path).unwrap();
    }
    text + "\n" + END
}

#[test]
fn the_documented_actions_and_endpoints_are_those_of_the_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/permissions.md");
    let text = fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let fresh = format!("{before}{}{after}", generated());
    if env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &fresh).unwrap();
        return;
    }
    assert!(
        text == fresh,
        "docs/permissions.md is stale; UPDATE_GOLDEN=1 writes it"
    );
}
