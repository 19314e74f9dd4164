//! What is said of checkpoints and tiles, and the one that was kept elsewhere.

use crate::command::proof::key;
use crate::command::words::{Failure, Words};
use crate::proof::held::{Elsewhere, Sealing};
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
            unsigned,
        } if *unsigned > 0 => Words::new(
            format!(
                "{count} 个检查点都与日志一致,最新的到记录 {last};其中 {unsigned} 个没有现用公钥\
                 (DIR/checkpoints/vkey)的签名:由以前的密钥所签,或系伪造"
            ),
            format!(
                "{count} checkpoints agree, the last one up to record {last}; {unsigned} of them \
                 have no signature of the present key (DIR/checkpoints/vkey): an earlier key \
                 signed them, or they are forged"
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
