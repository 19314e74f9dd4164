//! M9: no name, document number or account in clear in the journal, the keys' folder, the index,
//! a log line, a metric, an error, a finding or a `Debug` print: a whole story on every dialect,
//! then a search for every value in every spelling.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
// A test names the arms that it expects.
#![allow(clippy::wildcard_enum_match_arm)]

use adapters::exchange::Outcome;
use gateway::event::Policy;
use gateway::index::{Follower, Keeper, open_sled};
use gateway::intake::{Receipt, Submitted};
use gateway::outcome::{MessageKind, receive};
use gateway::reconcile::breaks;
use gateway::telemetry::{JsonLines, Metrics};
use journal::disk::Disk as _;
use schemas::text::Charset;
use schemas::{FailureReason, Finding, Lang};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use tests::bank::{Fault, Played, row, told};
use tests::desk::{ACCOUNT, Desk, PAYER, Wage, file, one_bank_a_dialect, wages};
use tracing_subscriber::layer::SubscriberExt as _;

#[path = "personal/texts.rs"]
mod texts_chosen;

/// Every spelling in which a value could stand somewhere.
fn spellings(value: &str) -> Vec<Vec<u8>> {
    let escaped: String = value
        .encode_utf16()
        .map(|unit| format!("\\u{unit:04x}"))
        .collect();
    let utf16: Vec<u8> = value.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut forms = vec![value.as_bytes().to_vec(), escaped.into_bytes(), utf16];
    forms.extend(Charset::Gbk.encode(value).map(|bytes| bytes.into_owned()));
    forms.push(gateway::hex(value.as_bytes()).into_bytes());
    // A list of numbers, as `Debug` prints bytes.
    let numbers: Vec<String> = value.bytes().map(|byte| byte.to_string()).collect();
    forms.push(numbers.join(", ").into_bytes());
    forms
}

fn holds(hay: &[u8], needle: &[u8]) -> bool {
    hay.windows(needle.len()).any(|window| window == needle)
}

/// `hay` without what people put between digits, full-width digits as plain ones.
fn without_separators(hay: &[u8]) -> Vec<u8> {
    let mut folded = Vec::with_capacity(hay.len());
    let mut rest = hay;
    while let [first, tail @ ..] = rest {
        rest = match rest {
            [0xEF, 0xBC, wide @ 0x90..=0x99, after @ ..] => {
                folded.push(wide - 0x90 + b'0');
                after
            }
            // A full-width hyphen, an ideographic space.
            [0xEF, 0xBC, 0x8D, after @ ..] | [0xE3, 0x80, 0x80, after @ ..] => after,
            [b' ' | b'-' | b'.' | b'_' | b'/', after @ ..] => after,
            _ => {
                folded.push(*first);
                tail
            }
        };
    }
    folded
}

