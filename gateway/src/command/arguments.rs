//! The command line as INTERFACE section 1 has it.

mod backup;
mod bank;
mod certs;
mod explain;
mod files;
mod proof;
mod simulate;

pub use backup::{Backup, Restore};
pub use bank::{Bank, BankExplain, BankNew, BankTry};
pub use certs::{Certs, CertsInit};
pub use explain::Explain;
pub use files::{Check, Convert, Decode, MessageWord};
pub use proof::{Proof, ProofConsistency, ProofExport, ProofKey, ProofVerify};
pub use simulate::Simulate;

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// 安薪网关:工资代发的银行对接网关 · Anxin Gateway: wage payments between employers and 57 banks
#[derive(Debug, Parser)]
#[command(
    name = "anxin",
    version,
    propagate_version = true,
    after_help = "退出码:0 完成,1 输入有错误(或检查未通过),2 用法不对或输入无法读取,3 程序自身故障。\n\
                  Exit codes: 0 done, 1 the input has errors (or the check fails), \
                  2 wrong usage or unreadable input, 3 our own fault.\n\
                  从这里开始 · Begin with:\n  anxin demo --once\n  anxin check wages.csv"
)]
pub struct Arguments {
    /// 提示语言,默认中文 · Language of texts for people: 中文 or English
    #[arg(long, global = true, value_enum, default_value_t = LangWord::Zh)]
    pub lang: LangWord,
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// A language as written on the command line.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum LangWord {
    /// 中文
    Zh,
    /// English
    En,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// 演示:一条命令跑通 57 家银行 · Everything on this machine: gateway, 57 sandbox banks, one
    /// batch each
    #[command(after_help = "示例 · Examples:\n  anxin demo --once\n  \
        anxin demo --once --lines 100 --seed 7 --json\n  anxin demo --data ./demo")]
    Demo(Demo),
    /// 启动网关 · The gateway, for real
    #[command(
        after_help = "示例 · Example:\n  anxin serve --config config/gateway.toml --data /srv/anxin"
    )]
    Serve(Serve),
    /// 银行端沙箱 · The banks' side alone, for an integration desk
    #[command(
        after_help = "示例 · Examples:\n  anxin sandbox\n  anxin sandbox --setup trial\n  \
        anxin sandbox --bank ICBC --bank CCB --seed 7"
    )]
    Sandbox(Sandbox),
    /// 检查工资文件 · Checks an employer's file and prints every finding in one pass
    #[command(after_help = "示例 · Examples:\n  anxin check wages.xlsx\n  \
        anxin check wages.csv --bank ICBC\n  \
        anxin check pain.001.xml --pay-month 2026-11 --json")]
    Check(Check),
    /// 生成银行报文 · Writes exactly the bytes that would go to a bank
    #[command(after_help = "示例 · Example:\n  anxin convert wages.csv --bank ICBC --out ./icbc")]
    Convert(Convert),
    /// 解读银行回盘 · Reads a bank's answer or pushed file
    #[command(after_help = "示例 · Examples:\n  \
        anxin decode answer.xml --bank ICBC --message result --json\n  \
        anxin decode reply.txt --bank unionpay_df --message result\n  \
        anxin decode answer.json --bank WZCB --message result \
        --connection config/connections/WZCB.toml")]
    Decode(Decode),
    /// 银行适配器目录 · The adapter book: 57 rows, or one bank with the origin of each value
    #[command(
        after_help = "示例 · Examples:\n  anxin banks\n  anxin banks ICBC\n  anxin banks --json"
    )]
    Banks(Banks),
    /// 新增与试算银行 · Adds a bank from its folder: a preset, its explanation, a trial with a file
    #[command(
        subcommand,
        after_help = "示例 · Examples:\n  anxin bank new XYBANK --dialect synthetic_fixed\n  \
        anxin bank explain XYBANK\n  anxin bank try wages.csv --bank XYBANK"
    )]
    Bank(Bank),
    /// 报送批次 · Submits a file to a gateway
    #[command(
        after_help = "示例 · Example:\n  anxin submit wages.csv --url https://127.0.0.1:8443 \
        --cert me.pem --key me.key --ca ca.pem --wait"
    )]
    Submit(Submit),
    /// 查询批次 · Shows how a batch stands
    #[command(
        after_help = "示例 · Example:\n  anxin status B20261123-42 --url https://127.0.0.1:8443 \
        --cert me.pem --key me.key --ca ca.pem"
    )]
    Status(Status),
    /// 核验日志 · Checks a journal end to end; never repairs
    #[command(after_help = "示例 · Example:\n  anxin verify --data /srv/anxin")]
    Verify(Verify),
    /// 讲述批次、明细或银行文件的经过 · Tells the story of a batch, a line or a bank file from the
    /// journal
    #[command(
        after_help = "示例 · Examples:\n  anxin explain B20261123-42 --data /srv/anxin\n  \
        anxin explain B20261123-42.3 --data /srv/anxin --every --json"
    )]
    Explain(Explain),
    /// 备份 · Copies the record and the sealed keys, also while the gateway works
    #[command(after_help = "示例 · Example:\n  anxin backup --data /srv/anxin --to /backup/1")]
    Backup(Backup),
    /// 自备份恢复 · Makes a data folder of a backup; nothing that waited in it is sent
    #[command(
        after_help = "示例 · Examples:\n  anxin restore --from /backup/1 --data /srv/new\n  \
        anxin restore --data /srv/new --confirm 42"
    )]
    Restore(Restore),
    /// 模拟 · Deterministic simulation of the whole gateway with faults; exit 1 on a violation
    #[command(after_help = "示例 · Examples:\n  anxin simulate --seed 7\n  \
        anxin simulate --seed 7 --world 3")]
    Simulate(Simulate),
    /// 存证证明 · Checks a proof without the gateway; exports the hashes
    #[command(
        subcommand,
        after_help = "示例 · Examples:\n  anxin proof verify proof.json --key vkey\n  \
        anxin proof consistency --old old.txt --new new.txt --proof consistency.json --key vkey"
    )]
    Proof(Proof),
    /// 开发证书 · Development certificates; never for production
    #[command(
        subcommand,
        after_help = "示例 · Example:\n  anxin certs init --out ./pki --bank ICBC \
        --employer 913301006639233248 --regulator 330000"
    )]
    Certs(Certs),
    /// 命令补全 · Prints completions for a shell
    #[command(after_help = "示例 · Example:\n  anxin completions bash > \
        ~/.local/share/bash-completion/completions/anxin")]
    Completions(Completions),
}

