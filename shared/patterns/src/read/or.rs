//! `$or`: objects of which one must match.

use serde_json::{Map, Value};

use super::{OR, Place, Reader};

/// The most combinations that the lists of a pattern may make together. Source: "Matching using
/// `$or`" in the user guide.
pub(super) const COMBINATIONS: usize = 1_000;

/// Names that are no fields inside of `$or`: with one of them, `$or` itself is a field. Some are
/// of operators that AWS has set aside for later. Source: Event Ruler.
pub(super) const RESERVED: [&str; 24] = [
    "exactly",
    "equals-ignore-case",
    "prefix",
    "suffix",
    "anything-but",
    "exists",
    "wildcard",
    "numeric",
    "cidr",
    "=",
    "<",
    "<=",
    ">",
    ">=",
    "regex",
    "not-wildcard",
    "not-equals-ignore-case",
    "date-after",
    "date-on-or-after",
    "date-before",
    "date-on-or-before",
    "in-date-range",
    "ip-address-in-range",
    "ip-address-not-in-range",
];

/// The lengths of all `$or` lists, multiplied.
pub(super) fn combinations(fields: &Map<String, Value>, depth: usize) -> usize {
    let Some(depth) = depth.checked_sub(1) else {
        return 1;
    };
    let mut product: usize = 1;
    let mut times = |count: usize| {
        product = product.saturating_mul(count);
        product <= COMBINATIONS
    };
    for (key, value) in fields {
        let listed = value.as_array().filter(|_| key == OR);
        let items = listed.map_or_else(|| std::slice::from_ref(value), Vec::as_slice);
        let objects = items.iter().filter_map(Value::as_object);
        let mut within = objects.map(|object| combinations(object, depth));
        if !times(items.len().max(1)) || !within.all(&mut times) {
            break;
        }
    }
    product
}

impl Reader {
    /// Reads what stands behind `$or` in `place`.
    pub(super) fn or(&mut self, value: &Value, place: &Place) {
        let pointer = format!("{}/{OR}", place.pointer);
        let Value::Array(objects) = value else {
            return self.mistake(&pointer, "`$or` must be a list of objects");
        };
        if objects.len() < 2 {
            self.mistake(&pointer, "`$or` must have at least two objects");
        }
        let before = std::mem::take(&mut self.alternatives);
        let mut after = Vec::new();
        for (number, object) in objects.iter().enumerate() {
            let place = place.alternative(number);
            self.alternatives.clone_from(&before);
            match object.as_object() {
                Some(fields) => self.object(fields, &place),
                None => self.mistake(&place.pointer, "`$or` must be a list of objects"),
            }
            after.append(&mut self.alternatives);
        }
        self.alternatives = after;
    }
}
