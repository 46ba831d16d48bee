//! What there is to know about one field of a document.

use groundplane_model::Documentation;
use groundplane_spec::{Fact, Field};

use super::table;

/// What the field is, what it may be, and what is below it.
pub(crate) fn text(kind: &str, field: &Field, documentation: &Documentation) -> String {
    let mut text = match field.pointer.as_str() {
        "" => format!("{kind}\n"),
        pointer => format!("{kind} {pointer}\n"),
    };
    if !field.description.is_empty() {
        text.push_str(&format!("\n{}\n", field.description));
    }
    let fact = |fact: &Fact| vec![fact.about.to_owned(), fact.says.clone()];
    let facts: Vec<_> = field.facts.iter().map(fact).collect();
    if !facts.is_empty() {
        text.push_str(&format!("\n{}", table::aligned("  ", &facts)));
    }
    let below = field.fields.iter();
    let below: Vec<_> = below
        .map(|field| vec![field.name.clone(), field.description.clone()])
        .collect();
    if !below.is_empty() {
        text.push_str(&format!("\nbelow it\n{}", table::aligned("  ", &below)));
    }
    text.push_str(&format!("\nmore in {}\n", documentation.page));
    text
}

#[cfg(test)]
mod tests {
    use groundplane_spec::{Kind, documentation, field};

    use super::*;

    fn rendered(kind: Kind, pointer: &str) -> String {
        let field = field(kind, pointer).unwrap();
        text(kind.as_str(), &field, &documentation(kind, pointer))
    }

    #[test]
    fn a_field_is_shown_with_all_that_is_known_of_it() {
        assert_eq!(
            rendered(Kind::Service, "/spec/compute/port"),
            "Service /spec/compute/port\n\nThe port that the container listens on.\n\n  \
             type     integer\n  bounds   1 to 65535\n  default  `80`\n  example  `8080`\n\n\
             more in docs/reference/service.md#spec-compute-port\n"
        );
    }

    #[test]
    fn what_is_below_a_field_is_listed() {
        let text = rendered(Kind::Service, "/spec/compute");
        assert!(text.contains("\nbelow it\n  image "), "{text}");
        assert!(text.contains("\n  port "), "{text}");
    }

    #[test]
    fn the_whole_document_is_a_field_too() {
        let text = rendered(Kind::Resolver, "");
        assert!(text.starts_with("Resolver\n\n"), "{text}");
        assert!(
            text.ends_with("more in docs/reference/resolver.md\n"),
            "{text}"
        );
    }
}
