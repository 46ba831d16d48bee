//! The lifecycle of instances whose spec names none.

use std::sync::LazyLock;

use groundplane_model::{LifecycleRef, LifecycleSpec};

use crate::{Definition, Workflows};

/// The spec of `lifecycles/default.yaml` with every default; a test holds the two together.
const SPEC: &str = include_str!("../lifecycles/default.json");
/// Its name and version, as in the document.
const REFERENCE: &str = "default@1.0.0";

static BUILT_IN: LazyLock<(LifecycleRef, LifecycleSpec, Definition)> = LazyLock::new(read);

/// The built-in lifecycle: its name and version, its spec, and the same compiled.
#[must_use]
pub fn built_in() -> (
    &'static LifecycleRef,
    &'static LifecycleSpec,
    &'static Definition,
) {
    let (reference, spec, definition) = &*BUILT_IN;
    (reference, spec, definition)
}

#[expect(
    clippy::expect_used,
    reason = "the document is compiled in, and a test reads and compiles it"
)]
fn read() -> (LifecycleRef, LifecycleSpec, Definition) {
    let reference = LifecycleRef::parse(REFERENCE).expect("the reference is valid");
    let spec = serde_json::from_str(SPEC).expect("the spec is valid");
    let definition = Definition::parse(&spec, &Workflows::own()).expect("the lifecycle is sound");
    (reference, spec, definition)
}

#[cfg(test)]
mod tests;
