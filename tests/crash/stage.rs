//! The stage: an installation of the sandbox, the banks as a process of their own that nobody
//! kills, and the address under which they find the gateway wherever it starts again.

use super::bank::Ledger;
use super::program::program;
use super::serving::Serving;
use super::wages::{Payer, Row};
use serde::Deserialize as _;
use serde_json::Value;
use std::fs::File;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Instant;
use tempfile::TempDir;
use time::Duration;
use time::format_description::well_known::Rfc3339;
use time::macros::datetime;
use tokio::net::{TcpListener, TcpStream};

/// Eight banks behave in the sandbox's eight ways: prompt, slow, hanging up, holding the
/// connection, mute, telling twice, telling nothing unasked. Between them they speak over TCP,
/// HTTP and folders.
pub const BANKS: [&str; 8] = ["HXB", "WZCB", "PAB", "ICBC", "HZCB", "CMB", "BOC", "ABC"];

/// It gives out no row while one row of the file is unclear: such a file waits for its result.
pub const WHOLE_FIRST: &str = "PAB";

/// A question after a minute comes after a tenth of a second.
const PACE: u64 = 600;

/// Where the gateway is now, for the banks.
type Place = Arc<Mutex<Option<SocketAddr>>>;

pub struct Stage {
    pub folder: TempDir,
    pub payers: Vec<Payer>,
    /// Banks that fall silent after some questions: the end of a line may stay open.
    pub quiet: Vec<String>,
    sandbox: Child,
    place: Place,
    relay: tokio::task::JoinHandle<()>,
    begun: Instant,
    starts: i64,
}

impl Stage {
    pub async fn set(seed: u64) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("anxin-crash-")
            .tempdir()
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let place = Place::default();
        let relay = tokio::spawn(relay(listener, Arc::clone(&place)));
        // Here the banks find the gateway.
        let settings = format!(
            "[listen]\nparties = \"{address}\"\noperator = \"127.0.0.1:1\"\n[tls]\n\
             chain_file = \"pki/server/server.pem\"\nkey_file = \"pki/server/server.key\"\n\
             client_ca_file = \"pki/ca.pem\"\ncrl_files = [\"pki/crl.pem\"]\n"
        );
        std::fs::write(folder.path().join("gateway.toml"), settings).unwrap();
        let (sandbox, opened) = sandbox(folder.path(), seed);
        impatient(folder.path());
        let mandates = std::fs::read_to_string(folder.path().join("mandates.toml")).unwrap();
        let payers = Payer::all(&mandates, &BANKS);
        assert_eq!(payers.len(), BANKS.len());
        Self {
            folder,
            payers,
            quiet: quiet(&opened),
            sandbox,
            place,
            relay,
            begun: Instant::now(),
            starts: 0,
        }
    }

    /// Whether the bank may keep the ends of this file to itself.
    pub fn is_quiet(&self, bank: &str, rows: &[(Row, String)]) -> bool {
        let is_unclear = |(_, fate): &(Row, String)| matches!(fate.as_str(), "unlisted" | "never");
        let is_held = bank == WHOLE_FIRST && rows.iter().any(is_unclear);
        is_held || self.quiet.iter().any(|code| code == bank)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn ledger(&self) -> Ledger {
        Ledger::read(&self.path("ledger.jsonl"))
    }

    /// Writes the settings and starts the gateway on `ground`, where its data folder
    /// is. The business clock goes on; every start is a little later than the one before.
    pub fn spawn(&mut self, ground: &Path) -> Serving {
        self.starts += 1;
        let passed = i64::try_from(self.begun.elapsed().as_secs()).unwrap();
        let now = datetime!(2026-11-23 09:30 +8) + Duration::seconds(passed + self.starts);
        let now = now.format(&Rfc3339).unwrap();
        let ground = ground.display();
        let settings = format!(
            "[places]\ndata = \"{ground}/data\"\nmaster_key_file = \"master.key\"\n\
             [listen]\nparties = \"127.0.0.1:0\"\noperator = \"127.0.0.1:0\"\n[tls]\n\
             chain_file = \"pki/server/server.pem\"\nkey_file = \"pki/server/server.key\"\n\
             client_ca_file = \"pki/ca.pem\"\ncrl_files = [\"pki/crl.pem\"]\n\
             [time_outs]\nstop_wait_ms = 2000\n[journal]\nsegment_bytes_max = 1048576\n\
             [dispatch]\ncollect_wait_ms = 200\nretry_wait_ms = 200\n\
             [development]\nclock = \"{now}\"\npace_divisor = {PACE}\n"
        );
        let configuration = self.path("serve.toml");
        std::fs::write(&configuration, settings).unwrap();
        *self.place.lock().unwrap() = None;
        Serving::spawn(&configuration, &self.path("serve.log"))
    }

    /// The gateway is ready: the banks find it.
    pub fn open(&self, serving: &Serving) {
        let address = serving.url.trim_start_matches("https://").parse().unwrap();
        *self.place.lock().unwrap() = Some(address);
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.relay.abort();
        let _ = self.sandbox.kill();
        let _ = self.sandbox.wait();
    }
}

/// Starts the banks' side and waits until every counter is open.
fn sandbox(folder: &Path, seed: u64) -> (Child, Value) {
    let log = File::create(folder.join("sandbox.log")).unwrap();
    let mut command = Command::new(program());
    command.args(["sandbox", "--json", "--port", "0", "--seed"]);
    command.arg(seed.to_string());
    command.arg("--setup").arg(folder);
    command.arg("--ledger").arg(folder.join("ledger.jsonl"));
    for bank in BANKS {
        command.args(["--bank", bank]);
    }
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(log);
    let mut child = command.spawn().unwrap();
    let mut out = serde_json::Deserializer::from_reader(child.stdout.take().unwrap());
    let opened = Value::deserialize(&mut out).expect("the sandbox starts");
    (child, opened)
}

/// Banks of a manner that leaves ends untold.
fn quiet(opened: &Value) -> Vec<String> {
    let rows = opened["endpoints"].as_array().unwrap().iter();
    let is_quiet = |row: &&Value| row["manner"] == "mute";
    let codes = rows
        .filter(is_quiet)
        .map(|row| row["code"].as_str().unwrap().to_owned());
    codes.collect()
}

/// A bank that holds the line without a word is waited for a moment only.
fn impatient(folder: &Path) {
    for bank in BANKS {
        let path = folder.join(format!("connections/{bank}.toml"));
        let text = std::fs::read_to_string(&path).unwrap();
        let changed = text.replace("reply_wait_ms = 3000", "reply_wait_ms = 400");
        assert_ne!(text, changed, "{bank}");
        std::fs::write(&path, changed).unwrap();
    }
}

/// Carries the banks' calls to the gateway; while it is down, nobody answers.
async fn relay(listener: TcpListener, place: Place) {
    loop {
        let Ok((mut caller, _)) = listener.accept().await else {
            continue;
        };
        let target = *place.lock().unwrap();
        let Some(target) = target else { continue };
        tokio::spawn(async move {
            if let Ok(mut gateway) = TcpStream::connect(target).await {
                let _ = tokio::io::copy_bidirectional(&mut caller, &mut gateway).await;
            }
        });
    }
}
