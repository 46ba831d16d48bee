//! Reports as files: CSV for spreadsheets, HTML for people.

use groundplane_model::UnitName;
use maud::{DOCTYPE, html};

use crate::Row;

/// What the columns are called.
const COLUMNS: [&str; 10] = [
    "instance",
    "environment",
    "revision",
    "framework",
    "edition",
    "control",
    "title",
    "units",
    "status",
    "because",
];

/// What makes a spreadsheet take a cell for a formula (OWASP, "CSV Injection").
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

fn cells(row: &Row) -> [String; 10] {
    let units: Vec<&str> = row.units.iter().map(UnitName::as_str).collect();
    [
        row.instance.to_string(),
        row.environment.to_string(),
        row.revision.to_string(),
        row.framework.to_string(),
        row.edition.clone(),
        row.control.clone(),
        row.title.clone(),
        units.join(" "),
        row.status.as_str().to_owned(),
        row.because.join("; "),
    ]
}

/// The report as CSV (RFC 4180). No cell is a formula.
#[must_use]
pub fn csv(rows: &[Row]) -> String {
    let inert = |cell: String| match cell.starts_with(FORMULA) {
        true => format!("'{cell}"),
        false => cell,
    };
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    // INVARIANT: every record has as many fields as the first, and memory takes all of them.
    let _ = writer.write_record(COLUMNS);
    for row in rows {
        let _ = writer.write_record(cells(row).map(inert));
    }
    let written = writer.into_inner().unwrap_or_default();
    String::from_utf8_lossy(&written).into_owned()
}

/// The report as one HTML page without scripts.
#[must_use]
pub fn html(rows: &[Row]) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                title { "Compliance report" }
                style { "body{font-family:sans-serif}td,th{border:1px solid #999;padding:.3em;text-align:left;vertical-align:top}table{border-collapse:collapse}" }
            }
            body {
                h1 { "Compliance report" }
                table {
                    thead { tr { @for name in COLUMNS { th { (name) } } } }
                    tbody {
                        @for row in rows {
                            tr { @for cell in cells(row) { td { (cell) } } }
                        }
                    }
                }
            }
        }
    };
    page.into_string()
}

#[cfg(test)]
#[path = "written_tests.rs"]
mod tests;
