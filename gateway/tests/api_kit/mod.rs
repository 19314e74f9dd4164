//! A gateway on a loopback port, its development PKI, and clients that speak real mutual TLS.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    dead_code,
    missing_docs
)]

mod connecting;
mod security;
pub mod stand_ins;

use security::server_tls;
pub use stand_ins::wage_file;
use stand_ins::{Stores, TakesAll};

use certs::development::{DevelopmentPki, IdentityPem};
use gateway::api::spool::SpoolFolder;
use gateway::api::{ApiLimits, App, AppParts, serve};
use gateway::clock::{Clock, ManualClock, SystemClock};
use gateway::core::Core;
use gateway::event::{Event, Intent, Move, Origin};
use gateway::mandates::{Mandate, Mandates};
use gateway::telemetry::Metrics;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::{HeaderMap, Request};
use hyper_util::rt::TokioIo;
use journal::disk::MemoryDisk;
use journal::random::SeededRandom;
use journal::seal::Vault;
use journal::{Journal, Options};
use schemas::employer_files::Limits;
use schemas::value::{AccountNo, BankCode, BatchId, PersonName, Uscc};
use schemas::{FailureReason, LineEvent, people};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use time::OffsetDateTime;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub const NOW: OffsetDateTime = time::macros::datetime!(2026-11-23 10:00 +8);
pub const PAYER: &str = "1202020009900012345";

pub fn hash(bytes: &[u8]) -> String {
    gateway::hex(&certs::digest::digest(
        certs::digest::DigestAlgorithm::Sha256,
        bytes,
    ))
}

pub struct Kit {
    pub address: SocketAddr,
    pub core: Arc<Core>,
    pub app: Arc<App>,
    pub clock: Arc<ManualClock>,
    pub disk: MemoryDisk,
    pub pki: DevelopmentPki,
    tls: watch::Sender<Arc<rustls::ServerConfig>>,
    identity: IdentityPem,
    stop: watch::Sender<bool>,
    server: JoinHandle<()>,
}

pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("{}: {}", self.status, self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// Demands a status and gives the reply, with the body in the failure.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }
}

pub fn employer(index: u32, region: &str) -> Uscc {
    people::uscc(20_261_123, index, region)
}

/// The employer of most tests: registered in 330110.
pub fn own() -> Uscc {
    employer(0, "330110")
}

/// Another one: registered in 330203.
pub fn other() -> Uscc {
    employer(1, "330203")
}

pub fn system(uscc: Uscc) -> String {
    format!("urn:anxin:employer:{uscc}")
}

pub fn person(uscc: Uscc, name: &str) -> String {
    format!("urn:anxin:employer:{uscc}:person:{name}")
}

pub fn open_core(disk: &MemoryDisk, clock: &Arc<ManualClock>) -> Core {
    let random = Arc::new(SeededRandom::new(11));
    let options = Options {
        random: random.clone(),
        ..Options::default()
    };
    let disk: Arc<MemoryDisk> = Arc::new(disk.clone());
    let (journal, _) = Journal::open(disk.clone(), Path::new("/data/journal"), options).unwrap();
    let vault = Vault::open(disk, Path::new("/data/keys"), &[7; 32], random).unwrap();
    Core::open(
        journal,
        vault,
        Arc::clone(clock) as Arc<dyn Clock>,
        &mut |_| {},
    )
    .unwrap()
}

fn log(disk: &MemoryDisk, core: &Core) -> gateway::proof::Log {
    let id = certs::sign::KeyId::new("checkpoints").unwrap();
    let random = certs::random::SeededRandom::new(5);
    let algorithm = certs::algorithm::Algorithm::Ed25519;
    let (_, signer) = certs::sign::generate(algorithm, id, &random).unwrap();
    let (disk, data) = (Arc::new(disk.clone()), Path::new("/data"));
    gateway::proof::Log::open(disk, data, core.journal(), "test/log", signer).unwrap()
}

fn mandates() -> Mandates {
    let mut mandates = Mandates::default();
    for uscc in [own(), other()] {
        for bank in ["ICBC", "ABC"] {
            let account = AccountNo::parse(PAYER).unwrap();
            let mandate = Mandate {
                payer_name: PersonName::parse("杭州样例建设有限公司").unwrap(),
                connection: adapters::ConnectionValues::default(),
            };
            mandates.register((uscc, BankCode::parse(bank).unwrap(), account), mandate);
        }
    }
    mandates
}

impl Kit {
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    pub async fn start_with(change: impl FnOnce(&mut ApiLimits)) -> Self {
        Self::start_parts(|parts| change(&mut parts.limits)).await
    }

