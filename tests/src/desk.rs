//! A gateway's core on a disk in memory, an employer with accounts at all banks, and its files.

use adapters::{BankAdapter, Book};
use gateway::access::Sight;
use gateway::approval::{Seen, approve};
use gateway::clock::{Clock, ManualClock};
use gateway::core::Core;
use gateway::event::Policy;
use gateway::failure::CommandError;
use gateway::installation::BookRules;
use gateway::intake::{
    AcceptanceLimits, Receipt, RefusalLimits, Rules, Submission, Submitted, submit,
};
use gateway::mandates::{Mandate, Mandates};
use gateway::query::batches;
use journal::disk::{MemoryDisk, PowerCut, Unsynced};
use journal::random::SystemRandom;
use journal::seal::Vault;
use journal::{Journal, Options};
use schemas::people::person;
use schemas::value::{AccountNo, BankCode, PaymentId, PersonName, Purpose, Uscc};
use schemas::{FailureReason, Lang, LineState};
use std::fmt::Write as _;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The employer.
pub const USCC: &str = "913301006639233248";
/// Who submits.
pub const MAKER: &str = "urn:anxin:employer:913301006639233248:person:maker";
/// Who approves.
pub const CHECKER: &str = "urn:anxin:employer:913301006639233248:person:checker";
/// The employer's account at every bank.
pub const ACCOUNT: &str = "1202020009900012345";
/// Name of that account.
pub const PAYER: &str = "杭州样例建设有限公司农民工工资专用账户";

/// Every bank of the book.
pub fn banks() -> impl Iterator<Item = &'static BankAdapter> {
    let book = Book::built_in().expect("the book");
    book.adapters().iter()
}

/// The banks of the list, without those that a folder adds: what is said of them all, and the
/// pages, stay as they are when a bank is added.
pub fn listed() -> impl Iterator<Item = &'static BankAdapter> {
    let is_listed = |code| {
        schemas::codes::listed_banks()
            .iter()
            .any(|b| b.code == code)
    };
    banks().filter(move |bank| is_listed(bank.code()))
}

/// The folder of the definitions: the crate's own, or the one that `ANXIN_ADAPTERS` names.
#[must_use]
pub fn definitions() -> PathBuf {
    let named = std::env::var_os("ANXIN_ADAPTERS").map(PathBuf::from);
    named.unwrap_or_else(|| crate::workspace::root().join("adapters"))
}

/// Every dialect of every bank of the list: two of a bank that pays other banks by a second one.
pub fn dialects() -> impl Iterator<Item = &'static BankAdapter> {
    listed().flat_map(BankAdapter::by_dialect)
}

/// Every bank of the list whose files hold more than one line: what becomes of two lines of a file
/// can't be told where each line is a file of its own.
pub fn banks_of_files() -> impl Iterator<Item = &'static BankAdapter> {
    listed().filter(|adapter| adapter.limits().rows_max > 1)
}

/// One bank of the list of each dialect, whose files hold more than one line.
#[must_use]
pub fn one_bank_a_dialect() -> Vec<&'static BankAdapter> {
    let mut seen = std::collections::BTreeSet::new();
    banks_of_files()
        .filter(|adapter| seen.insert(adapter.dialect()))
        .collect()
}

/// One bank of each dialect whose results name every line. A list of failures says nothing of a
/// line for itself but that it failed: what it leaves out follows from its sums alone.
#[must_use]
pub fn one_bank_a_dialect_of_named_lines() -> Vec<&'static BankAdapter> {
    let mut all = one_bank_a_dialect();
    all.retain(|adapter| !adapter.capability().failures_only);
    all
}

/// A gateway's core with everything around it that a test moves.
#[derive(Clone)]
pub struct Desk {
    /// Facts.
    pub core: Arc<Core>,
    /// The disk under it.
    pub disk: MemoryDisk,
    /// The time: a Monday at 10:00, a bank day.
    pub clock: Arc<ManualClock>,
    /// The employer's accounts.
    pub mandates: Arc<Mandates>,
    /// The paying bank of its files.
    pub bank: BankCode,
}

/// Opens what is on a disk.
#[must_use]
pub fn open(disk: &MemoryDisk, clock: &Arc<ManualClock>) -> Core {
    open_with(disk, clock.clone())
}

