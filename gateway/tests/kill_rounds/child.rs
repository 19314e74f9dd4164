//! The process that is killed: the assembled gateway on a data folder, an employer who submits
//! and approves, a bank that remembers. It tells every acknowledgement on its standard output.

use super::bank::{RememberingBank, Wire};
use super::wages::{CHECKER, MAKER, Plan, Wages, bank_code, employer, mandates};
use gateway::approval::{Seen, approve, withdraw};
use gateway::book::BatchState;
use gateway::clock::{Clock, OffsetClock};
use gateway::core::Core;
use gateway::dispatch::{Bank, Pace};
use gateway::event::Policy;
use gateway::installation::{Banks, BookRules};
use gateway::intake::{
    AcceptanceLimits, Receipt, RefusalLimits, Rules, Submission, Submitted, submit,
};
use gateway::keys::BankKeys;
use gateway::mandates::Mandates;
use gateway::serving::{Engine, Setup, open_data};
use gateway::telemetry::Metrics;
use schemas::LineState;
use schemas::employer_files::Limits;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// What the child is told by its environment.
pub struct Orders {
    pub folder: PathBuf,
    pub seed: u64,
    /// The first batch number to submit.
    pub first: u64,
    /// Minutes after 10:00 of a bank day.
    pub minute: i64,
    /// Submits only up to `first + 3`, waits until nothing moves any more, stops cleanly.
    pub is_last: bool,
}

/// A name of a variable and its value, for each order.
pub fn as_variables(orders: &Orders) -> [(&'static str, String); 5] {
    [
        ("ANXIN_KILL_FOLDER", orders.folder.display().to_string()),
        ("ANXIN_KILL_SEED", orders.seed.to_string()),
        ("ANXIN_KILL_FIRST", orders.first.to_string()),
        ("ANXIN_KILL_MINUTE", orders.minute.to_string()),
        ("ANXIN_KILL_LAST", u8::from(orders.is_last).to_string()),
    ]
}

/// `None` in a process that is not meant to be the child.
pub fn from_variables() -> Option<Orders> {
    let number = |name: &str| std::env::var(name).ok()?.parse::<u64>().ok();
    Some(Orders {
        folder: std::env::var_os("ANXIN_KILL_FOLDER")?.into(),
        seed: number("ANXIN_KILL_SEED")?,
        first: number("ANXIN_KILL_FIRST")?,
        minute: i64::try_from(number("ANXIN_KILL_MINUTE")?).ok()?,
        is_last: number("ANXIN_KILL_LAST")? != 0,
    })
}

pub fn clock(minute: i64) -> Arc<dyn Clock> {
    let morning = time::macros::datetime!(2026-11-23 10:00 +8);
    Arc::new(OffsetClock::new(
        morning + time::Duration::minutes(minute),
        1,
    ))
}

pub fn data(folder: &Path) -> PathBuf {
    folder.join("data")
}

pub fn memory(folder: &Path) -> PathBuf {
    folder.join("bank_memory")
}

/// One line of its own to the parent, past the capture of the test harness.
fn tell(line: &str) {
    let mut out = std::io::stdout().lock();
    out.write_all(format!("{line}\n").as_bytes()).unwrap();
    out.flush().unwrap();
}

pub fn run(orders: &Orders) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(serve(orders));
}

async fn serve(orders: &Orders) {
    let folder = data(&orders.folder);
    let master = orders.folder.join("master");
    let (clock, options) = (clock(orders.minute), journal::Options::default());
    let opened = open_data(&folder, None, &master, true, clock, options, &mut |_| {}).unwrap();
    let bank = Arc::new(RememberingBank::open(
        &memory(&orders.folder),
        orders.seed,
        orders.is_last,
    ));
    let mandates = Arc::new(mandates());
    let setup = setup(&folder, &bank, &mandates);
    let engine = Engine::start(Arc::clone(&opened.core), &setup).unwrap();
    tell("started");
    let employers: Vec<_> = (0..2)
        .map(|place| {
            let (core, mandates) = (Arc::clone(&opened.core), Arc::clone(&mandates));
            let first = orders.first + place;
            let bound = if orders.is_last { first + 3 } else { u64::MAX };
            std::thread::spawn(move || {
                for number in (first..bound).step_by(2) {
                    pay(&core, &mandates, Wages::of(number));
                    // The bank is slower than the employer; neither may hide the other.
                    std::thread::sleep(Duration::from_millis(number % 40));
                }
            })
        })
        .collect();
    if !orders.is_last {
        std::future::pending::<()>().await;
    }
    for thread in employers {
        thread.join().unwrap();
    }
    let asked_since = questions(&opened.core);
    for _ in 0..600 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        if at_rest(&opened.core, &bank, &asked_since) {
            engine.stop(Duration::from_secs(20)).await.unwrap();
            tell("settled");
            return;
        }
    }
    panic!("it does not come to rest");
}

