//! Style as a test (DESIGN section 7). Each rule lists every breach with its place.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use tests::workspace::{files, root, text};

fn assert_none(rule: &str, breaches: &[String]) {
    assert!(breaches.is_empty(), "{rule}:\n  {}", breaches.join("\n  "));
}

fn is_test(path: &Path) -> bool {
    let text = path.to_string_lossy();
    [
        "tests/",
        "/tests/",
        "/tests.rs",
        "/benches/",
        "/examples/",
        "fuzz/",
    ]
    .iter()
    .any(|part| text.contains(part))
}

#[test]
fn files_have_at_most_400_lines_and_lines_100_columns() {
    let mut breaches = Vec::new();
    for path in files(".rs").into_iter().chain(files(".py")) {
        let text = text(&path);
        let count = text.lines().count();
        if count > 400 {
            breaches.push(format!("{}: {count} lines", path.display()));
        }
        for (number, line) in (1..).zip(text.lines()) {
            if line.chars().count() > 100 {
                breaches.push(format!("{}:{number}: over 100 columns", path.display()));
            }
        }
    }
    assert_none("files stay small", &breaches);
}

/// Where a bank's code stands for any bank: examples of the public contract, for readers.
const EXAMPLES: [&str; 2] = [
    "gateway/src/api/openapi.rs",
    "gateway/src/api/routes/parameters.rs",
];

/// Counts from a line that opens a function to the line that closes it at the same indentation:
/// rustfmt guarantees that form.
#[test]
fn functions_have_at_most_70_lines() {
    let mut breaches = Vec::new();
    for path in files(".rs") {
        let text = text(&path);
        let lines: Vec<&str> = text.lines().collect();
        for (at, line) in lines.iter().enumerate() {
            let trimmed = line.trim_start();
            let opens = [
                "fn ",
                "pub fn ",
                "async fn ",
                "pub async fn ",
                "pub(crate) fn ",
            ]
            .iter()
            .chain(&[
                "pub(super) fn ",
                "pub(super) async fn ",
                "pub(crate) async fn ",
            ])
            .chain(&["const fn ", "pub const fn "])
            .any(|start| trimmed.starts_with(start));
            if !opens {
                continue;
            }
            // A signature in a trait ends without a body.
            let body_begins = |line: &&&str| line.ends_with('{') || line.ends_with(';');
            if lines[at..]
                .iter()
                .find(body_begins)
                .is_none_or(|line| line.ends_with(';'))
            {
                continue;
            }
            let indent = line.len() - trimmed.len();
            let close = format!("{}}}", " ".repeat(indent));
            let body = lines[at..]
                .iter()
                .position(|line| *line == close)
                .unwrap_or(0)
                + 1;
            if body > 70 {
                breaches.push(format!("{}:{}: {body} lines", path.display(), at + 1));
            }
        }
    }
    assert_none("functions stay small", &breaches);
}

/// In Python a function ends before the next line that stands no further in than its `def`.
fn python_functions(text: &str) -> Vec<(usize, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let indent = |line: &str| line.len() - line.trim_start().len();
    let opens = |line: &str| {
        let start = line.trim_start();
        start.starts_with("def ") || start.starts_with("async def ")
    };
    let of = |at: usize| {
        let own = indent(lines[at]);
        // Closing brackets of a long signature belong to it.
        let is_next = |line: &&&str| {
            let start = line.trim_start();
            !start.is_empty() && !start.starts_with([')', ']', '}']) && indent(line) <= own
        };
        let next = lines[at + 1..].iter().position(|line| is_next(&line));
        let body = &lines[at..next.map_or(lines.len(), |next| at + 1 + next)];
        let last = body.iter().rposition(|line| !line.trim().is_empty());
        (at + 1, last.unwrap_or(0) + 1)
    };
    let opened = (0..lines.len()).filter(|at| opens(lines[*at]));
    opened.map(of).collect()
}

#[test]
fn functions_of_python_have_at_most_70_lines() {
    let text_of = "def one():\n    a\n\n    b\n\n\nclass Two:\n    def three(\n        self,\n    \
                   ):\n        pass\n\n    async def four(self):\n        pass\n";
    assert_eq!(python_functions(text_of), [(1, 4), (8, 4), (13, 2)]);
    let mut breaches = Vec::new();
    for path in files(".py") {
        for (line, body) in python_functions(&text(&path)) {
            if body > 70 {
                breaches.push(format!("{}:{line}: {body} lines", path.display()));
            }
        }
    }
    assert_none("functions stay small", &breaches);
}

