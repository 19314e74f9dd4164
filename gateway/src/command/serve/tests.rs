#![allow(clippy::unwrap_used, clippy::panic)]
//! Every reason not to start, in Chinese: names, paths and codes are the only English in it.

use super::not_started;
use super::security::{Files, Table};
use crate::command::assembly::AssemblyError;
use crate::command::words::Exit;
use crate::core::CoreError;
use crate::failure::Defect;
use crate::index::{FollowError, WitnessRefusal};
use crate::serving::StartError;
use certs::tls::{Part, TlsError};
use journal::index::IndexError;
use journal::random::RandomUnavailable;
use journal::seal::SealError;
use journal::witness::WitnessError;
use journal::{Damage, Digest, Flaw, JournalError, PoisonCause};
use schemas::Lang;
use std::io::{Error, ErrorKind};
use std::path::PathBuf;

fn path() -> PathBuf {
    PathBuf::from("/data/some/file")
}

fn io() -> Error {
    ErrorKind::PermissionDenied.into()
}

fn flaws() -> [Flaw; 14] {
    [
        Flaw::TornTail { bytes: 7 },
        Flaw::Cut,
        Flaw::Length,
        Flaw::Checksum,
        Flaw::Fields,
        Flaw::Sequence {
            expected: 3,
            found: 4,
        },
        Flaw::Chain,
        Flaw::Hash,
        Flaw::Group,
        Flaw::Header("another journal's"),
        Flaw::Misplaced,
        Flaw::SegmentMissing {
            expected: 3,
            found: 9,
        },
        Flaw::Foreign,
        Flaw::Unreadable(ErrorKind::PermissionDenied),
    ]
}

fn journals() -> Vec<JournalError> {
    let damages = flaws().into_iter().map(|what| {
        JournalError::Damaged(Damage {
            segment: "00000000000000000001.seg".to_owned(),
            offset: 12,
            sequence: 3,
            what,
        })
    });
    let tried = [
        "list",
        "open",
        "read",
        "make",
        "sync",
        "cut",
        "remove",
        "keep the torn tail in",
    ];
    let disk = tried.into_iter().map(|what| JournalError::Io {
        what,
        path: path(),
        source: io(),
    });
    let causes = [PoisonCause::DiskFull, PoisonCause::Write, PoisonCause::Sync];
    let poisoned = causes.into_iter().map(|cause| JournalError::Poisoned {
        cause,
        detail: "no space left on device, /data".to_owned(),
    });
    let others = [
        JournalError::TooLarge {
            bytes: 2,
            bytes_max: 1,
        },
        JournalError::FieldTooLong("actor"),
        JournalError::KindReserved(1),
        JournalError::Closed,
        JournalError::NoSuchSequence(4),
        JournalError::NoSuchPosition {
            segment: 1,
            offset: 9,
        },
        JournalError::InUse(path()),
        JournalError::OtherDigest {
            found: Digest::Sm3,
            wanted: Digest::Sha256,
        },
        JournalError::Random(RandomUnavailable),
        JournalError::Thread(io()),
    ];
    damages.chain(disk).chain(poisoned).chain(others).collect()
}

fn seals() -> Vec<SealError> {
    let id = || "K1".to_owned();
    let disk = ["open", "read", "make", "write", "list", "remove"];
    let disk = disk.into_iter().map(|what| SealError::Io {
        what,
        path: path(),
        source: io(),
    });
    let others = [
        SealError::KeyDestroyed(id()),
        SealError::KeyUnknown(id()),
        SealError::NotAuthentic(id()),
        SealError::KeyFile(path()),
        SealError::Owner,
        SealError::Master(path()),
        SealError::MasterMode {
            path: path(),
            mode: 0o644,
        },
        SealError::Random(RandomUnavailable),
        SealError::Refused,
    ];
    disk.chain(others).collect()
}

fn starts() -> Vec<StartError> {
    let mut all: Vec<StartError> = Vec::new();
    all.extend(journals().into_iter().map(StartError::Journal));
    all.extend(seals().into_iter().map(StartError::Vault));
    all.extend(seals().into_iter().map(StartError::Master));
    let json = || serde_json::from_str::<u8>("x").unwrap_err();
    let cores = |journal| {
        [
            CoreError::Journal(journal),
            CoreError::Vault(SealError::Refused),
            CoreError::NotAnEvent {
                sequence: 4,
                source: json(),
            },
            CoreError::Json(json()),
            CoreError::Doubtful,
        ]
    };
    all.extend(cores(JournalError::Closed).map(StartError::Core));
    all.extend(
        [
            WitnessRefusal::SetBack {
                witness: path(),
                seen: 9,
                journal: 8,
            },
            WitnessRefusal::Missing(path()),
            WitnessRefusal::OutsideMissing(path()),
            WitnessRefusal::Unreadable(WitnessError::Damaged(path())),
            WitnessRefusal::Unreadable(WitnessError::Io {
                path: path(),
                source: io(),
            }),
        ]
        .map(StartError::Refused),
    );
    all.extend(
        [
            FollowError::Folder(io()),
            FollowError::Witness {
                path: path(),
                source: io(),
            },
            FollowError::Core(CoreError::Doubtful),
            FollowError::Index(IndexError::Unusable("sled panicked".to_owned())),
            FollowError::Index(IndexError::KeyReserved),
            FollowError::Index(IndexError::InUse(path())),
        ]
        .map(StartError::Index),
    );
    all.extend([StartError::InUse(path()), StartError::Folder(io())]);
    all
}

