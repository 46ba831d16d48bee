//! `groundplane compliance report`: how the controls of frameworks stand.

use groundplane_compliance::{Row, csv, html};
use serde::Serialize;

use crate::answer::Report;
use crate::arguments::{ComplianceCommand, Format, Global};
use crate::error::Error;
use crate::render;
use crate::world::World;

#[derive(Serialize)]
struct Answer {
    items: Vec<Row>,
}

/// Runs the command.
pub(super) fn run(
    command: &ComplianceCommand,
    (global, output): (&Global, Format),
    world: &World<'_>,
) -> Result<Report, Error> {
    let ComplianceCommand::Report(arguments) = command;
    let client = super::connect(global, world)?;
    let framework = arguments.framework.as_ref();
    let items = client.compliance(framework, arguments.environment.as_ref())?;
    let file = match output {
        Format::Csv => Some(csv(&items)),
        Format::Html => Some(html(&items)),
        Format::Text | Format::Json | Format::Markdown => None,
    };
    let text = render::compliance::rows(&items);
    let mut report = Report::new(text, &Answer { items });
    report.file = file;
    Ok(report)
}
