//! Versions of lifecycles: three numbers each, references to one version, requests for a range.

use std::fmt;
use std::str::FromStr;

use semver::{Version, VersionReq};
use serde::{Deserialize, Serialize};

use crate::LifecycleName;
use crate::text_schema::text_schema;

/// Why a text is no version, reference or request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidLifecycleVersion(String);

/// The version of a lifecycle: three numbers, each at most 999999.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LifecycleVersion(Version);

impl LifecycleVersion {
    /// The largest number in a version.
    const LARGEST: u64 = 999_999;

    /// The version with these three numbers; a number that is too large becomes the largest.
    #[must_use]
    pub fn new(major: u64, minor: u64, patch: u64) -> Self {
        let number = |number: u64| number.min(Self::LARGEST);
        Self(Version::new(number(major), number(minor), number(patch)))
    }

    /// Parses `x.y.z`.
    ///
    /// # Errors
    /// Where it is not three numbers; pre-releases and build metadata are refused.
    pub fn parse(text: &str) -> Result<Self, InvalidLifecycleVersion> {
        let plain = |version: &Version| version.pre.is_empty() && version.build.is_empty();
        let small = |version: &Version| {
            [version.major, version.minor, version.patch]
                .iter()
                .all(|number| *number <= Self::LARGEST)
        };
        Version::parse(text)
            .ok()
            .filter(plain)
            .filter(small)
            .map(Self)
            .ok_or_else(|| {
                let shown = shown(text);
                InvalidLifecycleVersion(format!("{shown} is not a version such as `1.2.0`"))
            })
    }

    /// The version in a form that sorts as text as versions do.
    #[must_use]
    pub fn sort_key(&self) -> String {
        let Version {
            major,
            minor,
            patch,
            ..
        } = &self.0;
        format!("{major:06}.{minor:06}.{patch:06}")
    }
}

/// One version of one lifecycle, shown as `web-service@1.2.0`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LifecycleRef {
    /// The lifecycle.
    pub name: LifecycleName,
    /// Its version.
    pub version: LifecycleVersion,
}

impl LifecycleRef {
    /// Parses `name@x.y.z`.
    ///
    /// # Errors
    /// Where it is not a name and a version.
    pub fn parse(text: &str) -> Result<Self, InvalidLifecycleVersion> {
        let (name, version) = text.split_once('@').ok_or_else(|| {
            let shown = shown(text);
            InvalidLifecycleVersion(format!(
                "{shown} is not a lifecycle and a version such as `web-service@1.2.0`"
            ))
        })?;
        Ok(Self {
            name: named(name)?,
            version: LifecycleVersion::parse(version)?,
        })
    }
}

/// What a spec asks for: a lifecycle, and the versions of it that will do.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LifecycleRequest {
    /// The lifecycle.
    pub name: LifecycleName,
    range: Option<VersionReq>,
}

impl LifecycleRequest {
    /// Parses `name`, which any version will do for, or `name@range` (`^1`, `~1.2`, `1.2.0`,
    /// `>=1.1, <3`).
    ///
    /// # Errors
    /// Where the name or the range cannot be read.
    pub fn parse(text: &str) -> Result<Self, InvalidLifecycleVersion> {
        let (name, range) = match text.split_once('@') {
            Some((name, range)) => (name, Some(range)),
            None => (text, None),
        };
        let range = range.map(|range| {
            VersionReq::parse(range).map_err(|_| {
                let shown = shown(range);
                InvalidLifecycleVersion(format!("{shown} is not a range of versions such as `^1`"))
            })
        });
        Ok(Self {
            name: named(name)?,
            range: range.transpose()?,
        })
    }

    /// Whether `version` will do.
    #[must_use]
    pub fn allows(&self, version: &LifecycleVersion) -> bool {
        self.range
            .as_ref()
            .is_none_or(|range| range.matches(&version.0))
    }

    /// The newest of `versions` that will do.
    pub fn newest<'a>(
        &self,
        versions: impl IntoIterator<Item = &'a LifecycleVersion>,
    ) -> Option<&'a LifecycleVersion> {
        let allowed = versions.into_iter().filter(|version| self.allows(version));
        allowed.max()
    }
}

