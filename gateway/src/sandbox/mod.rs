//! The banks' side of every channel: all 57 banks from their own definitions, on loopback.
//!
//! What a bank does is decided by the seed (`character`), booked in its ledger (`ledger`), spoken
//! in its dialect (`desk`), over real sockets and folders (`counter`). The ledger watches for what
//! must never happen: an instruction that pays twice.

pub mod character;
mod counter;
pub mod desk;
pub mod keys;
pub mod ledger;
pub mod ledger_file;
mod push;
mod sftp;

pub use push::PushTarget;

use crate::clock::Clock;
use crate::configuration::connection::ConnectionLimits;
use crate::configuration::{Admission, Connection, Endpoint};
use crate::keys::BankKeys;
use adapters::exchange::{Crypto, Wire};
use adapters::{BankAdapter, Incoming};
use character::Manner;
use counter::Folders;
use desk::{Deed, Desk, Keys, Received};
use keys::{KeysError, Smith};
use ledger::Statistics;
use ledger_file::LedgerFile;
use schemas::value::BankCode;
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// How a sandbox is set up.
#[derive(Clone, Debug)]
pub struct Options {
    /// Seed of everything that the banks decide.
    pub seed: u64,
    /// First port; 0 lets the system choose each.
    pub first_port: u16,
    /// Folder for the banks that exchange files.
    pub files: PathBuf,
    /// With whose keys the banks speak.
    pub keys: KeySource,
    /// Between an instruction and what the bank tells of it by itself.
    pub push_wait: Duration,
    /// File in which the banks note what they were told; none where nobody reads it.
    pub ledger: Option<PathBuf>,
}

/// With whose keys the banks of a sandbox speak.
#[derive(Clone, Debug, Default)]
pub enum KeySource {
    /// A signature is taken unread, and bodies are enciphered with a key that everybody knows.
    #[default]
    Placeholder,
    /// Made at the start; the gateway's chair is in [`Running::keys`].
    Made,
    /// The gateway's keys by bank, from which the bank's chair follows.
    Given(BTreeMap<BankCode, BankKeys>),
}

