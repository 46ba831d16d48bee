//! Commits: conditional, versioned, all or nothing.

use groundplane_model::{Change, Record};
use groundplane_ports::{PortError, ReadTable, WriteTable};
use tokio::task::JoinSet;

use super::{Note, table_with};
use crate::dynamo::TestTable;

async fn stored(table: &TestTable, name: &str) -> Option<Note> {
    table.get(&Note::new(name, "").key()).await.unwrap()
}

#[tokio::test]
async fn a_saved_record_is_read_as_it_was_and_one_version_on() {
    let table = table_with(&[Note::new("a", "first")]).await;
    let read = stored(&table, "a").await.unwrap();
    assert_eq!(
        read,
        Note {
            version: 1,
            ..Note::new("a", "first")
        }
    );

    let changed = Note {
        text: "second".to_owned(),
        ..read
    };
    table.commit(vec![Change::save(&changed)]).await.unwrap();
    assert_eq!(
        stored(&table, "a").await.unwrap(),
        Note {
            version: 2,
            ..changed
        }
    );
}

#[tokio::test]
async fn what_was_never_saved_is_not_there() {
    let table = table_with(&[Note::new("a", "")]).await;
    assert_eq!(stored(&table, "b").await, None);
}

#[tokio::test]
async fn a_first_save_of_what_exists_conflicts_and_names_the_key() {
    let table = table_with(&[Note::new("a", "mine")]).await;
    let outcome = table
        .commit(vec![Change::save(&Note::new("a", "yours"))])
        .await;
    assert_eq!(
        outcome,
        Err(PortError::Conflict("`OUTBOX#one NOTE#a`".to_owned()))
    );
    assert_eq!(stored(&table, "a").await.unwrap().text, "mine");
}

#[tokio::test]
async fn a_save_over_another_version_conflicts() {
    let table = table_with(&[Note::new("a", "")]).await;
    for version in [2, 7] {
        let stale = Note {
            version,
            ..Note::new("a", "stale")
        };
        let outcome = table.commit(vec![Change::save(&stale)]).await;
        assert!(
            matches!(outcome, Err(PortError::Conflict(_))),
            "{outcome:?}"
        );
    }
    let never_there = Note {
        version: 1,
        ..Note::new("b", "")
    };
    let outcome = table.commit(vec![Change::save(&never_there)]).await;
    assert!(
        matches!(outcome, Err(PortError::Conflict(_))),
        "{outcome:?}"
    );
    assert_eq!(table.kinds().await, ["note"]);
}

#[tokio::test]
async fn only_the_version_that_was_read_is_removed() {
    let table = table_with(&[Note::new("a", "")]).await;
    for version in [0, 2] {
        let stale = Note {
            version,
            ..Note::new("a", "")
        };
        let outcome = table.commit(vec![Change::remove(&stale)]).await;
        assert!(
            matches!(outcome, Err(PortError::Conflict(_))),
            "{outcome:?}"
        );
    }
    let read = stored(&table, "a").await.unwrap();
    table.commit(vec![Change::remove(&read)]).await.unwrap();
    assert_eq!(stored(&table, "a").await, None);

    let again = table.commit(vec![Change::remove(&read)]).await;
    assert!(matches!(again, Err(PortError::Conflict(_))), "{again:?}");
}

#[tokio::test]
async fn a_check_writes_nothing_and_holds_the_commit_to_what_was_read() {
    let table = table_with(&[Note::new("a", "")]).await;
    let before = table.dump().await;
    let read = stored(&table, "a").await.unwrap();
    let absent = Note::new("absent", "");
    table
        .commit(vec![Change::check(&read), Change::check(&absent)])
        .await
        .unwrap();
    assert_eq!(table.dump().await, before);

    for wrong in [
        Note {
            version: 9,
            ..read.clone()
        },
        Note {
            version: 0,
            ..read.clone()
        },
    ] {
        let changes = vec![Change::save(&Note::new("new", "")), Change::check(&wrong)];
        let outcome = table.commit(changes).await;
        assert_eq!(
            outcome,
            Err(PortError::Conflict("`OUTBOX#one NOTE#a`".to_owned()))
        );
    }
    assert_eq!(table.dump().await, before);
}

