//! Which changes of a database that is there are refused: those that AWS would refuse in the
//! middle of a deployment, and those that would lose protected data.

use groundplane_model::Problem;

use super::Database;
use super::version::numbers;
use crate::text::pointer;

/// How to lift the protection.
const UNPROTECT: &str = "deploy it with `deletionProtection: false` first";

/// What is wrong with removing the database.
pub(super) fn removed(protected: bool) -> Option<Problem> {
    protected.then(|| {
        let message = "the database is protected against deletion";
        Problem::error(pointer(&["database"]), message).with_hint(UNPROTECT)
    })
}

/// What is wrong with turning one database into the other.
pub(super) fn changed(
    before: &Database<'_>,
    after: &Database<'_>,
    protected: bool,
) -> Vec<Problem> {
    let at = |field: &str, message: String| Problem::error(pointer(&["database", field]), message);
    let mut problems = Vec::new();
    for (field, differs) in [
        ("engine", before.engine != after.engine),
        ("dbName", before.db_name != after.db_name),
        ("dbUsername", before.db_username != after.db_username),
    ] {
        if differs && protected {
            let message = format!(
                "a change of `{field}` replaces the database, which is protected against deletion"
            );
            problems.push(at(field, message).with_hint(UNPROTECT));
        }
    }
    let (from, to) = (before.allocated_storage, after.allocated_storage);
    if to < from {
        let message =
            format!("`{to}` is less than the `{from}` that there are; storage only grows");
        problems.push(at("allocatedStorage", message));
    }
    let (from, to) = (before.engine_version, after.engine_version);
    if before.engine == after.engine && is_older(to, from) {
        let message = format!("`{to}` is older than the `{from}` that runs; there is no way back");
        problems.push(at("engineVersion", message));
    }
    problems
}

/// Whether one version is older than the other, as far as both are exact.
fn is_older(version: &str, than: &str) -> bool {
    let pairs = numbers(version).into_iter().zip(numbers(than));
    pairs
        .into_iter()
        .find(|(one, other)| one != other)
        .is_some_and(|(one, other)| one < other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_number_by_number_as_far_as_both_go() {
        for (version, than, expected) in [
            ("16.4", "16.10", true),
            ("15.9", "16.1", true),
            ("16.10", "16.4", false),
            ("16", "16.4", false),
            ("16.4", "16", false),
            ("17", "16.4", false),
            ("16.4", "16.4", false),
        ] {
            assert_eq!(is_older(version, than), expected, "{version} than {than}");
        }
    }
}