    pub async fn start_parts(change: impl FnOnce(&mut AppParts)) -> Self {
        let clock = Arc::new(ManualClock::new(NOW));
        let disk = MemoryDisk::new();
        let core = Arc::new(open_core(&disk, &clock));
        let (stop, stopping) = watch::channel(false);
        let random = Arc::new(certs::random::SeededRandom::new(3));
        let spool = SpoolFolder::open(Arc::new(disk.clone()), Path::new("/data/spool"), random);
        let mut parts = AppParts {
            core: Arc::clone(&core),
            roles: gateway::configuration::Roles::default(),
            mandates: Arc::new(mandates()),
            calendar: Arc::new(schemas::codes::BankCalendar::built_in().clone()),
            bank_rules: Arc::new(TakesAll),
            bank_messages: Arc::new(Stores),
            search: gateway::index::Search::new(Arc::new(journal::index::MemoryIndex::new())),
            log: Arc::new(log(&disk, &core)),
            file_limits: Limits::default(),
            limits: ApiLimits::default(),
            spool: spool.unwrap(),
            pace: Arc::new(SystemClock::new()),
            metrics: Arc::new(Metrics::new()),
            concerns: Arc::default(),
            stopping: stopping.clone(),
        };
        change(&mut parts);
        let app = Arc::new(App::new(parts));
        let pki = DevelopmentPki::create(NOW).unwrap();
        let identity = pki.issue_server(&["localhost", "127.0.0.1"]).unwrap();
        let (tls, door) = watch::channel(server_tls(&pki, &identity));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = tokio::spawn(serve(listener, door, Arc::clone(&app), stopping));
        Self {
            address,
            core,
            app,
            clock,
            disk,
            pki,
            tls,
            identity,
            stop,
            server,
        }
    }

    /// What the server uses from now on: the authority's list as it is now.
    pub fn reload(&self) {
        self.tls.send_replace(server_tls(&self.pki, &self.identity));
    }

    pub async fn stop(self) {
        self.stop.send_replace(true);
        self.server.await.unwrap();
    }

    pub async fn send(&self, party: &str, request: Request<Full<Bytes>>) -> Reply {
        let stream = self.connect(party).await.unwrap();
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .unwrap();
        let driver = tokio::spawn(connection);
        let response = sender.send_request(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        driver.abort();
        Reply {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body,
        }
    }

    pub async fn call(
        &self,
        party: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Reply {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "localhost");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(party, request.body(Full::new(body.into())).unwrap())
            .await
    }

    pub async fn get(&self, party: &str, path: &str) -> Reply {
        self.call(party, "GET", path, &[], "").await
    }

    pub async fn post(&self, party: &str, path: &str, body: impl Into<Bytes>) -> Reply {
        let kind = [("content-type", "application/json")];
        self.call(party, "POST", path, &kind, body).await
    }

    pub async fn submit(&self, party: &str, csv: &str) -> Reply {
        self.call(
            party,
            "POST",
            "/v1/batches",
            &[("content-type", "text/csv")],
            csv.to_owned(),
        )
        .await
    }

    /// Submits by the system, approves by a person; gives the batch.
    pub async fn released(&self, uscc: Uscc, batch_no: &str, lines: u32) -> BatchId {
        let csv = wage_file(uscc, batch_no, "ICBC", lines, batch_no.len() as u32 * 1000);
        let receipt = self.submit(&system(uscc), &csv).await.expect(202).json();
        let approval = serde_json::json!({
            "digest": receipt["digest"], "line_count": receipt["line_count"],
            "total_fen": receipt["total_fen"], "acknowledged": [],
        });
        let id = receipt["batch_id"].as_str().unwrap();
        let path = format!("/v1/batches/{id}/approve");
        self.post(&person(uscc, "checker"), &path, approval.to_string())
            .await
            .expect(200);
        BatchId::parse(id).unwrap()
    }

    /// As [`Kit::released`], then instructed, then the outcomes of the lines by place.
    pub async fn with_outcomes(&self, uscc: Uscc, batch_no: &str, steps: &[LineEvent]) -> BatchId {
        let lines = u32::try_from(steps.len()).unwrap();
        let id = self.released(uscc, batch_no, lines).await;
        self.instruct(id, lines);
        self.outcomes(id, steps);
        id
    }

    pub fn instruct(&self, id: BatchId, lines: u32) -> u64 {
        let file_no = self.core.desk().next_file_no();
        let total_fen = self.core.desk().batch(id).unwrap().head.total_fen;
        let intent = Intent {
            dialect: None,
            file_no,
            batch: id,
            bank: BankCode::parse("ICBC").unwrap(),
            lines: (1..=lines).collect(),
            total_fen,
            bank_date: "2026-11-23".to_owned(),
            instructed_ms: self.core.now_ms(),
        };
        self.record(Event::FileIntended(Box::new(intent)));
        self.record(Event::MessageLeaving {
            file_no,
            step: "submit".to_owned(),
            instructs: true,
            digest: hash(b"x"),
            signature: None,
            continues: false,
            returns: false,
        });
        file_no
    }

    pub fn outcomes(&self, id: BatchId, steps: &[LineEvent]) {
        let file_no = self.core.desk().batch(id).unwrap().files[0];
        for (index, step) in (1u32..).zip(steps) {
            let mut before = vec![*step];
            if *step == LineEvent::Return {
                // A return proves that it was paid.
                before.insert(0, LineEvent::Pay);
            }
            let moves = before.into_iter().map(|event| Move {
                index,
                event,
                reason: (event == LineEvent::Fail).then_some(FailureReason::AccountClosed),
                detail: None,
                bank_code: Some("E17".to_owned()),
                reported_fen: None,
                of_line: 0,
            });
            self.record(Event::Outcomes {
                file_no,
                origin: Origin::Result,
                message: None,
                why: None,
                is_final: false,
                moves: moves.collect(),
                disputes: Vec::new(),
            });
        }
    }

    pub fn record(&self, event: Event) -> u64 {
        self.core
            .record("urn:anxin:bank:ICBC", event.into())
            .unwrap()
    }
}
