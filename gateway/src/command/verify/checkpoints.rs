//! What is said of checkpoints and tiles, and the one that was kept elsewhere.

use crate::command::words::{Failure, Words};
use crate::proof::held::Sealing;
use std::path::Path;

/// A checkpoint that was kept elsewhere.
///
/// # Errors
/// When it can't be read.
pub(super) fn elsewhere(file: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(file).map_err(|error| Failure::unreadable_file(file, &error))
}

/// What a person reads of checkpoints and tiles.
pub(in crate::command) fn words(sealing: &Sealing) -> Words {
    match sealing {
        Sealing::Agrees { count, last } => Words::new(
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
        Sealing::TileDiffers { file } => Words::new(
            format!("哈希块 DIR/{file} 与日志不符;可以删除 DIR/tiles,网关由日志重建"),
            format!(
                "DIR/{file} does not agree with the journal; DIR/tiles may be deleted, the \
                 gateway makes it again"
            ),
        ),
    }
}
