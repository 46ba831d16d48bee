//! Pools from data that anyone may have written: everything that is not as it should be is found
//! at once.

use groundplane_model::Problem;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{LengthsDraft, PoolDraft, PoolSpec};

const FIELDS: [&str; 7] = [
    "cidr",
    "space",
    "parent",
    "allowedLengths",
    "reserved",
    "tags",
    "subnetId",
];
const LENGTHS: [&str; 2] = ["min", "max"];

impl PoolDraft {
    /// Reads and checks the settings of a pool.
    ///
    /// # Errors
    /// Everything that is wrong with them; pointers start at the settings.
    pub fn read(value: &Value) -> Result<PoolSpec, Vec<Problem>> {
        let Value::Object(fields) = value else {
            return Err(vec![Problem::error("", "a pool is an object with `cidr`")]);
        };
        let mut reader = Reader::default();
        reader.expect_known(fields, "", &FIELDS);
        let lengths = match fields.get("allowedLengths") {
            Some(Value::Object(lengths)) => {
                reader.expect_known(lengths, "/allowedLengths", &LENGTHS);
                LengthsDraft {
                    min: reader.field(lengths, "/allowedLengths", ("min", "a number")),
                    max: reader.field(lengths, "/allowedLengths", ("max", "a number")),
                }
            }
            None | Some(Value::Null) => LengthsDraft::default(),
            Some(_) => {
                reader.refuse("/allowedLengths", "`allowedLengths` is an object");
                LengthsDraft::default()
            }
        };
        let draft = Self {
            cidr: reader.required(fields, "cidr"),
            space: reader.field(fields, "", ("space", "a text")),
            parent: reader.field(fields, "", ("parent", "a text")),
            allowed_lengths: lengths,
            reserved: reader
                .field(fields, "", ("reserved", "a list of blocks"))
                .unwrap_or_default(),
            tags: reader
                .field(fields, "", ("tags", "an object of texts"))
                .unwrap_or_default(),
            subnet_id: reader.field(fields, "", ("subnetId", "a text")),
        };
        reader.with(draft.check())
    }
}

#[derive(Default)]
struct Reader {
    problems: Vec<Problem>,
}

impl Reader {
    fn refuse(&mut self, pointer: &str, message: impl Into<String>) {
        self.problems.push(Problem::error(pointer, message));
    }

    fn expect_known(&mut self, fields: &Map<String, Value>, at: &str, known: &[&str]) {
        for name in fields.keys().filter(|name| !known.contains(&name.as_str())) {
            let shown: String = name
                .chars()
                .take(80)
                .flat_map(char::escape_default)
                .collect();
            let pointer = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
            let problem = Problem::error(pointer, format!("a pool has no field `{shown}`"));
            let near = known
                .iter()
                .map(|field| (strsim::damerau_levenshtein(field, name), field))
                .min()
                .filter(|(distance, _)| *distance <= 3);
            self.problems.push(match near {
                Some((_, field)) => problem.with_hint(format!("did you mean `{field}`?")),
                None => problem,
            });
        }
    }

    fn required(&mut self, fields: &Map<String, Value>, name: &str) -> String {
        if fields.get(name).is_none_or(Value::is_null) {
            self.refuse(&format!("/{name}"), format!("a pool needs `{name}`"));
        }
        self.field(fields, "", (name, "a text")).unwrap_or_default()
    }

    /// What a field says, if it says something that can be read.
    fn field<T: DeserializeOwned>(
        &mut self,
        fields: &Map<String, Value>,
        at: &str,
        (name, what): (&str, &str),
    ) -> Option<T> {
        let value = fields.get(name).filter(|value| !value.is_null())?;
        let read = serde_json::from_value(value.clone());
        if read.is_err() {
            self.refuse(&format!("{at}/{name}"), format!("`{name}` is {what}"));
        }
        read.ok()
    }

    /// The problems of reading with those of checking, except that what could not be read is not
    /// checked.
    fn with(self, checked: Result<PoolSpec, Vec<Problem>>) -> Result<PoolSpec, Vec<Problem>> {
        let mut problems = self.problems;
        let is_known = |problem: &Problem| {
            problems
                .iter()
                .any(|known| problem.pointer.starts_with(&known.pointer))
        };
        match checked {
            Ok(spec) if problems.is_empty() => Ok(spec),
            Ok(_) => Err(problems),
            Err(more) => {
                let more: Vec<Problem> = more.into_iter().filter(|p| !is_known(p)).collect();
                problems.extend(more);
                Err(problems)
            }
        }
    }
}

#[cfg(test)]
#[path = "reading_tests.rs"]
mod tests;
