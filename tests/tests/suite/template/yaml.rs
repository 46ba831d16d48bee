//! YAML of a template as the JSON that CloudFormation makes of it: short forms are written out
//! (<https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html>).

use saphyr_parser::{Event, Parser, ScalarStyle, Tag};
use serde_json::{Map, Value, json};

type Events<'t> = Box<dyn Iterator<Item = Event<'t>> + 't>;

/// Reads a template.
pub(super) fn read(text: &str) -> Value {
    let events = Parser::new_from_str(text).map(|event| event.unwrap().0);
    let is_content = |event: &Event<'_>| {
        !matches!(
            event,
            Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd | Event::StreamEnd
        )
    };
    let mut events: Events<'_> = Box::new(events.filter(is_content));
    let first = events.next().unwrap();
    node(first, &mut events)
}

fn node<'t>(event: Event<'t>, events: &mut Events<'t>) -> Value {
    match event {
        Event::Scalar(text, style, _, tag) => {
            let is_plain = style == ScalarStyle::Plain && tag.is_none();
            let value = match is_plain {
                true => plain(&text),
                false => json!(text),
            };
            tagged(tag.as_deref(), value)
        }
        Event::SequenceStart(_, tag) => {
            let mut items = Vec::new();
            while let Some(event) = events.next().filter(|it| *it != Event::SequenceEnd) {
                items.push(node(event, events));
            }
            tagged(tag.as_deref(), Value::Array(items))
        }
        Event::MappingStart(_, tag) => {
            let mut fields = Map::new();
            while let Some(Event::Scalar(key, ..)) = events.next() {
                let first = events.next().unwrap();
                fields.insert(key.into_owned(), node(first, events));
            }
            tagged(tag.as_deref(), Value::Object(fields))
        }
        other @ (Event::Nothing
        | Event::StreamStart
        | Event::StreamEnd
        | Event::DocumentStart(_)
        | Event::DocumentEnd
        | Event::Alias(_)
        | Event::SequenceEnd
        | Event::MappingEnd) => panic!("a template has no {other:?}"),
    }
}

fn plain(text: &str) -> Value {
    match text {
        "true" => json!(true),
        "false" => json!(false),
        _ => text
            .parse::<i64>()
            .map_or_else(|_| json!(text), Value::from),
    }
}

/// `!Ref X`, `!GetAtt X.Y` and `!Other X`, written out.
fn tagged(tag: Option<&Tag>, value: Value) -> Value {
    match tag.map(|tag| tag.suffix.as_str()) {
        None => value,
        Some("Ref") => json!({"Ref": value}),
        Some("Condition") => json!({"Condition": value}),
        Some("GetAtt") => {
            let parts = value.as_str().and_then(|text| text.split_once('.'));
            let parts = parts.map(|(name, attribute)| json!([name, attribute]));
            json!({"Fn::GetAtt": parts.unwrap_or(value)})
        }
        Some(other) => json!({ (format!("Fn::{other}")): value }),
    }
}
