//! One operation of the document under construction.

use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

use super::{SCHEMAS, documents};

/// One operation, and the schemas that it needs.
#[derive(Debug, Default)]
pub(crate) struct Sheet {
    operation: Map<String, Value>,
    parameters: Vec<Value>,
    responses: Map<String, Value>,
    /// The schemas that it needs, by name. The same name may come more than once.
    pub(super) schemas: Vec<(String, Value)>,
}

impl Sheet {
    /// What it is called and what it does.
    pub(super) fn name(&mut self, id: &str, summary: &str) {
        self.put("operationId", id);
        self.put("summary", summary);
    }

    /// Sorts it among others.
    pub(super) fn tag(&mut self, tag: &str) {
        self.put("tags", json!([tag]));
    }

    /// What it takes besides to call it.
    pub(super) fn remark(&mut self, remark: &str) {
        self.put("description", remark);
    }

    /// Nobody should begin to use it.
    pub(super) fn deprecate(&mut self) {
        self.put("deprecated", true);
    }

    /// Whoever has no token may call it.
    pub(super) fn open(&mut self) {
        self.put("security", json!([]));
    }

    fn put(&mut self, field: &str, value: impl Into<Value>) {
        self.operation.insert(field.to_owned(), value.into());
    }

    /// It has a parameter in its path.
    pub(super) fn in_path(&mut self, name: &str) {
        self.parameters.push(json!({
            "name": name,
            "in": "path",
            "required": true,
            "schema": { "type": "string" },
        }));
    }

    /// It reads a header.
    pub(super) fn header(&mut self, name: &str, description: &str, schema: &Value) {
        self.parameters.push(json!({
            "name": name,
            "in": "header",
            "description": description,
            "schema": schema,
        }));
    }

    /// It reads the fields of `Q` in its query.
    pub(super) fn query<Q: ToSchema>(&mut self) {
        let mut more = Vec::new();
        Q::schemas(&mut more);
        self.need(more);
        let Value::Object(query) = written(&Q::schema()) else {
            return;
        };
        let required = query.get("required").and_then(Value::as_array);
        let fields = query.get("properties").and_then(Value::as_object);
        for (name, schema) in fields.into_iter().flatten() {
            let is_required = required.is_some_and(|required| required.contains(&json!(name)));
            let mut parameter = json!({
                "name": name,
                "in": "query",
                "required": is_required,
                "schema": without_null(schema),
            });
            let described = schema.get("description").zip(parameter.as_object_mut());
            if let Some((description, parameter)) = described {
                parameter.insert("description".to_owned(), description.clone());
            }
            self.parameters.push(parameter);
        }
    }

    /// It takes a body of these types.
    pub(crate) fn takes(&mut self, types: &[&str], is_required: bool, schema: &Value) {
        let content = types.iter().map(|kind| {
            let media = json!({ "schema": schema });
            ((*kind).to_owned(), media)
        });
        let content: Map<String, Value> = content.collect();
        self.put(
            "requestBody",
            json!({ "required": is_required, "content": content }),
        );
    }

    /// It takes JSON.
    pub(crate) fn takes_json<B: ToSchema>(&mut self) {
        let schema = self.schema::<B>();
        self.takes(&["application/json"], true, &schema);
    }

    /// It takes JSON, or nothing.
    pub(crate) fn may_take_json<B: ToSchema>(&mut self) {
        let schema = self.schema::<B>();
        self.takes(&["application/json"], false, &schema);
    }

    /// It takes a document, as YAML or JSON, of a schema that is checked in below `schema/`.
    pub(crate) fn takes_document(&mut self, file: &str) {
        let schema = json!({ "$ref": format!("{SCHEMAS}{}", documents::name_of(file)) });
        // An upload can stand in for the body.
        self.takes(&["application/yaml", "application/json"], false, &schema);
    }

    /// It takes YAML or JSON of that type.
    pub(crate) fn takes_yaml<B: ToSchema>(&mut self) {
        let schema = self.schema::<B>();
        self.takes(&["application/yaml", "application/json"], true, &schema);
    }

    /// It takes an object of whatever fields.
    pub(crate) fn takes_any_object(&mut self) {
        self.takes(&["application/json"], true, &json!({ "type": "object" }));
    }

    /// It answers so.
    pub(crate) fn gives(&mut self, status: u16, what: &str, content: &Value, headers: &Value) {
        let mut response = json!({ "description": what });
        if let Value::Object(response) = &mut response {
            let parts = [("content", content), ("headers", headers)];
            let parts = parts.into_iter().filter(|(_, part)| !part.is_null());
            response.extend(parts.map(|(name, part)| (name.to_owned(), part.clone())));
        }
        self.responses.insert(status.to_string(), response);
    }

    /// The reference to the schema of `V`, which the document gets.
    pub(crate) fn schema<V: ToSchema>(&mut self) -> Value {
        let mut needed = vec![(V::name().into_owned(), V::schema())];
        V::schemas(&mut needed);
        self.need(needed);
        json!({ "$ref": format!("{SCHEMAS}{}", V::name()) })
    }

    fn need(&mut self, schemas: Vec<(String, RefOr<Schema>)>) {
        let schemas = schemas.into_iter();
        self.schemas
            .extend(schemas.map(|(name, schema)| (name, written(&schema))));
    }

    /// The operation as the document has it, with the refusals that every one has.
    pub(super) fn into_operation(mut self) -> (Value, Vec<(String, Value)>) {
        for (statuses, name) in [("4XX", "Refused"), ("5XX", "Failed")] {
            let response = json!({ "$ref": format!("#/components/responses/{name}") });
            self.responses.insert(statuses.to_owned(), response);
        }
        if !self.parameters.is_empty() {
            let parameters = Value::Array(std::mem::take(&mut self.parameters));
            self.put("parameters", parameters);
        }
        let responses = Value::Object(std::mem::take(&mut self.responses));
        self.put("responses", responses);
        (Value::Object(self.operation), self.schemas)
    }
}

fn written(schema: &RefOr<Schema>) -> Value {
    // INVARIANT: schemas are plain structs with string keys, which always serialise.
    serde_json::to_value(schema).unwrap_or_default()
}

/// A parameter that is left out is not there; it is never `null`.
fn without_null(schema: &Value) -> Value {
    let Value::Object(schema) = schema else {
        return schema.clone();
    };
    let mut schema = schema.clone();
    schema.remove("description");
    if let Some(Value::Array(one_of)) = schema.get("oneOf") {
        let others = one_of
            .iter()
            .filter(|it| it.get("type") != Some(&json!("null")));
        if let [only] = others.collect::<Vec<_>>().as_slice() {
            return (*only).clone();
        }
    }
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|it| it != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            schema.insert("type".to_owned(), only);
        }
    }
    Value::Object(schema)
}
