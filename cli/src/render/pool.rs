//! Pools of addresses: one in full with a bar of how full it is, many as a table, and what is taken
//! of them.

use super::{line, table, time};
use crate::client::{Block, Pool, PoolSummary};

/// How many characters a bar has.
const WIDTH: u32 = 40;

/// What a character of a bar that is not full looks like, by its eighths.
const EIGHTHS: [char; 8] = ['░', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/// Pools as a table.
pub(crate) fn list(pools: &[PoolSummary]) -> String {
    if pools.is_empty() {
        return "there are no pools; `groundplane pool create` makes one\n".to_owned();
    }
    let head = ["POOL", "CIDR", "IN", "LARGEST FREE", "TAGS"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(pools.iter().map(|pool| {
        vec![
            pool.name.to_string(),
            line(&pool.cidr),
            place(pool),
            length(pool.largest_free),
            tags(pool),
        ]
    }));
    table::aligned("", &rows)
}

/// One pool and how full it is.
pub(crate) fn full(pool: &Pool) -> String {
    let (summary, used) = (&pool.summary, &pool.utilisation);
    let mut facts = vec![
        ("in", place(summary)),
        ("addresses", line(&used.total)),
        ("allocated", line(&used.allocated)),
        ("reserved", line(&used.reserved)),
        ("free", line(&used.free)),
        ("largest free", length(used.largest_free)),
        ("fragmentation", percent(used.fragmentation)),
        (
            "hands out",
            format!(
                "/{} to /{}",
                summary.allowed_lengths.min, summary.allowed_lengths.max
            ),
        ),
    ];
    if !summary.reserved.is_empty() {
        facts.push(("never", line(&summary.reserved.join(" "))));
    }
    if !summary.tags.is_empty() {
        facts.push(("tags", tags(summary)));
    }
    if let Some(subnet) = &summary.subnet_id {
        facts.push(("subnet", line(subnet)));
    }
    let created = time::moment(summary.created_at);
    facts.push((
        "created",
        format!("{created} by {}", line(&summary.created_by)),
    ));
    let rows: Vec<Vec<String>> = facts
        .into_iter()
        .map(|(name, value)| vec![name.to_owned(), value])
        .collect();
    format!(
        "{}: {}\n  {}  {}\n{}",
        summary.name,
        line(&summary.cidr),
        bar(used.ratio),
        percent(used.ratio),
        table::aligned("  ", &rows)
    )
}

/// What is taken, as a table.
pub(crate) fn blocks(blocks: &[Block], place: &str) -> String {
    if blocks.is_empty() {
        return format!("nothing of {place} is taken\n");
    }
    let head = ["CIDR", "STATE", "HOLDER", "FOR", "SINCE"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(blocks.iter().map(|block| {
        let state = line(&block.state);
        vec![
            line(&block.cidr),
            match block.until {
                Some(until) => format!("{state} until {}", time::moment(until)),
                None => state,
            },
            holder(block),
            purpose(block),
            time::moment(block.allocated_at),
        ]
    }));
    table::aligned("", &rows)
}

/// Filled up to `ratio`, from 0 to 1. What is not empty shows, and what is not full does not look
/// it.
fn bar(ratio: f64) -> String {
    let all = WIDTH * 8;
    let eighths = (0..=all)
        .rev()
        .find(|n| f64::from(*n) <= ratio * f64::from(all));
    let eighths = eighths.unwrap_or(0).max(u32::from(ratio > 0.0));
    (0..WIDTH)
        .map(|place| match eighths.saturating_sub(place * 8) {
            8.. => '█',
            part => usize::try_from(part)
                .ok()
                .and_then(|part| EIGHTHS.get(part))
                .copied()
                .unwrap_or(' '),
        })
        .collect()
}

fn percent(ratio: f64) -> String {
    format!("{:.1} %", ratio * 100.0)
}

fn length(length: Option<u8>) -> String {
    length.map_or_else(|| "none".to_owned(), |length| format!("/{length}"))
}

fn place(pool: &PoolSummary) -> String {
    match &pool.parent {
        Some(parent) => format!("pool {parent}"),
        None => format!("space {}", pool.space),
    }
}

fn tags(pool: &PoolSummary) -> String {
    let tags: Vec<String> = pool
        .tags
        .iter()
        .map(|(key, value)| format!("{}={}", line(key), line(value)))
        .collect();
    tags.join(" ")
}

fn holder(block: &Block) -> String {
    let name = line(&block.holder.name);
    match block.holder.kind.as_str() {
        "pool" => format!("pool {name}"),
        _ => name,
    }
}

fn purpose(block: &Block) -> String {
    let parts = [&block.holder.unit, &block.holder.input];
    let parts: Vec<String> = parts.into_iter().flatten().map(|part| line(part)).collect();
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_long_as_what_it_shows() {
        let full = WIDTH as usize;
        for (ratio, filled, next) in [
            (0.0, 0, Some('░')),
            (1e-9, 0, Some('▏')),
            (0.5, 20, Some('░')),
            (0.5 + 1.0 / 80.0, 20, Some('▌')),
            (0.999_999, 39, Some('▉')),
            (1.0, 40, None),
        ] {
            let bar: Vec<char> = bar(ratio).chars().collect();
            assert_eq!(bar.len(), full);
            let solid = bar.iter().take_while(|c| **c == '█').count();
            assert_eq!((solid, bar.get(solid).copied()), (filled, next), "{ratio}");
        }
    }
}
