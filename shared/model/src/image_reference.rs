//! References to container images, in the grammar of the distribution reference:
//! `[registry/]repository[:tag][@digest]`. Nothing is added: `nginx` stays `nginx`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Why a text is no reference to a container image.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a container image: {reason}")]
pub struct InvalidImageReference {
    text: String,
    reason: &'static str,
}

/// A reference to a container image.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ImageReference {
    registry: Option<String>,
    repository: String,
    tag: Option<String>,
    digest: Option<String>,
}

/// A private registry of ECR.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EcrRegistry<'a> {
    /// Its account.
    pub account: &'a str,
    /// Its region.
    pub region: &'a str,
}

impl ImageReference {
    /// Parses a reference.
    ///
    /// # Errors
    /// Where the text breaks the grammar; the error says which part does.
    pub fn parse(text: &str) -> Result<Self, InvalidImageReference> {
        parse(text).map_err(|reason| InvalidImageReference {
            text: text
                .chars()
                .take(300)
                .flat_map(char::escape_default)
                .collect(),
            reason,
        })
    }

    /// The host of the registry, if the reference names one.
    #[must_use]
    pub fn registry(&self) -> Option<&str> {
        self.registry.as_deref()
    }

    /// The repository within the registry.
    #[must_use]
    pub fn repository(&self) -> &str {
        &self.repository
    }

    /// The tag.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// The digest, for example `sha256:…`, which pins the content.
    #[must_use]
    pub fn digest(&self) -> Option<&str> {
        self.digest.as_deref()
    }

    /// The registry and the repository, without tag and digest.
    #[must_use]
    pub fn name(&self) -> String {
        match &self.registry {
            Some(registry) => format!("{registry}/{}", self.repository),
            None => self.repository.clone(),
        }
    }

    /// The private ECR registry that the image is in, if it is in one.
    #[must_use]
    pub fn ecr(&self) -> Option<EcrRegistry<'_>> {
        let (account, rest) = self.registry()?.split_once(".dkr.ecr.")?;
        let (region, domain) = rest.split_once('.')?;
        let digits = account.len() == 12 && account.chars().all(|c| c.is_ascii_digit());
        let lower = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let amazon = matches!(domain, "amazonaws.com" | "amazonaws.com.cn");
        (amazon && digits && !region.is_empty() && region.chars().all(lower))
            .then_some(EcrRegistry { account, region })
    }

    /// The same image with this tag, and without a digest.
    ///
    /// # Errors
    /// Where the tag breaks the grammar.
    pub fn with_tag(&self, tag: &str) -> Result<Self, InvalidImageReference> {
        Self::parse(&format!("{}:{tag}", self.name()))
    }

    /// The same image pinned by its digest. The tag stays, for people to read.
    ///
    /// # Errors
    /// Where the digest breaks the grammar.
    pub fn with_digest(&self, digest: &str) -> Result<Self, InvalidImageReference> {
        let tag = self
            .tag
            .as_ref()
            .map(|tag| format!(":{tag}"))
            .unwrap_or_default();
        Self::parse(&format!("{}{tag}@{digest}", self.name()))
    }
}

fn parse(text: &str) -> Result<ImageReference, &'static str> {
    let (rest, digest) = match text.split_once('@') {
        Some((rest, digest)) => (rest, Some(digest)),
        None => (text, None),
    };
    if digest.is_some_and(|digest| !is_digest(digest)) {
        return Err("after `@` comes a digest, for example sha256: and 64 hexadecimal digits");
    }
    // A colon before the last slash is the registry's port.
    let (name, tag) = match rest.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
        Some(_) | None => (rest, None),
    };
    if tag.is_some_and(|tag| !is_tag(tag)) {
        return Err(
            "a tag is 1 to 128 letters, digits, `_`, `.` or `-`, not beginning with `.` or `-`",
        );
    }
    if name.len() > 255 {
        return Err("registry and repository may be 255 characters long");
    }
    let (registry, repository) = match name.split_once('/') {
        Some((host, path)) if host.contains(['.', ':']) || host == "localhost" => {
            (Some(host), path)
        }
        Some(_) | None => (None, name),
    };
    if registry.is_some_and(|registry| !is_host(registry)) {
        return Err("before the first `/` comes the host of a registry, perhaps with a port");
    }
    if !repository.split('/').all(is_component) {
        return Err(
            "a repository is lower-case words of letters and digits, divided by `/`, `.`, `_`, `__` or hyphens",
        );
    }
    Ok(ImageReference {
        registry: registry.map(Into::into),
        repository: repository.to_owned(),
        tag: tag.map(Into::into),
        digest: digest.map(Into::into),
    })
}

fn is_host(text: &str) -> bool {
    let (host, port) = text.split_once(':').unwrap_or((text, "0"));
    let label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    host.split('.').all(label) && !port.is_empty() && port.chars().all(|c| c.is_ascii_digit())
}

/// Words of letters and digits with one separator between two of them.
fn is_component(text: &str) -> bool {
    let alphanumeric = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let mut separators = text
        .split(alphanumeric)
        .filter(|between| !between.is_empty());
    text.starts_with(alphanumeric)
        && text.ends_with(alphanumeric)
        && separators
            .all(|between| matches!(between, "." | "_" | "__") || between.chars().all(|c| c == '-'))
}

fn is_tag(text: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    (1..=128).contains(&text.len())
        && text.starts_with(word)
        && text.chars().all(|c| word(c) || matches!(c, '.' | '-'))
}

fn is_digest(text: &str) -> bool {
    let Some((algorithm, hex)) = text.split_once(':') else {
        return false;
    };
    let part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic())
            && part.chars().all(|c| c.is_ascii_alphanumeric())
    };
    let length = match algorithm {
        "sha256" => hex.len() == 64,
        "sha512" => hex.len() == 128,
        _ => hex.len() >= 32,
    };
    length
        && algorithm.split(['+', '.', '_', '-']).all(part)
        && hex
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, 'a'..='f'))
}

impl fmt::Display for ImageReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}

impl FromStr for ImageReference {
    type Err = InvalidImageReference;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl TryFrom<String> for ImageReference {
    type Error = InvalidImageReference;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<ImageReference> for String {
    fn from(image: ImageReference) -> Self {
        image.to_string()
    }
}

#[cfg(test)]
#[path = "image_reference_tests.rs"]
mod tests;