/// The same with any clock.
#[must_use]
pub fn open_with(disk: &MemoryDisk, clock: Arc<dyn Clock>) -> Core {
    let shared = Arc::new(disk.clone());
    let options = Options {
        commits_inline: true,
        ..Options::default()
    };
    let (journal, _) = Journal::open(shared.clone(), Path::new("/d/journal"), options).unwrap();
    let random = Arc::new(SystemRandom::new());
    let vault = Vault::open(shared, Path::new("/d/keys"), &[7; 32], random).unwrap();
    Core::open(journal, vault, clock, &mut |_| {}).unwrap()
}

impl Desk {
    /// An empty gateway on a Monday morning.
    #[must_use]
    pub fn new(bank: BankCode) -> Self {
        let disk = MemoryDisk::new();
        let start = time::macros::datetime!(2026-11-23 10:00 +8);
        let clock = Arc::new(ManualClock::new(start));
        let core = Arc::new(open(&disk, &clock));
        let mut mandates = Mandates::default();
        for adapter in banks() {
            let uscc = Uscc::parse(USCC).unwrap();
            let key = (uscc, adapter.code(), AccountNo::parse(ACCOUNT).unwrap());
            let mandate = Mandate {
                payer_name: PersonName::parse(PAYER).unwrap(),
                connection: adapters::ConnectionValues::default(),
            };
            mandates.register(key, mandate);
        }
        Self {
            core,
            disk,
            clock,
            mandates: Arc::new(mandates),
            bank,
        }
    }

    /// Sets the clock to a time of a day in Asia/Shanghai.
    pub fn set_clock(&self, day: time::Date, at: time::Time) {
        let wanted = day.with_time(at).assume_offset(time::macros::offset!(+8));
        self.clock.step(wanted - self.clock.now());
    }

    /// Submits a file of which every line must be good.
    #[must_use]
    pub fn submit(&self, file: &str) -> Submitted {
        self.submit_by(Policy::AllOrNothing, file)
    }

    /// Submits a file under a policy.
    #[must_use]
    pub fn submit_by(&self, policy: Policy, file: &str) -> Submitted {
        let rules = Rules {
            limits: schemas::employer_files::Limits::default(),
            mandates: &self.mandates,
            banks: &BookRules(Book::built_in().unwrap()),
            spill: None,
            calendar: schemas::codes::BankCalendar::built_in(),
            refusals: RefusalLimits::default(),
            acceptances: AcceptanceLimits::default(),
        };
        let submission = Submission {
            employer: Uscc::parse(USCC).unwrap(),
            submitted_by: MAKER,
            policy,
            format: None,
            pay_month: None,
        };
        let mut source = Cursor::new(file.as_bytes().to_vec());
        submit(&self.core, &rules, &submission, &mut source).unwrap()
    }

    /// Submits a file that must be taken.
    pub fn accept(&self, file: &str) -> Receipt {
        match self.submit(file) {
            Submitted::Accepted(receipt) | Submitted::Replayed(receipt) => receipt,
            other => panic!("not accepted: {other:?}"),
        }
    }

    /// Accepted and released by another person.
    pub fn release(&self, file: &str) -> Receipt {
        let receipt = self.accept(file);
        self.approve(&receipt);
        receipt
    }

    /// The second person releases a batch.
    pub fn approve(&self, receipt: &Receipt) {
        let known: Vec<&str> = receipt
            .head
            .must_acknowledge
            .iter()
            .map(String::as_str)
            .collect();
        self.approval(receipt, &known, None).unwrap();
    }

    /// The second person approves what it saw: warnings, and the last decision about other
    /// payments of the same wages.
    pub fn approval(
        &self,
        receipt: &Receipt,
        acknowledged: &[&str],
        as_of: Option<u64>,
    ) -> Result<u64, CommandError> {
        let seen = Seen {
            digest: receipt.head.digest.clone(),
            line_count: receipt.head.line_count,
            total_fen: receipt.head.total_fen,
            acknowledged: acknowledged.iter().map(|code| (*code).to_owned()).collect(),
            as_of,
        };
        let own = Uscc::parse(USCC).unwrap();
        approve(&self.core, own, CHECKER, receipt.batch, &seen)
    }

    /// The last decision about other payments of a batch's wages, as its view shows it.
    #[must_use]
    pub fn other_payments(&self, receipt: &Receipt) -> Option<u64> {
        let employer = Sight::Employer(Uscc::parse(USCC).unwrap());
        let view = batches::one(&self.core, employer, receipt.batch, Lang::En).unwrap();
        let (view, _) = view.unwrap();
        view.other_payments.map(|others| others.as_of)
    }

