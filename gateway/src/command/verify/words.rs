//! What `anxin verify` says, in both languages.

use super::checkpoints;
use super::index::{Found, Standing};
use super::verdict::Verdict;
use crate::command::terminal::Colour;
use crate::command::words::{Words, system_words};
use crate::index::{Difference, EntryKind, Place};
use journal::Flaw;
use schemas::Lang;

/// What is wrong at a place of the journal: a code for programs, and the words.
pub(in crate::command) fn flaw(flaw: &Flaw) -> (&'static str, Words) {
    let (code, zh) = match flaw {
        Flaw::TornTail { bytes } => (
            "torn_tail",
            format!("尾部 {bytes} 字节不完整:写入中断,或被截断"),
        ),
        Flaw::Cut => ("cut", "记录超出段文件末尾".to_owned()),
        Flaw::Length => ("length", "记录长度不可能成立".to_owned()),
        Flaw::Checksum => ("checksum", "校验和不符".to_owned()),
        Flaw::Fields => ("fields", "记录的字段格式不正确".to_owned()),
        Flaw::Sequence { expected, found } => (
            "sequence",
            format!("此处应为记录号 {expected},实为 {found}"),
        ),
        Flaw::Chain => ("chain", "哈希链断开:与上一条的哈希不符".to_owned()),
        Flaw::Hash => ("hash", "记录的哈希与内容不符".to_owned()),
        Flaw::Group => ("group", "提交组编号不连续".to_owned()),
        Flaw::Header(_) => ("header", "段文件头不正确,或属于另一个日志".to_owned()),
        Flaw::Misplaced => ("misplaced", "段文件中间出现文件头".to_owned()),
        Flaw::SegmentMissing { expected, found } => (
            "segment_missing",
            format!("缺少记录 {expected} 至 {}", found.saturating_sub(1)),
        ),
        Flaw::Foreign => ("foreign", "不是段文件".to_owned()),
        Flaw::Unreadable(kind) => (
            "unreadable",
            format!("无法读取({})", system_words(*kind).in_lang(Lang::Zh)),
        ),
    };
    (code, Words::new(zh, flaw.to_string()))
}

/// What is wrong with an entry of the index: a code for programs, and the words.
pub(super) fn difference(difference: Difference) -> (&'static str, Place, Words) {
    let (code, place, zh, en) = match difference {
        Difference::Changed(place) => ("changed", place, "被改动", "is changed"),
        Difference::Missing(place) => ("missing", place, "缺失", "is missing"),
        Difference::Additional(place) => {
            ("additional", place, "日志里没有", "is not the journal's")
        }
    };
    let (kind_zh, kind_en) = match place.kind {
        EntryKind::Batch => ("批次头", "the batch head"),
        EntryKind::Person => ("证件检索块", "the block of document numbers"),
        EntryKind::Account => ("账号检索块", "the block of accounts"),
        EntryKind::Strange => ("未知条目", "an unknown entry"),
    };
    let words = Words::new(format!("{kind_zh}{zh}"), format!("{kind_en} {en}"));
    (code, place, words)
}

/// How the index stands.
pub(super) fn standing(found: &Found) -> Words {
    match found.standing {
        Standing::Absent => Words::new(
            "没有索引(DIR/index);`serve` 启动时由日志重建",
            "there is no index (DIR/index); `serve` rebuilds it from the journal",
        ),
        Standing::InUse => Words::new(
            "索引正被网关使用,未比对",
            "a gateway uses the index: not compared",
        ),
        Standing::Agrees => Words::new(
            "索引逐条与日志一致",
            "every entry of the index agrees with the journal",
        ),
        Standing::Behind { at, of } => Words::new(
            format!("索引落后:停在记录 {at},日志到 {of};`serve` 启动时由日志补齐或重建"),
            format!(
                "the index is behind, at record {at} of {of}; `serve` completes or rebuilds it \
                 from the journal"
            ),
        ),
        Standing::Altered => {
            let file = found.file.as_deref().unwrap_or_default();
            Words::new(
                format!("索引文件 DIR/index/{file} 不是停止时的样子;逐条比对仍与日志一致"),
                format!(
                    "the file DIR/index/{file} is not as it was at the stop; every entry still \
                     agrees with the journal"
                ),
            )
        }
        Standing::Foreign => Words::new(
            "索引所记的记录日志里没有,或与之不符;请勿删除索引,它是证据",
            "the index knows a record that the journal lacks, or another one: do not delete it, it \
             is evidence",
        ),
        Standing::Differs => Words::new(
            "索引与日志不一致,见上表;索引可以删除(DIR/index),`serve` 启动时由日志重建",
            "the index does not agree with the journal, see above; it may be deleted (DIR/index), \
             `serve` rebuilds it from the journal",
        ),
        Standing::Unreadable => Words::new(
            "索引读不出(DIR/index/db 已损坏);可以删除 DIR/index,`serve` 启动时由日志重建",
            "the index can't be read (DIR/index/db is damaged); DIR/index may be deleted, \
             `serve` rebuilds it from the journal",
        ),
    }
}

