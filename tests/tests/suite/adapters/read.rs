//! Reading: by key, by partition, and page by page through the index.

use groundplane_model::{Change, Failure, FailureKind, Index, Key, Record};
use groundplane_ports::{Page, PortError, ReadTable, WriteTable};

use super::{Note, table_with};
use crate::dynamo::TestTable;

fn numbered(count: usize) -> Vec<Note> {
    (0..count)
        .map(|n| Note::new(&format!("{n:03}"), ""))
        .collect()
}

fn names(notes: &[Note]) -> Vec<&str> {
    notes.iter().map(|note| note.name.as_str()).collect()
}

async fn query(table: &TestTable, shelf: &str, prefix: &str) -> Vec<Note> {
    table.query(&Note::shelf(shelf), prefix).await.unwrap()
}

async fn list(table: &TestTable, limit: u16, cursor: Option<&str>) -> Page<Note> {
    table
        .list(&Index::environments(""), limit, cursor)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_query_gives_a_partition_in_the_order_of_its_sort_keys() {
    let elsewhere = Note {
        shelf: "one#NOTE".to_owned(),
        ..Note::new("z", "")
    };
    let notes = ["b", "a", "ba", "B"].map(|name| Note::new(name, ""));
    let table = table_with(&[&notes[..], &[elsewhere]].concat()).await;
    assert_eq!(
        names(&query(&table, "one", "NOTE#").await),
        ["B", "a", "b", "ba"]
    );
    assert_eq!(names(&query(&table, "one", "NOTE#b").await), ["b", "ba"]);
    assert_eq!(query(&table, "one", "NOTES").await, []);
    assert_eq!(query(&table, "two", "NOTE#").await, []);
}

#[tokio::test]
async fn an_empty_prefix_queries_the_whole_partition() {
    let table = table_with(&[Note::new("a", ""), Note::new("b", "")]).await;
    assert_eq!(names(&query(&table, "one", "").await), ["a", "b"]);
}

#[tokio::test]
async fn a_query_reads_on_where_an_answer_is_full() {
    // An answer of DynamoDB holds 1 MB.
    let mut notes = numbered(12);
    notes
        .iter_mut()
        .for_each(|note| note.text = "x".repeat(200_000));
    let table = TestTable::start().await;
    for note in &notes {
        table.commit(vec![Change::save(note)]).await.unwrap();
    }
    let read = query(&table, "one", "NOTE#").await;
    assert_eq!(names(&read), names(&notes));
}

#[tokio::test]
async fn a_listing_is_paged_without_gap_or_repetition() {
    let table = table_with(&numbered(7)).await;
    let mut seen = Vec::new();
    let mut sizes = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let page = list(&table, 3, cursor.as_deref()).await;
        sizes.push(page.records.len());
        seen.extend(page.records.into_iter().map(|note| note.name));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(sizes, [3, 3, 1]);
    assert_eq!(seen, names(&numbered(7)));
}

#[tokio::test]
async fn a_listing_with_a_prefix_stays_within_it() {
    let table =
        table_with(&["web.dev", "web.prod", "web-2.dev", "api.dev"].map(|n| Note::new(n, "")))
            .await;
    let index = Index::environments("web.");
    let page: Page<Note> = table.list(&index, 1, None).await.unwrap();
    assert_eq!(names(&page.records), ["web.dev"]);
    let page: Page<Note> = table.list(&index, 5, page.next.as_deref()).await.unwrap();
    assert_eq!(names(&page.records), ["web.prod"]);
    assert_eq!(page.next, None);
}

#[tokio::test]
async fn a_record_that_is_no_longer_listed_leaves_the_listing_and_stays() {
    let table = table_with(&numbered(2)).await;
    let read = query(&table, "one", "NOTE#000").await.remove(0);
    table
        .commit(vec![Change::save(&Note {
            listed: false,
            ..read.clone()
        })])
        .await
        .unwrap();
    assert_eq!(names(&list(&table, 10, None).await.records), ["001"]);
    assert!(table.get::<Note>(&read.key()).await.unwrap().is_some());
}

#[tokio::test]
async fn a_cursor_that_no_page_gave_is_refused() {
    let table = table_with(&numbered(3)).await;
    let page = list(&table, 1, None).await;
    let given = page.next.unwrap();
    let cut: String = given.chars().take(8).collect();
    let of_another_listing = "d2ViLmRldgpPVVRCT1gjb25lCk5PVEUjd2ViLmRldg"; // web.dev
    for forged in [
        "",
        "x",
        "not base64!",
        &cut,
        "Cgo",
        "AAAA",
        of_another_listing,
    ] {
        let index = Index::environments("0");
        let outcome = table.list::<Note>(&index, 1, Some(forged)).await;
        let expected = "the cursor is not one that a listing gave".to_owned();
        assert_eq!(outcome, Err(PortError::Refused(expected)), "{forged}");
    }
}

#[tokio::test]
async fn a_cursor_of_another_partition_does_not_leave_the_listing() {
    let table = table_with(&numbered(2)).await;
    let given = list(&table, 1, None).await.next.unwrap();
    let other = Index::landing_zones("");
    let page = table.list::<Note>(&other, 10, Some(&given)).await.unwrap();
    assert_eq!(
        page,
        Page {
            records: Vec::new(),
            next: None
        }
    );
}

#[tokio::test]
async fn content_of_another_shape_is_a_fault_that_names_the_kind() {
    let table = TestTable::start().await;
    table
        .put_raw(&[
            ("pk", "OUTBOX#one"),
            ("sk", "NOTE#a"),
            ("kind", "note"),
            ("shelf", "one"),
        ])
        .await;
    let key = Note::new("a", "").key();
    let by_key = table.get::<Note>(&key).await.map(drop);
    let by_partition = table.query::<Note>(&key.partition, "NOTE#").await.map(drop);
    for outcome in [by_key, by_partition] {
        let Err(PortError::Internal(text)) = outcome else {
            panic!("{outcome:?}");
        };
        assert!(text.starts_with("a stored note is unreadable"), "{text}");
    }
}

#[tokio::test]
async fn what_must_exist_and_does_not_is_not_found() {
    let table = TestTable::start().await;
    let key = Key::meta(Note::shelf("two"));
    let failure = table.require::<Note>(&key).await.unwrap_err();
    let expected = Failure::new(FailureKind::NotFound, "there is no note `OUTBOX#two`");
    assert_eq!(failure, expected);
}
