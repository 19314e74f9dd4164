//! The installation's own numbers at a bank: those of the connection's file, and the passwords of
//! the key store.

use super::security::read_private;
use super::unusable;
use crate::command::words::{Failure, Words};
use crate::configuration::Connection;
use adapters::{BankAdapter, ConnectionField, ConnectionValues};
use std::path::Path;

/// Every number that the dialect puts into messages: `[fields]` for what anyone may read, for a
/// password the file `<id>.secret` of `folder`, mode 0600, its id under `[secrets]`. What the file
/// lacks shows when a message needs it.
///
/// # Errors
/// A password in the connection's file; a name that the dialect does not have; a secret's file
/// that can't be used.
pub fn connection_values(
    adapter: &BankAdapter,
    connection: &Connection,
    folder: &Path,
) -> Result<ConnectionValues, Failure> {
    let declared = adapter.connection_fields();
    let is = |name: &str, secret: bool| {
        let mut fields = declared.iter();
        fields.any(|field| field.name == name && field.secret == secret)
    };
    let mut values = Vec::new();
    for (name, value) in &connection.fields {
        if is(name, true) {
            return Err(in_clear(connection, name));
        }
        if !is(name, false) {
            return Err(no_such_name(connection, "fields", name, declared, false));
        }
        values.push((name.clone(), value.clone()));
    }
    for (name, id) in &connection.secrets {
        if !is(name, true) {
            return Err(no_such_name(connection, "secrets", name, declared, true));
        }
        let path = folder.join(format!("{id}.secret"));
        let text = read_private(&path)?;
        let mut lines = text.lines();
        let value = lines.next().unwrap_or_default();
        if value.is_empty() || lines.next().is_some() {
            let wrong = std::io::Error::other("not one line");
            return Err(unusable(&path, &wrong));
        }
        values.push((name.clone(), value.to_owned()));
    }
    Ok(values.into_iter().collect())
}

fn in_clear(connection: &Connection, name: &str) -> Failure {
    let bank = connection.bank;
    Failure::usage(
        Words::new(
            format!("{bank} 的连接文件中写有口令 {name}"),
            format!("the connection of {bank} has the password {name} in its file"),
        ),
        Words::new(
            format!(
                "请将口令写入 keys 目录的 <编号>.secret(权限 0600),\
                 并在 [secrets] 中写 {name} = \"<编号>\"。"
            ),
            format!(
                "Put it into keys/<id>.secret (mode 0600) and write {name} = \"<id>\" \
                 under [secrets]."
            ),
        ),
    )
}

fn no_such_name(
    connection: &Connection,
    section: &str,
    name: &str,
    declared: &[ConnectionField],
    secret: bool,
) -> Failure {
    let bank = connection.bank;
    let fitting = declared.iter().filter(|field| field.secret == secret);
    let known: Vec<&str> = fitting.map(|field| field.name.as_str()).collect();
    let (zh, en) = match known.as_slice() {
        [] => (
            "该行没有这类名称".to_owned(),
            "this bank has none".to_owned(),
        ),
        known => (known.join("、"), known.join(", ")),
    };
    Failure::usage(
        Words::new(
            format!("{bank} 的连接文件 [{section}] 中的 {name} 不是该行方言的名称"),
            format!("{name} under [{section}] is no name of {bank}'s dialect"),
        ),
        Words::new(
            format!("可用的名称:{zh}。"),
            format!("The names are: {en}."),
        ),
    )
}

#[cfg(test)]
mod tests;
