//! Pools as they are written, and everything that can be wrong with them.

use std::collections::BTreeMap;

use groundplane_model::{InvalidIdentifier, PoolName, Problem, SpaceName};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Cidr, Lengths, PoolSpec, Tree, View};

/// A pool as it is written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PoolDraft {
    /// The block that it hands out of.
    pub cidr: String,
    /// The space that it is in, `default` if it is not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub space: Option<String>,
    /// The pool that it is a part of, if it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// The prefix lengths of its allocations.
    pub allowed_lengths: LengthsDraft,
    /// What is never handed out.
    pub reserved: Vec<String>,
    /// What it can be chosen by.
    pub tags: BTreeMap<String, String>,
    /// The subnet that its addresses are in, if they are all in one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subnet_id: Option<String>,
}

/// Prefix lengths as they are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct LengthsDraft {
    /// The shortest one, which gives the largest block; that of the pool if it is not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<u32>,
    /// The longest one, which gives the smallest block; a single address if it is not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<u32>,
}

impl PoolDraft {
    /// Checks the settings.
    ///
    /// # Errors
    /// Everything that is wrong with them; pointers start at the settings.
    pub fn check(&self) -> Result<PoolSpec, Vec<Problem>> {
        let mut problems = Vec::new();
        let found = &mut problems;
        let space = self.space.as_deref().unwrap_or(PoolSpec::DEFAULT_SPACE);
        let space = named("/space", SpaceName::parse(space), found);
        let parent = self.parent.as_deref().map(PoolName::parse);
        let parent = parent.and_then(|parent| named("/parent", parent, found));
        check_tags(&self.tags, found);
        check_subnet(self.subnet_id.as_deref(), found);
        let cidr = block("/cidr", &self.cidr, found);
        let reserved = self.ranges(found);
        let lengths = cidr.and_then(|cidr| {
            check_reserved(cidr, &reserved, found);
            self.allowed_lengths.check(cidr, found)
        });
        let reserved = reserved.into_iter().map(|(_, range)| range).collect();
        match (cidr, space, lengths) {
            (Some(cidr), Some(space), Some(allowed_lengths)) if found.is_empty() => {
                let spec = PoolSpec {
                    cidr,
                    space,
                    parent,
                    allowed_lengths,
                    reserved,
                    tags: self.tags.clone(),
                    subnet_id: self.subnet_id.clone(),
                };
                check_size(&spec).map_or(Ok(spec), |problem| Err(vec![problem]))
            }
            _ => Err(problems),
        }
    }

    /// The reserved ranges that can be read, and where they are written.
    fn ranges(&self, problems: &mut Vec<Problem>) -> Vec<(String, Cidr)> {
        if self.reserved.len() > PoolSpec::MOST_RESERVED {
            let (count, most) = (self.reserved.len(), PoolSpec::MOST_RESERVED);
            let message = format!("there are {count} reserved ranges; a pool has at most {most}");
            problems.push(Problem::error("/reserved", message));
        }
        let ranges = self.reserved.iter().take(PoolSpec::MOST_RESERVED);
        ranges
            .enumerate()
            .filter_map(|(index, text)| {
                let at = format!("/reserved/{index}");
                block(&at, text, problems).map(|range| (at, range))
            })
            .collect()
    }
}

impl LengthsDraft {
    fn check(self, pool: Cidr, problems: &mut Vec<Problem>) -> Option<Lengths> {
        let (shortest, longest) = (pool.length(), pool.family().longest());
        let mut bound = |at: &str, given: Option<u32>, otherwise: u8| match given {
            None => Some(otherwise),
            Some(given) => {
                let known = u8::try_from(given).ok();
                let known = known.filter(|length| (shortest..=longest).contains(length));
                if known.is_none() {
                    let message = format!(
                        "`{given}` is not a prefix length within `{pool}`, which has /{shortest} to /{longest}"
                    );
                    problems.push(Problem::error(at, message));
                }
                known
            }
        };
        let min = bound("/allowedLengths/min", self.min, shortest);
        let max = bound("/allowedLengths/max", self.max, longest);
        let (min, max) = min.zip(max)?;
        if min > max {
            let message =
                format!("the shortest prefix length, `{min}`, is beyond the longest, `{max}`");
            let problem = Problem::error("/allowedLengths", message);
            problems.push(problem.with_hint("`min` is the length of the largest block"));
            return None;
        }
        Some(Lengths { min, max })
    }
}