#[test]
fn nothing_outside_tests_panics_on_purpose() {
    let marks = [
        ".unwrap()",
        ".expect(",
        "panic!(",
        "todo!(",
        "unimplemented!(",
        "dbg!(",
    ];
    let mut breaches = Vec::new();
    for path in files(".rs").into_iter().filter(|path| !is_test(path)) {
        for (number, line) in (1..).zip(text(&path).lines()) {
            let code = line.split("//").next().unwrap_or_default();
            if marks.iter().any(|mark| code.contains(mark)) {
                breaches.push(format!("{}:{number}: {}", path.display(), line.trim()));
            }
        }
    }
    assert_none("no unwrap, expect or panic outside tests", &breaches);
}

#[test]
fn money_is_never_a_float() {
    let mut breaches = Vec::new();
    for path in files(".rs").into_iter().filter(|path| !is_test(path)) {
        for (number, line) in (1..).zip(text(&path).lines()) {
            let code = line.split("//").next().unwrap_or_default();
            let float = code.contains("f64") || code.contains("f32");
            let money = ["amount", "fen", "sum", "total", "yuan"]
                .iter()
                .any(|word| code.to_lowercase().contains(word));
            if float && money {
                breaches.push(format!("{}:{number}: {}", path.display(), line.trim()));
            }
        }
    }
    assert_none("no float near money", &breaches);
}

#[test]
fn a_bank_is_known_only_in_its_own_folder() {
    let codes: BTreeSet<String> = std::fs::read_dir(root().join("adapters/banks"))
        .expect("the banks")
        .map(|entry| {
            entry
                .expect("a bank")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    assert!(codes.len() >= 57);
    let mut breaches = Vec::new();
    let code = |path: &PathBuf| !is_test(path) && !EXAMPLES.iter().any(|p| path.ends_with(p));
    for path in files(".rs").into_iter().filter(code) {
        for (number, line) in (1..).zip(text(&path).lines()) {
            let trimmed = line.trim_start();
            if trimmed.starts_with("//") {
                continue;
            }
            let quoted = line.split('"').skip(1).step_by(2);
            for code in quoted.filter(|quoted| codes.contains(*quoted)) {
                breaches.push(format!("{}:{number}: {code}", path.display()));
            }
        }
    }
    assert_none(
        "no bank code outside adapters/banks, schemas/codes and config",
        &breaches,
    );
}

#[test]
fn links_between_documents_resolve() {
    let mut breaches = Vec::new();
    for path in files(".md") {
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        for (number, line) in (1..).zip(text(&path).lines()) {
            for target in line
                .split("](")
                .skip(1)
                .filter_map(|rest| rest.split(')').next())
            {
                let file = target.split('#').next().unwrap_or_default();
                let outside = file.is_empty() || file.contains("://");
                if !outside && !root().join(&folder).join(file).exists() {
                    breaches.push(format!("{}:{number}: {target}", path.display()));
                }
            }
        }
    }
    assert_none("every link leads somewhere", &breaches);
}

/// `schemas ← adapters ← gateway ← tests`; `schemas ← certs ← gateway`;
/// `schemas, certs ← journal ← gateway` (DESIGN section 2).
#[test]
fn dependencies_point_inward() {
    let allowed: [(&str, &[&str]); 6] = [
        ("schemas", &[]),
        ("adapters", &["schemas"]),
        ("certs", &["schemas"]),
        ("journal", &["schemas", "certs"]),
        ("gateway", &["schemas", "adapters", "certs", "journal"]),
        (
            "tests",
            &["schemas", "adapters", "certs", "journal", "gateway"],
        ),
    ];
    let output = std::process::Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--no-deps",
            "--offline",
        ])
        .current_dir(root())
        .output()
        .expect("cargo metadata");
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    assert_eq!(
        packages.len(),
        allowed.len(),
        "a new crate needs a new boundary"
    );
    let mut breaches = Vec::new();
    for package in packages {
        let name = package["name"].as_str().expect("a name");
        let inward = allowed
            .iter()
            .find(|(known, _)| *known == name)
            .expect("a known crate")
            .1;
        for dependency in package["dependencies"].as_array().expect("dependencies") {
            let target = dependency["name"].as_str().expect("a name");
            let ours = allowed.iter().any(|(known, _)| *known == target);
            if ours && !inward.contains(&target) && dependency["kind"].is_null() {
                breaches.push(format!("{name} must not depend on {target}"));
            }
        }
    }
    assert_none("dependencies point inward", &breaches);
}