#[tokio::test]
async fn a_commit_happens_whole_or_not_at_all() {
    let table = table_with(&[Note::new("a", ""), Note::new("b", "")]).await;
    let before = table.dump().await;
    let read = stored(&table, "a").await.unwrap();
    let mut changes: Vec<_> = (0..50)
        .map(|n| Change::save(&Note::new(&format!("new-{n}"), "")))
        .collect();
    changes.push(Change::remove(&read));
    changes.push(Change::save(&Note::new("b", "too late")));
    let outcome = table.commit(changes.clone()).await;
    assert_eq!(
        outcome,
        Err(PortError::Conflict("`OUTBOX#one NOTE#b`".to_owned()))
    );
    assert_eq!(table.dump().await, before);

    changes.pop();
    table.commit(changes).await.unwrap();
    assert_eq!(table.dump().await.len(), 51);
}

#[tokio::test]
async fn a_hundred_changes_are_one_commit_and_one_more_is_refused() {
    let notes: Vec<_> = (0..101).map(|n| Note::new(&n.to_string(), "")).collect();
    let changes: Vec<_> = notes.iter().map(Change::save).collect();
    let table = TestTable::start().await;
    let outcome = table.commit(changes.clone()).await;
    assert!(
        matches!(&outcome, Err(PortError::Internal(text)) if text.contains("101")),
        "{outcome:?}"
    );
    assert!(table.dump().await.is_empty());

    table.commit(changes[..100].to_vec()).await.unwrap();
    assert_eq!(table.dump().await.len(), 100);
}

#[tokio::test]
async fn a_record_that_is_larger_than_an_item_may_be_is_told_from_a_fault() {
    let table = table_with(&[]).await;
    let large = Note::new("large", &"x".repeat(410 * 1024));
    let refused = table.commit(vec![Change::save(&large)]).await.unwrap_err();
    assert!(matches!(refused, PortError::TooLarge(_)), "{refused:?}");
    assert_eq!(stored(&table, "large").await, None);
}

#[tokio::test]
async fn a_commit_of_nothing_succeeds() {
    let table = TestTable::start().await;
    table.commit(Vec::new()).await.unwrap();
    assert!(table.dump().await.is_empty());
}

#[tokio::test]
async fn of_commits_to_the_same_record_at_the_same_time_one_wins() {
    let table = table_with(&[Note::new("a", "")]).await;
    let read = stored(&table, "a").await.unwrap();
    let mut writers = JoinSet::new();
    for number in 0..8 {
        let table = table.clone();
        let wish = Note {
            text: number.to_string(),
            ..read.clone()
        };
        writers.spawn(async move {
            (
                wish.text.clone(),
                table.commit(vec![Change::save(&wish)]).await,
            )
        });
    }
    let (won, lost): (Vec<_>, Vec<_>) = writers
        .join_all()
        .await
        .into_iter()
        .partition(|(_, outcome)| outcome.is_ok());
    assert_eq!((won.len(), lost.len()), (1, 7), "{lost:?}");
    assert_eq!(
        stored(&table, "a").await.unwrap(),
        Note {
            text: won[0].0.clone(),
            version: 2,
            ..read
        }
    );
}

#[tokio::test]
async fn an_item_carries_its_kind_its_version_and_its_end_as_a_number() {
    let forgotten_at = Some("2026-01-04T00:00:00.5Z".parse().unwrap());
    let note = Note {
        forgotten_at,
        ..Note::new("a", "")
    };
    let table = table_with(&[note, Note::new("b", "")]).await;
    let dump = table.dump().await;
    let item = &dump["OUTBOX#one NOTE#a"];
    assert_eq!(item["expires_at"]["N"], "1767484800");
    assert_eq!(item["kind"]["S"], "note");
    assert_eq!(item["version"]["N"], "1");
    assert!(dump["OUTBOX#one NOTE#b"].get("expires_at").is_none());
}