/// Why a sandbox did not start.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// No port.
    #[error("no port could be opened")]
    Port(#[source] std::io::Error),
    /// The file of the banks' ledger.
    #[error("the banks' ledger can't be written")]
    Ledger(#[source] std::io::Error),
    /// The banks' folder.
    #[error("the folder for files can't be made")]
    Folder(#[source] std::io::Error),
    /// No keys.
    #[error(transparent)]
    Keys(#[from] KeysError),
}

/// One bank at work.
pub struct Teller {
    desk: Desk,
    folders: Option<Folders>,
    place: usize,
    push_wait: Duration,
    clock: Arc<dyn Clock>,
    target: Arc<OnceLock<PushTarget>>,
}

impl Teller {
    /// Takes one request; files that were dropped before it come first.
    async fn receive(self: &Arc<Self>, incoming: Incoming) -> Deed {
        let here = Arc::clone(self);
        // Reading and writing 10,000 rows takes a while; other connections must not wait for it.
        let received = tokio::task::spawn_blocking(move || {
            here.collect();
            here.desk.receive(&incoming)
        });
        let Ok(received) = received.await else {
            return Deed::HangUp;
        };
        self.after(&received);
        received.deed
    }

    fn collect(&self) {
        for file in self.folders.iter().flat_map(Folders::new_files) {
            let _: Received = self.desk.receive(&file);
        }
    }

    fn after(self: &Arc<Self>, received: &Received) {
        if let Some(file_no) = received.booked {
            tokio::spawn(push::tell(Arc::clone(self), file_no));
        }
    }
}

/// A sandbox at work. Dropping it ends it.
pub struct Running {
    /// For each bank, what the gateway's configuration needs.
    pub connections: BTreeMap<BankCode, Connection>,
    /// For each bank, the gateway's keys; empty where none were made.
    pub keys: BTreeMap<BankCode, BankKeys>,
    tellers: BTreeMap<BankCode, Arc<Teller>>,
    target: Arc<OnceLock<PushTarget>>,
    tasks: JoinSet<()>,
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running")
            .field("banks", &self.tellers.len())
            .finish_non_exhaustive()
    }
}

impl Running {
    /// Tells the banks where to push to; the first word counts.
    pub fn push_to(&self, target: PushTarget) {
        let _ = self.target.set(target);
    }

    /// Counts of every bank until now.
    #[must_use]
    pub fn statistics(&self) -> BTreeMap<BankCode, Statistics> {
        let tellers = self.tellers.iter();
        tellers
            .map(|(bank, teller)| (*bank, teller.desk.statistics()))
            .collect()
    }

    /// How a bank behaves.
    #[must_use]
    pub fn manner(&self, bank: BankCode) -> Option<Manner> {
        self.tellers.get(&bank).map(|teller| teller.desk.manner())
    }

    async fn open(
        &mut self,
        teller: Arc<Teller>,
        ways: Ways,
        folder: PathBuf,
        port: &mut u16,
    ) -> Result<(), SandboxError> {
        let adapter = teller.desk.adapter();
        let bank = adapter.code();
        let mut endpoints = BTreeMap::new();
        if ways.folder {
            make_folder(&folder).map_err(SandboxError::Folder)?;
        }
        if ways.fetch {
            let (listener, address) = listen(port).await?;
            let key_file = folder.with_extension("sftp.key");
            let server = sftp::Server::make(&folder, key_file, address)?;
            let endpoint = Endpoint::Sftp(server.endpoint.clone());
            endpoints.insert("drop".to_owned(), endpoint);
            let serving = server.serve(listener, Arc::clone(&teller));
            self.tasks.spawn(serving);
        } else if ways.folder {
            endpoints.insert("drop".to_owned(), Endpoint::Folder { path: folder });
        }
        if ways.tcp {
            let (listener, address) = listen(port).await?;
            let serving = counter::serve_tcp(listener, Arc::clone(&teller));
            self.tasks.spawn(serving);
            endpoints.insert("main".to_owned(), Endpoint::Tcp { address, tls: None });
        }
        if !ways.http.is_empty() {
            let (listener, address) = listen(port).await?;
            let serving = counter::serve_http(listener, Arc::clone(&teller));
            self.tasks.spawn(serving);
            for name in ways.http {
                endpoints.insert(name, http_at(address));
            }
        }
        let named = adapter.connection_fields().iter();
        let (secrets, fields): (Vec<_>, Vec<_>) = named.partition(|field| field.secret);
        let connection = Connection {
            bank,
            endpoints,
            fields: fields
                .into_iter()
                .map(|field| (field.name.clone(), field.example.clone()))
                .collect(),
            secrets: secrets
                .into_iter()
                .map(|field| (field.name.clone(), secret_id(bank, &field.name)))
                .collect(),
            keys: BTreeMap::new(),
            limits: ConnectionLimits {
                connect_wait_ms: 2_000,
                reply_wait_ms: 3_000,
                ..ConnectionLimits::default()
            },
            admission: Admission::default(),
        };
        self.connections.insert(bank, connection);
        self.tellers.insert(bank, teller);
        Ok(())
    }

    /// Closes every counter.
    pub async fn stop(mut self) {
        self.tasks.shutdown().await;
    }
}

/// Opens the counters of some banks.
///
/// # Errors
/// See [`SandboxError`].
pub async fn start(
    banks: &[&'static BankAdapter],
    clock: &Arc<dyn Clock>,
    options: &Options,
) -> Result<Running, SandboxError> {
    let target = Arc::new(OnceLock::new());
    let mut running = Running {
        connections: BTreeMap::new(),
        keys: BTreeMap::new(),
        tellers: BTreeMap::new(),
        target: Arc::clone(&target),
        tasks: JoinSet::new(),
    };
    let mut smith = Smith::default();
    let file = options.ledger.as_deref().map(LedgerFile::open).transpose();
    let file = file.map_err(SandboxError::Ledger)?.map(Arc::new);
    let mut port = options.first_port;
    for (place, adapter) in banks.iter().copied().enumerate() {
        let keys: Keys = match &options.keys {
            KeySource::Placeholder => Box::new(crate::command::adapter::PlaceholderKeys),
            KeySource::Made => {
                let ours = BankKeys {
                    clock: Some(Arc::clone(clock)),
                    ..smith.make(adapter)?
                };
                let theirs = ours.other_chair();
                running.keys.insert(adapter.code(), ours);
                Box::new(theirs)
            }
            KeySource::Given(keys) => {
                let ours = keys.get(&adapter.code()).cloned().unwrap_or_default();
                Box::new(BankKeys {
                    clock: Some(Arc::clone(clock)),
                    ..ours.other_chair()
                })
            }
        };
        let ways = Ways::of(adapter)?;
        let manner = Manner::of(options.seed, place);
        let folder = options.files.join(adapter.code().as_str());
        let teller = Teller {
            desk: Desk::new(adapter, keys, options.seed, manner).noting(file.clone()),
            folders: ways.folder.then(|| Folders::new(&folder)),
            place,
            push_wait: options.push_wait,
            clock: Arc::clone(clock),
            target: Arc::clone(&target),
        };
        running
            .open(Arc::new(teller), ways, folder, &mut port)
            .await?;
    }
    Ok(running)
}

/// The id in the key store of a password towards a sandbox bank.
#[must_use]
pub fn secret_id(bank: BankCode, name: &str) -> String {
    format!("{bank}-{name}")
}

fn http_at(address: SocketAddr) -> Endpoint {
    Endpoint::Http {
        address,
        tls: None,
        host: String::new(),
        path_prefix: String::new(),
        refusing_statuses: Vec::new(),
    }
}

async fn listen(port: &mut u16) -> Result<(TcpListener, SocketAddr), SandboxError> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).await;
    let listener = listener.map_err(SandboxError::Port)?;
    let address = listener.local_addr().map_err(SandboxError::Port)?;
    if *port > 0 {
        *port = port.saturating_add(1);
    }
    Ok((listener, address))
}

fn make_folder(folder: &std::path::Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// The ways on which a bank's messages travel.
struct Ways {
    tcp: bool,
    folder: bool,
    /// A bank that gives out files serves them, and takes ours, over SFTP.
    fetch: bool,
    http: Vec<String>,
}

impl Ways {
    fn of(adapter: &BankAdapter) -> Result<Self, KeysError> {
        let nobody: &dyn Crypto = &crate::command::adapter::PlaceholderKeys;
        let messages = keys::example_messages(adapter, nobody)?;
        let folder = messages.iter().any(|m| matches!(m.wire, Wire::Drop { .. }));
        let tcp = messages.iter().any(|m| matches!(m.wire, Wire::Tcp { .. }));
        let mut http = adapter.endpoints();
        let speaks_http = messages.iter().any(|m| matches!(m.wire, Wire::Http { .. }));
        if !speaks_http {
            http.clear();
        }
        // A bank that takes files and has addresses for nothing else asks over TCP.
        let tcp = tcp || (!speaks_http && !adapter.endpoints().is_empty());
        let fetch = adapter
            .by_dialect()
            .any(|own| own.bank_side().gives_files());
        Ok(Self {
            tcp,
            folder,
            fetch,
            http,
        })
    }
}
