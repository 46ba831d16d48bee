//! API Gateway lets in without a proof what the endpoints call open, and nothing else.

use std::collections::BTreeSet;

use groundplane_api::Access;

use super::routes;
use crate::template::{of_type, template};

/// What is open and is no endpoint of the API's table: they prove themselves, or tell how to.
const BESIDE: [&str; 2] = [
    "GET /.well-known/oauth-protected-resource",
    "POST /v1/webhooks/{source}",
];

#[test]
fn the_gateway_asks_for_no_proof_where_none_is_needed_and_nowhere_else() {
    let template = template();
    let at_the_gateway: BTreeSet<String> = of_type(&template, "AWS::ApiGatewayV2::Route")
        .into_iter()
        .filter(|(_, route)| route["AuthorizationType"] == "NONE")
        .map(|(_, route)| route["RouteKey"].as_str().unwrap().to_owned())
        .collect();
    let open = routes().into_iter();
    let open = open.filter(|route| route.access == Access::Open);
    let open = open.map(|route| format!("{} {}", route.method, route.path));
    let expected: BTreeSet<String> = open.chain(BESIDE.map(str::to_owned)).collect();
    assert_eq!(at_the_gateway, expected);
}
