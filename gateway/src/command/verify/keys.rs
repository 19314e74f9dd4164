//! The data keys: whether each that a record names is there, and every file whole. What opens
//! them is the master key's to say, where it is given.

use crate::command::words::{Failure, Words};
use journal::disk::OsDisk;
use journal::seal::{KEY_BYTES, KeyFiles, SealError, check_keys, master_from_file};
use std::collections::BTreeMap;
use std::path::Path;
use zeroize::Zeroizing;

/// Reads the master key.
///
/// # Errors
/// When it can't be used.
pub(super) fn master(file: &Path) -> Result<Zeroizing<[u8; KEY_BYTES]>, Failure> {
    master_from_file(file).map_err(|error| {
        Failure::usage(
            Words::new("主密钥不能使用", "the master key can't be used"),
            Words::new(
                "--master-key 是 64 位十六进制数字的文件,权限 0600(chmod 600)。",
                "--master-key is a file of 64 hexadecimal digits, mode 0600 (chmod 600).",
            ),
        )
        .caused_by(&error)
    })
}

/// The data keys that records name, each with its first record.
#[derive(Default)]
pub(super) struct Wanted(BTreeMap<String, u64>);

/// How the data keys stand to the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Keyed {
    /// None is there, and none is needed.
    Absent,
    /// So many are there, each whole as far as its form tells; of some no digest does.
    Whole { count: usize, without_digest: u64 },
    /// The master key opens all of them.
    Open { count: usize },
    /// A file is damaged, or does not open; the first of so many.
    Damaged {
        file: String,
        count: usize,
        by_master: bool,
    },
    /// A record names a key that is not there.
    Missing { file: String, record: u64 },
    /// The key that a record names was destroyed, and nothing here destroys keys.
    Destroyed { file: String, record: u64 },
    /// There are two keys by which persons are searched.
    SearchTwice,
    /// Records are sealed, and the key by which persons are searched is not there.
    SearchMissing,
    /// The folder can't be read.
    Unreadable(String),
}

impl Wanted {
    /// Told every record of the journal.
    pub(super) fn see(&mut self, record: u64, key_id: &str) {
        if !key_id.is_empty() && !self.0.contains_key(key_id) {
            self.0.insert(key_id.to_owned(), record);
        }
    }

    /// What the files come to.
    pub(super) fn judge(self, data: &Path, master: Option<&[u8; KEY_BYTES]>) -> Keyed {
        match check_keys(&OsDisk, &data.join("keys"), master) {
            Ok(found) => self.held_against(&found, master.is_some()),
            Err(error) => Keyed::unreadable(&error),
        }
    }

    fn held_against(self, found: &KeyFiles, by_master: bool) -> Keyed {
        if let Some(first) = found.damaged.first() {
            return Keyed::Damaged {
                file: format!("keys/{first}"),
                count: found.damaged.len(),
                by_master,
            };
        }
        let count = found.ids.len();
        let is_sealed = !self.0.is_empty();
        let file = |id: &str| format!("keys/{id}.key");
        let gone = self.0.iter().find(|(id, _)| found.destroyed.contains(*id));
        if let Some((id, record)) = gone {
            return Keyed::Destroyed {
                file: file(id),
                record: *record,
            };
        }
        let mut missing = self.0.into_iter().filter(|(id, _)| !found.ids.contains(id));
        match missing.next() {
            Some((id, record)) => Keyed::Missing {
                file: file(&id),
                record,
            },
            None if found.searches > 1 => Keyed::SearchTwice,
            None if is_sealed && found.searches == 0 => Keyed::SearchMissing,
            None if count == 0 => Keyed::Absent,
            None if by_master => Keyed::Open { count },
            None => Keyed::Whole {
                count,
                without_digest: found.without_digest,
            },
        }
    }
}

impl Keyed {
    fn unreadable(error: &SealError) -> Self {
        Self::Unreadable(error.to_string())
    }

