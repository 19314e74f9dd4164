//! openapi.json is fresh, its examples follow their schemas, and every document that it names
//! is there. Run with `ANXIN_BLESS=1` to write the file anew.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use gateway::api::openapi::{document, examples, schemas};
use gateway::api::routes::{Payload, ROUTES};
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::path::PathBuf;

#[test]
fn the_checked_in_description_is_fresh() {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../schemas/api/openapi.json");
    let fresh = serde_json::to_string_pretty(&document()).unwrap() + "\n";
    if std::env::var_os("ANXIN_BLESS").is_some() {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, &fresh).unwrap();
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        kept == fresh,
        "schemas/api/openapi.json is not fresh: run this test with ANXIN_BLESS=1"
    );
}

#[test]
fn names_and_routes_are_unique() {
    let names: BTreeSet<&str> = ROUTES.iter().map(|route| route.name).collect();
    let calls: BTreeSet<String> = ROUTES.iter().map(|route| format!("{route:?}")).collect();
    assert_eq!((names.len(), calls.len()), (ROUTES.len(), ROUTES.len()));
}

#[test]
fn every_document_has_a_schema_and_an_example_that_follows_it() {
    let (schemas, examples) = (schemas(), examples());
    for route in ROUTES {
        let payloads = route
            .good
            .iter()
            .map(|good| good.payload)
            .chain([route.request]);
        for payload in payloads {
            if let Payload::Json(name) = payload {
                let schema = schemas
                    .get(name)
                    .unwrap_or_else(|| panic!("no schema {name}"));
                let example = examples
                    .get(name)
                    .unwrap_or_else(|| panic!("no example {name}"));
                follows(example, schema, &schemas, name);
            }
        }
    }
}

/// A small reading of JSON Schema: `$ref`, types, `required`, members, items. Members that the
/// schema does not know fail as well.
fn follows(value: &Value, schema: &Value, all: &Map<String, Value>, at: &str) {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.rsplit('/').next().unwrap();
        return follows(value, &all[name], all, at);
    }
    if let Some(choices) = schema["anyOf"].as_array() {
        if value.is_null() {
            return;
        }
        let choice = choices
            .iter()
            .find(|choice| choice["type"] != "null")
            .unwrap();
        return follows(value, choice, all, at);
    }
    let is = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let kind = &schema["type"];
    let several = kind
        .as_array()
        .is_some_and(|several| several.iter().any(|one| one == is));
    let allowed = kind.is_null() || kind == is || several;
    assert!(
        allowed,
        "{at}: {is} where the schema has {}",
        schema["type"]
    );
    for required in schema["required"].as_array().into_iter().flatten() {
        assert!(
            value.get(required.as_str().unwrap()).is_some(),
            "{at} lacks {required}"
        );
    }
    if let (Some(object), Some(properties)) = (value.as_object(), schema["properties"].as_object())
    {
        for (name, member) in object {
            let of = properties
                .get(name)
                .unwrap_or_else(|| panic!("{at}.{name} is not known"));
            follows(member, of, all, &format!("{at}.{name}"));
        }
    }
    for member in value.as_array().into_iter().flatten() {
        follows(member, &schema["items"], all, &format!("{at}[]"));
    }
}