fn named(name: &str) -> Result<LifecycleName, InvalidLifecycleVersion> {
    LifecycleName::parse(name).map_err(|error| InvalidLifecycleVersion(error.to_string()))
}

fn shown(text: &str) -> String {
    let text: String = text
        .chars()
        .take(80)
        .flat_map(char::escape_default)
        .collect();
    format!("`{text}`")
}

impl fmt::Display for LifecycleVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for LifecycleRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.name, self.version)
    }
}

impl fmt::Display for LifecycleRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.range {
            Some(range) => write!(f, "{}@{range}", self.name),
            None => self.name.fmt(f),
        }
    }
}

macro_rules! text {
    ($($name:ident)*) => {$(
        impl TryFrom<String> for $name {
            type Error = InvalidLifecycleVersion;
            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.to_string()
            }
        }

        impl FromStr for $name {
            type Err = InvalidLifecycleVersion;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }
    )*};
}

text!(LifecycleVersion LifecycleRef LifecycleRequest);
text_schema!(
    LifecycleVersion,
    "The version of a lifecycle: three numbers.",
    r"^[0-9]{1,6}\.[0-9]{1,6}\.[0-9]{1,6}$"
);
text_schema!(
    LifecycleRef,
    "One version of one lifecycle.",
    r"^[a-z][a-z0-9-]*@[0-9]{1,6}\.[0-9]{1,6}\.[0-9]{1,6}$"
);

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> LifecycleVersion {
        LifecycleVersion::parse(text).unwrap()
    }

    #[test]
    fn a_version_is_three_numbers() {
        for bad in [
            "",
            "1",
            "1.2",
            "1.2.3-rc.1",
            "1.2.3+b",
            "v1.2.3",
            "1.2.1000000",
            "1.02.3",
        ] {
            let error = LifecycleVersion::parse(bad).unwrap_err();
            assert!(
                error.to_string().contains("such as `1.2.0`"),
                "{bad}: {error}"
            );
        }
        assert_eq!(LifecycleVersion::new(1, 2, 3), version("1.2.3"));
        assert_eq!(LifecycleVersion::new(u64::MAX, 0, 0), version("999999.0.0"));
    }

    #[test]
    fn versions_sort_as_text_as_they_do_as_numbers() {
        let mut versions = ["10.0.0", "2.10.0", "2.9.9", "2.9.10", "0.0.1"].map(version);
        versions.sort();
        let keys: Vec<_> = versions.iter().map(LifecycleVersion::sort_key).collect();
        assert!(keys.is_sorted(), "{keys:?}");
    }

    #[test]
    fn a_reference_reads_as_it_is_shown() {
        let reference = LifecycleRef::parse("web-service@1.2.0").unwrap();
        assert_eq!(reference.to_string(), "web-service@1.2.0");
        for bad in ["web-service", "web-service@1", "Web@1.2.0", "@1.2.0"] {
            assert!(LifecycleRef::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_newest_version_that_is_asked_for_is_chosen() {
        let versions = ["1.0.0", "1.10.0", "1.9.0", "2.0.0"].map(version);
        let newest = |request: &str| {
            let request = LifecycleRequest::parse(request).unwrap();
            request.newest(&versions).map(ToString::to_string)
        };
        assert_eq!(newest("web-service").as_deref(), Some("2.0.0"));
        assert_eq!(newest("web-service@^1").as_deref(), Some("1.10.0"));
        assert_eq!(newest("web-service@=1.9.0").as_deref(), Some("1.9.0"));
        assert_eq!(newest("web-service@>=1.1, <2").as_deref(), Some("1.10.0"));
        assert_eq!(newest("web-service@^3"), None);
        assert!(LifecycleRequest::parse("web-service@one").is_err());
        assert!(LifecycleRequest::parse("Web").is_err());
    }

    #[test]
    fn all_of_them_are_kept_as_text() {
        let request = LifecycleRequest::parse("web-service@^1").unwrap();
        let kept = serde_json::to_value(&request).unwrap();
        assert_eq!(kept, "web-service@^1");
        assert_eq!(
            serde_json::from_value::<LifecycleRequest>(kept).unwrap(),
            request
        );
        assert!(serde_json::from_str::<LifecycleVersion>("\"1\"").is_err());
    }
}
