//! `anxin certs` on the command line.

use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `anxin certs`.
#[derive(Debug, Subcommand)]
pub enum Certs {
    /// 生成开发证书 · Makes a development authority with identities, or adds to it
    #[command(
        after_help = "示例 · Examples:\n  anxin certs init --out ./pki --bank ICBC \
        --employer 913301006639233248\n  \
        anxin certs init --out ./pki --employer 913301006639233248:person:wang \
        --regulator 330000 --operator ops:person:li"
    )]
    Init(CertsInit),
}

/// `anxin certs init`.
#[derive(Debug, Args)]
pub struct CertsInit {
    /// 目录;已有的颁发机构保留并续用 · Folder; an authority that is there is kept and added to
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// 银行代码;可重复 · A bank; may be given again
    #[arg(long = "bank", value_name = "CODE")]
    pub banks: Vec<String>,
    /// 企业系统的统一社会信用代码,人员为 代码:person:编号;可重复 ·
    /// An employer's system, or `USCC:person:ID`; may be given again
    #[arg(long = "employer", value_name = "USCC")]
    pub employers: Vec<String>,
    /// 监管部门的行政区划代码,人员为 代码:person:编号;可重复 ·
    /// A regulator by region, or `REGION:person:ID`; may be given again
    #[arg(long = "regulator", value_name = "REGION")]
    pub regulators: Vec<String>,
    /// 运营方,人员加 :person:ID;可重复 · The operator, :person:ID for a person; may be given again
    #[arg(long = "operator", value_name = "NAME")]
    pub operators: Vec<String>,
    /// localhost 之外的服务器名或地址;可重复 ·
    /// Name or address of the server besides localhost; may be given again
    #[arg(long = "server", value_name = "NAME")]
    pub servers: Vec<String>,
    /// 标准输出为一份 JSON · One JSON document on stdout
    #[arg(long)]
    pub json: bool,
}
