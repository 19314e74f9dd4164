//! The stage: certificates, the banks' side, a configuration folder, and the program on it.

use super::keys::{files, keys};
use super::program::{Ended, Serving, run, run_in};
use super::wages::{PAYER, PAYER_NAME, Row, Wages};
use adapters::{BankAdapter, Book};
use gateway::clock::{Clock, OffsetClock};
use gateway::configuration::{Connection, Endpoint};
use gateway::sandbox::character::{Fate, fate};
use gateway::sandbox::{KeySource, Options, Running, start};
use schemas::people;
use schemas::value::{BankCode, Purpose, Uscc};
use std::fmt::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;

/// With this seed the banks behave in this order: the first at once, the second slowly, the third
/// hangs up after each instruction, the fourth holds the connection without a word.
const SEED: u64 = 8;
const BANKS: [&str; 4] = ["HXB", "WZCB", "PAB", "ICBC"];
/// Questions after a minute come after half a second; a day's answer limit is 12 minutes.
const PACE: u64 = 120;

pub struct Stage {
    pub folder: TempDir,
    pub pki: PathBuf,
    pub sandbox: Running,
    serving: Option<Serving>,
    starts: u32,
    people: AtomicU32,
    payees: Mutex<Vec<Row>>,
}

pub fn bank(code: &str) -> BankCode {
    BankCode::parse(code).unwrap()
}

pub fn adapter(code: &str) -> &'static BankAdapter {
    Book::built_in().unwrap().adapter(bank(code)).unwrap()
}

/// The employer of the journey, supervised in 330110.
pub fn own() -> Uscc {
    people::uscc(SEED, 0, "330110")
}

/// Another one, supervised in 330203.
pub fn other() -> Uscc {
    people::uscc(SEED, 1, "330203")
}

/// The certificate of an employer's person.
pub fn person(uscc: Uscc, name: &str) -> String {
    format!("employer/{uscc}-{name}")
}

/// The certificate of an employer's system.
pub fn system(uscc: Uscc) -> String {
    format!("employer/{uscc}")
}

