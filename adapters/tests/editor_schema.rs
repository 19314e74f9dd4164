//! The JSON Schema for editors is that of the types, takes every definition of the book and marks
//! a misspelt word.
//!
//! `ANXIN_BLESS=1 cargo test -p adapters --test editor_schema` writes it anew.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use adapters::definition::schema;
use serde_json::Value;
use std::path::{Path, PathBuf};

fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn kept(name: &str, made: &schemars::Schema) -> Value {
    let path = here().join("schema").join(name);
    let text = format!("{}\n", serde_json::to_string_pretty(made).unwrap());
    if std::env::var_os("ANXIN_BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &text).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == text, "{} is not fresh", path.display());
    serde_json::from_str(&kept).unwrap()
}

/// Every file of this name, one folder deep.
fn definitions(folder: &str, name: &str) -> Vec<PathBuf> {
    let folders = std::fs::read_dir(here().join(folder)).unwrap();
    let files = folders.map(|entry| entry.unwrap().path().join(name));
    let mut files: Vec<PathBuf> = files.filter(|file| file.is_file()).collect();
    files.sort();
    files
}

fn read(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap();
    toml::from_str(&text).unwrap()
}

fn takes_all(schema: &Value, files: &[PathBuf]) {
    let schema = jsonschema::validator_for(schema).unwrap();
    for file in files {
        let wrong: Vec<String> = schema
            .iter_errors(&read(file))
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(wrong.is_empty(), "{}: {wrong:#?}", file.display());
    }
}

#[test]
fn the_schema_of_dialects_is_fresh_and_takes_them_all() {
    let schema = kept("dialect.schema.json", &schema::of_dialect());
    let files = definitions("dialects", "dialect.toml");
    assert!(files.len() >= 8);
    takes_all(&schema, &files);
}

#[test]
fn the_schema_of_banks_is_fresh_and_takes_them_all() {
    let schema = kept("bank.schema.json", &schema::of_bank());
    let files = definitions("banks", "bank.toml");
    assert_eq!(files.len(), schemas::codes::banks().len());
    takes_all(&schema, &files);
}

/// What an editor would mark: a word that the language lacks, at any depth.
#[test]
fn misspelt_words_are_marked() {
    let dialect = serde_json::to_value(schema::of_dialect()).unwrap();
    let dialect = jsonschema::validator_for(&dialect).unwrap();
    let file = here().join("dialects/hxb_xhj/dialect.toml");
    let good = std::fs::read_to_string(&file).unwrap();
    for (word, wrong) in [
        ("charset_out = \"gbk\"", "charset_out = \"gkb\""),
        ("rows_max", "rows_maximum"),
        ("field = \"payee.name\"", "field = \"payee.nmae\""),
        ("outcome = \"paid\"", "outcome = \"payed\""),
        ("name_mismatch", "name_missmatch"),
        ("tcp = {}", "tpc = {}"),
    ] {
        if !good.contains(word) {
            assert_eq!(word, "name_mismatch", "the definition has {word}");
            continue;
        }
        let bad: Value = toml::from_str(&good.replacen(word, wrong, 1)).unwrap();
        assert!(!dialect.is_valid(&bad), "{wrong} is not marked");
    }
}
