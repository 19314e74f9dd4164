//! openapi.json (3.1), made from the table of routes and the types of the documents. It is
//! checked in at `schemas/api/openapi.json`; a test makes it anew and compares.

use crate::api::answer;
use crate::api::problem::Kind;
use crate::api::routes::{BANK_EXAMPLE, Good, Method, Parameter, Payload, ROUTES, Route};
use crate::proof::document::{ConsistencyProof, PaymentProof};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use schemas::Lang;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Statuses that every call may give besides its own.
const COMMON: [u16; 3] = [400, 404, 500];
/// The same of a call with a body: forbidden, too slow, too large, packed.
const OF_POST: [u16; 4] = [403, 408, 413, 415];
/// The same of a call about what is recorded: the journal takes nothing, or there is no room.
const OF_RECORDS: u16 = 503;

/// The document.
#[must_use]
pub fn document() -> Value {
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    for route in ROUTES {
        let method = route.method.as_str().to_ascii_lowercase();
        paths
            .entry(route.path)
            .or_default()
            .insert(method, operation(route));
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "安薪网关 Anxin Gateway",
            "version": "1",
            "description": "Mutual TLS: the caller is its client certificate. Money is CNY in \
                            whole fen, times are RFC 3339. Texts follow Accept-Language, zh by \
                            default. Every failure is RFC 9457 problem+json.",
        },
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "security": [{ "certificate": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": { "certificate": {
                "type": "mutualTLS",
                "description": "SAN URI urn:anxin:employer:<USCC>[:person:<id>], \
                                urn:anxin:bank:<CODE>, \
                                urn:anxin:regulator:<GB/T 2260 code>[:person:<id>], \
                                urn:anxin:operator:<name>[:person:<id>]",
            }},
            "schemas": schemas(),
        },
    })
}

fn operation(route: &Route) -> Value {
    let who: Vec<&str> = route.who.iter().map(|role| role.as_str()).collect();
    let mut operation = Map::new();
    operation.insert("operationId".into(), route.name.into());
    operation.insert("summary".into(), route.en.into());
    operation.insert("description".into(), route.zh.into());
    operation.insert("x-anxin-roles".into(), who.into());
    if route.operator_network {
        operation.insert("x-anxin-operator-network".into(), true.into());
    }
    let mut parameters: Vec<Value> = path_parameters(route.path);
    parameters.extend(route.parameters.iter().map(query_parameter));
    if !parameters.is_empty() {
        operation.insert("parameters".into(), parameters.into());
    }
    if let Some(content) = content(&[route.request]) {
        let body = json!({ "required": true, "content": content });
        operation.insert("requestBody".into(), body);
    }
    operation.insert("responses".into(), responses(route));
    Value::Object(operation)
}

fn path_parameters(path: &str) -> Vec<Value> {
    let parts = path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    parts
        .map(|name| {
            let example = match (name, path.contains("/payments/")) {
                ("code", _) => bank_example(),
                ("file_no", _) => "1000000017",
                (_, true) => "B20261123-4711.3",
                (_, false) => "B20261123-4711",
            };
            json!({
                "name": name, "in": "path", "required": true,
                "schema": { "type": "string" }, "example": example,
            })
        })
        .collect()
}

/// The first bank of the list.
fn bank_example() -> &'static str {
    let first = schemas::codes::banks().first();
    first.map_or("", |bank| bank.code.as_str())
}

fn query_parameter(parameter: &Parameter) -> Value {
    let example = match parameter.example {
        BANK_EXAMPLE => bank_example(),
        example => example,
    };
    json!({
        "name": parameter.name, "in": "query", "required": false,
        "description": format!("{} / {}", parameter.zh, parameter.en),
        "schema": { "type": "string" }, "example": example,
    })
}

fn responses(route: &Route) -> Value {
    let mut by_status: BTreeMap<u16, Vec<&Good>> = BTreeMap::new();
    for good in route.good {
        by_status.entry(good.status).or_default().push(good);
    }
    let mut responses = Map::new();
    for (status, goods) in by_status {
        let words: Vec<&str> = goods.iter().map(|good| good.en).collect();
        let payloads: Vec<Payload> = goods.iter().map(|good| good.payload).collect();
        let mut response = Map::new();
        response.insert("description".into(), words.join("; or ").into());
        if let Some(content) = content(&payloads) {
            response.insert("content".into(), content);
        }
        responses.insert(status.to_string(), Value::Object(response));
    }
    let mut statuses: Vec<u16> = COMMON.to_vec();
    if route.method == Method::Post {
        statuses.extend(OF_POST);
    }
    statuses.extend((!route.operator_network).then_some(OF_RECORDS));
    statuses.extend(route.problems);
    statuses.sort_unstable();
    statuses.dedup();
    for status in statuses {
        let words = Kind::ALL
            .iter()
            .find(|kind| kind.status().as_u16() == status);
        let response = json!({
            "description": words.map_or("", |kind| kind.texts(Lang::En).0),
            "content": { "application/problem+json": {
                "schema": { "$ref": "#/components/schemas/Problem" },
            }},
        });
        responses.insert(status.to_string(), response);
    }
    Value::Object(responses)
}

