//! What a user may have meant by a tag that does not exist.

use super::version::Version;

/// How many tags a refusal names.
const NAMED: usize = 3;

/// The tags that come nearest to `wanted`, the nearest first: by version where `wanted` is one,
/// the next higher before the next lower; otherwise by spelling.
#[must_use]
pub fn nearest_tags(wanted: &str, tags: &[String]) -> Vec<String> {
    let Ok(version) = Version::parse(wanted) else {
        return alike(wanted, tags);
    };
    let mut versions: Vec<Version> = tags
        .iter()
        .filter_map(|tag| Version::parse(tag).ok())
        .filter(|tag| tag.variant() == version.variant())
        .collect();
    versions.sort();
    let split = versions.partition_point(|tag| *tag < version);
    let (below, above) = versions.split_at(split);
    let mut below = below.iter().rev();
    let mut above = above.iter();
    let mut nearest = Vec::new();
    while nearest.len() < NAMED {
        match (above.next(), below.next()) {
            (None, None) => break,
            (higher, lower) => nearest.extend(higher.into_iter().chain(lower)),
        }
    }
    if nearest.is_empty() {
        return alike(wanted, tags);
    }
    let named = nearest.into_iter().take(NAMED);
    named.map(ToString::to_string).collect()
}

fn alike(wanted: &str, tags: &[String]) -> Vec<String> {
    let mut sorted: Vec<&String> = tags.iter().collect();
    sorted.sort_by_key(|tag| (strsim::osa_distance(wanted, tag), tag.as_str()));
    sorted.into_iter().take(NAMED).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nearest(wanted: &str, tags: &[&str]) -> Vec<String> {
        let tags: Vec<String> = tags.iter().map(|tag| (*tag).to_owned()).collect();
        nearest_tags(wanted, &tags)
    }

    #[test]
    fn versions_are_near_by_their_order() {
        let tags = ["1.9", "1.10", "1.12", "2.0", "latest", "1.11-alpine"];
        assert_eq!(nearest("1.11", &tags), ["1.12", "1.10", "2.0"]);
        assert_eq!(nearest("3", &tags), ["2.0", "1.12", "1.10"]);
        assert_eq!(nearest("1.12-alpine", &tags), ["1.11-alpine"]);
    }

    #[test]
    fn words_are_near_by_their_spelling() {
        let tags = ["stable", "1.2", "mainline", "stabel-slim", "edge"];
        assert_eq!(nearest("stabel", &tags)[0], "stable");
        assert_eq!(nearest("9-slim", &["stable"]), ["stable"]);
        assert_eq!(nearest("1.2", &[]), Vec::<String>::new());
    }
}
