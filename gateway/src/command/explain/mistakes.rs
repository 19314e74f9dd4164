//! What the command answers where it can tell no story: what is wrong, where, and what to do.

use super::super::words::{Failure, Words};
use crate::story::{Subject, Teller};
use journal::{Damage, JournalError};
use schemas::value::{BatchId, Uscc};
use std::path::Path;

/// So many batches are named beside a number that is not there.
const NEAR_MAX: usize = 3;

/// Neither an id nor an employer's number that the journal knows.
pub(super) fn no_id(text: &str) -> Failure {
    Failure::usage(
        Words::new(
            format!("“{text}”不是编号,日志里也没有这个批次号"),
            format!(
                "{text:?} is no id of a batch, line, bank file or record, and the journal has no \
                 batch of this number"
            ),
        ),
        Words::new(
            "批次 B20261123-42 或单位自己的批次号,明细 B20261123-42.3,银行文件号 17,记录 @123。",
            "A batch is B20261123-42 or its employer's own number, a line B20261123-42.3, a bank \
             file 17, a record @123.",
        ),
    )
}

/// No id of ours, where an employer's number is not meant.
pub(super) fn no_own_id(text: &str) -> Failure {
    Failure::usage(
        Words::new(
            format!("“{text}”不是网关的编号"),
            format!("{text:?} is no id of a batch, line, bank file or record"),
        ),
        Words::new(
            "是单位的批次号,就不要加 --by-id。",
            "Without --by-id it is looked for as an employer's number.",
        ),
    )
}

/// An id that the journal has, and that is written like an employer's number of another batch.
pub(super) fn also_a_number((id, subject): (&str, Subject), others: &[(BatchId, Uscc)]) -> Failure {
    let (zh, en) = match subject {
        Subject::Batch(_) => ("批次", "batch"),
        Subject::Payment(_) => ("明细", "line"),
        Subject::File(_) => ("银行文件", "bank file"),
        Subject::Record(_) => ("记录", "record"),
    };
    let listed = listed(others);
    Failure::input(
        Words::new(
            format!("“{id}”是网关的{zh}编号,也是单位的批次号"),
            format!("{id:?} is the gateway's id of a {en}, and an employer's number of a batch"),
        ),
        Words::new(
            format!("要查{zh} {id},加上 --by-id;要查单位的批次,用网关的批次编号:{listed}。"),
            format!(
                "Ask for the {en} {id} with --by-id, for the employer's batch by the gateway's id: \
                 {listed}."
            ),
        ),
    )
}

/// Batches by the gateway's ids, each with its employer.
fn listed(found: &[(BatchId, Uscc)]) -> String {
    let listed = found
        .iter()
        .map(|(batch, employer)| format!("{batch} ({employer})"));
    listed.collect::<Vec<String>>().join(", ")
}

/// A number that several employers use.
pub(super) fn several(text: &str, found: &[(BatchId, Uscc)]) -> Failure {
    let (count, listed) = (found.len(), listed(found));
    Failure::input(
        Words::new(
            format!("{count} 家单位都用了批次号“{text}”"),
            format!("{count} employers use the number {text:?}"),
        ),
        Words::new(
            format!("请用网关的批次编号:{listed}。"),
            format!("Ask by the gateway's id: {listed}."),
        ),
    )
}

/// An id that the journal does not have, and what it has near it.
pub(super) fn unknown(
    (id, subject): (&str, Subject),
    folder: &Path,
    teller: &Teller,
    damages: &[Damage],
) -> Failure {
    let folder = folder.display();
    let what = Words::new(
        format!("{folder} 的日志里没有 {id}"),
        format!("the journal in {folder} has no {id}"),
    );
    if !damages.is_empty() {
        let hint = Words::new(
            "日志有损坏,可能正在缺失的部分里;用 `anxin verify` 查看。",
            "The journal is damaged, it may be in what is missing: see `anxin verify`.",
        );
        return Failure::input(what, hint);
    }
    Failure::input(what, near(subject, teller))
}

