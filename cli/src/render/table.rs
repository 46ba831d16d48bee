//! Columns of text, aligned with spaces.

/// Lines of cells, each column as wide as its widest cell. Each line begins with `indent`.
pub(crate) fn aligned(indent: &str, rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|column| {
            rows.iter()
                .filter_map(|row| row.get(column))
                .map(|cell| cell.chars().count())
                .max()
                .unwrap_or(0)
        })
        .collect();
    rows.iter()
        .map(|row| {
            let cells: Vec<String> = row
                .iter()
                .zip(&widths)
                .map(|(cell, width)| format!("{cell:<width$}"))
                .collect();
            format!("{indent}{}\n", cells.join("  ").trim_end())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(rows: &[&[&str]]) -> Vec<Vec<String>> {
        rows.iter()
            .map(|row| row.iter().map(|cell| (*cell).to_owned()).collect())
            .collect()
    }

    #[test]
    fn a_column_is_as_wide_as_its_widest_cell_and_lines_do_not_end_in_spaces() {
        assert_eq!(
            aligned("  ", &rows(&[&["a", "long", "x"], &["bcd", "é", ""]])),
            "  a    long  x\n  bcd  é\n"
        );
    }

    #[test]
    fn rows_may_differ_in_length_and_be_missing() {
        assert_eq!(aligned("", &rows(&[&["a"], &["b", "c"]])), "a\nb  c\n");
        assert_eq!(aligned("", &[]), "");
    }
}
