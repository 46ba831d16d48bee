//! Where a listing goes on.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use groundplane_model::{Index, Key, Partition};
use groundplane_ports::{PortError, Result};

use super::{Item, key_item, text};

/// A sort key has at most 1024 bytes (Amazon DynamoDB developer guide, "Quotas").
const LONGEST_KEY: usize = 1024;

/// A cursor names the last record of its page: the keys that the index does not imply.
pub(super) fn cursor_of(last: &Item) -> Option<String> {
    let part = |name: &str| last.get(name).and_then(|value| value.as_s().ok());
    let keys = format!("{}\n{}\n{}", part("gsi1sk")?, part("pk")?, part("sk")?);
    Some(URL_SAFE_NO_PAD.encode(keys))
}

/// A cursor within a partition is the sort key of the last record of its page.
pub(super) fn continue_after(partition: &Partition, prefix: &str, cursor: &str) -> Result<Item> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok();
    let sort = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    let is_key = |sort: &String| sort.starts_with(prefix) && sort.len() <= LONGEST_KEY;
    let sort = sort.filter(is_key).filter(|sort| !sort.is_empty());
    let sort = sort.ok_or_else(forged)?;
    Ok(key_item(&Key::new(partition.clone(), sort)))
}

fn forged() -> PortError {
    PortError::Refused("the cursor is not one that a listing gave".to_owned())
}

pub(super) fn start_after(index: &Index, cursor: &str) -> Result<Item> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| forged())?;
    let keys = String::from_utf8(bytes).map_err(|_| forged())?;
    let parts: Vec<&str> = keys.split('\n').collect();
    let [gsi1sk, pk, sk] = parts.as_slice() else {
        return Err(forged());
    };
    let is_key = |part: &&str| (1..=LONGEST_KEY).contains(&part.len());
    if !parts.iter().all(is_key) || !gsi1sk.starts_with(&index.sort) {
        return Err(forged());
    }
    // A forged cursor can only move within the listing: the index partition is ours.
    Ok(HashMap::from([
        ("gsi1pk".to_owned(), text(&index.partition)),
        ("gsi1sk".to_owned(), text(gsi1sk)),
        ("pk".to_owned(), text(pk)),
        ("sk".to_owned(), text(sk)),
    ]))
}