fn setup(folder: &Path, bank: &Arc<RememberingBank>, mandates: &Arc<Mandates>) -> Setup {
    let book = adapters::Book::built_in().unwrap();
    let adapter = book.adapter(bank_code()).unwrap();
    let fields = adapter
        .connection_fields()
        .iter()
        .map(|field| (field.name.clone(), field.example.clone()))
        .collect();
    let connected = Bank {
        adapter,
        keys: BankKeys::default(),
        channel: Arc::new(Wire(Arc::clone(bank))),
        fields,
    };
    Setup {
        data: folder.to_owned(),
        witness: None,
        banks: Banks(Arc::new([(bank_code(), Arc::new(connected))].into())),
        collectors: BTreeMap::new(),
        checkpoints: gateway::proof::CheckpointKey::default(),
        mandates: Arc::clone(mandates),
        // A minute between questions becomes 300 ms, so that most of the time is for sending.
        pace: Pace {
            divisor: 200,
            ..Pace::REAL
        },
        calendar: Arc::new(schemas::codes::BankCalendar::built_in().clone()),
        collect_wait_ms: 10_000,
        metrics: Arc::new(Metrics::new()),
        concerns: Arc::default(),
    }
}

/// Submits one batch and does with it what is planned; tells what is durable.
fn pay(core: &Core, mandates: &Mandates, wages: Wages) {
    tell(&format!("trying {}", wages.number));
    let rules = Rules {
        limits: Limits::default(),
        mandates,
        banks: &BookRules(adapters::Book::built_in().unwrap()),
        spill: None,
        calendar: schemas::codes::BankCalendar::built_in(),
        refusals: RefusalLimits::default(),
        acceptances: AcceptanceLimits::default(),
    };
    let submission = Submission {
        employer: employer(),
        submitted_by: MAKER,
        policy: Policy::AllOrNothing,
        format: None,
        pay_month: None,
    };
    let mut source = Cursor::new(wages.file().into_bytes());
    let receipt = match submit(core, &rules, &submission, &mut source).unwrap() {
        Submitted::Accepted(receipt) | Submitted::Replayed(receipt) => receipt,
        other => panic!("batch {}: {other:?}", wages.number),
    };
    core.wait_durable(receipt.sequence).unwrap();
    tell(&format!("accepted {} {}", wages.number, receipt.batch));
    decide(core, wages, &receipt);
}

fn decide(core: &Core, wages: Wages, receipt: &Receipt) {
    let state = core.desk().batch(receipt.batch).unwrap().state();
    if state != BatchState::Held {
        return;
    }
    let seen = Seen {
        digest: receipt.head.digest.clone(),
        line_count: receipt.head.line_count,
        total_fen: receipt.head.total_fen,
        acknowledged: Vec::new(),
        as_of: None,
    };
    let (word, done) = match wages.plan {
        Plan::Leave => return,
        Plan::Approve => (
            "approved",
            approve(core, employer(), CHECKER, receipt.batch, &seen),
        ),
        Plan::Withdraw => (
            "withdrawn",
            withdraw(core, employer(), MAKER, receipt.batch),
        ),
    };
    core.wait_durable(done.unwrap()).unwrap();
    tell(&format!("{word} {}", wages.number));
}

fn questions(core: &Core) -> BTreeMap<u64, u32> {
    let desk = core.desk();
    desk.files()
        .map(|file| (file.intent.file_no, file.queries))
        .collect()
}

/// Every approved line is final, or unknown in a file of which the bank, asked again, has
/// never heard.
fn at_rest(core: &Core, bank: &RememberingBank, asked_since: &BTreeMap<u64, u32>) -> bool {
    let desk = core.desk();
    let mut lost = BTreeSet::new();
    for batch in desk.batches() {
        for line in &batch.lines {
            match line.state {
                LineState::Unknown => {
                    lost.insert(line.file_no);
                }
                LineState::Held if batch.approved.is_none() => {}
                state if state.is_final() => {}
                _ => return false,
            }
        }
    }
    lost.iter().all(|file_no| {
        let asked = desk.file(*file_no).map_or(0, |file| file.queries);
        let before = asked_since.get(file_no).copied().unwrap_or_default();
        !bank.knows(*file_no) && asked > before
    })
}
