//! What expressions read: an event and an instance, turned into CEL's values when first asked for.

use std::collections::HashMap;
use std::sync::OnceLock;

use cel::Value as Cel;
use cel::common::types::CelNull;
use cel::common::value::{CowVal, Val};
use cel::context::VariableResolver;
use groundplane_model::{Event, Life};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// How large some data is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Size {
    /// The length of the longest list or mapping.
    pub(super) items: u64,
    /// About how many bytes of JSON it is.
    pub(super) bytes: u64,
}

impl Size {
    const fn with(self, other: Self) -> Self {
        let items = if self.items > other.items {
            self.items
        } else {
            other.items
        };
        Self {
            items,
            bytes: self.bytes.saturating_add(other.bytes),
        }
    }
}

/// A value with its size.
#[derive(Debug)]
struct Sized {
    value: Box<dyn Val>,
    size: Size,
}

/// An event in the forms that patterns and filters need; made once for all instances.
#[derive(Debug)]
pub(crate) struct EventData {
    /// The envelope as JSON.
    pub(crate) json: Value,
    lazy: OnceLock<Sized>,
}

impl EventData {
    pub(crate) fn new(event: &Event) -> Self {
        Self {
            // INVARIANT: an event is a plain struct with string keys, which always serialises.
            json: serde_json::to_value(event).unwrap_or_default(),
            lazy: OnceLock::new(),
        }
    }

    fn sized(&self) -> &Sized {
        self.lazy.get_or_init(|| {
            let mut fields = self.json.as_object().cloned().unwrap_or_default();
            if let Some(detail_type) = fields.get("detail-type").cloned() {
                fields.insert("detailType".to_owned(), detail_type);
            }
            Sized::of(&Value::Object(fields))
        })
    }
}

/// The facts of one evaluation.
#[derive(Debug)]
pub(crate) struct Facts<'a> {
    event: Option<&'a EventData>,
    life: &'a Life,
    now: Timestamp,
    instance: OnceLock<Sized>,
}

impl<'a> Facts<'a> {
    pub(crate) fn new(life: &'a Life, event: Option<&'a EventData>, now: Timestamp) -> Self {
        Self {
            event,
            life,
            now,
            instance: OnceLock::new(),
        }
    }

    fn instance(&self) -> &Sized {
        self.instance
            .get_or_init(|| Sized::of(&instance(self.life, self.now)))
    }

    /// How large the data of these variables is. What is not named is never made.
    pub(super) fn size(&self, variables: &[&str]) -> Size {
        let sizes = variables.iter().filter_map(|name| self.variable(name));
        sizes.fold(Size::default(), |sum, found| sum.with(found.size))
    }

    fn variable(&self, name: &str) -> Option<&Sized> {
        match name {
            "instance" => Some(self.instance()),
            "event" => self.event.map(EventData::sized),
            _ => None,
        }
    }
}

impl VariableResolver for Facts<'_> {
    fn resolve<'b>(&'b self, variable: &str) -> Option<CowVal<'b, 'b>> {
        let found = self.variable(variable)?;
        Some(CowVal::Borrowed(found.value.as_ref()))
    }
}

fn instance(life: &Life, now: Timestamp) -> Value {
    let stayed = now.duration_since(life.entered_at).as_secs().max(0);
    json!({
        "tenant": life.tenant,
        "id": life.instance,
        "service": life.instance.service(),
        "environment": life.instance.environment(),
        "lifecycle": life.lifecycle,
        "labels": life.labels,
        "parameters": life.parameters,
        "state": life.state,
        "secondsInState": stayed,
    })
}

impl Sized {
    fn of(value: &Value) -> Self {
        let mut measure = Measure(Size::default());
        let value = measure.cel(value);
        Self {
            // INVARIANT: what comes from JSON has no value that the evaluator cannot hold.
            value: Box::<dyn Val>::try_from(value).unwrap_or_else(|_| Box::new(CelNull)),
            size: measure.0,
        }
    }
}

struct Measure(Size);

impl Measure {
    /// INVARIANT: recursion follows JSON, which was read with a bounded depth.
    fn cel(&mut self, value: &Value) -> Cel {
        self.count(0, 4);
        match value {
            Value::Null => Cel::Null,
            Value::Bool(truth) => Cel::Bool(*truth),
            // All whole numbers are of one kind, so that they can be compared with literals.
            Value::Number(number) => number
                .as_i64()
                .map_or_else(|| Cel::Float(number.as_f64().unwrap_or(f64::NAN)), Cel::Int),
            Value::String(text) => {
                self.count(0, text.len());
                Cel::from(text.as_str())
            }
            Value::Array(items) => {
                self.count(items.len(), 0);
                let items: Vec<_> = items.iter().map(|item| self.cel(item)).collect();
                Cel::from(items)
            }
            Value::Object(fields) => self.map(fields),
        }
    }

    fn map(&mut self, fields: &Map<String, Value>) -> Cel {
        self.count(fields.len(), fields.keys().map(String::len).sum());
        let fields: HashMap<String, Cel> = fields
            .iter()
            .map(|(name, field)| (name.clone(), self.cel(field)))
            .collect();
        Cel::from(fields)
    }

    fn count(&mut self, items: usize, bytes: usize) {
        let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        self.0.items = self.0.items.max(number(items));
        self.0.bytes = self.0.bytes.saturating_add(number(bytes));
    }
}
