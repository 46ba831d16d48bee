//! The webhook gateway: an HTTP API with one route for each function. Who may call is for the
//! function to check, by the signature that its sender puts on each call.

use serde_json::json;

use crate::lambda::{Lambda, arn_key};
use crate::policy::arn;
use crate::template::logical_name;
use crate::{References, RenderError, RenderInput, Resource, Resources};

/// Calls a second, and at once, that the gateway lets through: enough for webhooks, and a limit to
/// what a flood can cost.
const RATE: u16 = 50;
/// As above, at once.
const BURST: u16 = 100;

pub(super) fn add(
    input: &RenderInput<'_>,
    functions: &Lambda<'_>,
    context: &mut References<'_>,
    resources: &mut Resources,
) -> Result<(), RenderError> {
    let api = json!({
        "Name": format!("webhooks of {}", input.instance),
        "ProtocolType": "HTTP",
    });
    resources.add("Webhooks", Resource::new("AWS::ApiGatewayV2::Api", api))?;
    let stage = json!({
        "ApiId": { "Ref": "Webhooks" },
        "StageName": "$default",
        "AutoDeploy": true,
        "DefaultRouteSettings": { "ThrottlingRateLimit": RATE, "ThrottlingBurstLimit": BURST },
    });
    let stage = Resource::new("AWS::ApiGatewayV2::Stage", stage);
    resources.add("WebhookStage", stage)?;
    for name in functions.names() {
        let function = context.require(&arn_key(name))?;
        let permission = json!({
            "Action": "lambda:InvokeFunction",
            "FunctionName": function,
            "Principal": "apigateway.amazonaws.com",
            "SourceArn": arn("execute-api", "${Webhooks}/*/POST/*"),
        });
        let permission = Resource::new("AWS::Lambda::Permission", permission);
        resources.add(logical_name("WebhookAccess", name), permission)?;
        let integration = json!({
            "ApiId": { "Ref": "Webhooks" },
            "IntegrationType": "AWS_PROXY",
            "IntegrationUri": function,
            "PayloadFormatVersion": "2.0",
        });
        let integration = Resource::new("AWS::ApiGatewayV2::Integration", integration);
        let integration_name = logical_name("WebhookCall", name);
        let route = json!({
            "ApiId": { "Ref": "Webhooks" },
            "RouteKey": format!("POST /{name}"),
            "Target": { "Fn::Join": ["/", ["integrations", { "Ref": integration_name }]] },
        });
        resources.add(integration_name, integration)?;
        let route = Resource::new("AWS::ApiGatewayV2::Route", route);
        resources.add(logical_name("WebhookRoute", name), route)?;
    }
    Ok(())
}
