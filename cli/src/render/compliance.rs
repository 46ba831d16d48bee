//! How controls stand, as text.

use groundplane_compliance::{Row, Status};

use super::line;
use super::table::aligned;

/// A line for each control of each instance, and why where it is not satisfied.
pub(crate) fn rows(rows: &[Row]) -> String {
    if rows.is_empty() {
        return "no control is about anything that is deployed\n".to_owned();
    }
    let table: Vec<Vec<String>> = rows.iter().map(cells).collect();
    let why = rows.iter().filter(|row| row.status != Status::Satisfied);
    let why: String = why
        .map(|row| {
            let because: Vec<String> = row.because.iter().map(|it| line(it)).collect();
            let (instance, control) = (&row.instance, line(&row.control));
            let framework = &row.framework;
            format!("{instance} {framework} {control}: {}\n", because.join("; "))
        })
        .collect();
    let table = aligned("", &table);
    match why.is_empty() {
        true => table,
        false => format!("{table}\n{why}"),
    }
}

fn cells(row: &Row) -> Vec<String> {
    vec![
        row.instance.to_string(),
        row.revision.to_string(),
        row.framework.to_string(),
        line(&row.control),
        row.status.as_str().to_owned(),
        line(&row.title),
    ]
}
