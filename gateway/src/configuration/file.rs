//! Reading one file, with the line of what is wrong in it.

use std::io;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use super::error::{ConfigurationError, Problem};

/// A file's text, kept to name lines in it.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub(super) path: PathBuf,
    text: String,
}

impl Source {
    pub(super) fn read(path: &Path) -> Result<Self, ConfigurationError> {
        match std::fs::read_to_string(path) {
            Ok(text) => Ok(Self::of(path, text)),
            Err(error) => Err(at(path, Problem::Unreadable(error.kind()))),
        }
    }

    pub(super) fn of(path: &Path, text: String) -> Self {
        Self {
            path: path.to_owned(),
            text,
        }
    }

    pub(super) fn typed<T: DeserializeOwned>(&self) -> Result<T, ConfigurationError> {
        toml::from_str(&self.text).map_err(|error| ConfigurationError {
            file: self.path.clone(),
            line: error.span().and_then(|span| self.line_at(span.start)),
            // The message alone: the library's own print repeats the line, which may be personal.
            problem: Problem::Form(error.message().to_owned()),
        })
    }

    /// A problem at the first line that begins with `key`.
    pub(super) fn problem(&self, key: &str, problem: Problem) -> ConfigurationError {
        self.nth_problem(key, 0, problem)
    }

    /// A problem at the line that is the `nth` (from 0) to begin with `key`.
    pub(super) fn nth_problem(
        &self,
        key: &str,
        nth: usize,
        problem: Problem,
    ) -> ConfigurationError {
        let line = self
            .text
            .lines()
            .enumerate()
            .filter(|(_, line)| line.trim_start().starts_with(key))
            .nth(nth)
            .and_then(|(index, _)| u32::try_from(index + 1).ok());
        ConfigurationError {
            file: self.path.clone(),
            line,
            problem,
        }
    }

    fn line_at(&self, offset: usize) -> Option<u32> {
        let before = self.text.as_bytes().get(..offset)?;
        let breaks = before.iter().filter(|byte| **byte == b'\n').count();
        u32::try_from(breaks + 1).ok()
    }
}

/// A problem of a whole file.
pub(super) fn at(path: &Path, problem: Problem) -> ConfigurationError {
    ConfigurationError {
        file: path.to_owned(),
        line: None,
        problem,
    }
}

/// That a secret or personal file is there and only its owner may touch it.
pub(super) fn private(path: &Path) -> Result<(), ConfigurationError> {
    use std::os::unix::fs::PermissionsExt;
    match std::fs::metadata(path) {
        Ok(data) if data.permissions().mode() & 0o077 == 0 => Ok(()),
        Ok(_) => Err(at(path, Problem::Mode)),
        Err(error) => Err(at(path, Problem::Unreadable(error.kind()))),
    }
}

/// That a folder is there.
pub(super) fn folder(path: &Path) -> Result<(), ConfigurationError> {
    let read = std::fs::read_dir(path).map(drop);
    read.map_err(|error| at(path, Problem::Unreadable(error.kind())))
}

/// That a file is there.
pub(super) fn present(path: &Path) -> Result<(), ConfigurationError> {
    match std::fs::metadata(path) {
        Ok(data) if data.is_file() => Ok(()),
        Ok(_) => Err(at(path, Problem::Unreadable(io::ErrorKind::InvalidInput))),
        Err(error) => Err(at(path, Problem::Unreadable(error.kind()))),
    }
}
