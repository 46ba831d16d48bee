use super::*;
use crate::Status;

fn row(title: &str) -> Row {
    Row {
        instance: "web-service.dev".parse().unwrap(),
        environment: "dev".parse().unwrap(),
        revision: 3,
        framework: "soc2".parse().unwrap(),
        edition: "2017".to_owned(),
        control: "CC6.1".to_owned(),
        title: title.to_owned(),
        units: vec!["cache".parse().unwrap(), "compute".parse().unwrap()],
        status: Status::Satisfied,
        because: vec!["one".to_owned(), "two, and \"three\"".to_owned()],
    }
}

#[test]
fn a_report_is_a_table_of_text() {
    assert_eq!(
        csv(&[row("Access")]),
        "instance,environment,revision,framework,edition,control,title,units,status,because\r\n\
         web-service.dev,dev,3,soc2,2017,CC6.1,Access,cache compute,satisfied,\
         \"one; two, and \"\"three\"\"\"\r\n"
    );
}

#[test]
fn no_cell_is_taken_for_a_formula() {
    for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
        let reader = csv::ReaderBuilder::new();
        let written = csv(&[row(formula)]);
        let mut records = reader.from_reader(written.as_bytes()).into_records();
        let cell = records.next().unwrap().unwrap()[6].to_owned();
        assert_eq!(cell, format!("'{formula}"));
    }
}

#[test]
fn what_looks_like_markup_stays_text() {
    let page = html(&[row("<script>alert('x')</script> & more")]);
    assert!(!page.contains("<script>"), "{page}");
    assert!(page.contains("&lt;script&gt;"), "{page}");
    assert!(page.contains("&amp; more"), "{page}");
}
