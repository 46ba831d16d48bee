//! What a request says about an event source.

use groundplane_model::{
    EventSource, EventSourceName, Principal, Problem, SourceAuth, UnknownWord, WebhookFormat,
};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

/// The settings of an event source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ToSchema)]
#[schema(as = EventSourceSettings)]
pub(crate) struct Settings {
    pub(super) format: WebhookFormat,
    pub(super) auth: SourceAuth,
}

const FIELDS: [&str; 2] = ["format", "auth"];

impl Settings {
    /// Reads them from data.
    ///
    /// # Errors
    /// Everything that is wrong with them, each with its place.
    pub(super) fn read(value: &Value) -> Result<Self, Vec<Problem>> {
        let Value::Object(fields) = value else {
            let message = "it must be an object with `format` and `auth`";
            return Err(vec![Problem::error("", message)]);
        };
        let unknown = fields
            .keys()
            .filter(|name| !FIELDS.contains(&name.as_str()));
        let mut problems: Vec<Problem> = unknown
            .map(|name| {
                let pointer = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
                let shown: String = name
                    .chars()
                    .take(60)
                    .flat_map(char::escape_default)
                    .collect();
                let message = format!("`{shown}` is not a setting of an event source");
                Problem::error(pointer, message).with_hint("there are `format` and `auth`")
            })
            .collect();
        let format: Option<WebhookFormat> = word(value, "format", &mut problems);
        let auth: Option<SourceAuth> = word(value, "auth", &mut problems);
        if let (Some(format), Some(SourceAuth::Signature)) = (format, auth)
            && !format.can_sign()
        {
            let message = format!("what sends `{format}` cannot sign");
            let hint = "use `bearer` or `basic`";
            problems.push(Problem::error("/auth", message).with_hint(hint));
        }
        match format.zip(auth) {
            Some((format, auth)) if problems.is_empty() => Ok(Self { format, auth }),
            _ => Err(problems),
        }
    }

    /// A source with these settings that does not have a secret yet.
    pub(super) fn register(
        self,
        name: EventSourceName,
        by: &Principal,
        now: Timestamp,
    ) -> EventSource {
        EventSource {
            name,
            tenant: by.tenant.clone(),
            format: self.format,
            auth: self.auth,
            current: None,
            previous: None,
            changing_since: None,
            rotated_at: None,
            created_at: now,
            created_by: by.subject.clone(),
            updated_at: now,
            updated_by: by.subject.clone(),
            version: 0,
        }
    }
}

/// A field that holds one of a few words.
fn word<W: std::str::FromStr<Err = UnknownWord>>(
    value: &Value,
    name: &str,
    problems: &mut Vec<Problem>,
) -> Option<W> {
    let problem = match value.get(name) {
        None => format!("`{name}` is missing"),
        Some(Value::String(text)) => match text.parse() {
            Ok(word) => return Some(word),
            Err(unknown) => unknown.to_string(),
        },
        Some(_) => format!("`{name}` must be a text"),
    };
    problems.push(Problem::error(format!("/{name}"), problem));
    None
}

/// How many hours the secret before stays valid.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Hours(i64);

impl TryFrom<String> for Hours {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let most = EventSource::LONGEST_OVERLAP.as_hours();
        let hours = text.parse().ok().filter(|hours| (0..=most).contains(hours));
        hours
            .map(Self)
            .ok_or_else(|| format!("`{text}` is not a number of hours from 0 to {most}"))
    }
}

impl From<Hours> for SignedDuration {
    fn from(hours: Hours) -> Self {
        Self::from_hours(hours.0)
    }
}
