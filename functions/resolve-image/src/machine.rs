//! Images of virtual machines, from the catalog.

use groundplane_model::Failure;
use groundplane_ports::ReadTable;
use groundplane_resolvers::{Architecture, Constraint, ImageKind, MachineImage, select};

use crate::{Answer, Ground, invalid};

/// The image of the operating system. One that a public parameter keeps is handed out as the
/// dynamic reference by which CloudFormation looks it up.
pub(crate) async fn answer(
    table: &impl ReadTable,
    ground: &Ground<'_>,
    (family, version): (&str, &str),
    architecture: Option<Architecture>,
) -> Result<Answer, Failure> {
    let constraint = Constraint::parse(version).map_err(|error| invalid(&error))?;
    let entries = ground.entries(table, ImageKind::Machine, family).await?;
    let selected =
        select(&entries, family, &constraint, architecture).map_err(|error| invalid(&error))?;
    let warning = ground
        .config
        .admit(&selected.warnings)
        .map_err(|error| invalid(&error))?;
    let entry = selected.entry;
    let mut known = vec![("version", entry.release.to_string())];
    let image = match MachineImage::parse(&entry.image) {
        Some(MachineImage::Parameter(name)) => {
            known.push(("parameter", name.to_owned()));
            format!("{{{{resolve:ssm:{name}}}}}")
        }
        Some(MachineImage::Ami(_)) | None => entry.image.clone(),
    };
    known.extend(
        entry
            .architecture
            .map(|known| ("architecture", known.to_string())),
    );
    Ok(Answer {
        image,
        known,
        warning,
    })
}
