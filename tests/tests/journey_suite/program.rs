//! The program: found beside the test, run with a limit, stopped by signals.

use serde_json::Value;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;
use tests::workspace::program;

/// Longest run of one command, on a busy machine.
const RUN_WAIT_MAX: Duration = Duration::from_secs(120);

/// How a command ended.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Ended {
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:?}");
        self
    }

    #[track_caller]
    pub fn document(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|_| panic!("no document: {self:?}"))
    }
}

/// Runs one command to its end.
pub fn run(arguments: &[impl AsRef<OsStr>]) -> Ended {
    run_in(arguments, "en")
}

/// Runs it in a language.
pub fn run_in(arguments: &[impl AsRef<OsStr>], lang: &str) -> Ended {
    let child = Command::new(program())
        .args(arguments)
        .args(["--lang", lang])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let id = child.id();
    let (tell, hear) = channel::<std::io::Result<Output>>();
    thread::spawn(move || tell.send(child.wait_with_output()));
    let Ok(output) = hear.recv_timeout(RUN_WAIT_MAX) else {
        signal(id, "-KILL");
        let words: Vec<_> = arguments.iter().map(AsRef::as_ref).collect();
        panic!("{words:?} does not end");
    };
    let output = output.unwrap();
    Ended {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

fn signal(id: u32, name: &str) {
    let status = Command::new("kill").args([name, &id.to_string()]).status();
    assert!(status.unwrap().success(), "kill {name}");
}

/// `anxin serve` at work; killed when it is dropped.
pub struct Serving {
    child: Child,
    /// `https://127.0.0.1:PORT`.
    pub url: String,
    /// `127.0.0.1:PORT` of the operator's network.
    pub operator: String,
}

impl Serving {
    /// Starts it and waits for the line that says where it is; its log goes to `log`.
    pub fn start(configuration: &Path, log: &Path) -> Self {
        let mut child = Command::new(program())
            .args(["serve", "--lang", "en", "--config"])
            .arg(configuration)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(log).unwrap())
            .spawn()
            .unwrap();
        let out = child.stdout.take().unwrap();
        let (tell, hear) = channel();
        thread::spawn(move || {
            let mut line = String::new();
            let read = BufReader::new(out).read_line(&mut line);
            tell.send(read.map(|_| line))
        });
        let line = hear.recv_timeout(RUN_WAIT_MAX);
        let line = line.expect("the gateway starts").unwrap();
        let word = |start: &str| {
            let mut words = line.split([' ', ',', '\n']);
            let found = words.find(|word| word.starts_with(start));
            found.map(ToOwned::to_owned).unwrap_or_else(|| {
                let said = std::fs::read_to_string(log).unwrap_or_default();
                panic!("it does not say where it is: {line:?}\n{said}")
            })
        };
        Self {
            url: word("https://"),
            operator: word("http://").replace("http://", ""),
            child,
        }
    }

    /// Asks it to stop, as a service manager does, and waits for its end.
    pub fn stop(mut self) -> Option<i32> {
        signal(self.child.id(), "-TERM");
        for _ in 0..1_200 {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            thread::sleep(Duration::from_millis(100));
        }
        panic!("the gateway does not stop");
    }

    /// Ends it as a failing machine does.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
