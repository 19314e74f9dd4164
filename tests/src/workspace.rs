//! The files of the workspace, as the tidy and contract suites read them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The root of the workspace.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .canonicalize()
        .expect("the workspace")
}

/// Every file below the root with this ending, without build output and hidden folders,
/// relative to the root, sorted.
#[must_use]
pub fn files(ending: &str) -> Vec<PathBuf> {
    let root = root();
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path
                .file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            if path.is_dir() {
                let skipped = name == "target" || (name.starts_with('.') && name != ".ci");
                if !skipped {
                    folders.push(path);
                }
            } else if name.ends_with(ending) {
                found.push(path.strip_prefix(&root).expect("below the root").to_owned());
            }
        }
    }
    found.sort();
    found
}

/// The text of a file of the workspace.
#[must_use]
pub fn text(path: &Path) -> String {
    std::fs::read_to_string(root().join(path)).expect("readable text")
}

/// `target/<profile>/anxin`: the test itself is `target/<profile>/deps/…`. It is built
/// only where it is missing, which is said.
#[must_use]
pub fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let test = std::env::current_exe().unwrap();
        let profile = test.parent().and_then(Path::parent).unwrap();
        let program = profile.join("anxin");
        if !program.exists() {
            eprintln!("{} is missing: building it", program.display());
            let mut build = Command::new(env!("CARGO"));
            build.args(["build", "-p", "gateway", "--bin", "anxin"]);
            build.current_dir(env!("CARGO_MANIFEST_DIR"));
            if profile.ends_with("release") {
                build.arg("--release");
            }
            assert!(build.status().unwrap().success(), "the program is built");
        }
        program
    })
}