impl Stage {
    /// Makes certificates and configuration and opens the banks' counters.
    pub async fn set() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock: Arc<dyn Clock> = Arc::new(OffsetClock::new(
            time::macros::datetime!(2026-11-23 10:00 +8),
            1,
        ));
        let options = Options {
            seed: SEED,
            first_port: 0,
            files: folder.path().join("banks"),
            keys: KeySource::Given(
                BANKS
                    .iter()
                    .map(|code| (bank(code), keys(adapter(code))))
                    .collect(),
            ),
            push_wait: Duration::from_millis(1),
            ledger: None,
        };
        let banks: Vec<&'static BankAdapter> = BANKS.iter().map(|code| adapter(code)).collect();
        let sandbox = start(&banks, &clock, &options).await.unwrap();
        let stage = Self {
            pki: folder.path().join("pki"),
            folder,
            sandbox,
            serving: None,
            starts: 0,
            people: AtomicU32::new(0),
            payees: Mutex::default(),
        };
        stage.make_certificates();
        for adapter in banks {
            stage.connect(adapter);
        }
        stage.write_mandates();
        stage
    }

    /// Everybody gets a certificate in one run.
    fn make_certificates(&self) {
        let (own, other) = (own(), other());
        let persons = [
            own.to_string(),
            format!("{own}:person:maker"),
            format!("{own}:person:checker"),
            format!("{other}:person:maker"),
        ];
        let out = self.pki.to_str().unwrap();
        let mut arguments = vec!["certs", "init", "--json", "--out", out];
        for employer in &persons {
            arguments.extend(["--employer", employer]);
        }
        for bank in BANKS {
            arguments.extend(["--bank", bank]);
        }
        for region in ["330100:person:chen", "330200"] {
            arguments.extend(["--regulator", region]);
        }
        for operator in ["ops:person:li", "ops:person:wang"] {
            arguments.extend(["--operator", operator]);
        }
        let made = run(&arguments).expect(0).document();
        // The server and everybody above.
        assert_eq!(
            made["identities"].as_array().unwrap().len(),
            1 + 4 + 4 + 2 + 2
        );
        let key = self.pki.join(format!("{}.key", system(own)));
        assert_eq!(mode(&key), 0o600, "keys are private");
    }

    /// A connection file of the bank, with keys of our own where its messages need some.
    fn connect(&self, adapter: &BankAdapter) {
        let code = adapter.code();
        let connection = self.sandbox.connections.get(&code).unwrap();
        let mut text = connection_file(connection);
        text.push_str("\n[keys]\n");
        for (slot, ending, key) in files(adapter) {
            let id = format!("{code}-{slot}");
            self.write(&format!("keys/{id}.{ending}"), &key, 0o600);
            writeln!(text, "{slot} = \"{id}\"").unwrap();
        }
        assert!(
            connection.secrets.is_empty(),
            "no bank of the journey wants a password"
        );
        self.write(&format!("connections/{code}.toml"), &text, 0o600);
    }

    fn write_mandates(&self) {
        let mut text = String::new();
        for employer in [own(), other()] {
            for bank in BANKS {
                writeln!(
                    text,
                    "[[mandate]]\nemployer = \"{employer}\"\nbank = \"{bank}\"\n\
                     account = \"{PAYER}\"\nname = \"{PAYER_NAME}\""
                )
                .unwrap();
            }
        }
        self.write("mandates.toml", &text, 0o600);
    }

    fn write(&self, name: &str, text: &str, mode: u32) {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    }

    /// Starts the program when its business clock shows `time` of a bank day, on free ports.
    pub fn start(&mut self, time: &str) {
        let text = format!(
            "[listen]\nparties = \"127.0.0.1:0\"\noperator = \"127.0.0.1:0\"\n\n\
             [tls]\nchain_file = \"pki/server/server.pem\"\nkey_file = \"pki/server/server.key\"\n\
             client_ca_file = \"pki/ca.pem\"\ncrl_files = [\"pki/crl.pem\"]\n\n\
             [time_outs]\nstop_wait_ms = 2000\n\n\
             [development]\nclock = \"2026-11-23T{time}+08:00\"\npace_divisor = {PACE}\n"
        );
        self.write("gateway.toml", &text, 0o644);
        self.starts += 1;
        let log = self
            .folder
            .path()
            .join(format!("serve-{}.log", self.starts));
        let configuration = self.folder.path().join("gateway.toml");
        self.serving = Some(Serving::start(&configuration, &log));
    }

    pub fn serving(&mut self) -> Serving {
        self.serving.take().expect("it serves")
    }

    pub fn url(&self) -> &str {
        &self.serving.as_ref().expect("it serves").url
    }

    pub fn operator(&self) -> &str {
        &self.serving.as_ref().expect("it serves").operator
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The words of `anxin` with the address and the certificate of a party.
    pub fn words(&self, who: &str, words: &[&str]) -> Vec<String> {
        let at = |name: String| self.pki.join(name).to_str().unwrap().to_owned();
        let (cert, key) = (at(format!("{who}.pem")), at(format!("{who}.key")));
        let ca = at("ca.pem".to_owned());
        let party = [
            "--json",
            "--url",
            self.url(),
            "--cert",
            &cert,
            "--key",
            &key,
            "--ca",
            &ca,
        ];
        let all = words.iter().chain(&party);
        all.map(|word| (*word).to_owned()).collect()
    }

    /// `anxin` as a party.
    pub fn command(&self, who: &str, words: &[&str]) -> Ended {
        run(&self.words(who, words))
    }

    /// What `anxin` prints for a clerk: in Chinese, not as a document.
    pub fn page(&self, who: &str, words: &[&str]) -> Ended {
        let mut words = self.words(who, words);
        words.retain(|word| word != "--json");
        run_in(&words, "zh")
    }

    /// `anxin submit` of bytes, as [`Stage::page`].
    pub fn submit_page(&self, who: &str, name: &str, bytes: &[u8]) -> Ended {
        let mut words = self.submission(who, name, bytes, &[]);
        words.retain(|word| word != "--json");
        run_in(&words, "zh")
    }

    /// The words of `anxin submit` of bytes, which are written to a file of that name.
    pub fn submission(&self, who: &str, name: &str, bytes: &[u8], more: &[&str]) -> Vec<String> {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let mut words = vec!["submit", path.to_str().unwrap()];
        words.extend(more);
        self.words(who, &words)
    }

    /// `anxin submit` of bytes.
    pub fn submit(&self, who: &str, name: &str, bytes: &[u8], more: &[&str]) -> Ended {
        run(&self.submission(who, name, bytes, more))
    }

    /// Wages of 1,000.01 yuan upwards at a bank; `fates` says what its sandbox does with each
    /// line. The first line of a file is always paid.
    pub fn wages(&self, batch_no: &str, code: &str, fates: &[Wanted]) -> Wages {
        let rows = fates.iter().zip(1u32..).map(|(wanted, row_no)| {
            let payee = self.payee(code, row_no, *wanted);
            let row = Row::of(&payee, 100_000 + i64::from(row_no));
            self.payees.lock().unwrap().push(row.clone());
            row
        });
        Wages {
            batch_no: batch_no.to_owned(),
            uscc: own(),
            region: "330110",
            bank: bank(code),
            rows: rows.collect(),
        }
    }

    fn payee(&self, code: &str, row_no: u32, wanted: Wanted) -> people::Person {
        let manner = self.sandbox.manner(bank(code)).unwrap();
        for _ in 0..5_000 {
            let index = self.people.fetch_add(1, Ordering::Relaxed);
            let payee = people::person(SEED, index, Some(bank(code)));
            let account = payee.account.reveal(Purpose::Matching);
            if wanted.is(fate(SEED, bank(code), row_no, account, manner)) {
                return payee;
            }
        }
        panic!("nobody has this fate");
    }

    /// M1, from the banks' own books.
    pub fn nothing_was_instructed_twice(&self) {
        for (bank, counts) in self.sandbox.statistics() {
            assert_eq!(counts.double_instructions, 0, "{bank}");
            assert_eq!(counts.repeated_files, 0, "{bank}");
            assert_eq!(
                (counts.unreadable, counts.unwritable),
                (0, 0),
                "{bank}: {counts:?}"
            );
        }
    }

    /// M9: nobody's number, account or name stands in clear in a log or in the data folder.
    pub fn no_person_in_clear(&self) {
        let mut files = Vec::new();
        walk(&self.data(), &mut files);
        assert!(files.len() > 3, "there is a journal");
        for start in 1..=self.starts {
            files.push(self.folder.path().join(format!("serve-{start}.log")));
        }
        let payees = self.payees.lock().unwrap();
        for file in files {
            let bytes = std::fs::read(&file).unwrap();
            let holds = |text: &str| memmem(&bytes, text.as_bytes());
            for (place, row) in payees.iter().enumerate() {
                for personal in [&row.id_number, &row.account, &row.name] {
                    assert!(!holds(personal), "payee {place} in {}", file.display());
                }
            }
        }
    }
}

