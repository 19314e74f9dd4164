//! Each folder of a bank is its own: what one bank leaves is read by its collector alone, and what
//! we put down for one bank is taken by its program alone.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use schemas::BankCode;

use super::connection::{Connection, Endpoint};
use super::error::{ConfigurationError, Problem};
use super::file::Source;

/// A folder of an endpoint, and where it is named.
struct Place<'a> {
    source: &'a Source,
    endpoint: &'a str,
    /// The path as it is written, complete.
    written: PathBuf,
    /// Where it leads, through the links that are there.
    real: PathBuf,
}

/// Refuses two folders of endpoints, of one bank or of two, that are one or lie in one another.
///
/// A collector would put away another bank's results, which are then read by nobody, or take our
/// own wage file. Two folders into which we put files are refused like the others: the program of
/// one bank takes what it finds, and names of files may be equal.
pub(super) fn apart(
    connections: &BTreeMap<BankCode, Connection>,
    sources: &BTreeMap<BankCode, Source>,
    errors: &mut Vec<ConfigurationError>,
) {
    let mut earlier: Vec<Place<'_>> = Vec::new();
    for (bank, connection) in connections {
        let Some(source) = sources.get(bank) else {
            continue;
        };
        for (endpoint, place) in &connection.endpoints {
            let Endpoint::Folder { path } = place else {
                continue;
            };
            let place = Place {
                source,
                endpoint,
                written: written(path),
                real: real(path),
            };
            let shared = earlier.iter().filter(|other| place.is_shared_with(other));
            errors.extend(shared.map(|other| place.problem(other)));
            earlier.push(place);
        }
    }
}

impl Place<'_> {
    fn is_shared_with(&self, other: &Self) -> bool {
        let lie_in_one_another =
            |one: &Path, two: &Path| one.starts_with(two) || two.starts_with(one);
        lie_in_one_another(&self.written, &other.written)
            || lie_in_one_another(&self.real, &other.real)
    }

    fn problem(&self, other: &Self) -> ConfigurationError {
        let problem = Problem::FolderShared {
            table: self.table(),
            other: other.table(),
            other_file: other.source.path.clone(),
        };
        self.source.problem(&self.table(), problem)
    }

    fn table(&self) -> String {
        format!("[endpoints.{}]", self.endpoint)
    }
}

/// The path from the root, without `.` and `..`.
fn written(path: &Path) -> PathBuf {
    let path = absolute(path);
    let mut whole = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(whole.pop()),
            Component::CurDir => {}
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => whole.push(part),
        }
    }
    whole
}

/// Where a path leads: as far as it is there by the links in it, and what is missing behind that.
fn real(path: &Path) -> PathBuf {
    let path = absolute(path);
    let found = path.ancestors().find_map(|there| {
        let canonical = there.canonicalize().ok()?;
        let missing = path.strip_prefix(there).ok()?;
        Some(canonical.join(missing))
    });
    written(&found.unwrap_or(path))
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}
