//! Operators, with a value that matches and one that does not.

use serde_json::{Value, json};

/// Numbers that look random and are the same each time (splitmix64).
pub(super) struct Draw(u64);

impl Draw {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(super) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end).unwrap()).unwrap()
    }

    pub(super) fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    /// A text that is likely to be drawn again.
    fn text(&mut self) -> String {
        const PARTS: [&str; 9] = ["web", "Api", "-", "us-", "*", ".png", "é", "\\", "ß"];
        let mut text = String::new();
        for _ in 0..1 + self.below(3) {
            text.push_str(PARTS[self.below(PARTS.len())]);
        }
        text
    }

    fn number(&mut self) -> Value {
        let whole = i64::try_from(self.below(40)).unwrap() - 20;
        match self.below(4) {
            0 => json!(whole as f64),
            1 => json!(whole as f64 + 0.25),
            2 => json!(whole as f64 + 0.000_001),
            _ => json!(whole),
        }
    }

    pub(super) fn scalar(&mut self) -> Value {
        match self.below(6) {
            0 => Value::Null,
            1 => json!(self.one_in(2)),
            2 => self.number(),
            3 => json!({}),
            4 => json!([]),
            _ => json!(self.text()),
        }
    }
}

/// An alternative, what matches it, and what does not; none is a field that is not there.
type Drawn = (Value, Option<Value>, Option<Value>);

/// The operator of this kind.
pub(super) fn operator(draw: &mut Draw, kind: usize) -> Drawn {
    let text = draw.text();
    match kind % 8 {
        0 => exact(draw),
        1 => affix(draw, &text),
        2 => ignoring_case(draw, &text),
        3 => wildcard(draw, &text),
        4 => anything_but(draw, &text),
        5 => numeric(draw),
        6 => exists(draw, &text),
        _ => cidr(draw),
    }
}

fn drawn(operator: Value, matching: impl Into<Value>, other: impl Into<Value>) -> Drawn {
    (operator, Some(matching.into()), Some(other.into()))
}

fn exact(draw: &mut Draw) -> Drawn {
    let (one, other) = (draw.text(), draw.text());
    let number = draw.number();
    match draw.below(7) {
        0 => drawn(number.clone(), number.as_f64().unwrap(), number.to_string()),
        1 => drawn(Value::Null, Value::Null, "null"),
        2 => drawn(json!(true), true, 1),
        3 => drawn(json!(""), "", Value::Null),
        4 => drawn(json!({ "exactly": one }), one, other),
        5 => drawn(
            json!(111_122_223_333_u64),
            111_122_223_333_u64,
            111_122_223_334_u64,
        ),
        _ => drawn(json!(one), one, other),
    }
}

fn affix(draw: &mut Draw, text: &str) -> Drawn {
    let more = draw.text();
    match draw.below(5) {
        0 => drawn(json!({ "prefix": text }), format!("{text}{more}"), more),
        1 => drawn(json!({ "suffix": text }), format!("{more}{text}"), more),
        2 => drawn(json!({ "prefix": "" }), more, 5),
        3 => drawn(json!({ "suffix": "" }), "", Value::Null),
        _ => drawn(json!({ "prefix": text }), text, text.to_uppercase()),
    }
}

fn ignoring_case(draw: &mut Draw, text: &str) -> Drawn {
    let more = draw.text();
    let upper = text.to_uppercase();
    let inner = json!({ "equals-ignore-case": text });
    match draw.below(4) {
        0 => drawn(json!({ "prefix": inner }), format!("{upper}{more}"), more),
        1 => drawn(json!({ "suffix": inner }), format!("{more}{upper}"), more),
        2 => drawn(inner, upper, more),
        _ => drawn(inner, text.to_lowercase(), format!("{text}x")),
    }
}

/// The text as a wildcard that stands for itself only.
fn literal(text: &str) -> String {
    text.replace('\\', "\\\\").replace('*', "\\*")
}