impl Command {
    /// Whether one JSON document was asked for and nothing else will stand on stdout. `demo` and
    /// `sandbox` go on after theirs.
    #[must_use]
    pub fn asks_json(&self) -> bool {
        match self {
            Self::Check(arguments) => arguments.json,
            Self::Convert(arguments) => arguments.json,
            Self::Decode(arguments) => arguments.json,
            Self::Banks(arguments) => arguments.json,
            Self::Bank(command) => command.asks_json(),
            Self::Submit(arguments) => arguments.json,
            Self::Status(arguments) => arguments.json,
            Self::Verify(arguments) => arguments.json,
            Self::Explain(arguments) => arguments.json,
            Self::Backup(arguments) => arguments.json,
            Self::Restore(arguments) => arguments.json,
            Self::Simulate(arguments) => arguments.json,
            Self::Proof(command) => command.asks_json(),
            Self::Certs(Certs::Init(arguments)) => arguments.json,
            Self::Demo(arguments) => arguments.json,
            Self::Sandbox(arguments) => arguments.json,
            Self::Serve(_) | Self::Completions(_) => false,
        }
    }
}

/// `anxin demo`.
#[derive(Debug, Args)]
pub struct Demo {
    /// 每笔都有结果或不明时结束;没有差错才以 0 退出 ·
    /// Stop when every line is final or unknown; exit 0 only without a break
    #[arg(long)]
    pub once: bool,
    /// 每家银行的笔数 · Lines of each bank's batch
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub lines: u32,
    /// 银行各种表现的随机种子 · Seed of everything that the banks decide
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// 日志、证书与文件保留在此目录(须为空或新目录) ·
    /// Keep journal, certificates and files in this folder (it must be empty or new)
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// 标准输出为一份 JSON(与 --once 合用) · One JSON document on stdout (with --once)
    #[arg(long, requires = "once")]
    pub json: bool,
}

/// `anxin serve`.
#[derive(Debug, Args)]
pub struct Serve {
    /// 配置文件 · Configuration
    #[arg(long, value_name = "FILE", default_value = "config/gateway.toml")]
    pub config: PathBuf,
    /// 日志与索引的目录;优先于配置 · Folder of journal and index; wins over the configuration
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
}

/// `anxin sandbox`.
#[derive(Debug, Args)]
pub struct Sandbox {
    /// 只开这家银行;可重复 · Only this bank; may be given again
    #[arg(long = "bank", value_name = "CODE")]
    pub banks: Vec<String>,
    /// 定义目录,用于尚未编入程序的银行 · Folder of the definitions, for banks that the program
    /// does not have yet
    #[arg(long, value_name = "DIR", conflicts_with = "setup")]
    pub dir: Option<PathBuf>,
    /// 银行各种表现的随机种子 · Seed of everything that the banks decide
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// 首个端口,各银行依次递增;0(默认)由系统选择,--setup 时默认 20000 ·
    /// First port; bank after bank takes the next one. 0, the default, lets the system choose;
    /// with --setup the default is 20000
    #[arg(long, value_name = "PORT")]
    pub port: Option<u16>,
    /// 文件交换银行所用目录;默认 sandbox-files,或 --setup 目录中的 files ·
    /// Folder for the banks that exchange files; `sandbox-files`, or `files` in that of --setup
    #[arg(long, value_name = "DIR")]
    pub files: Option<PathBuf>,
    /// 在此目录写出整套安装,供 anxin serve 与本沙箱配合:配置、证书、密钥、连接、虚构的企业与工资文件 ·
    /// Write a whole installation there that `anxin serve` can use with this sandbox: settings,
    /// certificates, keys, connections, invented employers and their wage files
    #[arg(long, value_name = "DIR")]
    pub setup: Option<PathBuf>,
    /// 各银行把收到的指令、查询与回执逐行记入此文件(JSON) · The banks note here what they were told,
    /// one JSON object a line: instructions, questions, receipts of what they pushed
    #[arg(long, value_name = "FILE")]
    pub ledger: Option<PathBuf>,
    /// 标准输出为一份列出地址的 JSON · One JSON document with the addresses on stdout
    #[arg(long)]
    pub json: bool,
}

