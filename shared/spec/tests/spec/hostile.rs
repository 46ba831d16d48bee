//! Input that is meant to do harm, or might as well be: refused in bounded time, never a panic.

use groundplane_spec::{
    MAX_BYTES, MAX_DEPTH, MAX_NODES, MAX_PROBLEMS, parse, parse_all, parse_bytes, validate,
};
use proptest::prelude::*;

const HEAD: &str = "apiVersion: groundplane.dev/v1\nkind: Service\nmetadata: {name: web-service}\n";

fn refusal(text: &str) -> String {
    let problems = parse(text)
        .and_then(|document| validate(&document).map(drop))
        .unwrap_err();
    problems.first().unwrap().to_string()
}

/// A document of `depth` mappings and lists inside each other.
fn nested(depth: usize) -> String {
    let lists = depth - 2;
    let (open, close) = ("[".repeat(lists), "]".repeat(lists));
    format!("{HEAD}spec: {{x: {open}1{close}}}\n")
}

#[test]
fn nesting_is_accepted_to_the_limit_and_refused_beyond() {
    assert!(validate(&parse(&nested(MAX_DEPTH)).unwrap()).is_ok());
    assert_eq!(
        refusal(&nested(MAX_DEPTH + 1)),
        "4:73: the document is nested deeper than 64 levels"
    );
}

#[test]
fn an_alias_to_a_single_value_costs_no_depth() {
    let text = nested(MAX_DEPTH).replace("name: web-service", "name: &n web-service");
    assert!(parse(&text.replace("[1]", "[*n]")).is_ok());
}

#[test]
fn ten_thousand_levels_are_refused_in_every_notation() {
    let deep = 10_000;
    let indented: String = (0..700)
        .map(|level| format!("{}a:\n", " ".repeat(level)))
        .collect();
    for text in [
        "[".repeat(deep),
        "{".repeat(deep),
        "{a: ".repeat(deep),
        "[{a: ".repeat(deep),
        "- ".repeat(deep),
        "? ".repeat(deep),
        format!("a: {}{}", "[".repeat(deep), "]".repeat(deep)),
        format!("{}1{}", "{\"a\":".repeat(deep), "}".repeat(deep)),
        indented,
    ] {
        assert!(parse(&text).is_err(), "{text:.20}");
    }
}

#[test]
fn aliases_that_multiply_are_refused() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..30 {
        let before = format!("*a{}", level - 1);
        let all = vec![before; 10].join(", ");
        bomb += &format!("a{level}: &a{level} [{all}]\n");
    }
    assert!(refusal(&bomb).contains(&format!("more than {MAX_NODES} values, aliases included")));
}

#[test]
fn aliases_that_repeat_a_long_text_are_refused() {
    let text = format!(
        "a: &a \"{}\"\nb: [{}]\n",
        "x".repeat(100_000),
        "*a, ".repeat(5_000)
    );
    assert!(refusal(&text).contains("bytes of text, aliases included"));
}

#[test]
fn aliases_that_nest_are_refused_at_the_depth_of_what_they_stand_for() {
    let mut tower = "a0: &a0 [x]\n".to_owned();
    for level in 1..MAX_DEPTH {
        tower += &format!("a{level}: &a{level} [*a{}]\n", level - 1);
    }
    assert!(refusal(&tower).contains("nested deeper"));
}

#[test]
fn a_document_of_two_megabytes_is_refused_by_its_size() {
    let text = format!("{HEAD}spec: {{x: \"{}\"}}\n", "y".repeat(2 * 1024 * 1024));
    assert!(refusal(&text).contains(&format!("at most {MAX_BYTES} are accepted")));
    let problems = parse_bytes(text.as_bytes()).unwrap_err();
    assert!(problems[0].message.contains("bytes"));
}

#[test]
fn more_values_than_the_budget_are_refused_before_they_are_kept() {
    let text = format!("{HEAD}spec: {{x: [{}]}}\n", "1,".repeat(MAX_NODES));
    assert!(refusal(&text).contains("more than 20000 values"));
}

#[test]
fn ten_thousand_problems_are_reported_as_a_hundred_and_a_count() {
    let fields: String = (0..9_000).map(|n| format!("    f{n}: 1\n")).collect();
    let text = format!("{HEAD}spec:\n  storage:\n{fields}");
    let problems = validate(&parse(&text).unwrap()).unwrap_err();
    assert_eq!(problems.len(), MAX_PROBLEMS + 1);
    assert_eq!(problems.last().unwrap().message, "and 8900 more problems");
    let repeated = format!("{HEAD}{}", "spec: 1\n".repeat(9_000));
    assert_eq!(parse(&repeated).unwrap_err().len(), MAX_PROBLEMS + 1);
}

#[test]
fn ten_thousand_unknown_sections_are_warned_of_as_a_hundred_and_a_count() {
    let sections: String = (0..9_000).map(|n| format!("  s{n}: 1\n")).collect();
    let text = format!("{HEAD}spec:\n  storage: {{}}\n{sections}");
    let validated = validate(&parse(&text).unwrap()).unwrap();
    assert_eq!(validated.warnings.len(), MAX_PROBLEMS + 1);
}

