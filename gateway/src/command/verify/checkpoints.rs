//! What is said of checkpoints and tiles, and the one that was kept elsewhere.

use crate::command::proof::key;
use crate::command::words::{Failure, Words};
use crate::proof::held::{Elsewhere, Sealing};
use crate::proof::kept::Fault;
use std::path::Path;

/// A checkpoint that was kept elsewhere, and the key that signed it, where one is given.
///
/// # Errors
/// When one of them can't be read.
pub(super) fn elsewhere(file: &Path, given: Option<&str>) -> Result<Elsewhere, Failure> {
    let note =
        std::fs::read_to_string(file).map_err(|error| Failure::unreadable_file(file, &error))?;
    let key = given.map(key).transpose()?;
    Ok(Elsewhere { note, key })
}

/// What a person reads of checkpoints and tiles.
pub(in crate::command) fn words(sealing: &Sealing) -> Words {
    match sealing {
        Sealing::Agrees {
            count,
            last,
            earlier,
        } if *earlier > 0 => Words::new(
            format!(
                "{count} 个签名检查点都与日志一致,最新的到记录 {last};其中 {earlier} 个由以前的密钥\
                 (DIR/checkpoints/earlier)所签"
            ),
            format!(
                "{count} signed checkpoints agree, the last one up to record {last}; an earlier \
                 key (DIR/checkpoints/earlier) signed {earlier} of them"
            ),
        ),
        Sealing::Agrees { count, last, .. } => Words::new(
            format!("{count} 个签名检查点都与日志一致,最新的到记录 {last}"),
            format!("{count} signed checkpoints agree, the last one up to record {last}"),
        ),
        Sealing::Absent => Words::new(
            "没有签名检查点(DIR/checkpoints)",
            "there are no signed checkpoints (DIR/checkpoints)",
        ),
        Sealing::Differs { records } => Words::new(
            format!("日志不是 {records} 条记录的签名检查点所签的那一份:被改写、回退,或另一份"),
            format!(
                "the journal is not the one of the signed checkpoint of {records} records: it \
                 was rewritten, set back, or is another one"
            ),
        ),
        Sealing::NoEvidence { note, fault, count } => no_evidence(*note, *fault, *count),
        Sealing::KeyDamaged { file } => Words::new(
            format!("DIR/{file} 缺失、损坏,或与其他密钥文件不符:签名检查点无从核对"),
            format!(
                "DIR/{file} is missing, damaged, or does not fit the other key: what was signed \
                 can't be checked"
            ),
        ),
        Sealing::EndUnsigned { last, closed } => Words::new(
            format!(
                "日志在记录 {closed} 正常收尾,停止时所签的检查点却不在 DIR/checkpoints/kept:\
                 最新的到记录 {last}"
            ),
            format!(
                "the journal was closed at record {closed}, and the checkpoint of its stop is not \
                 in DIR/checkpoints/kept: the last one is up to record {last}"
            ),
        ),
        Sealing::Unreadable => Words::new(
            "检查点文件(DIR/checkpoints/kept,或 --checkpoint 所指)有读不懂的内容",
            "a checkpoint can't be read (DIR/checkpoints/kept, or the one of --checkpoint)",
        ),
        Sealing::Unsigned => Words::new(
            "--checkpoint 所指的检查点没有已知公钥的有效签名,未比对:被改动、伪造、出自另一日志,\
             或由以前的密钥所签(用 --key 给出那把公钥)",
            "the checkpoint of --checkpoint has no valid signature of a known key and was not \
             compared: changed, forged, another log's, or signed by an earlier key (give that one \
             by --key)",
        ),
        Sealing::TileDiffers { file } => Words::new(
            format!("哈希块 DIR/{file} 与日志不符;可以删除 DIR/tiles,网关由日志重建"),
            format!(
                "DIR/{file} does not agree with the journal; DIR/tiles may be deleted, the \
                 gateway makes it again"
            ),
        ),
    }
}

fn no_evidence(note: u64, fault: Fault, count: usize) -> Words {
    match fault {
        Fault::Damaged => Words::new(
            format!("DIR/checkpoints/kept 的第 {note} 个检查点已损坏,不能作证(共 {count} 个)"),
            format!(
                "DIR/checkpoints/kept, note {note} is damaged and no evidence ({count} such notes)"
            ),
        ),
        Fault::Unsigned => Words::new(
            format!(
                "DIR/checkpoints/kept 的第 {note} 个检查点没有已知公钥(DIR/checkpoints/vkey、\
                 earlier)的签名,不能作证:被伪造或改动,或以前的密钥没有列出(共 {count} 个)"
            ),
            format!(
                "DIR/checkpoints/kept, note {note} has no signature of a known key \
                 (DIR/checkpoints/vkey, earlier) and is no evidence: forged, changed, or an \
                 earlier key is not listed ({count} such notes)"
            ),
        ),
    }
}

/// The verdict where the journal is not the one that was signed.
pub(super) fn differ() -> Words {
    Words::new(
        "日志自身连贯,但与签名检查点不符,或检查点读不出;请勿修改任何文件,先读 \
         gateway/docs/OPERATING.md#checkpoints-and-proofs",
        "the journal agrees with itself and not with a signed checkpoint, or one can't be \
         read; change no file, and read gateway/docs/OPERATING.md#checkpoints-and-proofs first",
    )
}

/// The verdict where nobody can say so.
pub(super) fn damaged() -> Words {
    Words::new(
        "日志自身连贯,但签名检查点有的损坏、无人作保,或公钥不符:日志是否就是所签的那一份,无从\
         判断;请勿修改任何文件,先读 gateway/docs/OPERATING.md#checkpoints-and-proofs",
        "the journal agrees with itself; a kept checkpoint is damaged or nobody vouches for it, \
         or the key does not fit: nobody can say that it is the journal that was signed; \
         change no file, and read gateway/docs/OPERATING.md#checkpoints-and-proofs first",
    )
}

/// The verdict where the checkpoint of the stop is gone.
pub(super) fn missing() -> Words {
    Words::new(
        "日志自身连贯,但停止时所签的检查点缺失;请与另处留存的检查点核对,先读 \
         gateway/docs/OPERATING.md#a-journal-that-was-set-back",
        "the journal agrees with itself, and the checkpoint that was signed at its stop is \
         gone: hold it against one kept elsewhere, and read \
         gateway/docs/OPERATING.md#a-journal-that-was-set-back first",
    )
}

/// The verdict on a checkpoint from elsewhere for which nobody vouches.
pub(super) fn unvouched() -> Words {
    Words::new(
        "日志完整、前后一致;--checkpoint 所指的检查点无人作保,没有据以核对",
        "the journal is whole and agrees with itself; it was not held against the checkpoint \
         of --checkpoint, for which nobody vouches",
    )
}