fn wildcard(draw: &mut Draw, text: &str) -> Drawn {
    let (left, middle) = (draw.text(), draw.text());
    let asked = literal(text);
    match draw.below(5) {
        0 => drawn(json!({ "wildcard": asked }), text, format!("{text}x")),
        1 => drawn(
            json!({ "wildcard": format!("{asked}*") }),
            format!("{text}{left}"),
            left,
        ),
        2 => drawn(
            json!({ "wildcard": format!("*{asked}") }),
            format!("{left}{text}"),
            left,
        ),
        3 => drawn(json!({ "wildcard": "*" }), left, 7),
        _ => drawn(
            json!({ "wildcard": format!("{}*{asked}*{}", literal(&left), literal(&middle)) }),
            format!("{left}x{text}{middle}"),
            format!("{left}{text}"),
        ),
    }
}

fn anything_but(draw: &mut Draw, text: &str) -> Drawn {
    let other = draw.text();
    let number = draw.number();
    let but = |operand: Value| json!({ "anything-but": operand });
    let free = format!("0{text}0");
    match draw.below(10) {
        0 => drawn(but(json!(text)), free, text),
        1 => drawn(but(json!([text, other])), free, other),
        2 => drawn(but(number.clone()), number.to_string(), number),
        3 => drawn(but(json!([number, 99])), 98.5, 99.0),
        4 => drawn(
            but(json!({ "prefix": text })),
            free,
            format!("{text}{other}"),
        ),
        5 => drawn(
            but(json!({ "suffix": [text, other] })),
            free,
            format!("x{other}"),
        ),
        6 => drawn(
            but(json!({ "equals-ignore-case": text })),
            free,
            text.to_uppercase(),
        ),
        7 => drawn(
            but(json!({ "wildcard": format!("*{}", literal(text)) })),
            1,
            text,
        ),
        8 => drawn(but(json!({ "wildcard": ["a*", "*b"] })), "ba", "xb"),
        _ => (
            but(json!({ "prefix": [text, other] })),
            Some(Value::Null),
            None,
        ),
    }
}

fn numeric(draw: &mut Draw) -> Drawn {
    let number = draw.number();
    let value = number.as_f64().unwrap();
    // Rounded, since a bound has at most six decimals.
    let top = ((value + 5.0) * 1e6).round() / 1e6;
    let compared = |operand: Value| json!({ "numeric": operand });
    match draw.below(7) {
        0 => drawn(compared(json!(["=", number])), value, value + 1.0),
        1 => drawn(compared(json!([">", number])), top, value),
        2 => drawn(compared(json!([">=", number])), value, value - 1.0),
        3 => drawn(compared(json!(["<", top])), value, top),
        4 => drawn(compared(json!(["<=", number])), value, number.to_string()),
        5 => drawn(compared(json!([">", number, "<=", top])), top, value),
        _ => drawn(compared(json!([">=", number, "<", top])), value, top),
    }
}

fn exists(draw: &mut Draw, text: &str) -> Drawn {
    let wanted = json!({ "exists": true });
    let unwanted = json!({ "exists": false });
    match draw.below(6) {
        0 => (wanted, Some(json!(text)), None),
        1 => (wanted, Some(Value::Null), Some(json!({}))),
        2 => (wanted, Some(json!([text])), Some(json!([]))),
        3 => (unwanted, None, Some(json!(text))),
        4 => (unwanted, Some(json!({ "inner": 1 })), Some(Value::Null)),
        _ => (unwanted, Some(json!([])), Some(json!([[0]]))),
    }
}

fn cidr(draw: &mut Draw) -> Drawn {
    let block = |block: &str| json!({ "cidr": block });
    let octet = draw.below(256);
    match draw.below(6) {
        0 => drawn(
            block("10.0.0.0/24"),
            format!("10.0.0.{octet}"),
            format!("10.0.1.{octet}"),
        ),
        1 => drawn(block("10.0.0.77/8"), format!("10.{octet}.0.1"), "11.0.0.1"),
        2 => drawn(block("0.0.0.0/0"), format!("{octet}.1.2.3"), "1.2.3"),
        3 => drawn(
            block("2001:db8::/32"),
            format!("2001:DB8::{octet:x}"),
            "2001:db9::1",
        ),
        4 => drawn(block("::/0"), "::1", "10.0.0.1"),
        _ => drawn(block("192.168.0.0/31"), "192.168.0.1", 3_232_235_521_u64),
    }
}