/// What the whole comes to.
pub(super) fn verdict(verdict: Verdict) -> Words {
    match verdict {
        Verdict::Sound => Words::new(
            "日志完整、前后一致;末条记录号与摘要请与另处留存的核对",
            "the journal is whole and agrees with itself; compare its head with one noted \
                 elsewhere",
        ),
        Verdict::IndexDamaged => Words::new(
            "索引损坏或缺失;日志本身完整、前后一致",
            "the index is damaged or missing; the journal itself is whole and agrees \
 with itself",
        ),
        Verdict::SetBack => Words::new(
            "日志自身连贯,但比见证文件所记的短,或不是同一日志;请勿修改任何文件,先读 \
                 gateway/docs/OPERATING.md#a-journal-that-was-set-back",
            "the journal fits together, but its witness knows more or another one; change no \
                 file, and read gateway/docs/OPERATING.md#a-journal-that-was-set-back first",
        ),
        Verdict::WitnessDamaged => Words::new(
            "日志自身连贯,但见证文件缺失、落后或读不出:尾部是否缺失,请与另处留存的末条记录号\
                 与摘要核对",
            "the journal fits together, but its witness is missing, behind or can't be read: \
                 compare the head with one noted elsewhere, its end may be missing",
        ),
        Verdict::CheckpointsDiffer => checkpoints::differ(),
        Verdict::CheckpointsDamaged => checkpoints::damaged(),
        Verdict::CheckpointsMissing => checkpoints::missing(),
        Verdict::IndexForeign => index_foreign(),
        Verdict::CheckpointUnsigned => checkpoints::unvouched(),
        Verdict::TilesDamaged => Words::new(
            "哈希块损坏;日志与检查点完整、一致",
            "a tile is damaged; the journal is whole and agrees with its checkpoints",
        ),
        Verdict::KeysDamaged => Words::new(
            "数据密钥损坏或缺失,它所加密的个人信息读不出,网关可能无法启动;日志本身完整、前后一致。\
             请从备份的 keys 目录取回该文件,见 gateway/docs/RUNBOOK.md",
            "a data key is damaged or missing: what it sealed can't be read, and a gateway may not \
             start; the journal itself is whole. Get the file from `keys` of a backup, see \
             gateway/docs/RUNBOOK.md",
        ),
        Verdict::Running => Words::new(
            "网关正在运行并占用此目录:到末条记录为止完整、前后一致;收尾记录要等正常停止后才有,\
                 请停止后再核验一次",
            "a gateway is running on this folder: whole and consistent up to the head; the \
                 closing record comes with its stop, verify again then",
        ),
        Verdict::NotClosed => Words::new(
            "没有收尾记录:网关异常退出,或日志尾部缺失",
            "no closing record: the gateway was killed, or the end is missing",
        ),
        Verdict::DamagedRunning => Words::new(
            "网关正在运行并占用此目录,读到的日志有损坏:若只是尾部,可能是正在写入;\
                 请停止网关后再核验",
            "a gateway is running on this folder and the journal reads as damaged: if it \
                 is the tail alone, it may be a record being written; stop it and verify again",
        ),
        Verdict::Damaged => Words::new(
            "日志有损坏;请勿修改任何文件,从备份恢复前先保全现场",
            "the journal is damaged; change no file, and keep it before you restore a \
                 backup",
        ),
    }
}

fn index_foreign() -> Words {
    Words::new(
        "日志自身连贯,但索引所记的不是这份日志:日志可能被改写或回退;请勿修改或删除任何文件,\
         先读 gateway/docs/OPERATING.md#a-journal-that-was-set-back",
        "the journal agrees with itself, and the index knows another one: the journal may have \
         been rewritten or set back; change and delete no file, and read \
         gateway/docs/OPERATING.md#a-journal-that-was-set-back first",
    )
}

/// The colour of the whole.
pub(super) fn colour(verdict: Verdict) -> Colour {
    match verdict {
        Verdict::Sound => Colour::Green,
        Verdict::Running | Verdict::NotClosed => Colour::Yellow,
        Verdict::IndexDamaged
        | Verdict::SetBack
        | Verdict::WitnessDamaged
        | Verdict::CheckpointsDiffer
        | Verdict::CheckpointsDamaged
        | Verdict::CheckpointsMissing
        | Verdict::IndexForeign
        | Verdict::CheckpointUnsigned
        | Verdict::TilesDamaged
        | Verdict::KeysDamaged
        | Verdict::DamagedRunning
        | Verdict::Damaged => Colour::Red,
    }
}
