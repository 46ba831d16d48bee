//! What handlers take, read off their parameters.

use std::future::Future;

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::HeaderMap;
use serde_json::json;
use utoipa::ToSchema;

use super::{Gives, Sheet};
use crate::gate::Caller;
use crate::json_body::JsonBody;
use crate::precondition::Precondition;
use crate::request::{Asked, Named, Pair};
use crate::submission::{RequestKey, Submitted, WithUpload, Written};

/// A parameter of a handler.
pub(crate) trait Takes {
    /// Writes what it means to callers.
    fn describe(_sheet: &mut Sheet) {}
}

impl<S> Takes for State<S> {}
impl Takes for Caller {}
/// What is in the path is read off the path.
impl Takes for Named {}
impl Takes for Pair {}
impl Takes for HeaderMap {}
/// Bodies that are read as data are described beside the route.
impl Takes for Written {}
impl Takes for JsonBody {}
impl Takes for Result<Bytes, BytesRejection> {}

impl Takes for Submitted {
    fn describe(sheet: &mut Sheet) {
        sheet.query::<WithUpload>();
    }
}

impl<Q: ToSchema> Takes for Asked<Q> {
    fn describe(sheet: &mut Sheet) {
        sheet.query::<Q>();
    }
}

impl<A: Takes, B: Takes> Takes for (A, B) {
    fn describe(sheet: &mut Sheet) {
        A::describe(sheet);
        B::describe(sheet);
    }
}

impl Takes for RequestKey {
    fn describe(sheet: &mut Sheet) {
        let schema =
            json!({ "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$" });
        let what = "The same key with the same request gives the same answer for 24 hours.";
        sheet.header("Idempotency-Key", what, &schema);
    }
}

impl Takes for Precondition {
    fn describe(sheet: &mut Sheet) {
        let schema = json!({ "type": "string" });
        let what =
            "The `ETag` of the instance that the change is meant for; `*` for any that is there.";
        sheet.header("If-Match", what, &schema);
        let what = "`*` for an instance that must not be there yet.";
        sheet.header(
            "If-None-Match",
            what,
            &json!({ "type": "string", "const": "*" }),
        );
    }
}

/// A handler that describes itself by its types; `K` are its parameters.
pub(crate) trait Described<K> {
    /// Writes what it takes and answers.
    fn describe(sheet: &mut Sheet);
}

macro_rules! described {
    ($($taken:ident)*) => {
        impl<F, A, $($taken,)*> Described<($($taken,)*)> for F
        where
            F: FnOnce($($taken,)*) -> A,
            A: Future,
            A::Output: Gives,
            $($taken: Takes,)*
        {
            fn describe(sheet: &mut Sheet) {
                $($taken::describe(sheet);)*
                A::Output::describe(sheet);
            }
        }
    };
}

described!();
described!(A1);
described!(A1 A2);
described!(A1 A2 A3);
described!(A1 A2 A3 A4);
described!(A1 A2 A3 A4 A5);
described!(A1 A2 A3 A4 A5 A6);
described!(A1 A2 A3 A4 A5 A6 A7);