/// The values of people that stand in `hay`, by place in the list.
fn hits(hay: &[u8], values: &[String]) -> Vec<usize> {
    let folded = without_separators(hay);
    let found = |value: &String| {
        let spelled = spellings(value).iter().any(|form| holds(hay, form));
        spelled || holds(&folded, value.as_bytes())
    };
    (0..values.len()).filter(|at| found(&values[*at])).collect()
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// People with everything that a finding can be about.
fn people(desk: &Desk) -> Vec<Wage> {
    let mut people = wages(9, 12, desk.bank);
    people[6].name = "张𠮷样".to_owned();
    people[7].id_number = "110105194912310021".to_owned();
    people[8].account = "62220212AB".to_owned();
    people[9].name = "欧阳样".repeat(20);
    people[10].fen = 99_999_999_999;
    people[11].memo = format!("给{}的工资|#", people[0].name);
    people
}

fn values(people: &[Wage]) -> Vec<String> {
    let mut values = vec![ACCOUNT.to_owned(), PAYER.to_owned()];
    for wage in people {
        values.extend([
            wage.name.clone(),
            wage.id_number.clone(),
            wage.account.clone(),
        ]);
    }
    values
}

fn texts(findings: &[Finding]) -> String {
    let text = |finding: &Finding| {
        let (zh, en) = (finding.to_json(Lang::Zh), finding.to_json(Lang::En));
        format!("{finding:?} {zh} {en}\n")
    };
    findings.iter().map(text).collect()
}

/// A file with bad lines, then the good ones, faults, an answer of every kind, and pushes.
/// Gives everything that was said to people on the way.
fn story(desk: &Desk, people: &[Wage]) -> (String, Receipt) {
    let mut said = String::new();
    let text = file(desk.bank, "GZ-1", people);
    let refused = desk.submit(&text);
    said.push_str(&format!("{refused:?}"));
    let Submitted::Refused { findings, .. } = refused else {
        panic!("bad lines refuse the file")
    };
    said.push_str(&texts(&findings));
    let Submitted::Accepted(batch) = desk.submit_by(Policy::GoodLines, &text) else {
        panic!("good lines are taken")
    };
    said.push_str(&format!("{batch:?}{}", texts(&batch.findings)));
    desk.approve(&batch);
    let conflict = desk.submit_by(Policy::GoodLines, &text.replace("612345", "612346"));
    let again = desk.submit(&file(desk.bank, "GZ-2", &people[..2]));
    said.push_str(&format!("{conflict:?}{again:?}"));
    let played = Played::new(desk);
    played.memory(|memory| {
        memory.faults.insert(0, Fault::Unreachable);
        memory.faults.insert(2, Fault::Gibberish);
    });
    let failed = Outcome::Failed(FailureReason::NameMismatch);
    let name = people[1].name.clone();
    played.says(move |lines| {
        let mut reply = told(lines, &[Outcome::Paid, failed, Outcome::Unknown]);
        // The bank's words may name people, and may be about somebody else.
        reply.text = Some(format!("户名{name}"));
        reply.lines[1].bank_text = Some(format!("户名不符:{name}"));
        reply.lines[3].amount = Some(schemas::Fen(1));
        reply.lines[4].account = Some(lines[0].account);
        reply
    });
    played.settle(desk, 10);
    let lines = played.memory(|memory| memory.instructed(1)).unwrap();
    for kind in [MessageKind::Push, MessageKind::Result, MessageKind::Receipt] {
        for file_no in [1, 99] {
            let bytes = played.push_bytes(file_no, vec![row(&lines[0], Outcome::Returned)]);
            let cut = &bytes[..bytes.len() * 2 / 3];
            for bytes in [&bytes[..], cut, text.as_bytes()] {
                let adapter = played.adapter();
                let taken = receive(&desk.core, adapter, played.keys(), kind, bytes).unwrap();
                said.push_str(&String::from_utf8_lossy(&taken.receipt));
                let unread = adapter.decode_push(bytes, played.keys()).map(drop);
                said.push_str(&format!("{unread:?}"));
                said.push_str(&format!(
                    "{:?}",
                    adapter.decode_result(bytes, played.keys())
                ));
            }
        }
    }
    let book = desk.core.desk();
    said.push_str(&format!("{book:?}{:?}", breaks(&book), book = *book));
    (said, batch)
}

fn folder_bytes(folder: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                bytes.extend(std::fs::read(path).unwrap());
            }
        }
    }
    bytes
}

fn disk_bytes(desk: &Desk) -> Vec<u8> {
    desk.core.wait_durable(desk.head()).unwrap();
    let mut bytes = Vec::new();
    for folder in ["/d/journal", "/d/keys"] {
        for name in desk.disk.list(Path::new(folder)).unwrap() {
            bytes.extend(desk.disk.bytes(&PathBuf::from(folder).join(name)).unwrap());
        }
    }
    bytes
}

