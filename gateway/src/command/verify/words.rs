//! What `anxin verify` says, in both languages.

use super::Verdict;
use super::index::Standing;
use crate::command::terminal::Colour;
use crate::command::words::{Words, pick};
use crate::index::{Difference, EntryKind, Place};
use journal::Flaw;
use schemas::Lang;

/// What is wrong at a place of the journal: a code for programs, and the words.
pub(super) fn flaw(flaw: &Flaw) -> (&'static str, Words) {
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
        Flaw::Unreadable(kind) => ("unreadable", format!("无法读取({kind})")),
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
pub(super) fn standing(standing: Standing, lang: Lang) -> (&'static str, Colour) {
    match standing {
        Standing::Absent => (
            pick(
                lang,
                "没有索引;启动时由日志重建",
                "no index; a start rebuilds it",
            ),
            Colour::Yellow,
        ),
        Standing::InUse => (
            pick(
                lang,
                "索引正被网关使用,未比对",
                "a gateway uses the index: not compared",
            ),
            Colour::Yellow,
        ),
        Standing::Agrees => (
            pick(
                lang,
                "索引逐条与日志一致",
                "every entry of the index agrees with the journal",
            ),
            Colour::Green,
        ),
        Standing::Foreign => (
            pick(
                lang,
                "索引所记的记录日志里没有:日志尾部缺失、被回退,或不是同一日志",
                "the index knows a record that the journal lacks: its end is missing, it was \
                 set back, or it is another one",
            ),
            Colour::Red,
        ),
        Standing::Differs => (
            pick(
                lang,
                "索引与日志不一致,见上表;索引可以删除(DIR/index),`serve` 启动时由日志重建",
                "the index does not agree with the journal, see above; it may be deleted \
                 (DIR/index), `serve` rebuilds it from the journal",
            ),
            Colour::Red,
        ),
        Standing::Unreadable => (
            pick(
                lang,
                "索引读不出(DIR/index/db 已损坏);可以删除 DIR/index,`serve` 启动时由日志重建",
                "the index can't be read (DIR/index/db is damaged); DIR/index may be deleted, \
                 `serve` rebuilds it from the journal",
            ),
            Colour::Red,
        ),
    }
}

/// What the whole comes to.
pub(super) fn verdict(verdict: Verdict, lang: Lang) -> (&'static str, Colour) {
    match verdict {
        Verdict::Sound => (
            pick(
                lang,
                "日志完整、前后一致;末条记录号与摘要请与另处留存的核对",
                "the journal is whole and agrees with itself; compare its head with one noted \
                 elsewhere",
            ),
            Colour::Green,
        ),
        Verdict::IndexDamaged => (
            pick(
                lang,
                "索引有损坏;日志本身完整、前后一致",
                "the index is damaged; the journal itself is whole and agrees with itself",
            ),
            Colour::Red,
        ),
        Verdict::IndexForeign => (
            pick(
                lang,
                "日志自身连贯,但与索引对不上,可能缺了尾部;请勿修改任何文件,先与备份或检查点核对末条记录",
                "the journal fits together but not with the index, and may lack its end; change \
                 no file, and compare the head with a backup or a checkpoint first",
            ),
            Colour::Red,
        ),
        Verdict::Running => (
            pick(
                lang,
                "网关正在运行并占用此目录:到末条记录为止完整、前后一致;收尾记录要等正常停止后才有,\
                 请停止后再核验一次",
                "a gateway is running on this folder: whole and consistent up to the head; the \
                 closing record comes with its stop, verify again then",
            ),
            Colour::Yellow,
        ),
        Verdict::NotClosed => (
            pick(
                lang,
                "没有收尾记录:网关异常退出,或日志尾部缺失",
                "no closing record: the gateway was killed, or the end is missing",
            ),
            Colour::Yellow,
        ),
        Verdict::DamagedRunning => (
            pick(
                lang,
                "网关正在运行并占用此目录,读到的日志有损坏:若只是尾部,可能是正在写入;\
                 请停止网关后再核验",
                "a gateway is running on this folder and the journal reads as damaged: if it \
                 is the tail alone, it may be a record being written; stop it and verify again",
            ),
            Colour::Red,
        ),
        Verdict::Damaged => (
            pick(
                lang,
                "日志有损坏;请勿修改任何文件,从备份恢复前先保全现场",
                "the journal is damaged; change no file, and keep it before you restore a \
                 backup",
            ),
            Colour::Red,
        ),
    }
}
