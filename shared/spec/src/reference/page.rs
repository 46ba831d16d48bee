//! A kind of document as a page of Markdown: every field with its description and its facts, each at
//! a place of its own that problems point to.

use serde_json::Value;

use super::{Field, Place, name_of_anchor};
use crate::schema::{Kind, Schema};

/// The page `docs/reference/<kind>.md`.
#[must_use]
pub fn reference_page(kind: Kind) -> String {
    let root = Place::root(Schema::of(kind));
    let mut page = format!(
        "# {kind}\n\n{}\n\nWritten from the schemas: `groundplane schema {kind} POINTER` prints the \
         same of one field. `*` stands for any item of a list and any name of a mapping.\n",
        root.description()
    );
    write_below(&root, &mut Vec::new(), &mut page);
    page
}

/// `around` has the parts that the place is in: a part that holds itself is described once.
fn write_below<'a>(place: &Place<'a>, around: &mut Vec<&'a Value>, page: &mut String) {
    let own = place.schema.applied(place.part).last();
    let own = own.unwrap_or(place.part);
    if around.iter().any(|part| std::ptr::eq(*part, own)) {
        return;
    }
    around.push(own);
    for child in place
        .names()
        .into_iter()
        .filter_map(|name| place.child(name))
    {
        page.push_str(&section(&child.field(), child.depth));
        write_below(&child, around, page);
    }
    around.pop();
}

fn section(field: &Field, depth: usize) -> String {
    let heading = if depth <= 2 { "##" } else { "###" };
    let mut text = format!(
        "\n<a id=\"{}\"></a>\n\n{heading} `{}`\n",
        name_of_anchor(&field.pointer),
        field.pointer
    );
    if !field.description.is_empty() {
        text.push_str(&format!("\n{}\n", field.description));
    }
    if !field.facts.is_empty() {
        text.push('\n');
    }
    for fact in &field.facts {
        text.push_str(&format!("- {}: {}\n", fact.about, fact.says));
    }
    text
}
