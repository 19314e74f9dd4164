//! The program itself, and its numbers as a monitor reads them.

use super::alarms::is_raised;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, SystemTime};
use tests::workspace::program;

/// A gateway as its own process, ended with its test.
pub struct Serving {
    child: Child,
    operations: String,
}

impl Serving {
    /// Starts it in a folder with more of a configuration.
    pub fn start(folder: &Path, more: &str) -> Self {
        let listen = "[listen]\nparties = \"127.0.0.1:0\"\noperator = \"127.0.0.1:0\"\n";
        let settings = folder.join("gateway.toml");
        std::fs::write(&settings, format!("{listen}{more}")).unwrap();
        let mut child = Command::new(program())
            .args(["serve", "--lang", "en", "--config"])
            .arg(&settings)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let out = child.stdout.take().unwrap();
        BufReader::new(out).read_line(&mut line).unwrap();
        let after = line.split_once("http://").map(|(_, rest)| rest);
        let operations = after.and_then(|rest| rest.split(',').next());
        let operations = operations.unwrap_or_else(|| panic!("it says where it is: {line}"));
        Self {
            operations: operations.to_owned(),
            child,
        }
    }

    /// A call on the operator's address.
    pub fn asked(&self, path: &str) -> String {
        let mut stream = std::net::TcpStream::connect(&self.operations).unwrap();
        let head = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text
    }

    /// Whether the rule of that name is true of the numbers now.
    pub fn raises(&self, alarm: &str) -> bool {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        is_raised(
            alarm,
            &self.asked("/metrics"),
            "",
            now.unwrap().as_secs_f64(),
        )
    }

    /// Waits until it does, or does no more.
    #[track_caller]
    pub fn becomes(&self, alarm: &str, raised: bool) {
        for _ in 0..600 {
            if self.raises(alarm) == raised {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let concerns = self.asked("/readyz");
        panic!("{alarm} does not become {raised}: {concerns}");
    }

    /// Sends a signal.
    pub fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args([name, &id]).status();
        assert!(sent.unwrap().success());
    }

    /// Asks it to stop, as a service manager does.
    pub fn stop(mut self) {
        self.signal("-TERM");
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