fn content(payloads: &[Payload]) -> Option<Value> {
    let mut content = Map::new();
    for payload in payloads {
        match payload {
            Payload::None => {}
            Payload::Json(schema) => {
                let mut media = Map::new();
                let reference = format!("#/components/schemas/{schema}");
                media.insert("schema".into(), json!({ "$ref": reference }));
                if let Some(example) = example(schema) {
                    media.insert("example".into(), example);
                }
                content.insert("application/json".into(), Value::Object(media));
            }
            Payload::Bytes(kinds) => {
                for kind in *kinds {
                    content.insert((*kind).to_owned(), json!({}));
                }
            }
        }
    }
    (!content.is_empty()).then_some(Value::Object(content))
}

/// The example of a document; a test holds each against its schema.
#[must_use]
pub fn example(schema: &str) -> Option<Value> {
    examples().get(schema).cloned()
}

/// All examples by schema.
#[must_use]
pub fn examples() -> Map<String, Value> {
    serde_json::from_str(include_str!("openapi/examples.json")).unwrap_or_default()
}

/// The schemas of all documents.
#[must_use]
pub fn schemas() -> Map<String, Value> {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut generator = settings.into_generator();
    named::<answer::BatchReceipt>(&mut generator);
    named::<answer::BatchView>(&mut generator);
    named::<answer::BatchPage>(&mut generator);
    named::<answer::LinePage>(&mut generator);
    named::<answer::PaymentPage>(&mut generator);
    named::<answer::PaymentHistory>(&mut generator);
    named::<PaymentProof>(&mut generator);
    named::<ConsistencyProof>(&mut generator);
    named::<answer::Summary>(&mut generator);
    named::<answer::Breaks>(&mut generator);
    named::<answer::Changes>(&mut generator);
    named::<answer::Approval>(&mut generator);
    named::<answer::Resolution>(&mut generator);
    named::<answer::Confirmation>(&mut generator);
    named::<answer::FileResolution>(&mut generator);
    named::<answer::FileConfirmation>(&mut generator);
    named::<answer::FileDone>(&mut generator);
    named::<answer::Done>(&mut generator);
    named::<answer::Health>(&mut generator);
    let mut schemas: Map<String, Value> = generator.take_definitions(true);
    schemas.insert("Findings".into(), findings());
    schemas.insert("Problem".into(), problem());
    schemas.sort_keys();
    schemas
}

fn named<T: JsonSchema>(generator: &mut SchemaGenerator) {
    // Only the definition that it leaves behind is of interest.
    let _ = generator.subschema_for::<T>();
}

fn findings() -> Value {
    json!({
        "type": "object",
        "required": ["batch_id", "findings"],
        "properties": {
            "batch_id": { "type": "string" },
            "findings": { "type": "array", "items": {
                "type": "object",
                "required":
                    ["code", "severity", "line", "row", "field", "value", "message", "hint"],
                "properties": {
                    "code": { "type": "string" },
                    "severity": { "enum": ["error", "warning", "note"] },
                    "line": { "type": ["integer", "null"] },
                    "row": { "type": ["integer", "null"] },
                    "field": { "type": ["string", "null"] },
                    "value": { "type": ["string", "null"], "description": "masked" },
                    "message": { "type": "string" },
                    "hint": { "type": "string" },
                },
            }},
        },
    })
}

fn problem() -> Value {
    let both = json!({
        "type": "object",
        "properties": { "title": { "type": "string" }, "detail": { "type": "string" } },
    });
    json!({
        "type": "object",
        "description": "RFC 9457, with the texts in both languages. Further members by kind: \
                        field, batch_id, findings (at most 101,000), findings_total, \
                        findings_left_out, reference, why.",
        "required": ["type", "title", "status", "detail", "instance", "zh", "en"],
        "properties": {
            "type": { "type": "string" },
            "title": { "type": "string" },
            "status": { "type": "integer" },
            "detail": { "type": "string" },
            "instance": { "type": "string" },
            "zh": both.clone(),
            "en": both,
        },
    })
}
