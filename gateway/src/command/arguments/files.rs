//! Arguments of the commands that read files: `check`, `convert`, `decode`.

use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// `anxin check`.
#[derive(Debug, Args)]
pub struct Check {
    /// 企业的工资文件;- 为标准输入 · The employer's file; `-` for standard input
    pub file: PathBuf,
    /// 并检查这家付款银行会拒收的内容 · Also what this paying bank would refuse
    #[arg(long, value_name = "CODE")]
    pub bank: Option<String>,
    /// 格式;不写则自动识别 · csv, xlsx, json or pain.001; detected without it
    #[arg(long, value_name = "NAME", value_parser = crate::command::check::FORMATS)]
    pub format: Option<String>,
    /// 工资月份,用于文件里没有该项时 · Month for which is paid, where the file has no place for it
    #[arg(long, value_name = "YYYY-MM")]
    pub pay_month: Option<String>,
    /// 标准输出为一份 JSON · One JSON document on stdout
    #[arg(long)]
    pub json: bool,
}

/// `anxin convert`.
#[derive(Debug, Args)]
pub struct Convert {
    /// 企业的工资文件 · The employer's file
    pub file: PathBuf,
    /// 付款银行 · The paying bank
    #[arg(long, value_name = "CODE")]
    pub bank: String,
    /// 报文目录;以 0700 权限建立 · Folder for the messages; made with mode 0700
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// 发送日期,默认今天;报文写当日或下一个银行工作日 ·
    /// Day on which it would be sent; today without it. The messages carry this bank day or the
    /// next one
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub date: Option<String>,
    /// 内置清单之外的银行工作日目录,同 serve 的 config/calendar ·
    /// Folder of bank days beyond those in the program, as `serve` has it: config/calendar
    #[arg(long, value_name = "DIR")]
    pub calendar: Option<PathBuf>,
    /// 格式;不写则自动识别 · csv, xlsx, json or pain.001; detected without it
    #[arg(long, value_name = "NAME", value_parser = crate::command::check::FORMATS)]
    pub format: Option<String>,
    /// 工资月份,用于文件里没有该项时 · Month for which is paid, where the file has no place for it
    #[arg(long, value_name = "YYYY-MM")]
    pub pay_month: Option<String>,
    /// 同时在标准输出打印清单 · Print the manifest on stdout as well
    #[arg(long)]
    pub json: bool,
}

/// `anxin decode`.
#[derive(Debug, Args)]
pub struct Decode {
    /// 银行报文 · The bank's message
    pub file: PathBuf,
    /// 报文来自哪家银行,或方言名(如 unionpay_df) · The bank that it comes from, or a dialect
    #[arg(long, value_name = "CODE")]
    pub bank: String,
    /// 报文种类 · What it is
    #[arg(long, value_enum)]
    pub message: MessageWord,
    /// 该行的连接文件:用其中的密钥解开密文、核验签名 ·
    /// The bank's connection file, config/connections/CODE.toml: its keys open sealed bodies and
    /// check signatures
    #[arg(long, value_name = "FILE")]
    pub connection: Option<PathBuf>,
    /// 密钥目录;默认为连接文件所在目录旁的 keys ·
    /// Folder of the keys; `keys` beside the folder of the connection file
    #[arg(long, value_name = "DIR", requires = "connection")]
    pub keys: Option<PathBuf>,
    /// 标准输出为一份 JSON · One JSON document on stdout
    #[arg(long)]
    pub json: bool,
}

/// Kinds of messages from a bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum MessageWord {
    /// 报送回执 · Answer to a submission
    Receipt,
    /// 回盘 · Answer to a query, or a result file
    Result,
    /// 银行主动推送 · What the bank sends by itself
    Push,
}
