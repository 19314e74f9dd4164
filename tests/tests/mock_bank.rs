//! mock-bank, which is not ours, plays HKBEA: what it answers to our pain.001 drives the lines of a
//! batch to paid, failed and returned. `tests/iso-peers` installs it and names its Python in
//! ANXIN_ISO_PEERS; without it nothing is run, and that is said on stderr.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use gateway::dispatch::order;
use gateway::outcome::{MessageKind, receive};
use gateway::reconcile::breaks;
use schemas::{BankCode, FailureReason, LineState};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use tests::audit::assert_sound;
use tests::bank::at_bank;
use tests::desk::{ACCOUNT, Desk};

/// The mock keeps no account of more than 17 digits: this one stands for the payer's there.
const SHORT: &str = "12020200099000123";

/// The folder with our message, and beside it what the bank answers.
fn answered(python: &str, sent: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("mock_bank");
    if folder.exists() {
        std::fs::remove_dir_all(&folder).unwrap();
    }
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("pain001.xml"), sent.replace(ACCOUNT, SHORT)).unwrap();
    let script = tests::workspace::root().join("adapters/tests/iso_peers/mock_bank.py");
    let done = Command::new(python)
        .arg(script)
        .arg(&folder)
        .args([SHORT, "PK0000000001000003"])
        .output()
        .unwrap();
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    folder
}

#[test]
fn its_answers_drive_our_lines() {
    let Ok(python) = std::env::var("ANXIN_ISO_PEERS") else {
        writeln!(
            std::io::stderr(),
            "needs tests/iso-peers: not run: mock_bank"
        )
        .unwrap();
        return;
    };
    let desk = Desk::new(BankCode::parse("HKBEA").unwrap());
    let (batch, played) = at_bank(&desk, 5);
    let (core, adapter, keys) = (&desk.core, played.adapter(), played.keys());
    let intent = core.desk().file(1).unwrap().intent.clone();
    let bank = &played.dispatcher.bank;
    let sent = order::order_of(core, bank, &desk.mandates, &intent).unwrap();
    let sent = adapter.encode_payment(&sent, keys).unwrap().remove(0).bytes;
    let sent = String::from_utf8(sent).unwrap();
    assert_eq!(sent.matches(ACCOUNT).count(), 1);

    let folder = answered(&python, &sent);
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let take = |name: &str, kind| {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        receive(core, adapter, keys, kind, &bytes).unwrap();
    };
    let of = |kind: &str| {
        names
            .iter()
            .filter(|name| name.contains(kind))
            .collect::<Vec<_>>()
    };

    // 20 000.00 yuan pay for three of the five.
    use LineState::{Accepted, Failed, Paid, Returned};
    for report in of("pain.002") {
        take(report, MessageKind::Result);
    }
    assert_eq!(
        desk.states(&batch),
        [Accepted, Accepted, Accepted, Failed, Failed]
    );
    let reasons = desk.reasons(&batch);
    assert_eq!(reasons[3..], [Some(FailureReason::InsufficientFunds); 2]);
    let notifications = of("camt.054");
    assert_eq!(notifications.len(), 2);
    take(notifications[0], MessageKind::Push);
    assert_eq!(desk.states(&batch), [Paid, Paid, Paid, Failed, Failed]);
    for message in of("pacs.004") {
        take(message, MessageKind::Push);
    }
    assert_eq!(desk.states(&batch), [Paid, Paid, Returned, Failed, Failed]);
    // The credit and the statements say the same again.
    take(notifications[1], MessageKind::Push);
    assert_eq!(desk.states(&batch), [Paid, Paid, Returned, Failed, Failed]);
    assert_eq!(breaks(&core.desk()), []);
    assert_sound(core, "mock-bank");
}