    /// The states of a batch's lines.
    #[must_use]
    pub fn states(&self, receipt: &Receipt) -> Vec<LineState> {
        let desk = self.core.desk();
        let lines = &desk.batch(receipt.batch).unwrap().lines;
        lines.iter().map(|line| line.state).collect()
    }

    /// How many of a batch's lines are disputed.
    #[must_use]
    pub fn disputed_count(&self, receipt: &Receipt) -> u32 {
        let desk = self.core.desk();
        desk.batch(receipt.batch).unwrap().disputed_count()
    }

    /// Why a batch's lines failed.
    #[must_use]
    pub fn reasons(&self, receipt: &Receipt) -> Vec<Option<FailureReason>> {
        let desk = self.core.desk();
        let lines = &desk.batch(receipt.batch).unwrap().lines;
        lines.iter().map(|line| line.reason).collect()
    }

    /// The same journal opened again as after a loss of power: what was not synced is gone.
    #[must_use]
    pub fn crash(&self) -> Self {
        let cut = PowerCut {
            unsynced: Unsynced::Dropped,
            forgets_names: true,
        };
        self.on(self.disk.after_power_cut(cut, 1))
    }

    /// The journal as it was when record `last` was its last one, opened again.
    #[must_use]
    pub fn crash_after(&self, last: u64) -> Self {
        let cut = PowerCut {
            unsynced: Unsynced::Kept,
            forgets_names: false,
        };
        let disk = self.disk.after_power_cut(cut, 1);
        if let Ok(position) = self.core.journal().position_of(last + 1) {
            let name = format!("/d/journal/{:020}.seg", position.segment);
            let path = PathBuf::from(name);
            let mut bytes = disk.bytes(&path).expect("the segment");
            bytes.truncate(usize::try_from(position.offset).unwrap());
            disk.put(&path, bytes);
        }
        self.on(disk)
    }

    fn on(&self, disk: MemoryDisk) -> Self {
        let start = self.clock.now();
        let clock = Arc::new(ManualClock::new(start));
        let core = Arc::new(open(&disk, &clock));
        Self {
            core,
            disk,
            clock,
            ..self.clone()
        }
    }

    /// Sequence of the journal's last record.
    #[must_use]
    pub fn head(&self) -> u64 {
        self.core.journal().head().0
    }
}

/// One wage of a file.
#[derive(Clone, Debug)]
pub struct Wage {
    /// Name in clear.
    pub name: String,
    /// Document number in clear.
    pub id_number: String,
    /// Account in clear.
    pub account: String,
    /// Amount in fen.
    pub fen: i64,
    /// The payee's bank.
    pub bank: BankCode,
    /// Memo.
    pub memo: String,
    /// The payment that it corrects.
    pub corrects: Option<PaymentId>,
}

/// Wages of invented people with accounts at the bank; no two amounts are alike.
#[must_use]
pub fn wages(seed: u64, count: u32, bank: BankCode) -> Vec<Wage> {
    let of = |index| {
        let person = person(seed, index, Some(bank));
        let open = Purpose::Instruction;
        Wage {
            name: person.name.reveal(open).to_owned(),
            id_number: person.id_number.reveal(open).to_owned(),
            account: person.account.reveal(open).to_owned(),
            fen: 612_345 + i64::from(index) * 10_001,
            bank,
            memo: "11月工资".to_owned(),
            corrects: None,
        }
    };
    (1..=count).map(of).collect()
}

/// A file in the template with right control totals.
#[must_use]
pub fn file(bank: BankCode, batch_no: &str, wages: &[Wage]) -> String {
    let total: i64 = wages.iter().map(|wage| wage.fen).sum();
    let mut text = format!(
        "安薪代发工资表,V1\n批次号,{batch_no}\n统一社会信用代码,{USCC}\n工资月份,2026-11\n\
         付款银行,{bank}\n付款账号,{ACCOUNT}\n总笔数,{}\n总金额,{}\n\n\
         序号,姓名,证件号码,银行账号,开户银行,实发金额,备注,原明细\n",
        wages.len(),
        yuan(total)
    );
    for (number, wage) in (1..).zip(wages) {
        let corrects = wage.corrects.map(|id| id.to_string()).unwrap_or_default();
        writeln!(
            text,
            "{number},{},{},{},{},{},{},{corrects}",
            wage.name,
            wage.id_number,
            wage.account,
            wage.bank,
            yuan(wage.fen),
            wage.memo
        )
        .unwrap();
    }
    text
}

fn yuan(fen: i64) -> String {
    format!("{}.{:02}", fen / 100, fen % 100)
}