fn index_bytes(desk: &Desk) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let index = Arc::new(open_sled(folder.path(), desk.core.journal()).unwrap());
    desk.core.wait_durable(desk.head()).unwrap();
    let witness = Keeper::of(folder.path(), None);
    let follower = Follower::new(Arc::clone(&desk.core), index, witness);
    follower.catch_up(&mut |_| {}).unwrap();
    follower.index().flush().unwrap();
    let bytes = folder_bytes(folder.path());
    assert!(!bytes.is_empty());
    bytes
}

#[test]
fn nothing_personal_stands_in_clear_anywhere() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let people = people(&desk);
        let values = values(&people);
        let log = Log::default();
        let lines = JsonLines::new(desk.clock.clone(), Box::new(log.clone()));
        let subscriber = tracing_subscriber::registry().with(lines);
        let (said, batch) = tracing::subscriber::with_default(subscriber, || {
            tracing::warn!("the log is read");
            story(&desk, &people)
        });
        assert!(batch.head.line_count >= 6, "{place}");
        let metrics = Metrics::new().render().unwrap();
        let log = log.0.lock().unwrap().clone();
        assert!(!log.is_empty());
        let hays: [(&str, &[u8]); 5] = [
            ("journal and keys", &disk_bytes(&desk)),
            ("index", &index_bytes(&desk)),
            ("log", &log),
            ("answers, findings, errors and prints", said.as_bytes()),
            ("metrics", metrics.as_bytes()),
        ];
        for (name, hay) in hays {
            let hits = hits(hay, &values);
            assert!(
                hits.is_empty(),
                "{place} {name}: values {hits:?} of {}",
                values.len()
            );
        }
    }
}

/// The search itself finds what is there: in the employer's file, and in GBK on the wire.
#[test]
fn the_search_finds_what_is_there() {
    let adapter = one_bank_a_dialect()[0];
    let desk = Desk::new(adapter.code());
    let people = people(&desk);
    let values = values(&people);
    let text = file(desk.bank, "GZ-1", &people);
    // All but the payer's name, which the file does not carry.
    assert_eq!(hits(text.as_bytes(), &values).len(), values.len() - 1);
    let gbk = Charset::Gbk.encode(&people[0].name).unwrap().into_owned();
    assert_eq!(hits(&gbk, &values), [2]);
    let spaced = people[0].account.replace('0', "０-");
    assert_eq!(hits(spaced.as_bytes(), &values), [4]);
    let printed = format!("{:?}", people[0].account.as_bytes());
    assert_eq!(hits(printed.as_bytes(), &values), [4]);
}

/// A bank that shifts its columns by one puts an account where a code belongs. A code stands in
/// clear in the journal; an account never does.
#[test]
fn an_account_in_the_place_of_a_code_is_not_kept_in_clear() {
    let mut read = 0;
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let people = wages(9, 2, desk.bank);
        desk.release(&file(desk.bank, "GZ-1", &people));
        let played = Played::new(&desk);
        played.work(&desk);
        let lines = played.memory(|memory| memory.instructed(1)).unwrap();
        let bytes = played.push_bytes(1, vec![row(&lines[0], Outcome::Unknown)]);
        let shifted = replaced(&bytes, b"ZZ", people[1].account.as_bytes());
        let Some(shifted) = shifted else { continue };
        let (core, keys) = (&desk.core, played.keys());
        receive(core, adapter, keys, MessageKind::Push, &shifted).unwrap();
        read += usize::from(adapter.decode_push(&shifted, keys).is_ok());
        let hits = hits(&disk_bytes(&desk), &values(&people));
        assert!(hits.is_empty(), "{place}: values {hits:?}");
    }
    assert!(read >= 3, "dialects without a length read it");
}

/// The first `old` replaced; `None` where it does not stand in clear (sealed, base64).
fn replaced(bytes: &[u8], old: &[u8], new: &[u8]) -> Option<Vec<u8>> {
    let at = bytes.windows(old.len()).position(|window| window == old)?;
    Some([&bytes[..at], new, &bytes[at + old.len()..]].concat())
}
