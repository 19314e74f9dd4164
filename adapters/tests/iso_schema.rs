//! What the ISO 20022 dialect writes against the official schemas, by xmllint: those of ../shared,
//! and those that packages ship which `tests/iso-peers` installs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use adapters::BankReply;
use adapters::exchange::Outcome;
use schemas::FailureReason;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use support::{ToyKeys, bank, golden_order, incoming, order, outcomes};

/// The schema of a message from every place that has it: ../shared, and the packages that
/// `tests/iso-peers` installs. That there is none is said on stderr, past the capture of the test
/// runner.
fn schemas(name: &str) -> Vec<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut above = root.ancestors().map(|folder| folder.join("shared"));
    let shared = above.find(|folder| folder.is_dir());
    let mut folders: Vec<PathBuf> = shared.map(|own| own.join("iso/xsd")).into_iter().collect();
    folders.extend(shipped());
    let files = folders.iter().map(|folder| folder.join(name));
    let files: Vec<PathBuf> = files.filter(|file| file.is_file()).collect();
    if files.is_empty() {
        let told = format!("needs ../shared: not run: iso/xsd/{name}");
        writeln!(std::io::stderr(), "{told}").unwrap();
    }
    files
}

/// The folders of schemas in the packages beside the Python of ANXIN_ISO_PEERS.
fn shipped() -> Vec<PathBuf> {
    let Ok(python) = std::env::var("ANXIN_ISO_PEERS") else {
        return Vec::new();
    };
    let script = "import sysconfig; print(sysconfig.get_paths()['purelib'])";
    let told = Command::new(python).args(["-c", script]).output().unwrap();
    let packages = PathBuf::from(String::from_utf8(told.stdout).unwrap().trim());
    let folders = ["sepaxml/schemas", "camt053/xsd"].map(|folder| packages.join(folder));
    for (folder, name) in folders
        .iter()
        .zip(["pain.001.001.09.xsd", "camt.054.001.08.xsd"])
    {
        assert!(
            folder.join(name).is_file(),
            "{name} in {}",
            folder.display()
        );
    }
    folders.into()
}

/// By every schema of that name.
fn assert_valid(name: &str, message: &[u8]) {
    for schema in schemas(&format!("{name}.xsd")) {
        let mut child = Command::new("xmllint")
            .args(["--noout", "--nonet", "--schema"])
            .arg(&schema)
            .arg("-")
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("xmllint (apt-get install libxml2-utils)");
        child.stdin.take().unwrap().write_all(message).unwrap();
        let done = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{}: {said}", schema.display());
    }
}

fn initiation(change: impl Fn(&mut adapters::exchange::PaymentOrder)) -> Vec<u8> {
    let mut order = golden_order("HKBEA", "11月工资 <&>\"'", "3300000000000000019");
    change(&mut order);
    let messages = bank("HKBEA").encode_payment(&order, &ToyKeys).unwrap();
    messages[0].bytes.clone()
}

#[test]
fn every_initiation_is_valid() {
    let name = "pain.001.001.09";
    assert_valid(name, &initiation(|_| ()));
    assert_valid(
        name,
        &initiation(|order| {
            for line in &mut order.lines {
                line.cnaps_code = None;
                line.memo = None;
                line.payee_bank = None;
            }
        }),
    );
    assert_valid(
        name,
        &initiation(|order| {
            order.file_no = 9_999_999_999;
            let line = order.lines[1].clone();
            order.lines = (1..=300)
                .map(|row_no| {
                    let mut line = line.clone();
                    line.row_no = row_no;
                    line
                })
                .collect();
        }),
    );
}

/// That the check can fail: a message without its payment method.
#[test]
fn a_wrong_initiation_is_not_valid() {
    if schemas("pain.001.001.09.xsd").is_empty() {
        return;
    }
    let message = String::from_utf8(initiation(|_| ())).unwrap();
    let wrong = message.replace("<PmtMtd>TRF</PmtMtd>", "");
    let said = std::panic::catch_unwind(|| assert_valid("pain.001.001.09", wrong.as_bytes()));
    assert!(said.is_err());
}

/// The bank's chair: receipt, result and notification as the sandbox writes them.
#[test]
fn what_the_sandbox_writes_is_valid() {
    let adapter = bank("HKBEA");
    let side = adapter.bank_side();
    let order = order("HKBEA");
    let message = adapter.encode_payment(&order, &ToyKeys).unwrap().remove(0);
    let request = side.read_request(&incoming(&message), &ToyKeys).unwrap();
    let failed = Outcome::Failed(FailureReason::AccountClosed);
    let said = [Outcome::Paid, failed, Outcome::Accepted];
    for reply in [
        BankReply::of(Outcome::Accepted),
        BankReply::of(failed),
        BankReply::result(outcomes(&order, &said)),
    ] {
        let report = side.write_reply(&request, &reply, &ToyKeys).unwrap();
        assert_valid("pain.002.001.10", &report);
    }
    let lines = outcomes(&order, &[Outcome::Paid, Outcome::Returned]);
    let reply = BankReply::result(lines);
    let push = side.write_push_of(order.file_no, &reply, &ToyKeys).unwrap();
    assert_valid("camt.054.001.08", &push);
}
