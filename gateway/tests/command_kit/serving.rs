//! A gateway as its own process.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

pub fn settings(more: &str) -> String {
    format!("[listen]\nparties = \"127.0.0.1:0\"\noperator = \"127.0.0.1:0\"\n{more}")
}

/// A gateway that is ended with its test.
pub struct Serving {
    child: Child,
    pub url: String,
    operations: String,
}

impl Serving {
    pub fn start(folder: &Path) -> Self {
        Self::start_with(folder, "")
    }

    pub fn start_with(folder: &Path, more: &str) -> Self {
        std::fs::write(folder.join("gateway.toml"), settings(more)).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_anxin"))
            .args(["serve", "--lang", "en", "--config"])
            .arg(folder.join("gateway.toml"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let out = child.stdout.take().unwrap();
        BufReader::new(out).read_line(&mut line).unwrap();
        let url = line
            .split_whitespace()
            .find(|word| word.starts_with("https://"));
        let url = url.expect("the gateway says where it is").to_owned();
        let operations = line
            .split_once("http://")
            .and_then(|(_, rest)| rest.split(',').next());
        let operations = operations.expect("and where it is operated").to_owned();
        Self {
            child,
            url,
            operations,
        }
    }

    pub fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args([name, &id]).status();
        assert!(sent.unwrap().success());
    }

    /// Status line and body of a call on the operator's address.
    pub fn operated(&self, path: &str) -> String {
        let mut stream = std::net::TcpStream::connect(&self.operations).unwrap();
        let head = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text
    }

    /// Waits until readiness says `word`.
    pub fn becomes(&self, word: &str) -> String {
        for _ in 0..400 {
            let text = self.operated("/readyz");
            if text.contains(&format!("\"status\":\"{word}\"")) {
                return text;
            }
            std::thread::sleep(std::time::Duration::from_millis(25));
        }
        panic!("readiness does not become {word}");
    }

    /// Asks it to stop, as a service manager does.
    pub fn stop(mut self) -> i32 {
        self.signal("-TERM");
        self.child.wait().unwrap().code().unwrap()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

/// What a start says that must be refused as our own trouble; one that serves is ended.
pub fn refused_start(folder: &Path) -> String {
    let mut child = Command::new(env!("CARGO_BIN_EXE_anxin"))
        .args(["serve", "--lang", "en", "--config"])
        .arg(folder.join("gateway.toml"))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    for _ in 0..1_200 {
        if let Some(ended) = child.try_wait().unwrap() {
            let mut said = String::new();
            child
                .stderr
                .take()
                .unwrap()
                .read_to_string(&mut said)
                .unwrap();
            assert_eq!(ended.code(), Some(3), "{said}");
            return said;
        }
        std::thread::sleep(std::time::Duration::from_millis(25));
    }
    child.kill().unwrap();
    panic!("it serves");
}

pub fn copy_files(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let name = entry.unwrap().file_name();
        std::fs::copy(from.join(&name), to.join(&name)).unwrap();
    }
}

/// Every file and folder below a folder, with the bytes.
pub fn everything(folder: &Path) -> Vec<(PathBuf, Option<Vec<u8>>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(everything(&path));
            found.push((path, None));
        } else {
            let bytes = std::fs::read(&path).unwrap();
            found.push((path, Some(bytes)));
        }
    }
    found.sort();
    found
}

/// Puts back what [`everything`] found.
pub fn put_back(folder: &Path, all: &[(PathBuf, Option<Vec<u8>>)]) {
    std::fs::remove_dir_all(folder).unwrap();
    std::fs::create_dir(folder).unwrap();
    for (path, bytes) in all.iter().rev() {
        match bytes {
            None => std::fs::create_dir_all(path).unwrap(),
            Some(_) => std::fs::create_dir_all(path.parent().unwrap()).unwrap(),
        }
    }
    for (path, bytes) in all {
        if let Some(bytes) = bytes {
            write_as_it_was(path, bytes);
        }
    }
}

fn write_as_it_was(path: &Path, bytes: &[u8]) {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    options.open(path).unwrap().write_all(bytes).unwrap();
}