/// Two English words in a row; what has a dot, a slash or a digit in it is a name or a path.
fn english(text: &str) -> Option<String> {
    let names = text.split('`').step_by(2).collect::<String>();
    let runs = names.split(|letter: char| !letter.is_ascii());
    runs.map(str::to_owned).find(|run| {
        let words: Vec<&str> = run.split_whitespace().collect();
        let is_word = |word: &str| {
            let word = word.trim_matches(['(', ')', ',', ':', ';', '.', '"', '\'']);
            word.len() > 1 && word.bytes().all(|letter| letter.is_ascii_alphabetic())
        };
        words
            .windows(2)
            .any(|pair| pair.iter().all(|word| is_word(word)))
    })
}

#[test]
fn no_start_is_refused_in_two_languages_at_once() {
    let mut all: Vec<AssemblyError> = starts().into_iter().map(AssemblyError::Start).collect();
    all.push(AssemblyError::Listen {
        address: "127.0.0.1:8443".parse().unwrap(),
        source: ErrorKind::AddrInUse.into(),
    });
    all.push(AssemblyError::Spool(io()));
    all.push(AssemblyError::Defect(Defect));
    for error in &all {
        let text = not_started(error).text(Lang::Zh);
        assert_eq!(english(&text), None, "{text}");
        let text = not_started(error).text(Lang::En);
        assert!(text.is_ascii(), "{text}");
    }
}

/// Every word about the files of TLS: the key of the configuration, the file, why, what to do.
#[test]
fn no_file_of_tls_is_refused_in_two_languages_at_once() {
    let parts = [
        Part::Chain,
        Part::Key,
        Part::Authority,
        Part::RevocationLists,
    ];
    let mut all = vec![
        TlsError::NoRevocationList,
        TlsError::ForeignList,
        TlsError::OtherKey,
    ];
    for part in parts {
        all.push(TlsError::Unreadable(part));
        all.push(TlsError::DevelopmentAuthority(part));
        all.push(TlsError::Refused(part, Box::new(io())));
    }
    let (chain, key, authority) = (path(), PathBuf::from("/keys/a.pem"), PathBuf::from("/ca"));
    let files = Files {
        table: &Table::of_bank(schemas::BankCode::parse("ICBC").unwrap(), "main"),
        own: Some((&chain, &key)),
        authority: ("ca_file", &authority),
        lists: &["/crl/1".into(), "/crl/2".into()],
    };
    for error in &all {
        let (named, file) = match error.part().unwrap() {
            Part::Chain => ("chain_file", "/data/some/file"),
            Part::Key => ("key_file", "/keys/a.pem"),
            Part::Authority => ("ca_file", "/ca"),
            Part::RevocationLists => ("crl_files", "/crl/1, /crl/2"),
        };
        let text = files.unusable(error).text(Lang::Zh);
        assert_eq!(english(&text), None, "{text}");
        let table = "ICBC 连接文件的 [endpoints.main.tls]";
        assert!(
            text.contains(&format!("{table} 的 {named}（{file}）")),
            "{text}"
        );
        let text = files.unusable(error).text(Lang::En);
        assert!(text.is_ascii(), "{text}");
        assert!(
            text.contains(&format!(
                "{named} of [endpoints.main.tls] of the connection of ICBC ({file})"
            )),
            "{text}"
        );
    }
}

#[test]
fn what_the_operator_set_is_usage_and_his_to_mend() {
    let ends = |error: StartError| not_started(&AssemblyError::Start(error));
    let mode = ends(StartError::Master(SealError::MasterMode {
        path: path(),
        mode: 0o644,
    }));
    assert_eq!(mode.exit, Exit::Usage);
    let text = mode.text(Lang::En);
    assert!(
        text.contains("chmod 600") && !text.contains("verify"),
        "{text}"
    );
    // By whichever lock the other process is found: it is to be stopped.
    for in_use in [
        StartError::InUse(path()),
        StartError::Journal(JournalError::InUse(path())),
        StartError::Index(FollowError::Index(IndexError::InUse(path()))),
    ] {
        let told = ends(in_use);
        assert_eq!(told.exit, Exit::Usage);
        let text = told.text(Lang::En);
        assert!(text.contains("Stop that process first"), "{text}");
    }
    let unwritten = ends(StartError::Index(FollowError::Witness {
        path: path(),
        source: io(),
    }));
    assert_eq!(unwritten.exit, Exit::Usage);
    let text = unwritten.text(Lang::En);
    assert!(
        text.contains("/data/some/file") && text.contains("permissions"),
        "{text}"
    );
    let lost = ends(StartError::Journal(JournalError::NoSuchSequence(4)));
    assert_eq!(lost.exit, Exit::OurFault);
}
