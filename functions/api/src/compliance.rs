//! `/v1/compliance/report`: how the controls of frameworks stand for what is deployed.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, http::HeaderName};
use groundplane_compliance::{Deployed, Row, csv, html, rows};
use groundplane_model::{
    ComplianceFramework, EnvironmentName, Failure, FailureKind, FrameworkName, Index, Instance,
    Partition, Revision, Ruling,
};
use groundplane_ports::{Page, ReadTable};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::contract::Sheet;
use crate::gate::Caller;
use crate::problem::Refused;
use crate::request::{Asked, Limit, page};
use crate::view::Listing;
use crate::{Platform, System, Table};

/// Where the next page of a report begins that is no JSON.
const NEXT: HeaderName = HeaderName::from_static("groundplane-next");

/// How many rows a page has at the most: an answer of a function ends at 6 MB ("Lambda quotas", AWS
/// Lambda developer guide), and a row takes about half a kilobyte.
const MOST_ROWS: usize = 5_000;

/// The form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Form {
    Json,
    Csv,
    Html,
}

/// The query of `GET /v1/compliance/report`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReportQuery {
    framework: Option<FrameworkName>,
    environment: Option<EnvironmentName>,
    format: Option<Form>,
    limit: Option<Limit>,
    cursor: Option<String>,
}

/// What `GET /v1/compliance/report` answers.
pub(crate) fn answered(sheet: &mut Sheet) {
    let rows = sheet.schema::<Listing<Row>>();
    let text = json!({ "schema": { "type": "string" } });
    let content = json!({
        "application/json": { "schema": rows },
        "text/csv": text,
        "text/html": text,
    });
    let headers = json!({ "groundplane-next": text });
    sheet.gives(
        200,
        "The report, in the form that was asked for.",
        &content,
        &headers,
    );
}

/// `GET /v1/compliance/report`
pub(crate) async fn report<T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    caller: Caller,
    Asked(query): Asked<ReportQuery>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let table = &platform.table;
    let frameworks = frameworks(table, query.framework.as_ref()).await?;
    let index = Index::instances(&caller.principal.tenant, "");
    let cursor = query.cursor.as_deref();
    let controls: usize = frameworks.iter().map(|it| it.spec.controls.len()).sum();
    let limit = query.limit.unwrap_or_default();
    let limit = limit.at_most(MOST_ROWS / controls.max(1));
    let found: Page<Instance> = page(table, &index, Some(limit), cursor).await?;
    let mut report = Vec::new();
    for instance in found.records {
        let environment = query.environment.as_ref();
        if environment.is_none_or(|wanted| *wanted == instance.environment) {
            report.extend(of_instance(table, &instance, &frameworks).await?);
        }
    }
    let form = query.format.unwrap_or_else(|| accepted(&headers));
    Ok(answer(form, report, found.next))
}

/// The framework that is asked about, or all.
async fn frameworks(
    table: &impl ReadTable,
    wanted: Option<&FrameworkName>,
) -> Result<Vec<ComplianceFramework>, Refused> {
    let Some(name) = wanted else {
        let partition = Partition::frameworks();
        return Ok(table.query(&partition, ComplianceFramework::PREFIX).await?);
    };
    let found = table.get(&ComplianceFramework::key_of(name)).await?;
    let absent = || {
        let message = format!("there is no compliance framework `{name}`");
        Failure::new(FailureKind::NotFound, message)
    };
    Ok(vec![found.ok_or_else(absent)?])
}

async fn of_instance(
    table: &impl ReadTable,
    instance: &Instance,
    frameworks: &[ComplianceFramework],
) -> Result<Vec<Row>, Refused> {
    let Some(number) = instance.revision else {
        return Ok(Vec::new());
    };
    let key = Revision::key_of(&instance.tenant, &instance.id, number);
    let revision: Option<Revision> = table.get(&key).await?;
    let ruling: Option<Ruling> = match revision {
        Some(revision) => {
            let key = Ruling::key_of(&instance.tenant, &revision.deployment);
            table.get(&key).await?
        }
        None => None,
    };
    let deployed = Deployed {
        instance: &instance.id,
        environment: &instance.environment,
        revision: number,
        ruling: ruling.as_ref(),
    };
    Ok(rows(deployed, frameworks))
}

/// The first form that the caller accepts and that there is; JSON if none is named.
fn accepted(headers: &HeaderMap) -> Form {
    let accept = headers.get(header::ACCEPT);
    let accept = accept.and_then(|accept| accept.to_str().ok());
    let types = accept.unwrap_or_default().split(',');
    let mut forms = types.filter_map(|kind| {
        let essence = kind.split(';').next().unwrap_or_default().trim();
        match essence {
            "application/json" => Some(Form::Json),
            "text/csv" => Some(Form::Csv),
            "text/html" => Some(Form::Html),
            _ => None,
        }
    });
    forms.next().unwrap_or(Form::Json)
}

fn answer(form: Form, items: Vec<Row>, next: Option<String>) -> Response {
    let (kind, text) = match form {
        Form::Json => return Json(Listing { items, next }).into_response(),
        Form::Csv => ("text/csv; charset=utf-8", csv(&items)),
        Form::Html => ("text/html; charset=utf-8", html(&items)),
    };
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'"),
    );
    if let Some(Ok(next)) = next.map(HeaderValue::try_from) {
        headers.insert(NEXT, next);
    }
    response
}