#[test]
fn an_alias_to_an_earlier_document_is_refused() {
    let text = "a: &x 1\n---\nb: *x\n";
    assert!(parse_all(text).is_err());
}

#[test]
fn no_message_is_long_or_carries_a_control_character() {
    let name = "n".repeat(50_000);
    for text in [
        format!("{HEAD}spec: {{storage: {{{name}: 1}}}}"),
        format!("{HEAD}spec: {{{name}: 1}}"),
        format!("{HEAD}spec: {{storage: {{encrypted: \"\\u009b{name}\"}}}}"),
        format!("{HEAD}spec: {{storage: {name}}}"),
        format!("{HEAD}{name}: 1\n{name}: 2\n"),
        format!("kind: {name}"),
        format!("kind: !{name} x"),
        format!("a: {}", "9".repeat(50_000)),
    ] {
        let problems = parse(&text)
            .and_then(|document| validate(&document))
            .map_or_else(|problems| problems, |validated| validated.warnings);
        for problem in problems {
            assert!(problem.message.len() < 500, "{}", problem.message.len());
            assert!(problem.hint.unwrap_or_default().len() < 500);
            assert!(!problem.message.contains(char::is_control));
        }
    }
}

/// Pieces of which YAML and JSON are made, in which the parser's corners lie.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a",
        "b: ",
        "- ",
        "? ",
        ": ",
        "[",
        "]",
        "{",
        "}",
        ", ",
        "&x ",
        "*x",
        "!t ",
        "!!str ",
        "|\n",
        ">-\n",
        "'",
        "\"",
        "\\",
        "#",
        "---\n",
        "...\n",
        "%YAML 1.2\n",
        "%TAG ! x:\n",
        "\n",
        "\n  ",
        "\t",
        "\r\n",
        "<<",
        "0x1",
        "1.10",
        "~",
        "null",
        "true",
        "é",
        "\u{feff}",
        "\u{2028}",
        "\u{85}",
        "\0",
        "\\u0000",
        "@",
        "`",
        "apiVersion: groundplane.dev/v1\n",
        "kind: Service\n",
        "spec: ",
        "metadata: {name: web-service}\n",
        "compute: ",
        "storage: ",
        "image: x\n",
    ]);
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

/// Data of any shape, where the document's parts are.
fn data() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        "[ -~é\n]{0,12}".prop_map(Into::into),
    ];
    let key = prop_oneof![
        "[a-z/~ ]{0,6}",
        prop::sample::select(vec![
            "image",
            "cpu",
            "memory",
            "accessPoint",
            "environment",
            "secrets",
            "command",
            "encrypted",
            "minCapacity",
            "compute",
            "storage",
            "name",
            "labels",
        ])
        .prop_map(str::to_owned),
    ];
    leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Into::into),
            prop::collection::btree_map(key.clone(), inner, 0..6)
                .prop_map(|fields| fields.into_iter().collect::<serde_json::Map<_, _>>().into()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        let _ = parse_all(&text).map(|all| all.iter().map(validate).filter(Result::is_ok).count());
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse_bytes(&bytes).map(|document| validate(&document));
    }

    #[test]
    fn any_mixture_of_the_notations_is_read_or_refused(text in pieces()) {
        let _ = parse_all(&text).map(|all| all.iter().map(validate).filter(Result::is_ok).count());
    }

    #[test]
    fn json_is_read_as_a_json_parser_reads_it(data in data()) {
        let whole = serde_json::json!({"kind": "Service", "x": data});
        let text = serde_json::to_string_pretty(&whole).unwrap();
        let read = parse(&text).unwrap();
        // What JSON Schema takes for the same number is the same: 80.0 is 80.
        let same = |value: &serde_json::Value| {
            parse(&value.to_string()).unwrap().value().to_string()
        };
        prop_assert_eq!(read.value().to_string(), same(&whole));
        prop_assert_eq!(read.value().to_string(), same(read.value()));
    }

    #[test]
    fn any_data_is_valid_or_refused_and_defaults_are_filled_in_once(data in data(), kind in 0..3) {
        let kind = ["Service", "LandingZone", "Environment"][usize::try_from(kind).unwrap()];
        let whole = serde_json::json!({
            "apiVersion": "groundplane.dev/v1", "kind": kind, "metadata": {"name": "abc"},
            "spec": {"compute": data.clone(), "storage": data}
        });
        let document = parse(&whole.to_string()).unwrap();
        match validate(&document) {
            Err(problems) => prop_assert!(problems.iter().all(|problem| problem.position.is_some())),
            Ok(first) => {
                let groundplane_spec::ValidDocument::Service(service) = &first.document else {
                    return Ok(());
                };
                let again = validate(&parse(&service.value.to_string()).unwrap()).unwrap();
                prop_assert_eq!(&first.document, &again.document);
            }
        }
    }
}
