//! Tables in Markdown.

/// A table with these columns and rows; all columns but the first are aligned to the right.
pub(crate) fn markdown(columns: &[&str], rows: &[Vec<String>]) -> String {
    let mut lines = vec![
        line(columns.iter().map(|column| (*column).to_owned())),
        line((0..columns.len()).map(|at| if at == 0 { "---" } else { "---:" }.to_owned())),
    ];
    lines.extend(rows.iter().map(|row| line(row.iter().cloned())));
    lines.join("\n")
}

fn line(cells: impl Iterator<Item = String>) -> String {
    format!("| {} |", cells.collect::<Vec<_>>().join(" | "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_a_head_and_a_line_per_row() {
        let table = markdown(
            &["function", "ms"],
            &[vec!["api".to_owned(), "1.4".to_owned()]],
        );
        assert_eq!(table, "| function | ms |\n| --- | ---: |\n| api | 1.4 |");
    }
}
