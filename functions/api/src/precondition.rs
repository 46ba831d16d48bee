//! Preconditions of changes (RFC 9110, section 13): which state of an instance a change is meant for.
//! The tag of an instance is the version of its record, which every deployment that is accepted or
//! ends moves on, and which the change is committed over.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use groundplane_model::{Environment, Instance, InstanceId, InstanceStatus};

use crate::problem::Refused;

/// What a change wants of the instance that it is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Precondition {
    /// `If-Match`.
    matches: Option<Wanted>,
    /// `If-None-Match: *`
    must_be_absent: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Wanted {
    /// Whatever is there.
    Any,
    /// One of these.
    Tags(Vec<String>),
}

/// The tag of an instance whose record has that version.
pub(crate) fn tag(version: u64) -> String {
    format!("\"{version}\"")
}

impl<S: Sync> FromRequestParts<S> for Precondition {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Refused> {
        Self::read(&parts.headers)
    }
}

impl Precondition {
    fn read(headers: &HeaderMap) -> Result<Self, Refused> {
        let matches = match field(headers, &header::IF_MATCH)? {
            Some(field) => Some(Wanted::read(&field)?),
            None => None,
        };
        let must_be_absent = match field(headers, &header::IF_NONE_MATCH)? {
            Some(field) if field.trim() == "*" => true,
            Some(_) => {
                let message = "`If-None-Match` of a change is `*`: only if it is not there";
                return Err(Refused::bad_request(message));
            }
            None => false,
        };
        Ok(Self {
            matches,
            must_be_absent,
        })
    }

    /// Refused (412) where the instance is in another state than the change is meant for, and (428)
    /// where the change says nothing of that, although it is about something in production.
    ///
    /// `names_a_plan`: whether the change names what it does, which says more than a tag.
    pub(crate) fn must_hold(
        &self,
        id: &InstanceId,
        current: Option<&Instance>,
        (environment, names_a_plan): (&Environment, bool),
    ) -> Result<(), Refused> {
        let present = current.filter(|it| it.status != InstanceStatus::Destroyed);
        let Some(instance) = present else {
            return match self.matches {
                Some(_) => Err(Refused::moved(format!("`{id}` is not there"))),
                None => Ok(()),
            };
        };
        if self.must_be_absent {
            return Err(Refused::moved(format!("`{id}` is there already")));
        }
        match &self.matches {
            Some(Wanted::Any) => Ok(()),
            Some(Wanted::Tags(tags)) => {
                let now = tag(instance.version);
                if tags.contains(&now) {
                    return Ok(());
                }
                let message = format!("`{id}` has changed: its ETag is {now} now");
                Err(Refused::moved(message))
            }
            None if environment.spec.production && !names_a_plan => {
                Err(Refused::unconditional(format!(
                    "`{id}` serves production: say which state of it you mean, with `If-Match` and \
                     its ETag, or the plan of a preview; `If-Match: *` means whatever is there"
                )))
            }
            None => Ok(()),
        }
    }
}

impl Wanted {
    fn read(field: &str) -> Result<Self, Refused> {
        if field.trim() == "*" {
            return Ok(Self::Any);
        }
        let tags = field.split(',').map(str::trim).map(|tag| {
            let opaque = tag.strip_prefix("W/").unwrap_or(tag);
            let inner = opaque
                .strip_prefix('"')
                .and_then(|rest| rest.strip_suffix('"'));
            match inner {
                // What is only weakly the same never matches here (section 8.8.3.2).
                Some(inner) if !inner.contains('"') => Ok(tag.to_owned()),
                _ => Err(Refused::bad_request(
                    "`If-Match` is `*` or ETags in quotation marks, as `GET` gave them",
                )),
            }
        });
        tags.collect::<Result<_, _>>().map(Self::Tags)
    }
}

/// The field's value; of one that is sent more than once, all values (RFC 9110, section 5.3).
fn field(headers: &HeaderMap, name: &HeaderName) -> Result<Option<String>, Refused> {
    let values = headers.get_all(name).iter().map(HeaderValue::to_str);
    let values: Result<Vec<&str>, _> = values.collect();
    let values =
        values.map_err(|_| Refused::bad_request(format!("`{name}` is not printable ASCII")))?;
    Ok((!values.is_empty()).then(|| values.join(",")))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn read(name: &HeaderName, values: &[&str]) -> Result<Precondition, Refused> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(name.clone(), HeaderValue::from_str(value).unwrap());
        }
        Precondition::read(&headers)
    }

    #[test]
    fn tags_are_read_as_the_rfc_writes_them() {
        let tags = |tags: &[&str]| {
            let tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
            Some(Wanted::Tags(tags))
        };
        for (values, expected) in [
            (&[][..], None),
            (&["*"], Some(Wanted::Any)),
            (&[" * "], Some(Wanted::Any)),
            (&["\"7\""], tags(&["\"7\""])),
            (&["\"7\", W/\"8\""], tags(&["\"7\"", "W/\"8\""])),
            (&["\"7\"", "\"9\""], tags(&["\"7\"", "\"9\""])),
        ] {
            let found = read(&header::IF_MATCH, values).unwrap();
            assert_eq!(found.matches, expected, "{values:?}");
        }
    }

    #[test]
    fn what_is_no_tag_is_refused() {
        for bad in ["", "7", "\"7", "7\"", "\"7\",", "\"a\"b\"", "*, \"7\""] {
            assert!(read(&header::IF_MATCH, &[bad]).is_err(), "{bad}");
        }
        for bad in ["", "\"7\"", "**"] {
            assert!(read(&header::IF_NONE_MATCH, &[bad]).is_err(), "{bad}");
        }
        assert!(read(&header::IF_NONE_MATCH, &["*"]).unwrap().must_be_absent);
    }
}
