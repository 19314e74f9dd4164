//! The employers at work: they submit, approve with another person's certificate, take back,
//! correct, repeat and look, until the gateway is gone.

use super::acks::{Acks, Step};
use super::tally::{self, violation};
use super::wages::{Payer, Wages};
use gateway::command::client::{Answer, Client, body_of, party_tls};
use hyper::Method;
use schemas::people::SplitMix64;
use serde_json::Value;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A call gets its answer within this time, or its connection breaks.
const CALL_MAX: Duration = Duration::from_secs(20);

/// What everybody shares.
pub struct Shared {
    pub url: String,
    pub pki: std::path::PathBuf,
    pub payers: Vec<Payer>,
    pub acks: Mutex<Acks>,
    pub numbers: AtomicU32,
    pub seed: u64,
    /// The end of the load.
    pub stop: AtomicBool,
    /// Calls that were sent and not answered in this moment.
    pub in_flight: AtomicU64,
    /// The disk fails on purpose: 500, 503 and 507 are honest answers.
    pub faulty: AtomicBool,
}

impl Shared {
    pub fn client(&self, who: &str) -> Client {
        client(&self.url, &self.pki, who)
    }
}

/// A caller with the certificate of that name.
pub fn client(url: &str, pki: &Path, who: &str) -> Client {
    let pem = |name: String| std::fs::read(pki.join(name)).unwrap();
    let (chain, key) = (pem(format!("{who}.pem")), pem(format!("{who}.key")));
    let ca = pem("ca.pem".to_owned());
    Client::new(url, &party_tls(&chain, &key, &ca))
        .unwrap()
        .in_english()
}

/// One call; nothing where no whole answer came.
pub async fn call(
    client: &mut Client,
    (method, path): (Method, &str),
    bytes: Vec<u8>,
) -> Option<Answer> {
    let call = client.call(method, path, "application/json", body_of(bytes.into()));
    tokio::time::timeout(CALL_MAX, call).await.ok()?.ok()
}

/// One employer.
pub struct Employer {
    shared: Arc<Shared>,
    place: usize,
    maker: Client,
    checker: Client,
    draw: SplitMix64,
}

impl Employer {
    pub fn new(shared: &Arc<Shared>, place: usize, seed: u64) -> Self {
        let payer = &shared.payers[place];
        Self {
            maker: shared.client(&payer.person("maker")),
            checker: shared.client(&payer.person("checker")),
            shared: Arc::clone(shared),
            place,
            draw: SplitMix64::new(seed),
        }
    }

    /// Works until the load is over or nobody answers.
    pub async fn work(mut self) {
        while !self.shared.stop.load(Ordering::SeqCst) {
            let own = self.own();
            let done = match (self.draw.below(10), self.draw.pick(&own).copied()) {
                (0, Some(at)) => self.again(at).await,
                (1, Some(at)) => self.look(at).await,
                (2, Some(at)) => self.withdraw(at).await,
                (3, Some(at)) => self.correct(at).await,
                (_, Some(_) | None) => self.pay().await,
            };
            if done.is_none() {
                return;
            }
            tokio::time::sleep(Duration::from_micros(self.draw.below(120_000))).await;
        }
    }

    /// Batches of this employer that were acknowledged.
    fn own(&self) -> Vec<usize> {
        let acks = self.shared.acks.lock().unwrap();
        let batches = acks.batches.iter().enumerate();
        let own = batches.filter(|(_, batch)| batch.payer == self.place && batch.id().is_some());
        own.map(|(at, _)| at).collect()
    }

    async fn by_maker(&mut self, method: Method, path: &str, bytes: Vec<u8>) -> Option<Answer> {
        self.shared.in_flight.fetch_add(1, Ordering::SeqCst);
        let answer = call(&mut self.maker, (method, path), bytes).await?;
        self.shared.in_flight.fetch_sub(1, Ordering::SeqCst);
        self.honest(answer, path)
    }

    /// An answer that says that nothing happened, for a good reason, ends this employer's work.
    fn honest(&self, answer: Answer, path: &str) -> Option<Answer> {
        if !answer.status.is_server_error() {
            return Some(answer);
        }
        let problem = answer.json().is_ok_and(|told| told["title"].is_string());
        if !self.shared.faulty.load(Ordering::SeqCst) || !problem {
            violation(&format!("{path}: {} {}", answer.status, text(&answer)));
        }
        tally::HONEST_REFUSALS.add(1);
        None
    }

    /// A new file, and what its employer does with it.
    async fn pay(&mut self) -> Option<()> {
        let number = self.shared.numbers.fetch_add(1, Ordering::SeqCst);
        let wages = Wages::draw(&self.shared.payers[self.place], number, self.shared.seed);
        let at = self.submit(wages).await?;
        match self.draw.below(20) {
            0 | 1 => Some(()),
            2 => self.withdraw(at).await,
            _ => self.approve(at).await,
        }
    }

    async fn submit(&mut self, wages: Wages) -> Option<usize> {
        let bytes = wages.bytes.clone();
        let at = self.shared.acks.lock().unwrap().trying(self.place, wages);
        let answer = self.by_maker(Method::POST, "/v1/batches", bytes).await?;
        accept(&self.shared, at, &answer);
        Some(at)
    }

