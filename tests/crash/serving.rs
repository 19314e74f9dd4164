//! The real program at work, its death and its end.

use super::program::program;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

/// Longest start, on a busy machine.
const START_MAX: Duration = Duration::from_secs(60);
/// Longest clean stop.
const STOP_MAX: Duration = Duration::from_secs(60);

/// `anxin serve`. Killed when it is dropped.
pub struct Serving {
    child: Child,
    first_line: Receiver<String>,
    /// `https://127.0.0.1:PORT`, once it is said.
    pub url: String,
    /// `127.0.0.1:PORT` of the operator's network.
    pub operator: String,
}

impl Serving {
    /// Starts it; its log goes on in `log`.
    pub fn spawn(configuration: &Path, log: &Path) -> Self {
        let log = File::options().create(true).append(true).open(log).unwrap();
        let mut child = Command::new(program())
            .args(["serve", "--lang", "en", "--config"])
            .arg(configuration)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let out = child.stdout.take().unwrap();
        let (tell, hear) = channel();
        thread::spawn(move || {
            let mut line = String::new();
            let mut out = BufReader::new(out);
            if out.read_line(&mut line).is_ok() && !line.is_empty() {
                let _ = tell.send(line);
            }
            let _ = out.read_to_end(&mut Vec::new());
        });
        Self {
            child,
            first_line: hear,
            url: String::new(),
            operator: String::new(),
        }
    }

    /// Waits until it says where it is.
    pub fn ready(&mut self) -> Result<(), String> {
        let Ok(line) = self.first_line.recv_timeout(START_MAX) else {
            let ended = self.child.try_wait().unwrap();
            let _ = self.child.kill();
            return Err(format!("it does not start: {ended:?}"));
        };
        let word = |start: &str| {
            let mut words = line.split([' ', ',', '\n']);
            words
                .find(|word| word.starts_with(start))
                .map(ToOwned::to_owned)
        };
        match (word("https://"), word("http://")) {
            (Some(url), Some(operator)) => {
                self.url = url;
                self.operator = operator.replace("http://", "");
                Ok(())
            }
            _ => Err(format!("it does not say where it is: {line}")),
        }
    }

    /// The code with which it ended by itself, if it did.
    pub fn ended(&mut self) -> Option<String> {
        let ended = self.child.try_wait().unwrap();
        ended.map(|status| status.to_string())
    }

    /// The exit code, once it has ended by itself.
    pub fn exited(&mut self) -> Option<i32> {
        self.child.wait().ok()?.code()
    }

    pub fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        // It may have ended by itself.
        let _ = Command::new("kill")
            .args([name, &id])
            .stderr(Stdio::null())
            .status();
    }

    /// Ends it as a failing machine does. Gives what it ended by itself with, if it had.
    pub fn kill(mut self) -> Option<String> {
        let ended = self.ended();
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        ended
    }

    /// Asks it to stop, as a service manager does.
    pub fn stop(mut self) -> Result<i32, String> {
        self.signal("-TERM");
        let begun = Instant::now();
        while begun.elapsed() < STOP_MAX {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code().ok_or(format!("{status}"));
            }
            thread::sleep(Duration::from_millis(20));
        }
        Err("it does not stop".to_owned())
    }

    /// A plain GET on the operator's network.
    pub fn operation(&self, path: &str) -> std::io::Result<String> {
        let mut stream = TcpStream::connect(&self.operator)?;
        stream.set_read_timeout(Some(START_MAX))?;
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