/// `anxin banks`.
#[derive(Debug, Args)]
pub struct Banks {
    /// 只看一家:解析后的适配器,每项注明出处 ·
    /// One bank: its resolved adapter, each value with the file that it comes from
    pub code: Option<String>,
    /// 标准输出为一份 JSON · One JSON document on stdout
    #[arg(long)]
    pub json: bool,
    /// 把整本手册写成 Markdown 到此目录 · The whole book as Markdown into this folder
    #[arg(long, value_name = "DIR", conflicts_with_all = ["code", "json"])]
    pub markdown: Option<PathBuf>,
}

/// How to reach a gateway as whom.
#[derive(Debug, Args)]
pub struct Connection {
    /// 网关地址,https · Address of the gateway, https
    #[arg(long)]
    pub url: String,
    /// 本方证书,PEM · Own certificate, PEM
    #[arg(long, value_name = "FILE")]
    pub cert: PathBuf,
    /// 本方私钥,PEM · Own private key, PEM
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    /// 网关证书的颁发机构,PEM · Authority of the gateway's certificate, PEM
    #[arg(long, value_name = "FILE")]
    pub ca: PathBuf,
}

/// `anxin submit`.
#[derive(Debug, Args)]
pub struct Submit {
    /// 企业的工资文件 · The employer's file
    pub file: PathBuf,
    /// Who and where
    #[command(flatten)]
    pub connection: Connection,
    /// 文件有错时仍受理其中正确的明细 · Take the good lines of a file with bad ones
    #[arg(long)]
    pub good_lines: bool,
    /// 格式;不写则自动识别 · csv, xlsx, json or pain.001; detected without it
    #[arg(long, value_name = "NAME", value_parser = super::check::FORMATS)]
    pub format: Option<String>,
    /// 工资月份,用于文件里没有该项时 · Month for which is paid, where the file has no place for it
    #[arg(long, value_name = "YYYY-MM")]
    pub pay_month: Option<String>,
    /// 等到每笔都有结果或不明 · Wait until every line is final or unknown
    #[arg(long)]
    pub wait: bool,
    /// 标准输出为一份 JSON · One JSON document on stdout
    #[arg(long)]
    pub json: bool,
}

/// `anxin status`.
#[derive(Debug, Args)]
pub struct Status {
    /// 批次编号 · Number of the batch
    pub batch_id: String,
    /// Who and where
    #[command(flatten)]
    pub connection: Connection,
    /// 等到每笔都有结果或不明 · Wait until every line is final or unknown
    #[arg(long)]
    pub wait: bool,
    /// 标准输出为一份 JSON · One JSON document on stdout
    #[arg(long)]
    pub json: bool,
}

/// `anxin verify`.
#[derive(Debug, Args)]
pub struct Verify {
    /// 含有 journal/ 的数据目录 · Folder that holds `journal/`
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// 另处留存的检查点,一并核对 · A checkpoint that was kept elsewhere, to be held against it
    #[arg(long, value_name = "FILE")]
    pub checkpoint: Option<PathBuf>,
    /// 签署该检查点的公钥,不写则为目录里的 · The key that signed it, where it is not the folder's
    #[arg(long, value_name = "VKEY", requires = "checkpoint")]
    pub key: Option<String>,
    /// 数据目录之外的见证所在目录,同 serve 的 witness(places 一节) ·
    /// Folder of the witness outside, as `serve` has it: witness of `places`
    #[arg(long, value_name = "DIR")]
    pub witness: Option<PathBuf>,
    /// 主密钥文件:一并核对它能否打开各数据密钥 · The master key's file: whether it opens each data key
    #[arg(long, value_name = "FILE")]
    pub master_key: Option<PathBuf>,
    /// 标准输出为一份 JSON · One JSON document on stdout
    #[arg(long)]
    pub json: bool,
}

/// `anxin completions`.
#[derive(Debug, Args)]
pub struct Completions {
    /// 命令解释器 · The shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}
