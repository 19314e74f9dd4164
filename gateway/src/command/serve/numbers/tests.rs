#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use crate::command::words::Exit;
use schemas::{BankCode, Lang};
use std::os::unix::fs::PermissionsExt as _;

/// What CCB's connection with these sections gives: its values, or why not, in English.
fn values(sections: &str, folder: &Path) -> Result<ConnectionValues, String> {
    let book = adapters::Book::built_in().unwrap();
    let adapter = book.adapter(BankCode::parse("CCB").unwrap()).unwrap();
    let text = format!("bank = \"CCB\"\n[endpoints]\n{sections}");
    let connection = toml::from_str(&text).unwrap();
    connection_values(adapter, &connection, folder).map_err(|failure| {
        assert!(failure.exit == Exit::Usage);
        failure.text(Lang::En)
    })
}

fn keep(folder: &Path, text: &str, mode: u32) {
    let path = folder.join("ccb-1.secret");
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_password_comes_from_the_key_store_alone() {
    let folder = tempfile::tempdir().unwrap();
    let named = "[secrets]\npassword = \"ccb-1\"\n";
    assert!(values(named, folder.path()).is_err());
    keep(folder.path(), "Xq7-pass\n", 0o600);
    let read = values(named, folder.path()).unwrap();
    assert_eq!(read.value("password"), Some("Xq7-pass"));
    keep(folder.path(), "Xq7-pass\n", 0o640);
    assert!(values(named, folder.path()).is_err());
    for wrong in ["", "\n", "first\nsecond\n"] {
        keep(folder.path(), wrong, 0o600);
        let told = values(named, folder.path()).unwrap_err();
        assert!(!told.contains("first"), "{told}");
    }
    let told = values("[fields]\npassword = \"Xq7-pass\"\n", folder.path()).unwrap_err();
    assert!(
        told.contains("[secrets]") && !told.contains("Xq7"),
        "{told}"
    );
}

#[test]
fn a_misspelt_name_is_told_with_those_that_are_there() {
    let folder = Path::new("/nowhere");
    let told = values("[fields]\npasword = \"1\"\n", folder).unwrap_err();
    assert!(
        told.contains("pasword") && told.contains("cust_id"),
        "{told}"
    );
    let told = values("[secrets]\ncust_id = \"1\"\n", folder).unwrap_err();
    assert!(told.contains("names are: password"), "{told}");
}