fn named<T>(
    at: &str,
    parsed: Result<T, InvalidIdentifier>,
    problems: &mut Vec<Problem>,
) -> Option<T> {
    parsed
        .map_err(|error| problems.push(Problem::error(at, error.to_string())))
        .ok()
}

fn block(at: &str, text: &str, problems: &mut Vec<Problem>) -> Option<Cidr> {
    Cidr::parse(text)
        .map_err(|error| {
            let problem = Problem::error(at, error.to_string());
            problems.push(match error.hint() {
                Some(hint) => problem.with_hint(hint),
                None => problem,
            });
        })
        .ok()
}

/// Why `part` is not a part of `whole`.
pub(super) fn misfit(part: Cidr, whole: Cidr, name: &str) -> Option<String> {
    if part.family() != whole.family() {
        let (is, other) = (part.family(), whole.family());
        Some(format!("`{part}` is {is}, {name} `{whole}` is {other}"))
    } else if whole.contains(part) {
        None
    } else {
        Some(format!("`{part}` is outside of {name} `{whole}`"))
    }
}

fn check_reserved(pool: Cidr, reserved: &[(String, Cidr)], problems: &mut Vec<Problem>) {
    for (index, (at, range)) in reserved.iter().enumerate() {
        if let Some(message) = misfit(*range, pool, "the pool") {
            problems.push(Problem::error(at, message));
        } else if *range == pool {
            let message = format!("`{range}` is the whole pool: nothing could be handed out");
            problems.push(Problem::error(at, message));
        }
        let mut before = reserved.iter().take(index);
        if let Some((_, other)) = before.find(|(_, other)| other.overlaps(*range)) {
            let message = format!("`{range}` overlaps with the reserved range `{other}`");
            problems.push(Problem::error(at, message));
        }
    }
}

fn check_size(spec: &PoolSpec) -> Option<Problem> {
    let tree = Tree::unnamed(spec.cidr);
    let records = View::of_new_pool(tree, &spec.reserved).edits().len();
    (records > PoolSpec::MOST_RECORDS).then(|| {
        let most = PoolSpec::MOST_RECORDS;
        let message = format!(
            "the reserved ranges lie too far apart: they take {records} records, a new pool has at most {most}"
        );
        Problem::error("/reserved", message).with_hint("reserve fewer or larger ranges")
    })
}

/// The id of a subnet: `subnet-` and hexadecimal digits, 8 of old and 17 today.
fn check_subnet(subnet: Option<&str>, problems: &mut Vec<Problem>) {
    let is_hex = |c: char| matches!(c, '0'..='9' | 'a'..='f');
    let is_id = |text: &str| {
        let digits = text.strip_prefix("subnet-");
        digits.is_some_and(|hex| (8..=17).contains(&hex.len()) && hex.chars().all(is_hex))
    };
    if let Some(text) = subnet.filter(|text| !is_id(text)) {
        let shown: String = text
            .chars()
            .take(80)
            .flat_map(char::escape_default)
            .collect();
        let message = format!("`{shown}` is not the id of a subnet");
        let problem = Problem::error("/subnetId", message);
        problems.push(problem.with_hint("for example `subnet-0a1b2c3d4e5f60718`"));
    }
}

fn check_tags(tags: &BTreeMap<String, String>, problems: &mut Vec<Problem>) {
    if tags.len() > PoolSpec::MOST_TAGS {
        let (count, most) = (tags.len(), PoolSpec::MOST_TAGS);
        let message = format!("there are {count} tags; a pool has at most {most}");
        problems.push(Problem::error("/tags", message));
    }
    for (key, value) in tags {
        if key.is_empty() || key.chars().count() > 128 || value.chars().count() > 256 {
            let message = format!(
                "the tag `{}` must have a key of 1 to 128 characters and a value of at most 256",
                key.chars().take(80).collect::<String>()
            );
            problems.push(Problem::error("/tags", message));
        }
    }
}
