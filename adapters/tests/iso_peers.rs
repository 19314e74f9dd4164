//! ISO 20022 with programs that are not ours: two libraries read our pain.001, and mock-bank plays
//! the bank. They are installed by `tests/iso-peers`, which names their Python in ANXIN_ISO_PEERS;
//! without it nothing is run, and that is said on stderr.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use adapters::exchange::{LineOutcome, Outcome, PaymentOrder};
use schemas::{FailureReason, Purpose};
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::{ToyKeys, bank, golden_order};

/// An account of at most 17 digits: the mock keeps no longer one.
const PAYER: &str = "33000000000000019";

/// The order of the samples for the day after, so that the bank has it for a night.
fn order() -> PaymentOrder {
    let mut order = golden_order("HKBEA", "11月工资", PAYER);
    order.bank_date = time::macros::date!(2026 - 11 - 24);
    order
}

/// Our pain.001 in a folder, and what a script makes of it.
struct Peers {
    python: String,
    folder: PathBuf,
}

impl Peers {
    fn new(name: &str) -> Option<Self> {
        let Ok(python) = std::env::var("ANXIN_ISO_PEERS") else {
            writeln!(std::io::stderr(), "needs tests/iso-peers: not run: {name}").unwrap();
            return None;
        };
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("iso_peers_{name}"));
        if folder.exists() {
            std::fs::remove_dir_all(&folder).unwrap();
        }
        std::fs::create_dir_all(&folder).unwrap();
        let messages = bank("HKBEA").encode_payment(&order(), &ToyKeys).unwrap();
        std::fs::write(folder.join("pain001.xml"), &messages[0].bytes).unwrap();
        Some(Self { python, folder })
    }

    fn run(&self, script: &str, arguments: &[&str]) -> String {
        let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/iso_peers");
        let done = Command::new(&self.python)
            .arg(scripts.join(script))
            .arg(&self.folder)
            .args(arguments)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{script}: {said}");
        String::from_utf8(done.stdout).unwrap()
    }

    /// What the bank sent, by the order of sending.
    fn answers(&self) -> BTreeMap<String, Vec<u8>> {
        let files = std::fs::read_dir(&self.folder).unwrap();
        let files = files.map(|file| file.unwrap().path());
        let sent = files.filter(|path| !path.ends_with("pain001.xml"));
        sent.map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read(path).unwrap())
        })
        .collect()
    }
}

#[test]
fn two_libraries_read_what_we_write() {
    let Some(peers) = Peers::new("read") else {
        return;
    };
    let read: serde_json::Value = serde_json::from_str(&peers.run("read.py", &[])).unwrap();
    let order = order();
    let payments: Vec<serde_json::Value> = order
        .lines
        .iter()
        .map(|line| {
            let open = Purpose::Instruction;
            serde_json::json!([
                format!("PK0000000001{:06}", line.row_no),
                line.amount.yuan(),
                "CNY",
                line.name.reveal(open),
                line.account.reveal(open),
            ])
        })
        .collect();
    let expected = serde_json::json!({
        "msg_id": "PK202611240000000001", "count": "5", "sum": "25891.56", "payments": payments,
    });
    assert_eq!(read["pyiso20022"], expected);
    assert_eq!(read["mock-bank"], expected);
}

fn drive(states: &mut BTreeMap<u32, Outcome>, lines: &[LineOutcome]) {
    for line in lines {
        states.insert(line.row_no.unwrap(), line.outcome);
    }
}

/// 20 000.00 yuan are there: the fourth payment fails, the third comes back.
#[test]
fn mock_bank_pays_refuses_and_returns() {
    let Some(peers) = Peers::new("bank") else {
        return;
    };
    let adapter = bank("HKBEA");
    peers.run("mock_bank.py", &[PAYER, "PK0000000001000003"]);
    let answers = peers.answers();
    let findings = String::from_utf8_lossy(&answers["findings.txt"]).into_owned();
    assert!(findings.contains("5 payments, 0 findings"), "{findings}");
    let one = |name: &str| {
        let mut of = answers.iter().filter(|(own, _)| own.contains(name));
        of.next().expect(name).1.as_slice()
    };
    let no_money = Outcome::Failed(FailureReason::InsufficientFunds);
    let mut states: BTreeMap<u32, Outcome> = BTreeMap::new();

    let receipt = adapter.decode_receipt(one("pain.002"), &ToyKeys).unwrap();
    assert_eq!(receipt.outcome, Outcome::Accepted);
    assert_eq!(receipt.lines.len(), 1);
    let result = adapter.decode_result(one("pain.002"), &ToyKeys).unwrap();
    assert_eq!(result.flaws, []);
    drive(&mut states, &result.lines);
    let accepted = Outcome::Accepted;
    let expected = [accepted, accepted, accepted, no_money, accepted];
    assert_eq!(states.values().copied().collect::<Vec<_>>(), expected);

    for statement in ["02_camt.054", "06_camt.053"] {
        let push = adapter.decode_push(one(statement), &ToyKeys).unwrap();
        assert_eq!(
            (push.file_no, push.lines.len()),
            (Some(1), 4),
            "{statement}"
        );
        drive(&mut states, &push.lines);
        let paid = Outcome::Paid;
        let expected = [paid, paid, paid, no_money, paid];
        assert_eq!(states.values().copied().collect::<Vec<_>>(), expected);
    }

    for statement in ["04_pacs.004", "05_camt.054"] {
        let push = adapter.decode_push(one(statement), &ToyKeys).unwrap();
        assert_eq!(
            (push.file_no, push.lines.len()),
            (Some(1), 1),
            "{statement}"
        );
        let line = &push.lines[0];
        assert_eq!(line.outcome, Outcome::Returned, "{statement}");
        assert_eq!(line.return_reason, Some(FailureReason::AccountFrozen));
        assert_eq!(line.amount, Some(order().lines[2].amount));
        drive(&mut states, &push.lines);
    }
    assert_eq!(states[&3], Outcome::Returned);
    assert_eq!((states[&1], states[&4]), (Outcome::Paid, no_money));
    // Every other statement says nothing of ours, or the same.
    for (name, answer) in answers.iter().filter(|(name, _)| name.contains("camt.053")) {
        let push = adapter.decode_push(answer, &ToyKeys).unwrap();
        for line in &push.lines {
            let returned = line.outcome == Outcome::Returned && line.row_no == Some(3);
            assert!(returned || line.outcome == Outcome::Paid, "{name}");
        }
    }
}

/// The same file again: the bank has it already, and what it says of it is no failure.
#[test]
fn a_refused_duplicate_is_unknown() {
    let Some(peers) = Peers::new("again") else {
        return;
    };
    peers.run("mock_bank.py", &[PAYER, "PK0000000001000003", "again"]);
    let answers = peers.answers();
    let reports = answers.iter().filter(|(name, _)| name.contains("pain.002"));
    let outcomes: Vec<Outcome> = reports
        .map(|(_, report)| {
            let receipt = bank("HKBEA").decode_receipt(report, &ToyKeys);
            receipt.unwrap().outcome
        })
        .collect();
    assert_eq!(outcomes, [Outcome::Accepted, Outcome::Unknown]);
}
