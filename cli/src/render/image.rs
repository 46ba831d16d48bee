//! Images of the catalog as a table.

use super::{line, table};
use crate::client::CatalogImage;

/// Images as a table.
pub(crate) fn list(images: &[CatalogImage]) -> String {
    if images.is_empty() {
        return "the image catalog has nothing of this; `groundplane image set` and `groundplane \
                image seed` put images into it\n"
            .to_owned();
    }
    let head = ["FAMILY", "RELEASE", "ARCHITECTURE", "STATE", "IN", "IMAGE"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(images.iter().map(|image| {
        vec![
            line(&image.family),
            line(&image.release),
            line(image.architecture.as_deref().unwrap_or("any")),
            line(&image.state),
            place(image),
            line(&image.image),
        ]
    }));
    table::aligned("", &rows)
}

/// What became of images that were put into the catalog.
pub(crate) fn set(images: &[CatalogImage]) -> String {
    let rows: Vec<Vec<String>> = images
        .iter()
        .map(|image| {
            let state = match image.changed {
                Some(false) => "is unchanged, version",
                Some(true) | None => "is now version",
            };
            vec![
                format!("`{}` `{}`", line(&image.family), line(&image.release)),
                line(image.architecture.as_deref().unwrap_or("any")),
                format!("{state} {}", image.version),
            ]
        })
        .collect();
    table::aligned("", &rows)
}

fn place(image: &CatalogImage) -> String {
    let zone = image.landing_zone.as_ref();
    zone.map_or_else(|| "all".to_owned(), ToString::to_string)
}