    async fn approve(&mut self, at: usize) -> Option<()> {
        let (path, seen) = {
            let mut acks = self.shared.acks.lock().unwrap();
            acks.approving(at, Step::Tried);
            let batch = &acks.batches[at];
            (format!("/v1/batches/{}/approve", batch.id()?), batch.seen())
        };
        self.shared.in_flight.fetch_add(1, Ordering::SeqCst);
        let post = (Method::POST, path.as_str());
        let answer = call(&mut self.checker, post, seen.to_string().into_bytes()).await?;
        self.shared.in_flight.fetch_sub(1, Ordering::SeqCst);
        let answer = self.honest(answer, &path)?;
        match answer.status.as_u16() {
            200 => self.shared.acks.lock().unwrap().approving(at, Step::Done),
            other => violation(&format!("{path}: {other} {}", text(&answer))),
        }
        Some(())
    }

    /// The maker takes it back, if nothing has left.
    async fn withdraw(&mut self, at: usize) -> Option<()> {
        let path = {
            let mut acks = self.shared.acks.lock().unwrap();
            acks.withdrawing(at, Step::Tried);
            format!("/v1/batches/{}/withdraw", acks.batches[at].id()?)
        };
        let answer = self.by_maker(Method::POST, &path, b"{}".to_vec()).await?;
        match answer.status.as_u16() {
            200 => self.shared.acks.lock().unwrap().withdrawing(at, Step::Done),
            409 => {}
            other => violation(&format!("{path}: {other} {}", text(&answer))),
        }
        Some(())
    }

    /// M7: the same file again.
    async fn again(&mut self, at: usize) -> Option<()> {
        let (bytes, id) = {
            let acks = self.shared.acks.lock().unwrap();
            let batch = &acks.batches[at];
            (batch.wages.bytes.clone(), batch.id()?.to_owned())
        };
        let answer = self.by_maker(Method::POST, "/v1/batches", bytes).await?;
        let told = answer.json().unwrap_or_default();
        if answer.status != 200 || told["replayed"] != true || told["batch_id"] != id.as_str() {
            violation(&format!("M7 {id}: {} {told}", answer.status));
        }
        Some(())
    }

    /// What is seen once stays: lines in their end.
    async fn look(&mut self, at: usize) -> Option<()> {
        let id = self.shared.acks.lock().unwrap().batches[at]
            .id()?
            .to_owned();
        let path = format!("/v1/batches/{id}");
        let answer = self.by_maker(Method::GET, &path, Vec::new()).await?;
        let view = answer.json().unwrap_or_default();
        let mut acks = self.shared.acks.lock().unwrap();
        let batch = &mut acks.batches[at];
        batch.ended_seen = batch.ended_seen.max(ended(&view));
        Some(())
    }

    /// Failed and returned lines are corrected once, by the file that the gateway makes.
    async fn correct(&mut self, at: usize) -> Option<()> {
        let id = self.shared.acks.lock().unwrap().batches[at]
            .id()?
            .to_owned();
        let path = format!("/v1/batches/{id}");
        let answer = self.by_maker(Method::GET, &path, Vec::new()).await?;
        let view = answer.json().unwrap_or_default();
        let count = |state: &str| view["states"][state]["count"].as_u64().unwrap_or_default();
        let known = self.shared.acks.lock().unwrap().batches[at].corrected;
        if known || count("failed") + count("returned") == 0 {
            return Some(());
        }
        let path = format!("{path}/correction");
        let answer = self.by_maker(Method::POST, &path, Vec::new()).await?;
        match answer.status.as_u16() {
            200 => {}
            409 => return Some(()),
            other => {
                violation(&format!("{path}: {other} {}", text(&answer)));
                return Some(());
            }
        }
        self.shared.acks.lock().unwrap().batches[at].corrected = true;
        let new = self.submit(Wages::of_correction(&answer.body)).await?;
        self.approve(new).await
    }
}

/// Takes the answer to a submission.
pub fn accept(shared: &Shared, at: usize, answer: &Answer) {
    let mut acks = shared.acks.lock().unwrap();
    let told = answer.json().unwrap_or_default();
    let batch = &acks.batches[at];
    let wages = &batch.wages;
    let expected = (wages.rows.len() as u64, wages.total());
    let told_of = (
        told["line_count"].as_u64().unwrap_or_default(),
        told["total_fen"].as_i64().unwrap_or_default(),
    );
    let same = batch.id().is_none_or(|id| told["batch_id"] == id);
    match answer.status.as_u16() {
        200 | 202 if same && told_of == expected => acks.accepted(at, told),
        other => violation(&format!("M3, M7 {}: {other} {told}", wages.batch_no)),
    }
}

/// Lines of a batch's view that have ended.
pub fn ended(view: &Value) -> u64 {
    let states = ["paid", "failed", "returned", "cancelled"].into_iter();
    states
        .map(|state| view["states"][state]["count"].as_u64().unwrap_or_default())
        .sum()
}

pub fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}