/// Every file below a folder.
fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => walk(&path, files),
            false => files.push(path),
        }
    }
}

fn memmem(bytes: &[u8], part: &[u8]) -> bool {
    let first = part[0];
    let mut starts = bytes.iter().enumerate().filter(|(_, byte)| **byte == first);
    starts.any(|(at, _)| bytes[at..].starts_with(part))
}

/// What becomes of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    Paid,
    Failed,
    Unlisted,
}

impl Wanted {
    fn is(self, fate: Fate) -> bool {
        match fate {
            Fate::Paid => self == Self::Paid,
            Fate::Failed(_) => self == Self::Failed,
            Fate::Unlisted => self == Self::Unlisted,
            Fate::Returned | Fate::Never => false,
        }
    }
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// The file of `config/connections`, from what the sandbox says of itself.
fn connection_file(connection: &Connection) -> String {
    let mut text = format!("bank = \"{}\"\n", connection.bank);
    for (name, endpoint) in &connection.endpoints {
        let (transport, place) = match endpoint {
            Endpoint::Tcp { address, .. } => ("tcp", format!("address = \"{address}\"")),
            Endpoint::Http { address, .. } => ("http", format!("address = \"{address}\"")),
            Endpoint::Folder { path } => ("folder", format!("path = \"{}\"", path.display())),
            Endpoint::Sftp(_) => panic!("no bank of the journey gives out files"),
        };
        writeln!(
            text,
            "[endpoints.{name}]\ntransport = \"{transport}\"\n{place}"
        )
        .unwrap();
    }
    text.push_str("[fields]\n");
    for (name, value) in &connection.fields {
        writeln!(text, "{name} = \"{value}\"").unwrap();
    }
    text
}
