//! The connection file of a sandbox bank, as `anxin serve` reads it.

use crate::configuration::{Connection, Endpoint};
use std::collections::BTreeMap;
use toml::{Table, Value};

/// The text of the file, with the ids of the keys by slot.
pub(super) fn text(connection: &Connection, key_ids: &BTreeMap<String, String>) -> String {
    let string = |text: &str| Value::String(text.to_owned());
    let texts = |pairs: &BTreeMap<String, String>| -> Value {
        pairs
            .iter()
            .map(|(key, value)| (key.clone(), string(value)))
            .collect::<Table>()
            .into()
    };
    let mut endpoints = Table::new();
    for (name, endpoint) in &connection.endpoints {
        let (transport, key, place) = match endpoint {
            Endpoint::Tcp { address, .. } => ("tcp", "address", address.to_string()),
            Endpoint::Http { address, .. } => ("http", "address", address.to_string()),
            Endpoint::Folder { path } => ("folder", "path", path.display().to_string()),
            Endpoint::Sftp(server) => ("sftp", "address", server.address.to_string()),
        };
        let mut table = Table::new();
        table.insert("transport".to_owned(), string(transport));
        table.insert(key.to_owned(), string(&place));
        if let Endpoint::Sftp(server) = endpoint {
            let keys = server.host_keys.iter().map(|key| string(key)).collect();
            table.insert("host_keys".to_owned(), Value::Array(keys));
            table.insert("user".to_owned(), string(&server.user));
            let key_file = string(&server.key_file.display().to_string());
            table.insert("key_file".to_owned(), key_file);
        }
        endpoints.insert(name.clone(), table.into());
    }
    let mut document = Table::new();
    document.insert("bank".to_owned(), string(connection.bank.as_str()));
    document.insert("endpoints".to_owned(), endpoints.into());
    document.insert("fields".to_owned(), texts(&connection.fields));
    document.insert("secrets".to_owned(), texts(&connection.secrets));
    document.insert("keys".to_owned(), texts(key_ids));
    // A bank that says nothing is played as well: nobody wants to wait a minute for it.
    let mut limits = Table::new();
    for (name, wait_ms) in [("connect_wait_ms", 2_000), ("reply_wait_ms", 3_000)] {
        limits.insert(name.to_owned(), Value::Integer(wait_ms));
    }
    document.insert("limits".to_owned(), limits.into());
    format!("# Written at each start of the sandbox.\n{document}")
}
