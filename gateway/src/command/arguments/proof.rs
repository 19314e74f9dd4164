//! `anxin proof` on the command line.

use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `anxin proof`.
#[derive(Debug, Subcommand)]
pub enum Proof {
    /// 核验一笔支付的证明,离线 · Checks a payment's proof, offline
    #[command(
        after_help = "示例 · Examples:\n  anxin proof verify proof.json --key vkey\n  \
        anxin proof verify proof.json --key vkey --checkpoint mine.txt --consistency between.json"
    )]
    Verify(ProofVerify),
    /// 核验后一检查点只在前一检查点之后追加 · Checks that a checkpoint continues an older one
    #[command(
        after_help = "示例 · Example:\n  anxin proof consistency --old old.txt \
        --new new.txt --proof consistency.json --key vkey"
    )]
    Consistency(ProofConsistency),
    /// 导出哈希块和最新检查点(C2SP tlog-tiles),不含个人信息 ·
    /// Writes the hashes and the last checkpoint as C2SP tlog-tiles; nothing personal is in them
    #[command(after_help = "示例 · Example:\n  anxin proof export --data /srv/anxin --to ./log")]
    Export(ProofExport),
    /// 显示核验检查点所用的公钥 · Shows the key by which checkpoints are checked
    #[command(after_help = "示例 · Example:\n  anxin proof key --data /srv/anxin")]
    Key(ProofKey),
}

impl Proof {
    /// Whether one JSON document was asked for.
    pub(super) fn asks_json(&self) -> bool {
        match self {
            Self::Verify(arguments) => arguments.json,
            Self::Consistency(arguments) => arguments.json,
            Self::Export(arguments) => arguments.json,
            Self::Key(arguments) => arguments.json,
        }
    }
}

/// `anxin proof verify`.
#[derive(Debug, Args)]
pub struct ProofVerify {
    /// 证明,GET /v1/payments/{id}/proof 的答复 · The proof, as GET /v1/payments/{id}/proof gives it
    pub file: PathBuf,
    /// 公钥 name+hash+key,或存有它的文件;须从网关之外取得 ·
    /// The key, `name+hash+key` or a file with it; get it by another way than the proof. Once more
    /// for an earlier key of the log · 日志换过公钥的,可重复给出旧公钥
    #[arg(long, value_name = "VKEY")]
    pub key: Vec<String>,
    /// 自己留存的检查点;没有公钥时,只为它所含的记录作保 ·
    /// A checkpoint that you kept; without a key it vouches for the records that it covers only
    #[arg(long, value_name = "FILE")]
    pub checkpoint: Option<PathBuf>,
    /// 两个检查点之间的一致性证明,GET /v1/consistency 的答复 ·
    /// The proof between the two checkpoints, as GET /v1/consistency gives it
    #[arg(long, value_name = "FILE", requires = "checkpoint")]
    pub consistency: Option<PathBuf>,
    /// 标准输出为一份 JSON · One JSON document on stdout
    #[arg(long)]
    pub json: bool,
}

/// `anxin proof consistency`.
#[derive(Debug, Args)]
pub struct ProofConsistency {
    /// 较早的检查点 · The older checkpoint
    #[arg(long, value_name = "FILE")]
    pub old: PathBuf,
    /// 较晚的检查点 · The newer checkpoint
    #[arg(long, value_name = "FILE")]
    pub new: PathBuf,
    /// 一致性证明;两者记录数相同时不需要 · The proof; none where both have as many records
    #[arg(long, value_name = "FILE")]
    pub proof: Option<PathBuf>,
    /// 公钥 name+hash+key,或存有它的文件;换过公钥的,新旧都给 ·
    /// The key, `name+hash+key` or a file with it; both where the log has changed it
    #[arg(long, value_name = "VKEY", required = true)]
    pub key: Vec<String>,
    /// 标准输出为一份 JSON · One JSON document on stdout
    #[arg(long)]
    pub json: bool,
}

/// `anxin proof export`.
#[derive(Debug, Args)]
pub struct ProofExport {
    /// 数据目录 · Folder that holds `journal/`
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// 目标目录 · Folder to write into
    #[arg(long, value_name = "DIR")]
    pub to: PathBuf,
    /// 标准输出为一份 JSON · One JSON document on stdout
    #[arg(long)]
    pub json: bool,
}

/// `anxin proof key`.
#[derive(Debug, Args)]
pub struct ProofKey {
    /// 数据目录 · Folder that holds `checkpoints/`
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// 标准输出为一份 JSON · One JSON document on stdout
    #[arg(long)]
    pub json: bool,
}
