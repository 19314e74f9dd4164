//! `anxin simulate` on the command line.

use clap::Args;

/// `anxin simulate`.
#[derive(Debug, Args)]
pub struct Simulate {
    /// 随机种子;同一种子结果逐字节相同 · The seed; the same seed gives the same, byte for byte
    #[arg(long)]
    pub seed: u64,
    /// 模拟的批次数 · Batches that are simulated
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u64).range(1..))]
    pub batches: u64,
    /// 只运行该编号的世界,例如重看一处违例 · Only the world of this number, to look at a
    /// violation again
    #[arg(long, value_name = "K", conflicts_with = "batches")]
    pub world: Option<u64>,
    /// 同时运行的世界数;不影响结果,默认为处理器数 · Worlds at the same time; changes nothing of
    /// what comes out. Default: the processors
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    /// 标准输出为一份 JSON · One JSON document on stdout
    #[arg(long)]
    pub json: bool,
}
