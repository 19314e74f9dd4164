//! `anxin bank` on the command line.

use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `anxin bank`.
#[derive(Debug, Subcommand)]
pub enum Bank {
    /// 新建银行目录:banks/CODE/bank.toml 与 NOTES.md · Writes the folder of a new bank from a
    /// dialect, each line explained
    New(BankNew),
    /// 用白话说明一家银行的定义,每项注明出处 · One bank in plain words, each value with its file
    Explain(BankExplain),
    /// 用工资文件试算,不发送 · Tries a wage file on a bank: its messages and how its answers read.
    /// Nothing is sent
    Try(BankTry),
}

impl Bank {
    /// Whether one JSON document was asked for.
    #[must_use]
    pub fn asks_json(&self) -> bool {
        match self {
            Self::New(arguments) => arguments.json,
            Self::Explain(arguments) => arguments.json,
            Self::Try(arguments) => arguments.json,
        }
    }
}

/// `anxin bank new`.
#[derive(Debug, Args)]
pub struct BankNew {
    /// 银行代码:2 至 10 个大写字母或数字 · Code of the bank: 2 to 10 capital letters or digits
    pub code: String,
    /// 方言:报文的样子 · The dialect, which says how its messages look
    #[arg(long, value_name = "NAME")]
    pub dialect: String,
    /// 定义目录 · Folder of the definitions
    #[arg(long, value_name = "DIR", default_value = "adapters")]
    pub dir: PathBuf,
    /// 标准输出为一份 JSON · One JSON document on stdout
    #[arg(long)]
    pub json: bool,
}

/// `anxin bank explain`.
#[derive(Debug, Args)]
pub struct BankExplain {
    /// 银行代码 · Code of the bank
    pub code: String,
    /// 定义目录;默认 adapters 中有该行目录时用它,否则用程序内置的 · Folder of the definitions;
    /// without it `adapters` where that has the bank, else those in the program
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// 标准输出为一份 JSON · One JSON document on stdout
    #[arg(long)]
    pub json: bool,
}

/// `anxin bank try`.
#[derive(Debug, Args)]
pub struct BankTry {
    /// 工资文件 · The wage file
    pub file: PathBuf,
    /// 付款银行 · The paying bank
    #[arg(long, value_name = "CODE")]
    pub bank: String,
    /// 定义目录;默认同 explain · Folder of the definitions; without it as in `explain`
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// 把未遮盖的报文写入此目录(0700) · Write the messages with nothing masked into this folder,
    /// made with mode 0700
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
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
