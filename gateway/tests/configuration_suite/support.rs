//! A folder of configuration files.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use gateway::configuration::{Configuration, ConfigurationError};
use tempfile::TempDir;

/// Writes files (mode 0600 where asked) and gives the folder.
pub fn folder(files: &[(&str, &str, u32)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text, mode) in files {
        write(folder.path(), name, text, *mode);
    }
    folder
}

pub fn write(folder: &Path, name: &str, text: &str, mode: u32) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
}

pub fn load(folder: &TempDir) -> Result<Configuration, Vec<ConfigurationError>> {
    Configuration::load(&folder.path().join("gateway.toml"))
}

/// The errors as people see them, in English, without the folder.
pub fn told(folder: &TempDir) -> Vec<String> {
    let prefix = format!("{}/", folder.path().display());
    let errors = load(folder).err().unwrap_or_default();
    errors
        .iter()
        .map(|error| error.to_string().replace(&prefix, ""))
        .collect()
}
