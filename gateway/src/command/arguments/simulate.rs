//! `anxin simulate` on the command line.

use clap::Args;

/// A world is found by drawing all before it: so many in a second or two.
const WORLDS_MAX: u64 = 100_000_000;

/// `anxin simulate`.
#[derive(Debug, Args)]
pub struct Simulate {
    /// 随机种子;同一种子结果逐字节相同 · The seed; the same seed gives the same, byte for byte
    #[arg(long)]
    pub seed: u64,
    /// 模拟的批次数,默认 500 · Batches that are simulated, 500 by default
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
    pub batches: Option<u64>,
    /// 只运行该编号的世界,例如重看一处违例 · Only the world of this number, to look at a
    /// violation again
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u64).range(..WORLDS_MAX))]
    pub world: Option<u64>,
    /// 同时运行的世界数;不影响结果,默认为处理器数 · Worlds at the same time; changes nothing of
    /// what comes out. Default: the processors
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// 标准输出为一份 JSON · One JSON document on stdout
    #[arg(long)]
    pub json: bool,
}