fn near(subject: Subject, teller: &Teller) -> Words {
    let book = teller.book();
    match subject {
        Subject::Payment(payment) if book.batch(payment.batch).is_some() => {
            let lines = book.batch(payment.batch).map_or(0, |one| one.lines.len());
            let batch = payment.batch;
            Words::new(
                format!("批次 {batch} 有 {lines} 笔明细:{batch}.1 至 {batch}.{lines}。"),
                format!("Batch {batch} has {lines} lines, {batch}.1 to {batch}.{lines}."),
            )
        }
        Subject::Payment(_) if teller.refused().is_some() => Words::new(
            "该文件未受理,没有明细;请查询批次编号本身。",
            "The file was not accepted and has no lines; ask by the id of the batch.",
        ),
        Subject::Batch(batch) => near_batch(batch, teller),
        Subject::Payment(payment) => near_batch(payment.batch, teller),
        Subject::File(_) => {
            let mut files = book.files().map(|file| file.intent.file_no);
            let (first, last) = (files.next(), files.last());
            match (first, last.or(first)) {
                (Some(first), Some(last)) => Words::new(
                    format!("银行文件号从 {first} 到 {last};记录号前面要加 @。"),
                    format!(
                        "Bank files have the numbers {first} to {last}; before the number of a \
                         record stands @."
                    ),
                ),
                _ => Words::new(
                    "还没有发往银行的文件;记录号前面要加 @。",
                    "No bank file was made yet; before the number of a record stands @.",
                ),
            }
        }
        Subject::Record(_) => {
            let last = teller.last();
            Words::new(
                format!("记录号到 {last} 为止;其中少数只供日志自己使用,没有经过可讲。"),
                format!(
                    "Records go up to {last}; a few of them are the journal's own and tell \
                     nothing."
                ),
            )
        }
    }
}

/// Batches whose ids are one mistake away.
fn near_batch(batch: BatchId, teller: &Teller) -> Words {
    let asked = batch.to_string();
    let mut near: Vec<String> = teller.namesake().iter().map(ToString::to_string).collect();
    let known = teller.book().batches().map(|batch| batch.id().to_string());
    near.extend(known.filter(|known| is_one_apart(&asked, known)));
    near.dedup();
    near.truncate(NEAR_MAX);
    let near = near.join(", ");
    if near.is_empty() {
        return Words::new(
            "请核对编号与 --data;用 `anxin status` 可向网关查询。",
            "Compare the id and --data; `anxin status` asks a gateway.",
        );
    }
    Words::new(
        format!("相近的编号有 {near};请核对编号与 --data。"),
        format!("Near it are {near}; compare the id and --data."),
    )
}

/// Whether one character is wrong, missing, too many, or two neighbours are exchanged.
fn is_one_apart(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let begin = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    let (one, other) = (
        one.get(begin..).unwrap_or(&[]),
        other.get(begin..).unwrap_or(&[]),
    );
    match (one, other) {
        ([_, rest @ ..], [_, tail @ ..]) if rest == tail => true,
        ([a, b, rest @ ..], [c, d, tail @ ..]) if rest == tail && (a, b) == (d, c) => true,
        (long, short) => long.get(1..) == Some(short) || short.get(1..) == Some(long),
    }
}

/// The folder can't be read as a journal.
pub(super) fn no_journal(folder: &Path, error: &JournalError) -> Failure {
    let folder = folder.display();
    Failure::usage(
        Words::new(
            format!("{folder} 里读不到日志"),
            format!("no journal can be read in {folder}"),
        ),
        data_hint(),
    )
    .caused_by(error)
}

/// A segment that this user may not read.
pub(super) fn not_allowed(folder: &Path, damage: &Damage) -> Failure {
    let segment = folder.join(&damage.segment);
    Failure::usage(
        Words::new(
            format!("本用户无权读取 {}", segment.display()),
            format!("this user may not read {}", segment.display()),
        ),
        Words::new(
            "请以网关的运行用户执行,或查询它能读的副本(anxin backup)。",
            "Run it as the user of the gateway, or on a copy that this user may read (anxin \
             backup).",
        ),
    )
}

/// The folder has no segment.
pub(super) fn empty(folder: &Path) -> Failure {
    let folder = folder.display();
    Failure::usage(
        Words::new(
            format!("{folder} 里没有日志段文件"),
            format!("there is no journal segment in {folder}"),
        ),
        data_hint(),
    )
}

fn data_hint() -> Words {
    Words::new(
        "--data 应指向含有 journal 目录的数据目录,本用户须能读它。",
        "--data must name the folder that holds `journal`, and this user must be able to read it.",
    )
}

#[cfg(test)]
#[test]
fn ids_one_mistake_apart() {
    for (one, other, near) in [
        ("B20261130-177", "B20261130-178", true),
        ("B20261130-177", "B20261130-17", true),
        ("B20261130-177", "B20261130-1777", true),
        ("B20261130-177", "B20261130-717", true),
        ("B20261130-177", "B20261130-187", true),
        ("B20261130-177", "B20261130-188", false),
        ("B20261130-177", "B20261130-1", false),
        ("B20261130-17", "B20261130-1755", false),
    ] {
        assert_eq!(is_one_apart(one, other), near, "{one} {other}");
        assert_eq!(is_one_apart(other, one), near, "{other} {one}");
    }
}
