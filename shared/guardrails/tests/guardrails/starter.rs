//! The rules that Groundplane brings, read once for all tests.

use std::sync::LazyLock;

use groundplane_guardrails::Guardrails;

pub(crate) static STARTER: LazyLock<Guardrails> = LazyLock::new(|| Guardrails::starter().unwrap());
