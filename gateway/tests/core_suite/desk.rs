//! A gateway's core on a disk in memory, an employer, and files by hand.

use gateway::clock::{Clock, ManualClock};
use gateway::core::Core;
use gateway::event::{Event, Intent, Policy};
use gateway::installation::BookRules;
use gateway::intake::{
    AcceptanceLimits, IntakeError, Receipt, RefusalLimits, Rules, Submission, Submitted, submit,
};
use gateway::mandates::{Mandate, Mandates};
use journal::disk::{MemoryDisk, PowerCut, Unsynced};
use journal::random::SystemRandom;
use journal::seal::Vault;
use journal::{Journal, Options};
use schemas::LineState;
use schemas::codes::BankCalendar;
use schemas::employer_files::Source;
use schemas::value::{AccountNo, BankCode, BatchId, PersonName, Uscc};
use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;

pub const USCC: &str = "913301006639233248";
pub const MAKER: &str = "urn:anxin:employer:913301006639233248:person:maker";
pub const CHECKER: &str = "urn:anxin:employer:913301006639233248:person:checker";
pub const SYSTEM: &str = "urn:anxin:employer:913301006639233248";
pub const ACCOUNT: &str = "1202020009900012345";

pub struct Desk {
    pub core: Arc<Core>,
    pub disk: MemoryDisk,
    pub clock: Arc<ManualClock>,
    pub mandates: Arc<Mandates>,
    pub calendar: Arc<BankCalendar>,
    pub refusals: RefusalLimits,
    pub acceptances: AcceptanceLimits,
}

pub fn open(disk: &MemoryDisk, clock: &Arc<ManualClock>) -> Core {
    let shared = Arc::new(disk.clone());
    let options = Options {
        commits_inline: true,
        ..Options::default()
    };
    let (journal, _) = Journal::open(shared.clone(), Path::new("/d/journal"), options).unwrap();
    let random = Arc::new(SystemRandom::new());
    let vault = Vault::open(shared, Path::new("/d/keys"), &[7; 32], random).unwrap();
    let clock: Arc<dyn Clock> = clock.clone();
    Core::open(journal, vault, clock, &mut |_| {}).unwrap()
}

impl Desk {
    pub fn new() -> Self {
        let disk = MemoryDisk::new();
        let clock = Arc::new(ManualClock::new(
            time::macros::datetime!(2026-11-23 10:00 +8),
        ));
        let core = Arc::new(open(&disk, &clock));
        let mut mandates = Mandates::default();
        let key = (
            Uscc::parse(USCC).unwrap(),
            BankCode::parse("HXB").unwrap(),
            AccountNo::parse(ACCOUNT).unwrap(),
        );
        let payer_name = PersonName::parse("杭州样例建设有限公司农民工工资专用账户").unwrap();
        mandates.register(
            key,
            Mandate {
                payer_name,
                connection: adapters::ConnectionValues::default(),
            },
        );
        Self {
            core,
            disk,
            clock,
            mandates: Arc::new(mandates),
            calendar: Arc::new(BankCalendar::built_in().clone()),
            refusals: RefusalLimits::default(),
            acceptances: AcceptanceLimits::default(),
        }
    }

    pub fn submit_as(&self, by: &str, policy: Policy, file: &str) -> Submitted {
        let mut source = Cursor::new(file.as_bytes().to_vec());
        self.submit_from(by, policy, &mut source).unwrap()
    }

    pub fn submit_from(
        &self,
        by: &str,
        policy: Policy,
        source: &mut dyn Source,
    ) -> Result<Submitted, IntakeError> {
        let rules = Rules {
            limits: schemas::employer_files::Limits::default(),
            mandates: &self.mandates,
            banks: &BookRules(adapters::Book::built_in().unwrap()),
            spill: None,
            calendar: &self.calendar,
            refusals: self.refusals,
            acceptances: self.acceptances,
        };
        let submission = Submission {
            employer: Uscc::parse(USCC).unwrap(),
            submitted_by: by,
            policy,
            format: None,
            pay_month: None,
        };
        submit(&self.core, &rules, &submission, source)
    }

    /// Accepted and released by another person.
    pub fn release(&self, file: &str) -> Receipt {
        let receipt = self.accept(file);
        let seen = gateway::approval::Seen {
            digest: receipt.head.digest.clone(),
            line_count: receipt.head.line_count,
            total_fen: receipt.head.total_fen,
            acknowledged: receipt.head.must_acknowledge.clone(),
            as_of: None,
        };
        let own = Uscc::parse(USCC).unwrap();
        gateway::approval::approve(&self.core, own, CHECKER, receipt.batch, &seen).unwrap();
        receipt
    }

    /// File 1 is intended, of ZHANG's wage alone, durably; no message of it is written.
    pub fn intend(&self, batch: BatchId) {
        let intent = Intent {
            dialect: None,
            file_no: 1,
            batch,
            bank: BankCode::parse("HXB").unwrap(),
            lines: vec![1],
            total_fen: 652_350,
            bank_date: "2026-11-23".to_owned(),
            instructed_ms: 0,
        };
        let intended = Event::FileIntended(Box::new(intent));
        let last = self.core.record("t", intended.into()).unwrap();
        self.core.wait_durable(last).unwrap();
    }

    /// The states of a batch's lines.
    pub fn states(&self, receipt: &Receipt) -> Vec<LineState> {
        let desk = self.core.desk();
        desk.batch(receipt.batch)
            .unwrap()
            .lines
            .iter()
            .map(|line| line.state)
            .collect()
    }

    pub fn accept(&self, file: &str) -> Receipt {
        match self.submit_as(MAKER, Policy::AllOrNothing, file) {
            Submitted::Accepted(receipt) => receipt,
            other => panic!("not accepted: {other:?}"),
        }
    }

    /// The same journal, opened again as after a crash: everything unsynced is gone.
    pub fn crash(self) -> Self {
        let cut = PowerCut {
            unsynced: Unsynced::Dropped,
            forgets_names: true,
        };
        let disk = self.disk.after_power_cut(cut, 1);
        let core = Arc::new(open(&disk, &self.clock));
        Self { core, disk, ..self }
    }
}

/// One line: name, id number, account, amount in yuan, further columns.
pub type Row<'a> = (&'a str, &'a str, &'a str, &'a str);

pub const ZHANG: Row<'_> = (
    "张样一",
    "11010519491231002X",
    "6222021202000000019",
    "6523.50",
);
pub const LI: Row<'_> = (
    "李样二",
    "34052419800101001X",
    "6228480000000000000",
    "7080.00",
);

/// A file in the template with right control totals.
pub fn file(batch_no: &str, rows: &[Row<'_>]) -> String {
    let fen: i64 = rows
        .iter()
        .map(|row| row.3.replace('.', "").parse::<i64>().unwrap())
        .sum();
    let mut text = format!(
        "安薪代发工资表,V1\n批次号,{batch_no}\n统一社会信用代码,{USCC}\n工资月份,2026-11\n\
         付款银行,HXB\n付款账号,{ACCOUNT}\n总笔数,{}\n总金额,{}.{:02}\n\n\
         序号,姓名,证件号码,银行账号,实发金额\n",
        rows.len(),
        fen / 100,
        fen % 100
    );
    for (number, (name, id_number, account, amount)) in (1..).zip(rows) {
        text.push_str(&format!("{number},{name},{id_number},{account},{amount}\n"));
    }
    text
}