    /// The word of the document.
    pub(super) fn as_str(&self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Whole { .. } => "whole",
            Self::Open { .. } => "open",
            Self::Damaged { .. } => "damaged",
            Self::Missing { .. } => "missing",
            Self::Destroyed { .. } => "destroyed",
            Self::SearchTwice => "search_twice",
            Self::SearchMissing => "search_missing",
            Self::Unreadable(_) => "unreadable",
        }
    }

    /// The file that is damaged or missing, in the data folder.
    pub(super) fn file(&self) -> Option<&str> {
        match self {
            Self::Damaged { file, .. }
            | Self::Missing { file, .. }
            | Self::Destroyed { file, .. } => Some(file),
            Self::Absent
            | Self::Whole { .. }
            | Self::Open { .. }
            | Self::SearchTwice
            | Self::SearchMissing
            | Self::Unreadable(_) => None,
        }
    }

    /// Whether the check fails by it.
    pub(super) fn is_damage(&self) -> bool {
        match self {
            Self::Absent | Self::Whole { .. } | Self::Open { .. } => false,
            Self::Damaged { .. }
            | Self::Missing { .. }
            | Self::Destroyed { .. }
            | Self::SearchTwice
            | Self::SearchMissing
            | Self::Unreadable(_) => true,
        }
    }

    /// What a person reads.
    pub(super) fn words(&self) -> Words {
        match self {
            Self::Absent => Words::new(
                "没有数据密钥(DIR/keys),也没有记录需要",
                "there are no data keys (DIR/keys), and no record needs one",
            ),
            Self::Whole {
                count,
                without_digest,
            } => whole(*count, *without_digest),
            Self::Open { count } => Words::new(
                format!("{count} 个密钥文件完整,主密钥都能打开"),
                format!("{count} key files are whole, and the master key opens each"),
            ),
            Self::Damaged {
                file,
                count,
                by_master: false,
            } => Words::new(
                format!("密钥文件 DIR/{file} 已损坏(共 {count} 个)"),
                format!("the key file DIR/{file} is damaged ({count} in all)"),
            ),
            Self::Damaged { file, count, .. } => Words::new(
                format!("密钥文件 DIR/{file} 已损坏,或用此主密钥打不开(共 {count} 个)"),
                format!(
                    "the key file DIR/{file} is damaged, or this master key does not open it \
                     ({count} in all)"
                ),
            ),
            Self::Missing { file, record } => Words::new(
                format!("缺少密钥文件 DIR/{file}:记录 {record} 起的个人信息由它加密"),
                format!(
                    "the key file DIR/{file} is missing; record {record} is the first it seals"
                ),
            ),
            Self::Destroyed { file, record } => Words::new(
                format!(
                    "密钥文件 DIR/{file} 标为已销毁,而记录 {record} 起的个人信息由它加密;本程序不销毁密钥"
                ),
                format!(
                    "the key file DIR/{file} says that its key was destroyed; record {record} is \
                     the first it sealed, and nothing of this program destroys keys"
                ),
            ),
            Self::SearchTwice => Words::new(
                "有两把检索密钥(DIR/keys):其中一把属于别的目录",
                "there are two search keys (DIR/keys): one of them is another folder's",
            ),
            Self::SearchMissing => Words::new(
                "缺少检索密钥(DIR/keys):同一人的重复发放无法识别,人员无法检索",
                "the search key is missing (DIR/keys): nobody is found by it, nor a wage that was \
                 paid already",
            ),
            Self::Unreadable(error) => Words::new(
                format!("密钥目录 DIR/keys 读不出:{error}"),
                format!("DIR/keys can't be read: {error}"),
            ),
        }
    }
}

/// Files that have their form, where no master key was given.
fn whole(count: usize, without_digest: u64) -> Words {
    match without_digest {
        0 => Words::new(
            format!("{count} 个密钥文件完整;主密钥能否打开未核对(--master-key)"),
            format!(
                "{count} key files are whole; whether the master key opens them was not asked \
                 (--master-key)"
            ),
        ),
        _ => Words::new(
            format!(
                "{count} 个密钥文件形式正确,其中 {without_digest} 个由旧版写成,不带摘要:\
                 是否完好只有主密钥能核对(--master-key)"
            ),
            format!(
                "{count} key files have their form; {without_digest} of an older version have no \
                 digest, the master key alone tells whether they are whole (--master-key)"
            ),
        ),
    }
}
