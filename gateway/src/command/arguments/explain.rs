//! `anxin explain`.

use clap::Args;
use std::path::PathBuf;

/// `anxin explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// 批次编号(或单位的批次号)、明细编号、银行文件号,或 @记录号 · A batch (B20261123-42, or its
    /// employer's own number), a line (B20261123-42.3), the number of a bank file, or @ and the
    /// sequence of a record
    #[arg(required_unless_present = "waiting")]
    pub id: Option<String>,
    /// 按网关自己的编号查,不当作单位的批次号 · The id is the gateway's own, whatever numbers employers
    /// give their batches
    #[arg(long)]
    pub by_id: bool,
    /// 列出在等待的批次:等什么、自何时起 · The batches that wait, for what and since when
    #[arg(long, conflicts_with_all = ["id", "by_id", "every", "calendar"])]
    pub waiting: bool,
    /// 含有 journal/ 的数据目录;网关可在运行 · Folder that holds `journal/`; a gateway may run on it
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// 内置清单之外的银行工作日目录,同 serve 的 config/calendar ·
    /// Folder of bank days beyond those in the program, as `serve` has it: config/calendar
    #[arg(long, value_name = "DIR")]
    pub calendar: Option<PathBuf>,
    /// 逐条列出,不合并重复的询问与应答 · Every record for itself; without it the same question
    /// and answer again and again stand together
    #[arg(long)]
    pub every: bool,
    /// 标准输出为一份 JSON · One JSON document on stdout
    #[arg(long)]
    pub json: bool,
}
